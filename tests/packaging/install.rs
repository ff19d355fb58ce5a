//! The files that `packaging/install` creates below a folder, and where it looks for the programs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use test_support::tools::run;

use test_support::documents::document;

use crate::tools::path;

/// The path of the program in all packages except Nix.
const PROGRAM: &str = "/usr/bin/solar-status";

/// A folder outside the project, with programs in `built`.
fn elsewhere() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("built")).unwrap();
    for program in ["solar-status", "solar-statusd"] {
        fs::write(folder.path().join("built").join(program), "").unwrap();
    }
    folder
}

fn install(from: &Path, arguments: &[&str]) -> Output {
    let mut install = Command::new(path("packaging/install"));
    install.current_dir(from).args(arguments);
    run(install.env_remove("CARGO_TARGET_DIR"), "coreutils")
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

/// Whether a pattern `$out/…/*.end` in the Nix package covers a file.
fn is_substituted(file: &str, nix: &str) -> bool {
    let patterns = nix.lines().filter_map(|line| {
        let pattern = line.trim().strip_prefix("\"$out\"/")?;
        pattern.trim_end_matches(" \\").split_once('*')
    });
    let mut patterns = patterns.map(|(start, end)| (format!("usr/{start}"), end));
    patterns.any(|(start, end)| file.starts_with(&start) && file.ends_with(end))
}

#[test]
fn the_nix_package_substitutes_every_program_path() {
    let folder = elsewhere();
    let installed = install(folder.path(), &["staging", "built"]);
    assert!(installed.status.success(), "{installed:?}");
    let root = folder.path().join("staging");
    let nix = document("packaging/nix/package.nix");
    let mut named = 0;
    for file in files(&root) {
        if !String::from_utf8_lossy(&fs::read(&file).unwrap()).contains(PROGRAM) {
            continue;
        }
        named += 1;
        let file = file.strip_prefix(&root).unwrap().to_str().unwrap();
        assert!(is_substituted(file, &nix), "{file} keeps {PROGRAM}");
    }
    assert!(
        named >= 4,
        "two units, the bus activation and the autostart file have a program path"
    );
}

#[test]
fn without_a_folder_argument_the_projects_build_is_installed() {
    let folder = elsewhere();
    let installed = install(folder.path(), &["staging"]);
    let errors = String::from_utf8(installed.stderr).unwrap();
    // The programs may not be built; only the path in the error matters.
    let theirs = folder.path().join("target");
    assert!(!errors.contains(theirs.to_str().unwrap()), "{errors}");
}

#[test]
fn help_prints_the_usage_and_installs_nothing() {
    let folder = elsewhere();
    for arguments in [&["--help"][..], &["-h"], &["staging", "--help"]] {
        let installed = install(folder.path(), arguments);
        assert!(installed.status.success(), "{arguments:?}: {installed:?}");
        let usage = String::from_utf8(installed.stdout).unwrap();
        assert!(
            usage.starts_with("usage: packaging/install FOLDER"),
            "{usage}"
        );
    }
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "only `built`"
    );
}

#[test]
fn invalid_arguments_are_refused_and_nothing_is_installed() {
    let folder = elsewhere();
    let wrong = [
        (&["--prefix=/usr"][..], "there is no option --prefix=/usr"),
        (&["-v", "staging"], "there is no option -v"),
        (&["staging", "--"], "there is no option --"),
        (&[], "not 0"),
        (&["staging", "built", "more"], "not 3"),
        (&[""], "FOLDER is empty"),
    ];
    for (arguments, reason) in wrong {
        let installed = install(folder.path(), arguments);
        assert_eq!(
            installed.status.code(),
            Some(2),
            "{arguments:?}: {installed:?}"
        );
        let errors = String::from_utf8(installed.stderr).unwrap();
        assert!(errors.contains(reason), "{errors}");
        assert!(errors.contains("usage: packaging/install"), "{errors}");
    }
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "only `built`"
    );
}
