//! Standby timing: when a node may be closed, and when devices on which the kernel reported are
//! polled.

use std::collections::BTreeMap;
use std::time::Duration;

use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::DeviceIndex;

/// How long a node stays open after the last message; messages tend to come in bursts.
const LINGER: Duration = Duration::from_secs(1);

/// How long the kernel may take to drive a device again after it stopped, or to report that the
/// device is unpaired.
const GRACE: Duration = Duration::from_secs(3);

/// Debounce time: a device is polled this long after the kernel's first report, because the kernel
/// reports several times when a device wakes.
const SETTLING: Duration = Duration::from_millis(500);

/// A message received from the device at most this long before the kernel's report counts as the
/// cause of the report.
const FRESH: Duration = Duration::from_secs(1);

/// The timers of a node with standby.
#[derive(Debug, Default)]
pub(super) struct StandbySchedule {
    /// When to check whether the node can be closed.
    check_due: Option<Timestamp>,
    /// The devices on which the kernel reported, to be polled.
    polls: BTreeMap<DeviceIndex, PendingPoll>,
}

/// A device on which the kernel reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PendingPoll {
    /// The time of the first report.
    reported: Timestamp,
    /// The device had been offline, so an unsolicited message is not enough: it has to be polled.
    was_offline: bool,
}

impl PendingPoll {
    /// Whether the device's last reading, or the last poll, already covers the kernel's report.
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
    /// There was traffic: postpones the check.
    pub(super) fn on_exchange(&mut self, now: Timestamp) {
        self.check_due = Some(now + LINGER);
    }

    /// The kernel started or stopped driving a device.
    pub(super) fn on_coverage(&mut self, now: Timestamp) {
        self.check_due = Some(now + GRACE);
    }

    /// The kernel reported on a device. Further reports before the poll are coalesced into the
    /// first.
    pub(super) fn on_report(&mut self, now: Timestamp, index: DeviceIndex, was_offline: bool) {
        self.polls.entry(index).or_insert(PendingPoll {
            reported: now,
            was_offline,
        });
    }

    /// Drops the pending poll of a device.
    pub(super) fn forget(&mut self, index: DeviceIndex) {
        self.polls.remove(&index);
    }

    /// Whether the check is due; `true` once.
    pub(super) fn take_check(&mut self, now: Timestamp) -> bool {
        self.check_due.take_if(|due| *due <= now).is_some()
    }

    /// Removes and returns the polls that are due.
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

    /// When to call [`Self::take_check`].
    pub(super) const fn check_due(&self) -> Option<Timestamp> {
        self.check_due
    }

    /// When to call [`Self::take_polls`].
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
    fn the_check_is_due_once_after_the_last_traffic() {
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
    fn a_burst_of_reports_is_coalesced_into_one_poll() {
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
    fn a_message_just_before_the_report_makes_the_poll_unnecessary_unless_the_device_was_offline() {
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
