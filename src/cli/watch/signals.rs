//! Signals, each sort as something that becomes readable.

use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::raw::c_int;
use std::os::unix::net::UnixStream;

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};

pub(super) struct Signals {
    /// The program is to end.
    pub(super) ending: Sort,
    /// It is to stop, until it is told to go on.
    pub(super) stopping: Sort,
    /// The terminal may be another: its size changed, or the program goes on.
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

/// Some signals.
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

    /// Whether one came since this was last asked.
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
