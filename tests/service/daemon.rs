//! The program `solar-statusd` as a process of its own.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::client::LIMIT;

/// A running daemon; it ends with the value.
pub(crate) struct Daemon {
    process: Child,
    errors: Receiver<String>,
}

impl Daemon {
    /// Starts it on a bus with these arguments.
    pub(crate) fn start(bus: &str, args: &[&str]) -> Self {
        Self::start_with(bus, args, &[])
    }

    /// The same with these variables set.
    pub(crate) fn start_with(bus: &str, args: &[&str], env: &[(&str, &str)]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_solar-statusd"))
            .args(["--bus", bus])
            .args(args)
            .env_remove("NOTIFY_SOCKET")
            .env_remove("STATE_DIRECTORY")
            .envs(env.iter().copied())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (tell, errors) = mpsc::channel();
        let output = BufReader::new(process.stderr.take().unwrap());
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                _ = tell.send(line);
            }
        });
        Self { process, errors }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.id()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.process);
        kill_process(pid, signal).unwrap();
    }

    /// Waits until it ends: how, and what it wrote to standard error.
    pub(crate) fn wait(mut self) -> (ExitStatus, Vec<String>) {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                break status;
            }
            assert!(start.elapsed() < LIMIT, "it does not end");
            thread::sleep(Duration::from_millis(10));
        };
        (status, self.errors.iter().collect())
    }

    /// A number of `/proc/PID/status`, such as `VmRSS` in kB.
    pub(crate) fn status(&self, key: &str) -> u64 {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = text.lines().find(|line| line.starts_with(key)).unwrap();
        let number = line.split_whitespace().nth(1).unwrap();
        number.parse().unwrap()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}
