//! The changes of the devices that are shown: those that `--device` selects, out of all that it may
//! select, without those that the configuration hides.

use std::collections::{BTreeMap, BTreeSet};

use crate::cli::options::ConfigArgs;
use crate::cli::selecting::{self, Unmatched};
use crate::device::{Change, Changed, Device, Receiver, Selection, Selector};

/// Passes on the changes of selected devices and of their receivers.
///
/// A device is added when it begins to be selected, and removed when it ends, as when a later
/// device matches exactly what it matches in part. A receiver is added with the first of its
/// selected devices.
pub(super) struct Selected {
    selection: Selection,
    config: ConfigArgs,
    /// All reported devices, by id.
    devices: BTreeMap<String, Device>,
    receivers: Vec<Receiver>,
    /// The ids of the devices and receivers that were passed on.
    shown: BTreeSet<String>,
    shown_receivers: BTreeSet<String>,
}

impl Selected {
    pub(super) fn new(selectors: &[Selector], config: &ConfigArgs) -> Self {
        Self {
            selection: Selection::new(selectors),
            config: config.clone(),
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
            self.config.content.apply(device, &self.receivers);
        }
        let known: Vec<&Device> = self.devices.values().chain(&unselected).collect();
        selecting::unmatched(&self.selection, &known, &self.receivers)
    }

    /// Everything present is about to be reported again.
    pub(super) fn begin(&mut self) {
        self.devices.clear();
        self.receivers.clear();
        self.shown.clear();
        self.shown_receivers.clear();
    }

    /// Returns the changes to pass on for a change.
    pub(super) fn on_change(&mut self, mut change: Change) -> Vec<Change> {
        if self.selection.is_everything() && !self.config.content.has_sections() {
            return vec![change];
        }
        if let Some(device) = change.device_mut() {
            self.config.content.apply(device, &self.receivers);
        }
        match change {
            Change::ReceiverAdded(receiver) => {
                self.receivers.retain(|it| it.id != receiver.id);
                self.receivers.push(receiver.clone());
                if self.selection.is_everything() {
                    self.shown_receivers.insert(receiver.id.clone());
                }
                let is_shown = self.shown_receivers.contains(&receiver.id);
                let added = is_shown.then_some(Change::ReceiverAdded(receiver));
                let mut described = self.match_again();
                let mut changes: Vec<Change> = added.into_iter().chain(self.update()).collect();
                described.retain(|device| self.shown.contains(&device.id));
                let described = described.into_iter();
                changes.extend(
                    described.map(|it| Change::DeviceChanged(it, vec![Changed::Description])),
                );
                changes
            }
            Change::ReceiverRemoved(receiver) => {
                self.receivers.retain(|it| it.id != receiver.id);
                let was_shown = self.shown_receivers.remove(&receiver.id);
                let removed = was_shown.then_some(Change::ReceiverRemoved(receiver));
                removed.into_iter().collect()
            }
            Change::DeviceRemoved(device) => {
                self.devices.remove(&device.id);
                let was_shown = self.shown.remove(&device.id);
                let removed = was_shown.then_some(Change::DeviceRemoved(device));
                removed.into_iter().collect()
            }
            Change::DeviceAdded(device) => {
                self.shown.remove(&device.id);
                self.take(device)
            }
            Change::DeviceChanged(device, what) => {
                let was_shown = self.shown.contains(&device.id);
                let mut changes = self.take(device.clone());
                if was_shown && self.shown.contains(&device.id) {
                    changes.push(Change::DeviceChanged(device, what));
                }
                changes
            }
            Change::DeviceRead(device) => {
                let is_shown = self.shown.contains(&device.id);
                self.devices.insert(device.id.clone(), device.clone());
                let read = is_shown.then_some(Change::DeviceRead(device));
                read.into_iter().collect()
            }
            Change::LightKey(device) => {
                let is_shown = self.shown.contains(&device.id);
                let pressed = is_shown.then_some(Change::LightKey(device));
                pressed.into_iter().collect()
            }
            Change::Identified { .. } => vec![change],
        }
    }

    fn take(&mut self, device: Device) -> Vec<Change> {
        self.selection.learn(&device, &self.receivers);
        self.devices.insert(device.id.clone(), device);
        self.update()
    }

    /// Matches all devices with the selectors and the configuration, in which more may match after a
    /// receiver was found. Returns the shown devices whose settings differ now.
    fn match_again(&mut self) -> Vec<Device> {
        let mut different = Vec::new();
        for device in self.devices.values_mut() {
            let before = device.preferences.clone();
            self.config.content.apply(device, &self.receivers);
            self.selection.learn(device, &self.receivers);
            if device.preferences != before && self.shown.contains(&device.id) {
                different.push(device.clone());
            }
        }
        different
    }

    /// Returns the changes that make the selected devices the ones that were passed on.
    fn update(&mut self) -> Vec<Change> {
        let mut changes = Vec::new();
        for device in self.devices.values() {
            let is_shown = self.shown.contains(&device.id);
            let is_visible = self.config.keeps_hidden || !device.preferences.is_hidden;
            let is_selected = is_visible && self.selection.selects(device, &self.receivers);
            match (is_selected, is_shown) {
                (true, false) => {
                    let receiver = device.receiver();
                    let receiver = self.receivers.iter().find(|it| Some(&*it.id) == receiver);
                    if let Some(receiver) = receiver
                        && self.shown_receivers.insert(receiver.id.clone())
                    {
                        changes.push(Change::ReceiverAdded(receiver.clone()));
                    }
                    self.shown.insert(device.id.clone());
                    changes.push(Change::DeviceAdded(device.clone()));
                }
                (false, true) => {
                    self.shown.remove(&device.id);
                    changes.push(Change::DeviceRemoved(device.clone()));
                }
                (true, true) | (false, false) => {}
            }
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::config;
    use crate::device::samples::{battery, mouse};
    use crate::device::{ChargeState, Link, ReceiverModel};
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

    fn selected(text: &str) -> Selected {
        Selected::new(&[text.parse().unwrap()], &ConfigArgs::default())
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
