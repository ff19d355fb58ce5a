//! Devices named with `--device` that are not present.

use std::collections::HashSet;

use crate::cli::selecting::Unmatched;
use crate::manager::Unreadable;

/// The devices named with `--device` that were not found yet. Those still missing when all present
/// devices were reported are reported once; following goes on and waits for them.
#[derive(Default)]
pub(super) struct Missing {
    /// The hardware that is present, and was reported as unreadable.
    unreadable: Vec<Unreadable>,
    /// The selectors that were reported, as written.
    reported: HashSet<String>,
    /// Something could not be read since [`Self::begin`]; it may be a missing device.
    has_failed: bool,
}

impl Missing {
    /// Everything present is about to be reported.
    pub(super) fn begin(&mut self) {
        self.unreadable.clear();
        self.has_failed = false;
    }

    /// This hardware is present, and is reported as unreadable.
    pub(super) fn on_unreadable(&mut self, unreadable: &Unreadable) {
        if !self.unreadable.contains(unreadable) {
            self.unreadable.push(unreadable.clone());
        }
    }

    /// A node or device could not be read, which is reported.
    pub(super) const fn on_failure(&mut self) {
        self.has_failed = true;
    }

    /// Called when all present devices were reported, with the selectors that match none of them.
    /// Returns a text for each, unless it may be what could not be read.
    pub(super) fn settle(&mut self, unmatched: &[Unmatched]) -> Vec<String> {
        if self.has_failed {
            return Vec::new();
        }
        let remedy = "waiting for it to be plugged in, to connect or to be paired";
        let mut texts = Vec::new();
        for one in unmatched {
            let selector = &one.selector;
            let mut unreadable = self.unreadable.iter();
            let is_unreadable = unreadable.any(|it| selector.names(it.name.as_deref(), it.product));
            if !is_unreadable && self.reported.insert(selector.to_string()) {
                texts.push(one.text(remedy));
            }
        }
        texts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::selecting;
    use crate::device::samples::{battery, mouse};
    use crate::device::{ChargeState, Selection};

    fn unmatched(selection: &Selection) -> Vec<Unmatched> {
        selecting::unmatched(selection, &[], &[])
    }

    #[test]
    fn a_missing_device_is_reported_once() {
        let mut selection = Selection::new(&["C087-1", "K270"].map(|it| it.parse().unwrap()));
        let device = mouse("C087-1", battery(60, ChargeState::Discharging));
        selection.learn(&device, &[]);
        let mut missing = Missing::default();
        let reports = missing.settle(&unmatched(&selection));
        let [report] = &reports[..] else {
            panic!("{reports:?}")
        };
        assert!(report.starts_with("no device matches “K270”;"), "{report}");
        assert!(missing.settle(&unmatched(&selection)).is_empty());
    }

    #[test]
    fn after_a_failure_nothing_counts_as_missing_until_all_is_reported_without_one() {
        let selection = Selection::new(&["K270".parse().unwrap()]);
        let mut missing = Missing::default();
        missing.on_failure();
        assert!(missing.settle(&unmatched(&selection)).is_empty());
        missing.begin();
        assert_eq!(missing.settle(&unmatched(&selection)).len(), 1);
    }
}
