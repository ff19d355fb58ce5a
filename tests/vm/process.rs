//! A program in the guest: collects its output, sends signals, waits for its end.

use std::io::{BufRead, BufReader, Read};
use std::mem;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::Value;
use test_support::process::Process;

/// The default deadline of a run in a slow guest.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// A running program; killed when dropped.
pub(crate) struct Running {
    process: Process,
    started: Instant,
    stdout: Words,
    stderr: Words,
}

/// A finished run.
#[derive(Debug)]
pub(crate) struct Finished {
    /// The exit status.
    pub(crate) status: ExitStatus,
    /// The standard output.
    pub(crate) stdout: String,
    /// The standard error.
    pub(crate) stderr: String,
    /// How long it took.
    pub(crate) took: Duration,
}

impl Running {
    /// Starts it in the background.
    pub(crate) fn start(mut command: Command) -> Self {
        let started = Instant::now();
        let piped = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut process = Process::start(piped);
        let stdout = Words::of(process.stdout());
        let stderr = Words::of(process.stderr());
        Self {
            process,
            started,
            stdout,
            stderr,
        }
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        self.process.signal(signal);
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// The complete lines on standard output so far.
    pub(crate) fn stdout_so_far(&self) -> String {
        self.stdout.so_far().clone()
    }

    /// The complete lines on standard error so far.
    pub(crate) fn stderr_so_far(&self) -> String {
        self.stderr.so_far().clone()
    }

    /// Waits for its end; panics if it does not end within `limit` from now.
    pub(crate) fn finish(mut self, limit: Duration) -> Finished {
        let status = self.process.wait_within(limit);
        Finished {
            status,
            took: self.started.elapsed(),
            stdout: self.stdout.all(),
            stderr: self.stderr.all(),
        }
    }
}

impl Finished {
    /// The JSON document it printed; it must have succeeded.
    pub(crate) fn document(&self) -> Value {
        self.expect_status(0);
        self.printed()
    }

    /// The JSON document it printed, whatever its exit status.
    pub(crate) fn printed(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("not JSON ({error}): {self:?}"))
    }

    /// Asserts that it exited with this status, without a panic.
    pub(crate) fn expect_status(&self, status: i32) {
        assert_eq!(
            self.status.code(),
            Some(status),
            "the exit status of {self:?}"
        );
        self.expect_no_panic();
    }

    /// Asserts that it did not panic.
    pub(crate) fn expect_no_panic(&self) {
        assert!(!self.stderr.contains("panicked"), "a panic: {self:?}");
    }

    /// The only line on standard error.
    pub(crate) fn only_error_line(&self) -> &str {
        let mut lines = self.stderr.lines();
        let (Some(line), None) = (lines.next(), lines.next()) else {
            panic!("expected exactly one line on standard error: {self:?}");
        };
        line
    }

    /// The signal that ended it, if any.
    pub(crate) fn signal(&self) -> Option<i32> {
        self.status.signal()
    }
}

/// The output of a pipe, collected line by line.
struct Words {
    text: Arc<Mutex<String>>,
    reader: JoinHandle<()>,
}

impl Words {
    fn of(from: impl Read + Send + 'static) -> Self {
        let text = Arc::new(Mutex::new(String::new()));
        let collected = Arc::clone(&text);
        let reader = thread::spawn(move || {
            let mut from = BufReader::new(from);
            let mut line = String::new();
            while from.read_line(&mut line).expect("the output is UTF-8") > 0 {
                lock(&collected).push_str(&mem::take(&mut line));
            }
        });
        Self { text, reader }
    }

    fn so_far(&self) -> MutexGuard<'_, String> {
        lock(&self.text)
    }

    fn all(self) -> String {
        self.reader
            .join()
            .expect("the reading thread does not panic");
        mem::take(&mut lock(&self.text))
    }
}

fn lock(text: &Mutex<String>) -> MutexGuard<'_, String> {
    text.lock().unwrap_or_else(PoisonError::into_inner)
}
