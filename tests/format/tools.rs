//! Programs that read what we write.

use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Longer than anything takes on a machine with other work.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program that ends with its test.
pub(crate) struct Running(pub(crate) Child);

impl Drop for Running {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// Ends the test with what to install.
pub(crate) fn missing(command: &Command, package: &str, error: &std::io::Error) -> ! {
    panic!("{command:?}: {error}; on Debian the package {package} has it (or run tests/setup.sh)")
}

pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "waited in vain: {what}");
        sleep(Duration::from_millis(20));
    }
}
