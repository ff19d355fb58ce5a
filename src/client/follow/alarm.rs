//! A deadline set by a front end: it fires even if no device changes.

use std::cell::Cell;
use std::io;
use std::os::fd::BorrowedFd;
use std::rc::Rc;

use crate::clock::{Clock, Wake};
use hidpp_proto::units::Timestamp;

/// When [`super::FollowEvent::Alarm`] fires next; `None`: never. It fires once each time it is set.
#[derive(Clone, Debug, Default)]
pub struct Alarm(Rc<Cell<Option<Timestamp>>>);

impl Alarm {
    /// Sets it to this time, instead of any before.
    pub fn set(&self, at: Option<Timestamp>) {
        self.0.set(at);
    }

    pub(super) fn at(&self) -> Option<Timestamp> {
        self.0.get()
    }

    /// Whether it is due; then it is no longer set.
    pub(super) fn take(&self, now: Timestamp) -> bool {
        let is_due = self.at().is_some_and(|at| at <= now);
        if is_due {
            self.set(None);
        }
        is_due
    }
}

/// A clock that fires an alarm while the manager waits on it.
pub struct AlarmClock<'a> {
    /// What is waited on.
    pub clock: Box<dyn Clock + 'a>,
    /// The alarm.
    pub alarm: &'a Alarm,
    /// The alarm no longer fires from then on: flags are being restored, and an error of `ring` must not
    /// end that early.
    pub until: Option<Timestamp>,
    /// Called when it fires, with the time; an error ends the wait.
    pub ring: &'a dyn Fn(Timestamp) -> io::Result<()>,
}

impl Clock for AlarmClock<'_> {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn wait(
        &mut self,
        descriptors: &[BorrowedFd<'_>],
        until: Option<Timestamp>,
    ) -> io::Result<Wake> {
        let is_over = |at: &Timestamp| self.until.is_some_and(|until| until <= *at);
        let alarm = self.alarm.at().filter(|at| !is_over(at));
        let wake = self
            .clock
            .wait(descriptors, until.into_iter().chain(alarm).min())?;
        let now = self.clock.now();
        if wake == Wake::Interrupted {
            self.until = Some(now);
        } else if alarm.is_some() && self.alarm.take(now) {
            (self.ring)(now)?;
        }
        Ok(wake)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::time::Duration;

    use super::*;
    use crate::clock::VirtualClock;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_start(Duration::from_secs(seconds))
    }

    /// Waits in steps of a minute and returns when it rang; each ring sets the next of these alarms.
    fn rings(alarms: &[u64], until: u64) -> Vec<Timestamp> {
        let alarm = Alarm::default();
        let mut alarms = alarms.iter().copied().map(at);
        alarm.set(alarms.next());
        let (alarms, rings) = (RefCell::new(alarms), RefCell::new(Vec::new()));
        let mut clock = AlarmClock {
            clock: Box::new(VirtualClock::default()),
            alarm: &alarm,
            until: Some(at(until)),
            ring: &|now| {
                rings.borrow_mut().push(now);
                alarm.set(alarms.borrow_mut().next());
                Ok(())
            },
        };
        while clock.now() < at(600) {
            let minutes = clock.now().since_start().as_secs() / 60;
            let wake = clock.wait(&[], Some(at((minutes + 1) * 60))).unwrap();
            assert_eq!(wake, Wake::Due);
        }
        rings.take()
    }

    #[test]
    fn it_rings_at_its_time_while_something_else_is_waited_for() {
        assert_eq!(rings(&[90, 120, 301], 600), [at(90), at(120), at(301)]);
        assert_eq!(rings(&[], 600), [], "it is not set");
        assert_eq!(rings(&[90, 300], 200), [at(90)], "the end comes first");
    }

    #[test]
    fn it_does_not_ring_after_an_interrupt() {
        let alarm = Alarm::default();
        let mut clock = AlarmClock {
            clock: Box::new(VirtualClock::default()),
            alarm: &alarm,
            until: None,
            ring: &|_| Err(io::ErrorKind::BrokenPipe.into()),
        };
        assert_eq!(clock.wait(&[], None).unwrap(), Wake::Interrupted);
        alarm.set(Some(at(5)));
        assert_eq!(clock.wait(&[], Some(at(9))).unwrap(), Wake::Due);
        assert_eq!(clock.now(), at(9));
    }
}
