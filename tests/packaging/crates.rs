//! The crates that are linked into the programs, from cargo's metadata.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The platform for the list of crates; other Linux platforms have the same.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

/// A linked crate.
pub(crate) struct Crate {
    pub(crate) name: String,
    /// Its licence expression, such as `MIT OR Apache-2.0`.
    pub(crate) licence: String,
    folder: PathBuf,
}

impl Crate {
    /// The files with its licences.
    pub(crate) fn licence_files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(&self.folder).unwrap();
        let mut files: Vec<_> = entries
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_file() && is_licence(path))
            .collect();
        files.sort();
        files
    }
}

fn is_licence(path: &Path) -> bool {
    let name = path.file_name().unwrap().to_string_lossy().to_uppercase();
    ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT"]
        .iter()
        .any(|start| name.starts_with(start))
}

/// The linked crates, sorted by name; build-time dependencies are excluded.
pub(crate) fn linked() -> Vec<Crate> {
    let metadata = cargo(&[
        "metadata",
        "--filter-platform",
        PLATFORM,
        "--format-version=1",
    ]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    // The metadata includes features that only tests enable; the tree does not.
    let tree = cargo(&[
        "tree",
        "--package",
        env!("CARGO_PKG_NAME"),
        "--target",
        PLATFORM,
        "--edges=normal,no-proc-macro",
        "--prefix=none",
        "--format={p}",
    ]);
    let mut names: BTreeSet<_> = tree
        .lines()
        .map(|line| line.split(" (").next().unwrap())
        .collect();
    let packages = metadata.get("packages").unwrap().as_array().unwrap();
    for package in packages.iter().filter(|it| is_ours(it)) {
        names.remove(named(package).as_str());
    }
    let mut crates: Vec<_> = packages
        .iter()
        .filter(|package| names.contains(named(package).as_str()))
        .map(of_package)
        .collect();
    assert_eq!(crates.len(), names.len(), "{names:?}");
    crates.sort_by(|a, b| a.name.cmp(&b.name));
    crates
}

/// A version as numbers: 1.89 is lower than 1.89.1.
fn numbers(version: &str) -> Vec<u32> {
    let parts = version.split('.');
    parts.map(|part| part.parse().unwrap()).collect()
}

#[test]
fn rust_version_is_the_highest_of_the_dependencies() {
    let metadata = cargo(&[
        "metadata",
        "--filter-platform",
        PLATFORM,
        "--format-version=1",
    ]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata.get("packages").unwrap().as_array().unwrap().iter();
    let (ours, dependencies): (Vec<_>, Vec<_>) = packages.partition(|package| is_ours(package));
    let needed = |package: &&Value| Some(numbers(package.get("rust_version")?.as_str()?));
    let highest = dependencies.iter().filter_map(needed).max().unwrap();
    let ours = ours.iter().find_map(needed).unwrap();
    let places = ours.len().min(highest.len());
    assert_eq!(ours[..places], highest[..places], "{ours:?} {highest:?}");
}

#[test]
fn the_protocol_crate_and_the_simulator_have_few_dependencies() {
    for (package, needed) in [
        ("hidpp-proto", &["log", "serde", "thiserror"][..]),
        ("hidpp-sim", &["hidpp-proto", "thiserror"]),
    ] {
        let tree = cargo(&[
            "tree",
            "--package",
            package,
            "--all-features",
            "--target=all",
            "--edges=normal,build",
            "--depth=1",
            "--prefix=none",
            "--format={p}",
        ]);
        let lines = tree.lines().skip(1);
        let names: Vec<_> = lines.map(|it| it.split(' ').next().unwrap()).collect();
        assert_eq!(names, needed, "{package}");
    }
}

#[test]
fn only_tests_of_the_programs_depend_on_test_support() {
    for (package, edges) in [
        (env!("CARGO_PKG_NAME"), "normal,build"),
        ("hidpp-proto", "all"),
        ("hidpp-sim", "all"),
    ] {
        let tree = cargo(&[
            "tree",
            "--package",
            package,
            "--target=all",
            "--edges",
            edges,
            "--prefix=none",
            "--format={p}",
        ]);
        assert!(!tree.contains("test-support"), "{package}: {tree}");
    }
}

#[test]
fn published_crates_depend_only_on_published_ones_and_run_all_examples() {
    let metadata = cargo(&["metadata", "--no-deps", "--format-version=1"]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    let packages = metadata.get("packages").unwrap().as_array().unwrap();
    for (package, published) in [("hidpp-proto", &[][..]), ("hidpp-sim", &["hidpp-proto"])] {
        let found = packages.iter().find(|it| word(it, "name") == package);
        let found = found.unwrap();
        let dependencies = found.get("dependencies").unwrap().as_array().unwrap();
        // cargo publishes no dependency by path alone: what uses it would not compile.
        let ours = dependencies.iter().filter(|it| it.get("path").is_some());
        let ours: Vec<_> = ours.map(|it| word(it, "name")).collect();
        assert_eq!(ours, published, "{package}");
        let targets = found.get("targets").unwrap().as_array().unwrap();
        for target in targets {
            assert_eq!(target["test"], true, "{package}: {target}");
        }
    }
}

/// Whether a package belongs to the project.
fn is_ours(package: &Value) -> bool {
    package.get("source").is_some_and(Value::is_null)
}

/// A package as `cargo tree` prints it.
fn named(package: &Value) -> String {
    format!("{} v{}", word(package, "name"), word(package, "version"))
}

fn cargo(arguments: &[&str]) -> String {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(arguments)
        .args(["--locked", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = cargo.output().unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaints}");
    String::from_utf8(output.stdout).unwrap()
}

fn of_package(package: &Value) -> Crate {
    let manifest = Path::new(word(package, "manifest_path"));
    Crate {
        name: word(package, "name").to_owned(),
        licence: word(package, "license").to_owned(),
        folder: manifest.parent().unwrap().to_owned(),
    }
}

fn word<'a>(package: &'a Value, key: &str) -> &'a str {
    let value = package.get(key).and_then(Value::as_str);
    value.unwrap_or_else(|| panic!("no {key}: {package}"))
}
