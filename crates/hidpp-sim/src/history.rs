//! The reports that the host sent to a simulated device, for tests to inspect.

use std::collections::VecDeque;

use hidpp_proto::units::Timestamp;

/// How many requests are stored; older ones are dropped.
const REMEMBERED: usize = 4096;

/// An output report the host has sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// When it was sent.
    pub at: Timestamp,
    /// All its bytes, from the report id on.
    pub report: Vec<u8>,
}

/// The last few thousand output reports.
#[derive(Clone, Debug, Default)]
pub(super) struct History(VecDeque<Sent>);

impl History {
    pub(super) fn remember(&mut self, at: Timestamp, report: &[u8]) {
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        let report = report.to_vec();
        self.0.push_back(Sent { at, report });
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &Sent> {
        self.0.iter()
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_reports_are_dropped() {
        let mut history = History::default();
        for number in 0..=REMEMBERED {
            history.remember(Timestamp::START, &number.to_be_bytes());
        }
        assert_eq!(history.iter().len(), REMEMBERED);
        let first = history.iter().next().map(|sent| sent.report.clone());
        assert_eq!(first, Some(1_usize.to_be_bytes().to_vec()));
    }
}
