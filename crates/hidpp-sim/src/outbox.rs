//! A queue of input reports in transit to the host, ordered by time of arrival.

use std::collections::BTreeMap;
use std::time::Duration;

use hidpp_proto::units::Timestamp;

/// Reports sorted by due time; those with the same time keep their order of insertion.
#[derive(Clone, Debug, Default)]
pub(super) struct Outbox {
    reports: BTreeMap<Place, Vec<u8>>,
    pushed: u64,
    /// The minimum time between two reports, if any.
    pace: Option<Duration>,
    /// When the next report can arrive at the earliest.
    free: Timestamp,
}

/// The position of a report in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    due: Timestamp,
    number: u64,
}

impl Outbox {
    /// An outbox that sends at most one report per `pace`.
    pub(super) fn paced(pace: Duration) -> Self {
        Self {
            pace: Some(pace),
            ..Self::default()
        }
    }

    /// Sends `report` so that it arrives at `due`, or as soon as those before it have arrived.
    pub(super) fn push(&mut self, due: Timestamp, report: Vec<u8>) -> Place {
        if self.pace.is_some_and(|pace| due + pace < self.free) {
            // The host's clock was set back.
            self.free = Timestamp::START;
        }
        let place = Place {
            due,
            number: self.pushed,
        };
        self.reports.insert(place, report);
        self.pushed += 1;
        place
    }

    /// Drops a report that is still in transit.
    pub(super) fn withdraw(&mut self, place: Place) {
        self.reports.remove(&place);
    }

    /// Takes the oldest report that has arrived at `now`.
    pub(super) fn pop(&mut self, now: Timestamp) -> Option<Vec<u8>> {
        let arrived = self.next_due().filter(|due| *due <= now)?;
        self.free = self.pace.map_or(Timestamp::START, |pace| arrived + pace);
        self.reports.pop_first().map(|(_, report)| report)
    }

    /// When the oldest report arrives.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        let first = self.reports.keys().next()?;
        Some(first.due.max(self.free))
    }

    /// Drops all reports in transit, as when unplugged.
    pub(super) fn clear(&mut self) {
        self.reports.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_leave_by_time_then_by_order_of_insertion() {
        let (start, later) = (
            Timestamp::START,
            Timestamp::from_start(Duration::from_millis(1)),
        );
        let mut outbox = Outbox::default();
        outbox.push(later, vec![3]);
        outbox.push(start, vec![1]);
        outbox.push(start, vec![2]);

        assert_eq!(outbox.pop(start), Some(vec![1]));
        assert_eq!(outbox.pop(start), Some(vec![2]));
        assert_eq!(outbox.pop(start), None);
        assert_eq!(outbox.next_due(), Some(later));
        assert_eq!(outbox.pop(later), Some(vec![3]));
    }

    #[test]
    fn a_paced_outbox_keeps_its_distance_and_its_order() {
        let at = |millis| Timestamp::from_start(Duration::from_millis(millis));
        let mut outbox = Outbox::paced(Duration::from_millis(2));
        for number in 1..=3 {
            outbox.push(at(1), vec![number]);
        }
        assert_eq!(outbox.pop(at(1)), Some(vec![1]));
        assert_eq!(outbox.pop(at(2)), None);
        assert_eq!(outbox.next_due(), Some(at(3)));
        outbox.push(at(4), vec![4]);
        // The pace applies to the times of arrival, not to the times at which the host reads.
        let arrived: Vec<_> = std::iter::from_fn(|| outbox.pop(at(6))).collect();
        assert_eq!(arrived, [[2], [3]]);
        assert_eq!(outbox.next_due(), Some(at(7)));
        assert_eq!(outbox.pop(at(7)), Some(vec![4]));
    }

    #[test]
    fn a_clock_that_is_set_back_delays_nothing() {
        let mut outbox = Outbox::paced(Duration::from_millis(2));
        let late = Timestamp::from_start(Duration::from_secs(3600));
        outbox.push(late, vec![1]);
        assert_eq!(outbox.pop(late), Some(vec![1]));
        outbox.push(Timestamp::START, vec![2]);
        assert_eq!(outbox.pop(Timestamp::START), Some(vec![2]));
    }

    #[test]
    fn a_withdrawn_report_does_not_arrive() {
        let mut outbox = Outbox::default();
        let lost = outbox.push(Timestamp::START, vec![1]);
        outbox.push(Timestamp::START, vec![2]);
        outbox.withdraw(lost);
        assert_eq!(outbox.pop(Timestamp::START), Some(vec![2]));
        assert_eq!(outbox.next_due(), None);
    }
}
