//! Builds what is shipped on the host: the programs with the release profile, and their package.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::boot_files::{fresh_directory, succeeded};
use crate::program::Subject;

/// The version of the later package, higher than any other.
pub(crate) const LATER: &str = "99-1";

/// Builds the program and the daemon; the build of the package is reused.
pub(crate) fn programs() -> io::Result<Subject> {
    let build = Command::new(env!("CARGO"))
        .args(["build", "--release", "--locked", "--bins"])
        .env("CARGO_TARGET_DIR", target())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()?;
    succeeded("cargo build --release", build)?;
    let release = target().join("release");
    Ok(Subject::Programs {
        program: release.join("solar-status"),
        daemon: release.join("solar-statusd"),
    })
}

/// Builds the Debian package, and another one with a later version.
pub(crate) fn packages() -> io::Result<[PathBuf; 2]> {
    // cargo-deb keeps one file per package in a separate folder.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("vm/packages");
    fresh_directory(&folder)?;
    let folder = format!("{}/", folder.display());
    let output = ["--output", folder.as_str()];
    Ok([
        package(&output)?,
        package(&[&output, &["--deb-version", LATER] as &[_]].concat())?,
    ])
}

fn package(arguments: &[&str]) -> io::Result<PathBuf> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/packaging/build-deb");
    let build = Command::new(script)
        .args(arguments)
        .env("CARGO_TARGET_DIR", target())
        .stderr(Stdio::inherit())
        .output()?;
    succeeded(script, build.status)?;
    let printed = String::from_utf8_lossy(&build.stdout);
    Ok(printed.trim_end().into())
}

/// The target directory of this test.
fn target() -> &'static Path {
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    temporary.parent().expect("the folder of cargo's files")
}
