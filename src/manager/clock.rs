//! Time and waiting: the real ones, and virtual ones for simulations, replays and tests.

use std::io;
use std::os::fd::BorrowedFd;
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use crate::units::Timestamp;

/// Why waiting ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// Something arrived, or the time has come.
    Due,
    /// The user wants to stop.
    Interrupted,
}

/// Tells the time and waits.
pub trait Clock {
    /// The time now.
    fn now(&self) -> Timestamp;

    /// Waits until one of the descriptors is readable, or for that time.
    fn wait(&mut self, descriptors: &[BorrowedFd<'_>], until: Timestamp) -> io::Result<Wake>;
}

/// The time since it was made, waited for in poll(2).
#[derive(Debug)]
pub struct RealClock<'a> {
    start: Instant,
    interrupt: Option<BorrowedFd<'a>>,
}

impl<'a> RealClock<'a> {
    /// A clock that starts now; when `interrupt` becomes readable, waiting ends, once: what is to
    /// be put in order then has its time.
    pub fn new(interrupt: Option<BorrowedFd<'a>>) -> Self {
        Self {
            start: Instant::now(),
            interrupt,
        }
    }
}

impl Clock for RealClock<'_> {
    fn now(&self) -> Timestamp {
        Timestamp::from_start(self.start.elapsed())
    }

    fn wait(&mut self, descriptors: &[BorrowedFd<'_>], until: Timestamp) -> io::Result<Wake> {
        let watched = self.interrupt.iter().chain(descriptors);
        let mut polled: Vec<PollFd<'_>> = watched
            .map(|fd| PollFd::from_borrowed_fd(*fd, PollFlags::IN))
            .collect();
        let span = until.since(self.now());
        let timeout = Timespec::try_from(span).map_err(io::Error::other)?;
        match poll(&mut polled, Some(&timeout)) {
            // A signal: its handler made the interrupt readable, the next wait sees it.
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let interrupted =
            self.interrupt.is_some() && polled.first().is_some_and(|fd| !fd.revents().is_empty());
        if interrupted {
            self.interrupt = None;
            return Ok(Wake::Interrupted);
        }
        Ok(Wake::Due)
    }
}

/// Time that passes only by waiting.
#[derive(Debug, Default)]
pub struct VirtualClock {
    now: Timestamp,
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.now
    }

    fn wait(&mut self, _descriptors: &[BorrowedFd<'_>], until: Timestamp) -> io::Result<Wake> {
        self.now = self.now.max(until);
        Ok(Wake::Due)
    }
}
