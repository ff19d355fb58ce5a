//! What the readers of man pages think of them.

use std::fs;
use std::process::Command;

use test_support::tools::run;

use super::pages;

/// What a reader of the page says about it.
fn complaints(program: &str, package: &str, arguments: &[&str]) -> String {
    let mut all = String::new();
    let folder = tempfile::tempdir().unwrap();
    for page in pages() {
        let file = folder.path().join(page.file_name());
        fs::write(&file, page.text()).unwrap();
        let mut command = Command::new(program);
        let output = run(command.args(arguments).arg(file), package);
        // mandoc lints on standard output, groff on the other one.
        all += &String::from_utf8_lossy(&output.stderr);
        if program == "mandoc" {
            all += &String::from_utf8_lossy(&output.stdout);
        }
    }
    all
}

#[test]
fn groff_has_nothing_to_complain_of() {
    let complaints = complaints("groff", "groff", &["-ww", "-Tutf8", "-man", "-z"]);
    assert!(complaints.is_empty(), "{complaints}");
}

#[test]
fn mandoc_has_nothing_to_complain_of() {
    let complaints = complaints("mandoc", "mandoc", &["-T", "lint", "-W", "warning"]);
    assert!(complaints.is_empty(), "{complaints}");
}
