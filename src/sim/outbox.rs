//! Input reports on their way to the host, in the order of their time.

use std::collections::BTreeMap;

use crate::units::Timestamp;

/// Reports sorted by due time; those of the same time keep the order in which they were put in.
#[derive(Clone, Debug, Default)]
pub(super) struct Outbox {
    reports: BTreeMap<(Timestamp, u64), Vec<u8>>,
    pushed: u64,
}

impl Outbox {
    /// Sends `report` so that it arrives at `due`.
    pub(super) fn push(&mut self, due: Timestamp, report: Vec<u8>) {
        self.reports.insert((due, self.pushed), report);
        self.pushed += 1;
    }

    /// Takes the oldest report that has arrived at `now`.
    pub(super) fn pop(&mut self, now: Timestamp) -> Option<Vec<u8>> {
        let first = self.reports.first_entry()?;
        (first.key().0 <= now).then(|| first.remove())
    }

    /// When the oldest report arrives.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.reports.keys().next().map(|&(due, _)| due)
    }

    /// Loses everything that is under way, as when the plug is pulled.
    pub(super) fn clear(&mut self) {
        self.reports.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn reports_leave_by_time_then_by_order_of_entry() {
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
}
