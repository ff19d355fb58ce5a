//! Devices named with `--device` that are not present.

use crate::cli::value_text;
use crate::device::{Change, Selector};
use crate::manager::Unreadable;

/// The devices named with `--device` that were not found yet. Those still missing when all present
/// devices were reported are reported once; following goes on and waits for them.
pub(super) struct Missing {
    selectors: Vec<Selector>,
    /// Something could not be read since [`Self::begin`]; it may be a missing device.
    has_failed: bool,
}

impl Missing {
    pub(super) fn of(asked_for: &[Selector]) -> Self {
        Self {
            selectors: asked_for.to_vec(),
            has_failed: false,
        }
    }

    /// Everything present is about to be reported.
    pub(super) const fn begin(&mut self) {
        self.has_failed = false;
    }

    pub(super) fn on_change(&mut self, change: &Change) {
        if let Change::DeviceAdded(device) | Change::DeviceChanged(device, _) = change {
            self.selectors.retain(|it| !it.selects(device));
        }
    }

    /// This hardware is present, and is reported as unreadable.
    pub(super) fn on_unreadable(&mut self, unreadable: &Unreadable) {
        self.selectors
            .retain(|it| !it.names(unreadable.name.as_deref(), unreadable.product));
    }

    /// A node or device could not be read, which is reported.
    pub(super) const fn on_failure(&mut self) {
        self.has_failed = true;
    }

    /// Called when all present devices were reported. Returns a text for each missing one, unless
    /// it may be what could not be read.
    pub(super) fn settle(&mut self) -> Vec<String> {
        if self.has_failed {
            return Vec::new();
        }
        let remedy = "waiting for it to be plugged in, to connect or to be paired";
        let missing = std::mem::take(&mut self.selectors).into_iter();
        missing
            .map(|it| value_text::not_found(&it, remedy))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::ChargeState;
    use crate::device::samples::{battery, mouse};

    #[test]
    fn a_missing_device_is_reported_once() {
        let mut missing = Missing::of(&["C087-1", "K270"].map(Selector::new));
        let device = mouse("C087-1", battery(60, ChargeState::Discharging));
        missing.on_change(&Change::DeviceAdded(device));
        let reports = missing.settle();
        let [report] = &reports[..] else {
            panic!("{reports:?}")
        };
        assert!(
            report.starts_with("no device is called “K270”;"),
            "{report}"
        );
        assert!(missing.settle().is_empty());
    }

    #[test]
    fn after_a_failure_nothing_counts_as_missing_until_all_is_reported_without_one() {
        let mut missing = Missing::of(&[Selector::new("K270")]);
        missing.on_failure();
        assert!(missing.settle().is_empty());
        missing.begin();
        assert_eq!(missing.settle().len(), 1);
    }
}
