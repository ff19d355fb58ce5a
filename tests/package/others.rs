//! Packages for other distributions: built as far as possible on Debian, and with the same files in
//! each.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use crate::deb::packages;
use crate::tools::{output, path, place};

/// What only Debian's package has, in or below these: its overrides, and the documents that its
/// policy requires.
const OF_DEBIAN: [&str; 4] = [
    "usr/share/lintian/",
    "usr/share/doc/solar-status/changelog.Debian.gz",
    "usr/share/doc/solar-status/changelog.gz",
    "usr/share/doc/solar-status/copyright",
];

/// Debian ships the texts of licences once for all packages.
const LICENCES: &str = "usr/share/licenses/";

/// The files that `packaging/install` creates below a folder; packages compress man pages.
fn installed() -> BTreeSet<String> {
    static INSTALLED: OnceLock<BTreeSet<String>> = OnceLock::new();
    INSTALLED.get_or_init(install).clone()
}

fn install() -> BTreeSet<String> {
    // It installs the programs that were built for these packages.
    packages();
    let root = place("installed");
    fs::remove_dir_all(&root).unwrap();
    output(Command::new(path("packaging/install")).arg(&root));
    let files = output(
        Command::new("find")
            .current_dir(&root)
            .args([".", "-type", "f"]),
    );
    let files = files.lines().filter_map(|line| line.strip_prefix("./"));
    let compressed = |file: &str| {
        let end = if file.starts_with("usr/share/man/") {
            ".gz"
        } else {
            ""
        };
        format!("{file}{end}")
    };
    files.map(compressed).collect()
}

/// The lines with this prefix, without it.
fn paths(list: &str, start: &str) -> BTreeSet<String> {
    let files = list.lines().filter_map(|line| line.strip_prefix(start));
    files
        .filter(|file| !file.ends_with('/'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_debian_package_has_the_files_of_a_manual_installation() {
    let contents = Command::new("dpkg-deb")
        .arg("--fsys-tarfile")
        .arg(&packages().ours)
        .output();
    let tar = place("debs").join("ours.tar");
    fs::write(&tar, contents.unwrap().stdout).unwrap();
    let held = paths(&output(Command::new("tar").arg("-tf").arg(tar)), "./");
    let of_debian = |file: &str| OF_DEBIAN.iter().any(|start| file.starts_with(start));
    let held: BTreeSet<_> = held.into_iter().filter(|file| !of_debian(file)).collect();
    // Debian has a separate folder for zsh completions of packages.
    let here = |file: String| file.replace("zsh/site-functions", "zsh/vendor-completions");
    let installed = installed().into_iter();
    let installed: BTreeSet<_> = installed
        .filter(|file| !file.starts_with(LICENCES))
        .map(here)
        .collect();
    assert_eq!(held, installed);
}

#[test]
fn the_arch_package_has_the_files_of_a_manual_installation() {
    let installed = installed();
    let place = place("arch");
    fs::remove_dir_all(&place).unwrap();
    fs::create_dir(&place).unwrap();
    // makepkg refuses to run as root, so it runs in a user namespace as another user. Dependencies
    // cannot be checked without pacman, and the programs are already built.
    let mut makepkg = Command::new("unshare");
    makepkg
        .args([
            "--user",
            "--map-user=1000",
            "makepkg",
            "--nodeps",
            "--repackage",
        ])
        .current_dir(path("packaging/arch"));
    for folder in ["BUILDDIR", "PKGDEST", "SRCDEST", "LOGDEST"] {
        makepkg.env(folder, &place);
    }
    output(&mut makepkg);
    let package = only(&place, ".pkg.tar.gz");
    let files = paths(
        &output(Command::new("tar").arg("-tf").arg(place.join(package))),
        "",
    );
    let held: BTreeSet<_> = files
        .into_iter()
        .filter(|file| !file.starts_with('.'))
        .collect();
    assert_eq!(held, installed);
}

/// The only file of a folder with this suffix.
fn only(folder: &Path, end: &str) -> String {
    let names = fs::read_dir(folder).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut found = names.filter(|name| name.ends_with(end));
    match (found.next(), found.next()) {
        (Some(name), None) => name,
        other => panic!("{}: {other:?}", folder.display()),
    }
}

#[test]
fn the_rpm_has_the_files_of_a_manual_installation_and_passes_rpmlint() {
    let installed = installed();
    // cargo is installed, but not from an rpm package.
    let rpm = output(Command::new(path("packaging/build-rpm")).arg("--nodeps"));
    let rpm = rpm.trim_end();
    let files = output(Command::new("rpm").args([
        "-qp",
        "--queryformat",
        "[%{FILEMODES:perms} %{FILENAMES}\n]",
        rpm,
    ]));
    let held: BTreeSet<_> = files
        .lines()
        .filter(|line| !line.starts_with('d'))
        .filter_map(|line| Some(line.split_once(" /")?.1.to_owned()))
        .collect();
    assert_eq!(held, installed);
    let mut rpmlint = Command::new("rpmlint");
    rpmlint
        .arg("--strict")
        .arg("-r")
        .arg(path("packaging/rpm/rpmlintrc"));
    let judgement = output(rpmlint.arg(rpm));
    assert!(judgement.contains(" 0 warnings,"), "{judgement}");
}

#[test]
fn nix_evaluates_package_and_module_of_the_flake() {
    // The evaluation needs neither the store nor the network.
    let mut nix = Command::new("nix-instantiate");
    nix.args(["--store", "dummy://", "--eval", "--strict", "--json"]);
    let printed = output(nix.arg(path("tests/package/flake.nix")));
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!(r#"{{"package":"solar-status {version}","wants":"solar-status"}}"#);
    assert_eq!(printed.trim_end(), expected);
}
