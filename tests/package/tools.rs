//! Files of the project, and programs of the system.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The path of a file of the project.
pub(crate) fn path(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

/// A folder for the tests' files.
pub(crate) fn place(name: &str) -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("package")
        .join(name);
    std::fs::create_dir_all(&place).unwrap();
    place
}

/// The output of a program; panics if it fails.
pub(crate) fn output(command: &mut Command) -> String {
    let output = command
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; run tests/setup.sh"));
    let printed = String::from_utf8_lossy(&output.stdout);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{command:?}:\n{printed}{complaints}"
    );
    printed.into_owned()
}
