//! The watchdog: systemd restarts the daemon if its hardware thread hangs.

use std::io;
use std::os::fd::BorrowedFd;
use std::time::Duration;

use sd_notify::NotifyState;

use super::settings::notify;
use crate::clock::{Clock, RealClock, Wake};
use hidpp_proto::units::Timestamp;

/// The real clock. If systemd's watchdog is enabled, it also sends keep-alive messages, which shows
/// that the thread that waits on this clock is alive.
pub(super) struct WatchdogClock<'a> {
    clock: RealClock<'a>,
    /// The interval of the messages: half of systemd's timeout.
    every: Option<Duration>,
    due: Timestamp,
}

impl<'a> WatchdogClock<'a> {
    pub(super) fn new(clock: RealClock<'a>) -> Self {
        let every = sd_notify::watchdog_enabled().map(|limit| limit / 2);
        let due = clock.now();
        Self { clock, every, due }
    }
}

impl Clock for WatchdogClock<'_> {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn wait(
        &mut self,
        descriptors: &[BorrowedFd<'_>],
        until: Option<Timestamp>,
    ) -> io::Result<Wake> {
        let Some(every) = self.every else {
            return self.clock.wait(descriptors, until);
        };
        loop {
            let now = self.now();
            if self.due <= now {
                notify(&[NotifyState::Watchdog]);
                self.due = now + every;
            }
            let until_next = until.map_or(self.due, |until| until.min(self.due));
            let wake = self.clock.wait(descriptors, Some(until_next))?;
            if wake != Wake::Due || until.is_some_and(|until| until <= self.now()) {
                return Ok(wake);
            }
        }
    }
}
