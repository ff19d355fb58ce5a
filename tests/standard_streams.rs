//! Unusable standard input and output are reported by name.

#![expect(clippy::unwrap_used, reason = "a test panics on the first failure")]

use std::fs::File;
use std::process::{Output, Stdio};

use test_support::program::Program;

const SOLAR_STATUS: Program = Program::new(env!("CARGO_BIN_EXE_solar-status"));

/// Runs the program with these files as standard input and output.
fn run(arguments: &[&str], input: &str, output: &str) -> Output {
    SOLAR_STATUS
        .command(arguments)
        .stdin(File::open(input).unwrap())
        .stdout(File::create(output).unwrap())
        .stderr(Stdio::piped())
        .output()
        .unwrap()
}

fn assert_fails(output: &Output, message: &str) {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(
        error.starts_with(&format!("solar-status: {message}: ")) && error.lines().count() == 1,
        "{error}"
    );
}

#[test]
fn a_full_disk_is_an_error_for_every_output() {
    for arguments in [
        &["--simulate"][..],
        &["--simulate", "--json"],
        &["monitor", "--simulate", "--duration", "5"],
        &["monitor", "--simulate", "--duration", "5", "--json"],
        &["decode", "10 01 09 03 78 01 00"],
        &["decode", "--json", "10 01 09 03 78 01 00"],
        &["--help"],
    ] {
        let output = run(arguments, "/dev/null", "/dev/full");
        assert_fails(&output, "standard output cannot be written");
    }
}

#[test]
fn a_directory_as_standard_input_is_an_error() {
    let output = run(&["decode"], "/", "/dev/null");
    assert_fails(&output, "standard input cannot be read");
}
