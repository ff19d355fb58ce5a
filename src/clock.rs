//! Time and waiting: the real ones, and virtual ones for simulations, replays and tests.

use std::io;
use std::os::fd::BorrowedFd;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::time::{ClockId, clock_gettime};

use hidpp_proto::units::Timestamp;

/// Why waiting ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wake {
    /// The time has come.
    Due,
    /// Something arrived at these of the descriptors, by their place in the list.
    Readable(Vec<usize>),
    /// The user wants to stop.
    Interrupted,
}

/// Tells the time and waits.
pub trait Clock {
    /// The time now.
    fn now(&self) -> Timestamp;

    /// Waits until one of the descriptors is readable, or for that time if there is one.
    fn wait(
        &mut self,
        descriptors: &[BorrowedFd<'_>],
        until: Option<Timestamp>,
    ) -> io::Result<Wake>;
}

/// The time since 1970, waited for in poll(2).
///
/// What the time of day was when the clock was made counts, and from then on the boot clock: it
/// goes on during suspend, and does not leap when somebody sets the time of day.
#[derive(Debug)]
pub struct RealClock<'a> {
    /// The time since 1970 at boot.
    boot: Duration,
    interrupt: Option<BorrowedFd<'a>>,
}

impl<'a> RealClock<'a> {
    /// A clock; when `interrupt` becomes readable, waiting ends, once: what is to be put in order
    /// then has its time.
    pub fn new(interrupt: Option<BorrowedFd<'a>>) -> Self {
        let today = SystemTime::now().duration_since(UNIX_EPOCH);
        Self {
            boot: today.unwrap_or_default().saturating_sub(since_boot()),
            interrupt,
        }
    }
}

fn since_boot() -> Duration {
    let time = clock_gettime(ClockId::Boottime);
    Duration::try_from(time).unwrap_or_default()
}

impl Clock for RealClock<'_> {
    fn now(&self) -> Timestamp {
        Timestamp::from_start(self.boot + since_boot())
    }

    fn wait(
        &mut self,
        descriptors: &[BorrowedFd<'_>],
        until: Option<Timestamp>,
    ) -> io::Result<Wake> {
        let watched = self.interrupt.iter().chain(descriptors);
        let mut polled: Vec<PollFd<'_>> = watched
            .map(|fd| PollFd::from_borrowed_fd(*fd, PollFlags::IN))
            .collect();
        let timeout = until
            .map(|until| Timespec::try_from(until.since(self.now())))
            .transpose()
            .map_err(io::Error::other)?;
        match poll(&mut polled, timeout.as_ref()) {
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
        let skipped = usize::from(self.interrupt.is_some());
        let polled = polled.iter().skip(skipped).enumerate();
        let readable: Vec<usize> = polled
            .filter(|(_, fd)| !fd.revents().is_empty())
            .map(|(place, _)| place)
            .collect();
        Ok(if readable.is_empty() {
            Wake::Due
        } else {
            Wake::Readable(readable)
        })
    }
}

/// Time that passes only by waiting. With nothing to wait for, it is interrupted.
#[derive(Debug, Default)]
pub struct VirtualClock {
    now: Timestamp,
}

impl VirtualClock {
    /// A clock that starts at this time.
    pub const fn at(now: Timestamp) -> Self {
        Self { now }
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        self.now
    }

    fn wait(
        &mut self,
        _descriptors: &[BorrowedFd<'_>],
        until: Option<Timestamp>,
    ) -> io::Result<Wake> {
        let Some(until) = until else {
            return Ok(Wake::Interrupted);
        };
        self.now = self.now.max(until);
        Ok(Wake::Due)
    }
}
