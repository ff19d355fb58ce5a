//! Packages for other distributions: built as far as it goes without one of theirs, and with the
//! same files in each.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::deb::packages;
use crate::tools::{output, path, place};

/// What only Debian has, below these: its overrides, and documents it wants in each package.
const OF_DEBIAN: [&str; 5] = [
    "usr/share/lintian/",
    "usr/share/doc/solar-status/README.md",
    "usr/share/doc/solar-status/changelog.Debian.gz",
    "usr/share/doc/solar-status/changelog.gz",
    "usr/share/doc/solar-status/copyright",
];

/// Debian has the texts of licences once for all packages.
const LICENCES: &str = "usr/share/licenses/";

/// The files that `packaging/install` puts below a folder; packages compress man pages.
fn installed() -> BTreeSet<String> {
    // It installs what was built for these.
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

/// The lines without what starts each.
fn paths(list: &str, start: &str) -> BTreeSet<String> {
    let files = list.lines().filter_map(|line| line.strip_prefix(start));
    files
        .filter(|file| !file.ends_with('/'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_debian_package_holds_what_is_installed_by_hand() {
    let contents = Command::new("dpkg-deb")
        .arg("--fsys-tarfile")
        .arg(&packages().ours)
        .output();
    let tar = place("debs").join("ours.tar");
    fs::write(&tar, contents.unwrap().stdout).unwrap();
    let held = paths(&output(Command::new("tar").arg("-tf").arg(tar)), "./");
    let of_debian = |file: &str| OF_DEBIAN.iter().any(|start| file.starts_with(start));
    let held: BTreeSet<_> = held.into_iter().filter(|file| !of_debian(file)).collect();
    // Debian has a folder of its own for what zsh is given by packages.
    let here = |file: String| file.replace("zsh/site-functions", "zsh/vendor-completions");
    let installed = installed().into_iter();
    let installed: BTreeSet<_> = installed
        .filter(|file| !file.starts_with(LICENCES))
        .map(here)
        .collect();
    assert_eq!(held, installed);
}

#[test]
fn the_package_of_arch_holds_what_is_installed_by_hand() {
    let installed = installed();
    let place = place("arch");
    fs::remove_dir_all(&place).unwrap();
    fs::create_dir(&place).unwrap();
    // makepkg refuses to be root, so it is somebody else to itself. There is no pacman that would
    // find what it depends on, and the programs are built.
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

/// The one file of a folder that ends so.
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
fn the_rpm_holds_what_is_installed_by_hand_and_rpmlint_agrees() {
    let installed = installed();
    // cargo is here, but by no package of rpm's.
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
fn nix_reads_the_flake_and_finds_package_and_module_in_it() {
    // Neither the store nor the network is needed to read.
    let mut nix = Command::new("nix-instantiate");
    nix.args(["--store", "dummy://", "--eval", "--strict", "--json"]);
    let told = output(nix.arg(path("tests/package/flake.nix")));
    let version = env!("CARGO_PKG_VERSION");
    let expected = format!(r#"{{"package":"solar-status {version}","wants":"solar-status"}}"#);
    assert_eq!(told.trim_end(), expected);
}
