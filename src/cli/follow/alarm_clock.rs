//! Reports the alarm of a front end while the manager waits.

use std::cell::RefCell;
use std::io;
use std::os::fd::BorrowedFd;

use crate::client::follow::Reporter;
use crate::clock::{Clock, Wake};
use hidpp_proto::units::Timestamp;

/// A clock that reports an alarm while the manager waits on it.
pub(super) struct AlarmClock<'a, 'r> {
    /// The clock that waits.
    pub(super) clock: Box<dyn Clock + 'a>,
    /// Holds the alarm and reports it. An error ends the wait.
    pub(super) reporter: &'a RefCell<&'a mut Reporter<'r>>,
    /// From this time on, the alarm is no longer reported: flags of the devices are being restored,
    /// and an error of a report must not end that early.
    pub(super) until: Option<Timestamp>,
}

impl Clock for AlarmClock<'_, '_> {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn wait(
        &mut self,
        descriptors: &[BorrowedFd<'_>],
        until: Option<Timestamp>,
    ) -> io::Result<Wake> {
        let is_over = |at: &Timestamp| self.until.is_some_and(|until| until <= *at);
        let alarm = self.reporter.borrow().alarm();
        let alarm = alarm.filter(|at| !is_over(at));
        let wake = self
            .clock
            .wait(descriptors, until.into_iter().chain(alarm).min())?;
        let now = self.clock.now();
        if wake == Wake::Interrupted {
            self.until = Some(now);
        } else if alarm.is_some() {
            self.reporter.borrow_mut().advance(now)?;
        }
        Ok(wake)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::client::follow::{FollowEvent, SessionEvent};
    use crate::clock::VirtualClock;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_start(Duration::from_secs(seconds))
    }

    /// Waits in steps of a minute and returns when the alarm rang; each ring sets the next alarm.
    fn rings(alarms: &[u64], until: u64) -> Vec<Timestamp> {
        let mut rings = Vec::new();
        let mut alarms = alarms.iter().copied().map(at);
        let mut on_event = |now, _| {
            rings.push(now);
            Ok(alarms.next())
        };
        let mut reporter = Reporter::new(&mut on_event);
        let settled = FollowEvent::Settled {
            is_empty: false,
            unselected: Vec::new(),
        };
        reporter.report(at(0), settled).unwrap();
        let reporter = RefCell::new(&mut reporter);
        let mut clock = AlarmClock {
            clock: Box::new(VirtualClock::default()),
            reporter: &reporter,
            until: Some(at(until)),
        };
        while clock.now() < at(600) {
            let minutes = clock.now().since_start().as_secs() / 60;
            let wake = clock.wait(&[], Some(at((minutes + 1) * 60))).unwrap();
            assert_eq!(wake, Wake::Due);
        }
        drop(clock);
        rings.split_off(1)
    }

    #[test]
    fn it_rings_on_time_while_the_manager_waits() {
        assert_eq!(rings(&[90, 120, 301], 600), [at(90), at(120), at(301)]);
        assert_eq!(rings(&[], 600), [], "it is not set");
        assert_eq!(rings(&[90, 300], 200), [at(90)], "the end comes first");
    }

    #[test]
    fn it_does_not_ring_after_an_interrupt() {
        let mut on_event = |_, event| match event {
            SessionEvent::Follow(FollowEvent::Alarm) => Err(io::ErrorKind::BrokenPipe.into()),
            _ => Ok(Some(at(5))),
        };
        let mut reporter = Reporter::new(&mut on_event);
        let reporter = RefCell::new(&mut reporter);
        let mut clock = AlarmClock {
            clock: Box::new(VirtualClock::default()),
            reporter: &reporter,
            until: None,
        };
        // With nothing to wait for, a virtual clock is interrupted.
        assert_eq!(clock.wait(&[], None).unwrap(), Wake::Interrupted);
        let settled = FollowEvent::Settled {
            is_empty: false,
            unselected: Vec::new(),
        };
        reporter.borrow_mut().report(at(0), settled).unwrap();
        assert_eq!(clock.wait(&[], Some(at(9))).unwrap(), Wake::Due);
        assert_eq!(clock.now(), at(9));
    }
}
