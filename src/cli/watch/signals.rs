//! Signals, each kind as a descriptor that becomes readable.

use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::raw::c_int;
use std::os::unix::net::UnixStream;

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};

pub(super) struct Signals {
    /// End the program.
    pub(super) ending: Sort,
    /// Stop the program until it is continued.
    pub(super) stopping: Sort,
    /// The terminal may have changed: it has a new size, or the program was continued.
    pub(super) looking: Sort,
}

impl Signals {
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {
            ending: Sort::of(&[SIGINT, SIGTERM, SIGHUP, SIGQUIT])?,
            stopping: Sort::of(&[SIGTSTP])?,
            looking: Sort::of(&[SIGWINCH, SIGCONT])?,
        })
    }
}

/// A kind of signals.
pub(super) struct Sort(UnixStream);

impl Sort {
    fn of(signals: &[c_int]) -> io::Result<Self> {
        let (stream, handler) = UnixStream::pair()?;
        stream.set_nonblocking(true)?;
        for signal in signals {
            signal_hook::low_level::pipe::register(*signal, handler.try_clone()?)?;
        }
        Ok(Self(stream))
    }

    /// Returns whether one arrived since the last call.
    pub(super) fn came(&mut self) -> bool {
        let mut came = false;
        while matches!(self.0.read(&mut [0; 64]), Ok(1..)) {
            came = true;
        }
        came
    }
}

impl AsFd for Sort {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
