//! The changes of the devices that are shown: those that `--device` selects, out of all that it may
//! select, without those that the configuration hides.

use std::collections::{BTreeMap, BTreeSet};

use crate::cli::options::ConfigArgs;
use crate::cli::selecting::{self, Choice, Unmatched};
use crate::device::{Change, Changed, Device, Receiver, Selector};

/// Passes on the changes of selected devices and of their receivers.
///
/// A device is added when it begins to be selected, and removed when it ends, as when a later
/// device matches exactly what it matches in part. A receiver is added before the first of its
/// selected devices, and removed after the last. Until all present devices were reported, nothing
/// is passed on, because each may change which others are selected.
pub(super) struct Selected {
    choice: Choice,
    /// All reported devices, by id.
    devices: BTreeMap<String, Device>,
    receivers: Vec<Receiver>,
    /// The ids of the devices and receivers that were passed on.
    shown: BTreeSet<String>,
    shown_receivers: BTreeSet<String>,
    /// Whether all present devices were reported.
    is_settled: bool,
}

impl Selected {
    pub(super) fn new(selectors: &[Selector], config: &ConfigArgs) -> Self {
        let choice = Choice::new(selectors, config);
        Self {
            is_settled: choice.is_everything(),
            choice,
            devices: BTreeMap::new(),
            receivers: Vec::new(),
            shown: BTreeSet::new(),
            shown_receivers: BTreeSet::new(),
        }
    }

    /// The selectors that match no device so far, with the nearest texts that match one, be it
    /// selected or not.
    pub(super) fn unmatched(&self, unselected: &[Device]) -> Vec<Unmatched> {
        let mut unselected = unselected.to_vec();
        for device in &mut unselected {
            self.choice.apply(device, &self.receivers);
        }
        let known: Vec<&Device> = self.devices.values().chain(&unselected).collect();
        selecting::unmatched(self.choice.selection(), &known, &self.receivers)
    }

    /// Everything present is about to be reported again.
    pub(super) fn begin(&mut self) {
        self.devices.clear();
        self.receivers.clear();
        self.shown.clear();
        self.shown_receivers.clear();
        self.is_settled = self.choice.is_everything();
    }

    /// Everything present was reported. Returns the changes to pass on.
    pub(super) fn settle(&mut self) -> Vec<Change> {
        self.is_settled = true;
        self.update()
    }

    /// Returns the changes to pass on for a change.
    pub(super) fn on_change(&mut self, mut change: Change) -> Vec<Change> {
        if let Some(device) = change.device_mut() {
            self.choice.apply(device, &self.receivers);
        }
        let mut described = Vec::new();
        let was_shown = match &change {
            Change::ReceiverAdded(receiver) => {
                self.receivers.retain(|it| it.id != receiver.id);
                self.receivers.push(receiver.clone());
                described = self.learn();
                self.shown_receivers.contains(&receiver.id)
            }
            Change::ReceiverRemoved(receiver) => {
                self.receivers.retain(|it| it.id != receiver.id);
                described = self.learn();
                self.shown_receivers.remove(&receiver.id)
            }
            Change::DeviceAdded(device)
            | Change::DeviceChanged(device, _)
            | Change::DeviceRead(device) => {
                self.devices.insert(device.id.clone(), device.clone());
                described = self.learn();
                self.shown.contains(&device.id)
            }
            Change::DeviceRemoved(device) => {
                self.devices.remove(&device.id);
                self.shown.remove(&device.id)
            }
            Change::LightKey(device) => self.shown.contains(&device.id),
            Change::Identified { .. } => true,
        };
        if !self.is_settled {
            return Vec::new();
        }
        let mut changes = self.update();
        let is_shown = match &change {
            Change::ReceiverAdded(receiver) => self.shown_receivers.contains(&receiver.id),
            Change::DeviceAdded(device)
            | Change::DeviceChanged(device, _)
            | Change::DeviceRead(device)
            | Change::LightKey(device) => self.shown.contains(&device.id),
            Change::ReceiverRemoved(_) | Change::DeviceRemoved(_) | Change::Identified { .. } => {
                true
            }
        };
        if was_shown && is_shown {
            changes.insert(0, change);
        }
        described.retain(|device| self.shown.contains(&device.id));
        let described = described.into_iter();
        changes.extend(described.map(|it| Change::DeviceChanged(it, vec![Changed::Description])));
        changes
    }

    /// Matches all devices with the selectors and the configuration again: receivers and other
    /// devices decide as well. Returns the shown devices whose settings differ now.
    fn learn(&mut self) -> Vec<Device> {
        let mut different = Vec::new();
        for device in self.devices.values_mut() {
            let before = device.preferences.clone();
            self.choice.learn(device, &self.receivers);
            if device.preferences != before && self.shown.contains(&device.id) {
                different.push(device.clone());
            }
        }
        different
    }

    /// Returns the changes that make the selected devices and receivers the ones that were passed
    /// on.
    fn update(&mut self) -> Vec<Change> {
        let Self {
            choice,
            devices,
            receivers,
            shown,
            shown_receivers,
            ..
        } = self;
        let (mut added, mut removed) = (Vec::new(), Vec::new());
        for device in devices.values() {
            if !choice.keeps(device, receivers) {
                let was_shown = shown.remove(&device.id);
                removed.extend(was_shown.then(|| Change::DeviceRemoved(device.clone())));
            } else if shown.insert(device.id.clone()) {
                added.push(Change::DeviceAdded(device.clone()));
            }
        }
        let mut changes = Vec::new();
        for receiver in &*receivers {
            let shown = devices.values().filter(|device| shown.contains(&device.id));
            if !choice.keeps_receiver(receiver, shown) {
                let was_shown = shown_receivers.remove(&receiver.id);
                removed.extend(was_shown.then(|| Change::ReceiverRemoved(receiver.clone())));
            } else if shown_receivers.insert(receiver.id.clone()) {
                changes.push(Change::ReceiverAdded(receiver.clone()));
            }
        }
        changes.append(&mut added);
        changes.append(&mut removed);
        changes
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::config;
    use crate::device::samples::{battery, mouse};
    use crate::device::{ChargeState, Link, OtherLink, Presence, ReceiverModel};
    use hidpp_proto::wire::Slot;

    fn device(id: &str, name: &str) -> Device {
        Device {
            name: Some(name.to_owned()),
            link: Link::Paired {
                receiver: "AF4F95EA".to_owned(),
                slot: Slot::new(1).unwrap(),
            },
            ..mouse(id, battery(60, ChargeState::Discharging))
        }
    }

    fn receiver(id: &str) -> Receiver {
        Receiver {
            id: id.into(),
            model: ReceiverModel::of(0x046D, 0xC52B).unwrap(),
            vendor: 0x046D,
            product: 0xC52B,
            node: "/dev/hidraw0".into(),
            serial: None,
            firmware: None,
            slots: Some(6),
            paired: Some(2),
        }
    }

    /// The selection by this text, before anything was reported.
    fn unsettled(text: &str) -> Selected {
        Selected::new(&[text.parse().unwrap()], &ConfigArgs::default())
    }

    fn selected(text: &str) -> Selected {
        let mut selected = unsettled(text);
        assert!(selected.settle().is_empty());
        selected
    }

    #[test]
    fn until_all_is_reported_nothing_is_passed_on() {
        let mut selected = unsettled("K380");
        for change in [
            Change::ReceiverAdded(receiver("AF4F95EA")),
            Change::DeviceAdded(device("B", "Keyboard K380")),
            Change::DeviceAdded(device("A", "K380")),
        ] {
            assert!(selected.on_change(change).is_empty());
        }
        let expected = [
            Change::ReceiverAdded(receiver("AF4F95EA")),
            Change::DeviceAdded(device("A", "K380")),
        ];
        assert_eq!(selected.settle(), expected);
        assert!(selected.settle().is_empty());
    }

    #[test]
    fn a_receiver_is_removed_after_its_last_selected_device() {
        let mut selected = selected("K750");
        selected.on_change(Change::ReceiverAdded(receiver("AF4F95EA")));
        // The receiver of another link counts as well.
        let linked = Device {
            link: Link::Direct {
                node: "/dev/hidraw1".to_owned(),
                bus: "usb".to_owned(),
                product: 0xC547,
            },
            other_links: vec![OtherLink {
                link: device("A", "K750").link,
                presence: Presence::Online,
            }],
            ..device("A", "K750")
        };
        let changes = selected.on_change(Change::DeviceAdded(linked.clone()));
        let added = Change::ReceiverAdded(receiver("AF4F95EA"));
        assert_eq!(changes, [added, Change::DeviceAdded(linked.clone())]);
        let changes = selected.on_change(Change::DeviceRemoved(linked.clone()));
        let removed = Change::ReceiverRemoved(receiver("AF4F95EA"));
        assert_eq!(changes, [Change::DeviceRemoved(linked), removed]);
    }

    #[test]
    fn a_receiver_is_passed_on_with_its_first_selected_device() {
        let mut selected = selected("K750");
        for id in ["AF4F95EA", "00000001"] {
            assert!(
                selected
                    .on_change(Change::ReceiverAdded(receiver(id)))
                    .is_empty()
            );
        }
        let other = Change::DeviceAdded(device("B", "M705"));
        assert!(selected.on_change(other).is_empty());
        let changes = selected.on_change(Change::DeviceAdded(device("A", "K750")));
        let expected = [
            Change::ReceiverAdded(receiver("AF4F95EA")),
            Change::DeviceAdded(device("A", "K750")),
        ];
        assert_eq!(changes, expected);
        let gone = Change::ReceiverRemoved(receiver("00000001"));
        assert!(selected.on_change(gone).is_empty());
        let gone = Change::ReceiverRemoved(receiver("AF4F95EA"));
        assert_eq!(selected.on_change(gone.clone()), [gone]);
    }

    #[test]
    fn a_partial_match_is_removed_for_a_later_exact_one_and_does_not_return() {
        let mut selected = selected("K380");
        let part = || device("B", "Keyboard K380");
        let exact = || device("A", "K380");
        let added = selected.on_change(Change::DeviceAdded(part()));
        assert_eq!(added, [Change::DeviceAdded(part())]);
        let changes = selected.on_change(Change::DeviceAdded(exact()));
        let expected = [Change::DeviceAdded(exact()), Change::DeviceRemoved(part())];
        assert_eq!(changes, expected);
        let gone = selected.on_change(Change::DeviceRemoved(exact()));
        assert_eq!(gone, [Change::DeviceRemoved(exact())]);
        let what = vec![Changed::Presence];
        let slept = Change::DeviceChanged(part(), what);
        assert!(selected.on_change(slept).is_empty());
        selected.begin();
        let again = Change::DeviceAdded(part());
        assert!(selected.on_change(again).is_empty(), "it is remembered");
    }

    #[test]
    fn a_receiver_that_is_found_later_selects_its_devices() {
        let mut selected = selected("receiver:unifying");
        let k750 = || device("A", "K750");
        assert!(selected.on_change(Change::DeviceAdded(k750())).is_empty());
        let found = Change::ReceiverAdded(receiver("AF4F95EA"));
        let expected = [found.clone(), Change::DeviceAdded(k750())];
        assert_eq!(selected.on_change(found), expected);
    }

    #[test]
    fn a_receiver_that_is_found_later_names_and_hides_its_devices() {
        let text = "[[device]]\nmatch = 'receiver:unifying'\nname = 'desk'";
        let follow = |text: &str| {
            let config = ConfigArgs {
                content: Arc::new(config::parse(text).unwrap()),
                ..ConfigArgs::default()
            };
            let mut selected = Selected::new(&[], &config);
            selected.settle();
            selected.on_change(Change::DeviceAdded(device("A", "K750")));
            selected.on_change(Change::ReceiverAdded(receiver("AF4F95EA")))
        };
        let [found, Change::DeviceChanged(named, what)] = &follow(text)[..] else {
            panic!("a receiver and a change")
        };
        assert_eq!(*found, Change::ReceiverAdded(receiver("AF4F95EA")));
        assert_eq!(named.shown_name(), Some("desk"));
        assert_eq!(what[..], [Changed::Description]);
        let hidden = follow(&format!("{text}\nhide = true"));
        assert!(
            matches!(hidden[..], [_, Change::DeviceRemoved(_)]),
            "{hidden:?}"
        );
        assert_eq!(follow("").len(), 1);
    }
}
