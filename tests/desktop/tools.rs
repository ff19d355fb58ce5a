//! Programs of the system: those that are not there, and those that run.

use std::process::{Child, Command, Output};
use std::thread;
use std::time::{Duration, Instant};

/// Longer than anything takes on a machine with other work.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program that ends when dropped.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Runs a program to its end; it has to be there.
pub(crate) fn run(command: &mut Command, packages: &str) -> Output {
    command
        .output()
        .unwrap_or_else(|error| missing(command, packages, &error))
}

/// What a program says; it has to succeed.
pub(crate) fn text(command: &mut Command, packages: &str) -> String {
    let output = run(command, packages);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{command:?}, which needs Debian's {packages}: {said}"
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Ends the test with what to install.
pub(crate) fn missing(command: &Command, packages: &str, error: &std::io::Error) -> ! {
    panic!("{command:?}: {error}; it needs Debian's {packages}, which tests/setup.sh installs")
}

/// Waits until something is so.
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < end, "waited in vain: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}
