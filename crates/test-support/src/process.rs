//! Child processes that end with their test.

use std::io;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::lines::Lines;
use crate::tools::missing;
use crate::wait::{PATIENCE, eventually};

/// A running program. It is killed when dropped, even if the test fails.
pub struct Process(Child);

impl Process {
    /// Starts it.
    pub fn start(command: &mut Command) -> Self {
        match command.spawn() {
            Ok(child) => Self(child),
            Err(error) => panic!("{command:?}: {error}"),
        }
    }

    /// Starts a program of the system that these Debian packages provide.
    pub fn start_from(command: &mut Command, packages: &str) -> Self {
        match command.spawn() {
            Ok(child) => Self(child),
            Err(error) => missing(command, packages, &error),
        }
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.0), signal).unwrap();
    }

    /// The piped standard output; can be taken once.
    pub fn stdout(&mut self) -> ChildStdout {
        self.0.stdout.take().unwrap()
    }

    /// The piped standard error; can be taken once.
    pub fn stderr(&mut self) -> ChildStderr {
        self.0.stderr.take().unwrap()
    }

    /// The lines of the piped standard output; can be taken once.
    pub fn lines(&mut self) -> Lines {
        Lines::of(self.stdout())
    }

    /// The lines of the piped standard error; can be taken once.
    pub fn error_lines(&mut self) -> Lines {
        Lines::of(self.stderr())
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().unwrap()
    }

    /// Waits until it ends.
    pub fn wait(&mut self) -> ExitStatus {
        self.wait_within(PATIENCE)
    }

    /// Waits until it ends, at most for this long.
    pub fn wait_within(&mut self, limit: Duration) -> ExitStatus {
        eventually("the end of the program", limit, || self.ended())
    }

    /// Waits until it ends, and returns its exit status and the rest of its piped standard error.
    pub fn end(mut self) -> (Option<i32>, String) {
        let status = self.wait();
        let errors = io::read_to_string(self.stderr()).unwrap();
        (status.code(), errors)
    }

    /// Kills it and waits for its end.
    pub fn kill(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }

    /// A number from `/proc/PID/status`, such as `VmRSS:` in kB; `None`: the process has ended.
    pub fn status_number(&self, key: &str) -> Option<u64> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.id())).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix(key))?;
        line.split_whitespace().next()?.parse().ok()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
