//! Runs programs of the system that tests need; `tests/setup.sh` installs them.

use std::io;
use std::path::Path;
use std::process::{Command, Output};

/// Runs an installed program to completion.
pub fn run(command: &mut Command, packages: &str) -> Output {
    command
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap_or_else(|error| missing(command, packages, &error))
}

/// The output of a program; panics if it fails.
pub fn text(command: &mut Command, packages: &str) -> String {
    let output = run(command, packages);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{command:?}, which needs Debian's {packages}: {errors}"
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Panics, naming the packages to install.
pub fn missing(command: &Command, packages: &str, error: &io::Error) -> ! {
    panic!("{command:?}: {error}; it needs Debian's {packages}, which tests/setup.sh installs")
}

/// The first of these programs that is installed.
pub fn installed(paths: &[&'static str]) -> Option<&'static str> {
    paths.iter().copied().find(|path| Path::new(path).exists())
}
