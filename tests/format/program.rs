//! `solar-status` as a bar runs it.

use test_support::program::{Program, stderr};

pub(crate) const SOLAR_STATUS: Program = Program::new(env!("CARGO_BIN_EXE_solar-status"));

/// Its standard output; it must succeed.
pub(crate) fn stdout(arguments: &[&str]) -> String {
    SOLAR_STATUS.stdout(arguments)
}

/// The simulated desk in a format.
pub(crate) fn desk(format: &str) -> String {
    stdout(&["--simulate", "--format", format])
}

/// The 73 simulated devices in a format.
pub(crate) fn full(format: &str) -> String {
    stdout(&["--simulate=full", "--format", format])
}

/// The error message for invalid arguments.
pub(crate) fn refused(arguments: &[&str]) -> String {
    let output = SOLAR_STATUS.run(arguments);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    stderr(&output)
}
