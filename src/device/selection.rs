//! Which of the known devices the user's selectors select.

use super::{Device, Match, Receiver, Selector};

/// Selectors, and how well each has matched a device so far.
///
/// A selector that has matched a device exactly selects only devices that it matches exactly;
/// until then it selects those that it matches in part. Such a match is remembered when the device
/// leaves, so that the selected devices change at most once because of it.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    selectors: Vec<(Selector, Option<Match>)>,
}

impl Selection {
    /// A selection by these selectors, which have not matched yet; without selectors it selects
    /// every device.
    pub fn new(selectors: &[Selector]) -> Self {
        let selectors = selectors.iter().map(|it| (it.clone(), None));
        Self {
            selectors: selectors.collect(),
        }
    }

    /// Whether it selects every device.
    pub const fn is_everything(&self) -> bool {
        self.selectors.is_empty()
    }

    /// Takes note of a known device: call it for each before [`Self::selects`].
    pub fn learn(&mut self, device: &Device, receivers: &[Receiver]) {
        for (selector, best) in &mut self.selectors {
            *best = (*best).max(selector.matches(device, receivers));
        }
    }

    /// Whether it selects this device.
    pub fn selects(&self, device: &Device, receivers: &[Receiver]) -> bool {
        let selects = |(selector, best): &(Selector, Option<Match>)| {
            let how = selector.matches(device, receivers);
            how.is_some() && how >= *best
        };
        self.is_everything() || self.selectors.iter().any(selects)
    }

    /// The selectors that matched no device.
    pub fn unmatched(&self) -> impl Iterator<Item = &Selector> {
        let unmatched = self.selectors.iter().filter(|(_, best)| best.is_none());
        unmatched.map(|(selector, _)| selector)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::samples::{battery, mouse};
    use crate::device::{ChargeState, DeviceKind};

    fn named(id: &str, name: &str, kind: Option<DeviceKind>) -> Device {
        Device {
            name: Some(name.to_owned()),
            kind,
            ..mouse(id, battery(60, ChargeState::Discharging))
        }
    }

    fn selected(texts: &[&str], devices: &[Device]) -> Vec<String> {
        let selectors: Vec<Selector> = texts.iter().map(|it| it.parse().unwrap()).collect();
        let mut selection = Selection::new(&selectors);
        for device in devices {
            selection.learn(device, &[]);
        }
        let devices = devices.iter();
        let devices = devices.filter(|device| selection.selects(device, &[]));
        devices.map(|it| it.id.clone()).collect()
    }

    #[test]
    fn an_exact_match_excludes_partial_ones() {
        let devices = [
            named("A", "K380", Some(DeviceKind::Keyboard)),
            named("B", "Bluetooth Multi-Device Keyboard K380", None),
            named("C", "M705", Some(DeviceKind::Mouse)),
        ];
        assert_eq!(selected(&["K380"], &devices), ["A"]);
        assert_eq!(selected(&["k38"], &devices), ["A", "B"]);
        assert_eq!(selected(&["K380", "multi-device"], &devices), ["A", "B"]);
        assert_eq!(selected(&["keyboard"], &devices), ["A"]);
        assert_eq!(selected(&["name:keyboard"], &devices), ["B"]);
        let named_like_a_kind = [
            named("A", "keyboard", Some(DeviceKind::Mouse)),
            named("B", "K380", Some(DeviceKind::Keyboard)),
        ];
        assert_eq!(selected(&["keyboard"], &named_like_a_kind), ["A"]);
        assert_eq!(selected(&["kind:keyboard"], &named_like_a_kind), ["B"]);
        assert_eq!(selected(&[], &devices), ["A", "B", "C"]);
    }

    #[test]
    fn a_remembered_exact_match_outlasts_its_device() {
        let mut selection = Selection::new(&["K380".parse().unwrap()]);
        let part = named("B", "Keyboard K380", None);
        selection.learn(&part, &[]);
        assert!(selection.selects(&part, &[]));
        selection.learn(&named("A", "K380", None), &[]);
        assert!(!selection.selects(&part, &[]));
        selection.learn(&part, &[]);
        assert!(!selection.selects(&part, &[]), "it stays");
    }

    #[test]
    fn what_matches_nothing_is_reported() {
        let selectors = ["K380", "slot:9"].map(|it| it.parse().unwrap());
        let mut selection = Selection::new(&selectors);
        selection.learn(&named("A", "K380", None), &[]);
        let unmatched: Vec<_> = selection.unmatched().map(ToString::to_string).collect();
        assert_eq!(unmatched, ["slot:9"]);
    }
}
