//! A program that runs in the guest: takes what it says, signals it, waits for its end.

use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus, Stdio};
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
    stdout: Option<JoinHandle<String>>,
    stderr: Option<JoinHandle<String>>,
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
        let stdout = child.stdout.take().map(collect);
        let stderr = child.stderr.take().map(collect);
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
        let text = |reader: &mut Option<JoinHandle<String>>| {
            reader
                .take()
                .expect("read once")
                .join()
                .expect("its words are UTF-8")
        };
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

fn collect(mut from: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut text = String::new();
        from.read_to_string(&mut text).expect("text");
        text
    })
}
