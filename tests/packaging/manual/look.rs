//! Checks the man pages with their readers.

use std::fs;
use std::process::Command;

use test_support::tools::run;

use super::pages;

/// The warnings of a reader about all pages.
fn complaints(program: &str, package: &str, arguments: &[&str]) -> String {
    let mut all = String::new();
    let folder = tempfile::tempdir().unwrap();
    for page in pages() {
        let file = folder.path().join(page.file_name());
        fs::write(&file, page.text()).unwrap();
        let mut command = Command::new(program);
        let output = run(command.args(arguments).arg(file), package);
        // mandoc prints its warnings to standard output, groff to standard error.
        all += &String::from_utf8_lossy(&output.stderr);
        if program == "mandoc" {
            all += &String::from_utf8_lossy(&output.stdout);
        }
    }
    all
}

#[test]
fn groff_prints_no_warning() {
    let complaints = complaints("groff", "groff", &["-ww", "-Tutf8", "-man", "-z"]);
    assert!(complaints.is_empty(), "{complaints}");
}

#[test]
fn mandoc_prints_no_warning() {
    let complaints = complaints("mandoc", "mandoc", &["-T", "lint", "-W", "warning"]);
    assert!(complaints.is_empty(), "{complaints}");
}
