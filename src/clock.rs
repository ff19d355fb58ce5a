//! Time and waiting: the real ones, and virtual ones for simulations, replays and tests.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::time::{
    ClockId, Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, clock_gettime,
    timerfd_create, timerfd_settime,
};

use hidpp_proto::units::Timestamp;

/// Why waiting ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wake {
    /// The timeout expired.
    Due,
    /// These descriptors became readable, by their index in the list.
    Readable(Vec<usize>),
    /// The user interrupted the program.
    Interrupted,
}

/// A source of time that can wait.
pub trait Clock {
    /// The current time.
    fn now(&self) -> Timestamp;

    /// Waits until one of the descriptors is readable, or until the given time.
    fn wait(
        &mut self,
        descriptors: &[BorrowedFd<'_>],
        until: Option<Timestamp>,
    ) -> io::Result<Wake>;
}

/// Longer waits are timed by the boot clock: the timeout of poll(2) does not advance during suspend,
/// so a shorter wait may end this much late.
const SHORT_WAIT: Duration = Duration::from_secs(10);

/// The time since 1970; waits in poll(2).
///
/// Reads the time of day once, when created, and adds the boot clock (`CLOCK_BOOTTIME`) from then
/// on: that clock advances during suspend and does not jump when the time of day is set.
#[derive(Debug)]
pub struct RealClock<'a> {
    /// The time since 1970 at boot.
    boot: Duration,
    interrupt: Option<BorrowedFd<'a>>,
    /// A timer of the boot clock; `None`: it was not needed yet.
    timer: Option<OwnedFd>,
    /// Up to this, the timeout of poll(2) is used instead of the timer.
    short_wait: Duration,
}

impl<'a> RealClock<'a> {
    /// Creates a clock. Waiting ends when `interrupt` becomes readable, but only once, so that
    /// cleanup requests can still wait for their answers.
    pub fn new(interrupt: Option<BorrowedFd<'a>>) -> Self {
        let today = SystemTime::now().duration_since(UNIX_EPOCH);
        Self {
            boot: today.unwrap_or_default().saturating_sub(since_boot()),
            interrupt,
            timer: None,
            short_wait: SHORT_WAIT,
        }
    }

    /// Sets the timer, which becomes readable after this time, of suspend too.
    fn set_timer(&mut self, after: Duration) -> io::Result<()> {
        let timer = match self.timer.take() {
            Some(timer) => timer,
            None => timerfd_create(
                TimerfdClockId::Boottime,
                TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC,
            )?,
        };
        let once = Itimerspec {
            it_interval: Timespec::default(),
            it_value: Timespec::try_from(after).map_err(io::Error::other)?,
        };
        timerfd_settime(&timer, TimerfdTimerFlags::empty(), &once)?;
        self.timer = Some(timer);
        Ok(())
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
        let left = until.map(|until| until.since(self.now()));
        let (long, short) = match left {
            Some(left) if left > self.short_wait => (Some(left), None),
            left => (None, left),
        };
        if let Some(long) = long {
            self.set_timer(long)?;
        }
        let timer = self.timer.as_ref().filter(|_| long.is_some());
        let timer = timer.map(AsFd::as_fd);
        let watched = self.interrupt.into_iter().chain(timer);
        let mut polled: Vec<PollFd<'_>> = watched
            .chain(descriptors.iter().copied())
            .map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN))
            .collect();
        let timeout = short
            .map(Timespec::try_from)
            .transpose()
            .map_err(io::Error::other)?;
        match poll(&mut polled, timeout.as_ref()) {
            // A signal: its handler made `interrupt` readable, so the next wait returns it.
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let own = polled.len() - descriptors.len();
        let readable: Vec<usize> = (0..)
            .zip(&polled)
            .filter(|(_, fd)| !fd.revents().is_empty())
            .map(|(place, _)| place)
            .collect();
        if self.interrupt.is_some() && readable.first() == Some(&0) {
            self.interrupt = None;
            return Ok(Wake::Interrupted);
        }
        let readable = readable.into_iter().filter_map(|it| it.checked_sub(own));
        let readable: Vec<usize> = readable.collect();
        Ok(if readable.is_empty() {
            Wake::Due
        } else {
            Wake::Readable(readable)
        })
    }
}

/// Virtual time, which advances only by waiting. Waiting without a timeout returns
/// [`Wake::Interrupted`].
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;
    use std::thread;

    use super::*;

    /// The clock of the timer: 7 is `CLOCK_BOOTTIME` (`linux/time.h`).
    fn clock_of_timer(clock: &RealClock<'_>) -> String {
        let timer = clock.timer.as_ref().unwrap().as_raw_fd();
        let info = fs::read_to_string(format!("/proc/self/fdinfo/{timer}")).unwrap();
        let line = info.lines().find(|line| line.starts_with("clockid:"));
        line.unwrap().to_owned()
    }

    #[test]
    fn a_long_wait_continues_during_suspend() {
        let mut clock = RealClock::new(None);
        let (ready, other) = UnixStream::pair().unwrap();
        other.shutdown(std::net::Shutdown::Write).unwrap();
        // Something else ends it, and keeps its index.
        let hour = clock.now() + Duration::from_secs(3600);
        let (silent, _quiet) = UnixStream::pair().unwrap();
        let wake = clock.wait(&[silent.as_fd(), ready.as_fd()], Some(hour));
        assert_eq!(wake.unwrap(), Wake::Readable(vec![1]));
        assert_eq!(clock_of_timer(&clock), "clockid: 7");
    }

    #[test]
    fn the_timer_ends_a_long_wait() {
        let mut clock = RealClock {
            short_wait: Duration::ZERO,
            ..RealClock::new(None)
        };
        let (silent, other) = UnixStream::pair().unwrap();
        // Without the timer, the end of the other side would end the wait.
        thread::spawn(move || {
            thread::sleep(Duration::from_secs(5));
            drop(other);
        });
        for _ in 0..2 {
            let soon = clock.now() + Duration::from_millis(20);
            let wake = clock.wait(&[silent.as_fd()], Some(soon)).unwrap();
            assert_eq!(wake, Wake::Due);
            assert!(clock.now() >= soon);
        }
    }

    #[test]
    fn a_timer_that_was_not_needed_any_more_does_not_end_the_next_wait() {
        let mut clock = RealClock::new(None);
        let (silent, _other) = UnixStream::pair().unwrap();
        clock.set_timer(Duration::from_nanos(1)).unwrap();
        let soon = clock.now() + Duration::from_millis(20);
        let wake = clock.wait(&[silent.as_fd()], Some(soon)).unwrap();
        assert_eq!(wake, Wake::Due);
        assert!(clock.now() >= soon);
    }

    #[test]
    fn an_interrupt_comes_first_and_only_once() {
        let (ready, other) = UnixStream::pair().unwrap();
        other.shutdown(std::net::Shutdown::Write).unwrap();
        let mut clock = RealClock::new(Some(ready.as_fd()));
        for until in [Duration::ZERO, Duration::from_secs(3600)] {
            let mut clock = RealClock::new(Some(ready.as_fd()));
            let until = clock.now() + until;
            let wake = clock.wait(&[ready.as_fd()], Some(until)).unwrap();
            assert_eq!(wake, Wake::Interrupted);
            let wake = clock.wait(&[ready.as_fd()], Some(until)).unwrap();
            assert_eq!(wake, Wake::Readable(vec![0]));
        }
        assert_eq!(clock.wait(&[], None).unwrap(), Wake::Interrupted);
    }
}
