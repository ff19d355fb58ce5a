//! The program `solar-statusd` in its own process.

use std::process::{ExitStatus, Stdio};

use rustix::process::Signal;
use test_support::lines::Lines;
use test_support::process::Process;
use test_support::program::Program;

pub(crate) const SOLAR_STATUS: Program = Program::new(env!("CARGO_BIN_EXE_solar-status"));
const SOLAR_STATUSD: Program = Program::new(env!("CARGO_BIN_EXE_solar-statusd"));

/// A running daemon; dropping it ends the process.
pub(crate) struct Daemon {
    process: Process,
    errors: Lines,
}

impl Daemon {
    /// Starts it on a bus with these arguments.
    pub(crate) fn start(bus: &str, args: &[&str]) -> Self {
        Self::start_with(bus, args, &[])
    }

    /// The same with these environment variables.
    pub(crate) fn start_with(bus: &str, args: &[&str], env: &[(&str, &str)]) -> Self {
        let mut command = SOLAR_STATUSD.command(&[&["--bus", bus], args].concat());
        command.envs(env.iter().copied()).stderr(Stdio::piped());
        let mut process = Process::start(&mut command);
        let errors = process.error_lines();
        Self { process, errors }
    }

    pub(crate) fn signal(&self, signal: Signal) {
        self.process.signal(signal);
    }

    /// Waits until it ends; returns its exit status and standard error.
    pub(crate) fn wait(mut self) -> (ExitStatus, Vec<String>) {
        let status = self.process.wait();
        let errors = self.errors.map(|line| line.trim_end().to_owned());
        (status, errors.collect())
    }

    /// A number from `/proc/PID/status`, such as `VmRSS:` in kB.
    pub(crate) fn status(&self, key: &str) -> u64 {
        self.process.status_number(key).unwrap()
    }
}
