//! What ends the daemon: a signal, or a thread that cannot go on.

use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use super::bus_error::BusError;

/// The hardware thread's end: it becomes readable when all is to end.
#[derive(Debug)]
pub struct Ending {
    stream: UnixStream,
    other: UnixStream,
    reason: Arc<Mutex<Option<BusError>>>,
}

/// Another thread's end.
#[derive(Debug)]
pub(super) struct Teller {
    stream: UnixStream,
    reason: Arc<Mutex<Option<BusError>>>,
}

impl Ending {
    /// Ends by SIGINT, SIGTERM and SIGHUP.
    pub fn of_signals() -> io::Result<Self> {
        let ending = Self::new()?;
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            signal_hook::low_level::pipe::register(signal, ending.other.try_clone()?)?;
        }
        Ok(ending)
    }

    /// Ends only when it is told to.
    pub fn new() -> io::Result<Self> {
        let (stream, other) = UnixStream::pair()?;
        other.set_nonblocking(true)?;
        Ok(Self {
            stream,
            other,
            reason: Arc::default(),
        })
    }

    /// Ends everything in order, as a signal does.
    pub fn end(&self) {
        wake(&self.other);
    }

    pub(super) fn descriptor(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }

    pub(super) fn teller(&self) -> io::Result<Teller> {
        Ok(Teller {
            stream: self.other.try_clone()?,
            reason: Arc::clone(&self.reason),
        })
    }

    /// Why it ended, if that was no signal.
    pub(super) fn reason(&self) -> Option<BusError> {
        self.reason
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

impl Teller {
    /// Ends everything; the first reason counts.
    pub(super) fn end(&self, why: BusError) {
        self.reason
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert(why);
        wake(&self.stream);
    }
}

/// Makes the hardware thread's end readable.
fn wake(mut stream: &UnixStream) {
    // It fails only when it was told often already, or nobody is left to end.
    _ = stream.write_all(&[0]);
}
