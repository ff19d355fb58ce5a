//! A program that runs in the guest: takes what it says, signals it, waits for its end.

use std::io::{BufRead, BufReader, Read};
use std::mem;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// How long one run may take in a slow guest, unless the scenario says otherwise.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// A run under way; killed when dropped.
pub(crate) struct Running {
    child: Child,
    started: Instant,
    stdout: Option<Words>,
    stderr: Option<Words>,
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
        let mut child = piped.spawn().expect("the program starts");
        let stdout = child.stdout.take().map(Words::of);
        let stderr = child.stderr.take().map(Words::of);
        Self {
            child,
            started,
            stdout,
            stderr,
        }
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal)
            .expect("the program is there for a signal");
    }

    /// Its number as a process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The whole lines it said so far.
    pub(crate) fn said(&self) -> String {
        so_far(self.stdout.as_ref())
    }

    /// The whole lines it complained in so far.
    pub(crate) fn complained(&self) -> String {
        so_far(self.stderr.as_ref())
    }

    /// Waits for its end; it is a failure if that does not come within `limit`, counted from now.
    pub(crate) fn finish(mut self, limit: Duration) -> Finished {
        let deadline = Instant::now() + limit;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child to wait for") {
                break status;
            }
            assert!(
                Instant::now() < deadline,
                "the program did not end within {limit:?}"
            );
            thread::sleep(Duration::from_millis(5));
        };
        let text = |words: &mut Option<Words>| words.take().map(Words::all).unwrap_or_default();
        Finished {
            status,
            took: self.started.elapsed(),
            stdout: text(&mut self.stdout),
            stderr: text(&mut self.stderr),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only when it is gone already.
        drop(self.child.kill());
        drop(self.child.wait());
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

fn so_far(words: Option<&Words>) -> String {
    words
        .map(|words| words.so_far().clone())
        .unwrap_or_default()
}

fn lock(text: &Mutex<String>) -> MutexGuard<'_, String> {
    text.lock().unwrap_or_else(PoisonError::into_inner)
}
