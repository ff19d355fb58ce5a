//! Devices named with `--device` that are not present.

use crate::device::{Change, Selector};

/// The devices named with `--device` that were not found yet. Those still missing when all present
/// devices were reported are reported once; following goes on and waits for them.
pub(super) struct Missing(Vec<Selector>);

impl Missing {
    pub(super) fn of(asked_for: &[Selector]) -> Self {
        Self(asked_for.to_vec())
    }

    pub(super) fn on_change(&mut self, change: &Change) {
        if let Change::DeviceAdded(device) | Change::DeviceChanged(device, _) = change {
            self.0.retain(|it| !it.selects(device));
        }
    }

    /// Called when all present devices were reported. Returns a text for each missing one.
    pub(super) fn settle(&mut self) -> impl Iterator<Item = String> + use<> {
        std::mem::take(&mut self.0).into_iter().map(|it| {
            format!(
                "no device is called “{it}”; waiting for it to be plugged in, to connect or to be paired"
            )
        })
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
        let reports: Vec<String> = missing.settle().collect();
        let [report] = &reports[..] else {
            panic!("{reports:?}")
        };
        assert!(
            report.starts_with("no device is called “K270”;"),
            "{report}"
        );
        assert_eq!(missing.settle().count(), 0);
    }
}
