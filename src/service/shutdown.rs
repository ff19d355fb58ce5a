//! Shutdown of the daemon: by a signal, or by a thread that cannot continue.

use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, PoisonError};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use super::bus_error::BusError;

/// The receiving end, for the hardware thread: its descriptor becomes readable on shutdown.
#[derive(Debug)]
pub struct Shutdown {
    stream: UnixStream,
    other: UnixStream,
    reason: Arc<Mutex<Option<BusError>>>,
}

/// The sending end, for other threads.
#[derive(Debug)]
pub(super) struct ShutdownSender {
    stream: UnixStream,
    reason: Arc<Mutex<Option<BusError>>>,
}

impl Shutdown {
    /// Triggered by SIGINT, SIGTERM and SIGHUP.
    pub fn of_signals() -> io::Result<Self> {
        let shutdown = Self::new()?;
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            signal_hook::low_level::pipe::register(signal, shutdown.other.try_clone()?)?;
        }
        Ok(shutdown)
    }

    /// Triggered only by [`Self::start`] and by other threads.
    pub fn new() -> io::Result<Self> {
        let (stream, other) = UnixStream::pair()?;
        other.set_nonblocking(true)?;
        Ok(Self {
            stream,
            other,
            reason: Arc::default(),
        })
    }

    /// Starts an orderly shutdown, as a signal does.
    pub fn start(&self) {
        wake(&self.other);
    }

    pub(super) fn descriptor(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }

    pub(super) fn sender(&self) -> io::Result<ShutdownSender> {
        Ok(ShutdownSender {
            stream: self.other.try_clone()?,
            reason: Arc::clone(&self.reason),
        })
    }

    /// The error that caused the shutdown; `None`: it was a signal.
    pub(super) fn reason(&self) -> Option<BusError> {
        self.reason
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

impl ShutdownSender {
    /// Starts the shutdown; only the first reason is reported.
    pub(super) fn start(&self, why: BusError) {
        self.reason
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert(why);
        wake(&self.stream);
    }
}

/// Makes the receiving end readable.
fn wake(mut stream: &UnixStream) {
    // Fails only if the buffer is full, so it is readable already, or if the receiving end is
    // closed.
    _ = stream.write_all(&[0]);
}
