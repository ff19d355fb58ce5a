//! A program that runs in the guest: takes what it says, signals it, waits for its end.

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

/// How long one run may take in a slow guest, unless the scenario says otherwise.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// A run under way; killed when dropped.
pub(crate) struct Running {
    process: Process,
    started: Instant,
    stdout: Words,
    stderr: Words,
}

/// A run that ended.
#[derive(Debug)]
pub(crate) struct Finished {
    /// How.
    pub(crate) status: ExitStatus,
    /// What it said.
    pub(crate) stdout: String,
    /// What it complained about.
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

    /// Its number as a process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// The whole lines it said so far.
    pub(crate) fn said(&self) -> String {
        self.stdout.so_far().clone()
    }

    /// The whole lines it complained in so far.
    pub(crate) fn complained(&self) -> String {
        self.stderr.so_far().clone()
    }

    /// Waits for its end; it is a failure if that does not come within `limit`, counted from now.
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
    /// The document it printed, once it is clear that it ended well.
    pub(crate) fn document(&self) -> Value {
        self.expect_status(0);
        self.printed()
    }

    /// The document it printed, however it ended.
    pub(crate) fn printed(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {self:?}"))
    }

    /// It ended by itself, with this status, and without a panic.
    pub(crate) fn expect_status(&self, status: i32) {
        assert_eq!(
            self.status.code(),
            Some(status),
            "the exit status of {self:?}"
        );
        self.expect_no_panic();
    }

    /// However it ended, it was no panic.
    pub(crate) fn expect_no_panic(&self) {
        assert!(!self.stderr.contains("panicked"), "a panic: {self:?}");
    }

    /// It complained in one line, which is returned.
    pub(crate) fn one_complaint(&self) -> &str {
        let mut lines = self.stderr.lines();
        let (Some(line), None) = (lines.next(), lines.next()) else {
            panic!("not one line on stderr: {self:?}");
        };
        line
    }

    /// The signal that ended it, if one did.
    pub(crate) fn signal(&self) -> Option<i32> {
        self.status.signal()
    }
}

/// What comes out of a pipe, line by line while it comes.
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
            while from.read_line(&mut line).expect("its words are UTF-8") > 0 {
                lock(&collected).push_str(&mem::take(&mut line));
            }
        });
        Self { text, reader }
    }

    fn so_far(&self) -> MutexGuard<'_, String> {
        lock(&self.text)
    }

    fn all(self) -> String {
        self.reader.join().expect("somebody who reads the pipe");
        mem::take(&mut lock(&self.text))
    }
}

fn lock(text: &Mutex<String>) -> MutexGuard<'_, String> {
    text.lock().unwrap_or_else(PoisonError::into_inner)
}
