//! When a node may be closed, and when the devices on which the kernel reported are polled.

use std::collections::BTreeMap;
use std::time::Duration;

use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::DeviceIndex;

/// How long a node stays open after the last message; messages tend to come in bursts.
const LINGER: Duration = Duration::from_secs(1);

/// How long the kernel may take to drive a device again that it gave up, or to report that the device is
/// unpaired.
const GRACE: Duration = Duration::from_secs(3);

/// How long a device is left alone after the first report of the kernel: there are several when one
/// wakes.
const SETTLING: Duration = Duration::from_millis(500);

/// How shortly before the kernel's report a message of the device itself is what it reports on.
const FRESH: Duration = Duration::from_secs(1);

/// What a node with standby has to do, and when.
#[derive(Debug, Default)]
pub(super) struct StandbySchedule {
    /// When to see whether the node may be closed.
    check_due: Option<Timestamp>,
    /// The devices on which the kernel reported, to be polled.
    polls: BTreeMap<DeviceIndex, PendingPoll>,
}

/// A device on which the kernel reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PendingPoll {
    /// When it first did.
    reported: Timestamp,
    /// The device had been offline, so a message that it sent on its own is not enough.
    was_offline: bool,
}

impl PendingPoll {
    /// Whether the device's last reading, or the last poll, is what the kernel reports on.
    pub(super) fn is_answered_by(
        self,
        reading: Option<Timestamp>,
        polled: Option<Timestamp>,
    ) -> bool {
        let last = reading.filter(|_| !self.was_offline).max(polled);
        last.is_some_and(|at| at + FRESH >= self.reported)
    }
}

impl StandbySchedule {
    /// There was an exchange: it may be over a little later.
    pub(super) fn on_exchange(&mut self, now: Timestamp) {
        self.check_due = Some(now + LINGER);
    }

    /// The kernel drives a device now, or no longer.
    pub(super) fn on_coverage(&mut self, now: Timestamp) {
        self.check_due = Some(now + GRACE);
    }

    /// The kernel reported on a device, which was offline or not. Its first report counts.
    pub(super) fn on_report(&mut self, now: Timestamp, index: DeviceIndex, was_offline: bool) {
        self.polls.entry(index).or_insert(PendingPoll {
            reported: now,
            was_offline,
        });
    }

    /// What the kernel reported on a device counts no more.
    pub(super) fn forget(&mut self, index: DeviceIndex) {
        self.polls.remove(&index);
    }

    /// Whether it is time to see if the node may be closed, once.
    pub(super) fn take_check(&mut self, now: Timestamp) -> bool {
        self.check_due.take_if(|due| *due <= now).is_some()
    }

    /// The polls that are due, once.
    pub(super) fn take_polls(&mut self, now: Timestamp) -> Vec<(DeviceIndex, PendingPoll)> {
        let mut due = Vec::new();
        self.polls.retain(|index, poll| {
            let is_due = poll.reported + SETTLING <= now;
            if is_due {
                due.push((*index, *poll));
            }
            !is_due
        });
        due
    }

    pub(super) fn has_polls(&self) -> bool {
        !self.polls.is_empty()
    }

    /// When [`Self::take_check`] has something to do.
    pub(super) const fn check_due(&self) -> Option<Timestamp> {
        self.check_due
    }

    /// When [`Self::take_polls`] has something to do.
    pub(super) fn polls_due(&self) -> Option<Timestamp> {
        let polls = self.polls.values();
        polls.map(|poll| poll.reported + SETTLING).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: DeviceIndex = DeviceIndex(1);
    const TWO: DeviceIndex = DeviceIndex(2);

    fn at(milliseconds: u64) -> Timestamp {
        Timestamp::from_start(Duration::from_millis(milliseconds))
    }

    #[test]
    fn a_check_comes_once_after_the_last_exchange() {
        let mut standby = StandbySchedule::default();
        assert!(!standby.take_check(at(10_000)));
        standby.on_exchange(at(0));
        standby.on_exchange(at(500));
        assert_eq!(standby.check_due(), Some(at(1500)));
        assert!(!standby.take_check(at(1499)));
        assert!(standby.take_check(at(1500)));
        assert!(!standby.take_check(at(1500)));
        standby.on_coverage(at(2000));
        assert_eq!(standby.check_due(), Some(at(5000)));
    }

    #[test]
    fn reports_in_a_burst_are_one_poll() {
        let mut standby = StandbySchedule::default();
        standby.on_report(at(0), ONE, true);
        standby.on_report(at(300), ONE, false);
        standby.on_report(at(300), TWO, false);
        assert_eq!(standby.polls_due(), Some(at(500)));
        assert_eq!(standby.take_polls(at(499)), []);
        let first = PendingPoll {
            reported: at(0),
            was_offline: true,
        };
        assert_eq!(standby.take_polls(at(500)), [(ONE, first)]);
        assert!(standby.has_polls());
        standby.forget(TWO);
        assert!(!standby.has_polls());
        assert_eq!(standby.polls_due(), None);
    }

    #[test]
    fn a_message_just_before_the_report_answers_it_unless_the_device_was_offline() {
        for (was_offline, reading, polled, answered) in [
            (false, None, None, false),
            (false, Some(1000), None, true),
            (false, Some(999), None, false),
            (true, Some(1999), None, false),
            (true, Some(1999), Some(1000), true),
            (false, Some(0), Some(2100), true),
            (true, None, Some(999), false),
        ] {
            let poll = PendingPoll {
                reported: at(2000),
                was_offline,
            };
            let is_answered = poll.is_answered_by(reading.map(at), polled.map(at));
            assert_eq!(is_answered, answered, "{poll:?} {reading:?} {polled:?}");
        }
    }
}
