//! A real pseudo-terminal, and what a user would see on it.

mod emulator;

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::Instant;

use rustix::fs::{Mode, OFlags};
use rustix::process::Signal;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Termios, Winsize, tcgetattr, tcsetwinsize};

use crate::process::Process;
use crate::wait::{PATIENCE, until};
use emulator::Emulator;

/// A program in its own terminal; both end with the test.
pub struct Terminal {
    keyboard: File,
    /// The program's side, kept open so that the terminal outlives the program.
    line: OwnedFd,
    before: Termios,
    shown: Arc<(Mutex<Emulator>, Condvar)>,
    program: Process,
}

impl Terminal {
    /// Runs this program with standard input, output and error on a terminal of that size.
    pub fn run(program: &Command, (columns, rows): (u16, u16)) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let path = ptsname(&master, Vec::new()).unwrap();
        let flags = OFlags::RDWR | OFlags::NOCTTY;
        let line = rustix::fs::open(path, flags, Mode::empty()).unwrap();
        let keyboard = File::from(master);
        resize(&keyboard, (columns, rows));
        let before = tcgetattr(&line).unwrap();
        let stdio = || Stdio::from(line.try_clone().unwrap());
        // A separate session, so that Ctrl-C on this terminal interrupts this program.
        let mut session = Command::new("setsid");
        session
            .arg("--ctty")
            .arg(program.get_program())
            .args(program.get_args());
        for (name, value) in program.get_envs() {
            match value {
                Some(value) => session.env(name, value),
                None => session.env_remove(name),
            };
        }
        session.stdin(stdio()).stdout(stdio()).stderr(stdio());
        let program = Process::start_from(&mut session, "util-linux");
        let shown = Arc::new((Mutex::new(Emulator::new(columns, rows)), Condvar::new()));
        let (seeing, mut screen) = (Arc::clone(&shown), keyboard.try_clone().unwrap());
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = screen.read(&mut bytes) {
                seeing.0.lock().unwrap().show(&bytes[..read]);
                seeing.1.notify_all();
            }
        });
        Self {
            keyboard,
            line,
            before,
            shown,
            program,
        }
    }

    /// Types these keys.
    pub fn type_keys(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Sends the program a signal.
    pub fn signal(&self, signal: Signal) {
        self.program.signal(signal);
    }

    /// Resizes the window.
    pub fn resize(&self, size: (u16, u16)) {
        self.shown.0.lock().unwrap().resize(size.0, size.1);
        resize(&self.keyboard, size);
    }

    /// Waits until the screen meets a condition, and returns its lines.
    pub fn until(&self, what: &str, done: impl Fn(&str) -> bool) -> String {
        self.wait(what, |screen| done(&screen.text())).text()
    }

    fn wait(&self, what: &str, done: impl Fn(&Emulator) -> bool) -> MutexGuard<'_, Emulator> {
        let start = Instant::now();
        let (screen, news) = (&self.shown.0, &self.shown.1);
        let mut seen = screen.lock().unwrap();
        while !done(&seen) {
            let patience = PATIENCE.saturating_sub(start.elapsed());
            assert!(
                !patience.is_zero(),
                "{what} is not shown:\n{}\n{:?}",
                seen.text(),
                seen.stream()
            );
            seen = news.wait_timeout(seen, patience).unwrap().0;
        }
        seen
    }

    /// Waits until these texts are shown.
    pub fn shows(&self, texts: &[&str]) -> String {
        self.until(&format!("{texts:?}"), |screen| {
            texts.iter().all(|text| screen.contains(text))
        })
    }

    /// Waits until the program is stopped, as by Ctrl-Z.
    pub fn is_stopped(&self) {
        let path = format!("/proc/{}/stat", self.program.id());
        let is_stopped = || fs::read_to_string(&path).unwrap().contains(") T ");
        until("the program to stop", is_stopped);
    }

    /// Asserts that the terminal is in its initial state: cooked mode, the main screen, with a
    /// cursor and without colour. Waits for output that is still in flight.
    pub fn assert_clean(&self) {
        let now = tcgetattr(&self.line).unwrap();
        // Compared as text, because `Termios` does not implement `PartialEq`.
        assert_eq!(format!("{now:?}"), format!("{:?}", self.before));
        drop(self.wait("a clean terminal", Emulator::is_clean));
    }

    /// Waits until the program ends; returns its exit status, the text on the main screen, and
    /// everything it wrote.
    pub fn end(mut self) -> (Option<i32>, String, String) {
        let status = self.program.wait();
        // A mark after all of its output.
        let mark = "\u{1b}[999;1Hthe end";
        File::from(self.line.try_clone().unwrap())
            .write_all(mark.as_bytes())
            .unwrap();
        self.until("the mark", |screen| screen.contains("the end"));
        self.assert_clean();
        let screen = self.shown.0.lock().unwrap();
        let stream = screen.stream().replace(mark, "");
        let text = screen.text().replace("the end", "");
        (status.code(), text.trim().to_owned(), stream)
    }
}

fn resize(terminal: &File, (columns, rows): (u16, u16)) {
    let size = Winsize {
        ws_row: rows,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(terminal, size).unwrap();
}
