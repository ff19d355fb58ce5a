//! A cache of the daemon's objects, updated by its signals, which converts each signal to a change.

use std::collections::HashMap;

use crate::bus::{self, DEVICE_INTERFACE, RECEIVER_INTERFACE, Values};
use crate::client::calls::Interfaces;
use crate::client::filter::Filter;
use crate::device::{Change, Device, Receiver};

/// All existing objects, by their paths.
pub(super) struct ObjectCache<'a> {
    filter: &'a Filter,
    devices: HashMap<String, Cached<Device>>,
    receivers: HashMap<String, Cached<Receiver>>,
}

/// An object with all its values.
struct Cached<T> {
    values: Values,
    /// As last reported; `None`: it is not selected.
    reported: Option<T>,
}

impl<T> Cached<T> {
    const fn new(values: Values) -> Self {
        Self {
            values,
            reported: None,
        }
    }
}

impl<'a> ObjectCache<'a> {
    pub(super) fn new(filter: &'a Filter) -> Self {
        Self {
            filter,
            devices: HashMap::new(),
            receivers: HashMap::new(),
        }
    }

    /// Whether there are no objects, selected or not.
    pub(super) fn is_empty(&self) -> bool {
        self.devices.is_empty() && self.receivers.is_empty()
    }

    /// The devices that the filter leaves out.
    pub(super) fn unselected(&self) -> Vec<Device> {
        let objects = self.devices.values().filter(|it| it.reported.is_none());
        objects.filter_map(|it| bus::device(&it.values)).collect()
    }

    /// The object of a reported device.
    pub(super) fn path(&self, id: &str) -> Option<&str> {
        let is_it =
            |object: &Cached<Device>| object.reported.as_ref().is_some_and(|it| it.id == id);
        let object = self.devices.iter().find(|(_, object)| is_it(object));
        object.map(|(path, _)| path.as_str())
    }

    /// Adds an object, or an interface of one.
    pub(super) fn appear(&mut self, path: &str, mut interfaces: Interfaces) -> Option<Change> {
        if let Some(values) = interfaces.remove(RECEIVER_INTERFACE) {
            let object = self.receivers.entry(path.to_owned());
            object.or_insert_with(|| Cached::new(Values::new())).values = values;
            return self.look_at_receiver(path);
        }
        let values = interfaces.remove(DEVICE_INTERFACE)?;
        let object = self.devices.entry(path.to_owned());
        object.or_insert_with(|| Cached::new(Values::new())).values = values;
        self.look_at_device(path)
    }

    /// Updates some values of an object.
    pub(super) fn change(
        &mut self,
        path: &str,
        interface: &str,
        different: Values,
    ) -> Option<Change> {
        match interface {
            RECEIVER_INTERFACE => {
                self.receivers.get_mut(path)?.values.extend(different);
                self.look_at_receiver(path)
            }
            DEVICE_INTERFACE => {
                self.devices.get_mut(path)?.values.extend(different);
                self.look_at_device(path)
            }
            _ => None,
        }
    }

    /// Removes interfaces of an object.
    pub(super) fn vanish(&mut self, path: &str, interfaces: &[String]) -> Option<Change> {
        let gone = |interface: &str| interfaces.iter().any(|it| it == interface);
        if gone(RECEIVER_INTERFACE) {
            let receiver = self.receivers.remove(path)?.reported?;
            return Some(Change::ReceiverRemoved(receiver));
        }
        if gone(DEVICE_INTERFACE) {
            let device = self.devices.remove(path)?.reported?;
            return Some(Change::DeviceRemoved(device));
        }
        None
    }

    /// The light key of a device was pressed.
    pub(super) fn light_key(&self, path: &str) -> Option<Change> {
        let device = self.devices.get(path)?.reported.clone()?;
        Some(Change::LightKey(device))
    }

    fn look_at_receiver(&mut self, path: &str) -> Option<Change> {
        let object = self.receivers.get_mut(path)?;
        let mut receiver = bus::receiver(&object.values)?;
        self.filter.trim_receiver(&mut receiver);
        object.reported = Some(receiver.clone());
        Some(Change::ReceiverAdded(receiver))
    }

    fn look_at_device(&mut self, path: &str) -> Option<Change> {
        let object = self.devices.get_mut(path)?;
        let mut now = bus::device(&object.values)?;
        // Its name may arrive a little later.
        if !self.filter.reports(&now) && object.reported.is_none() {
            return None;
        }
        self.filter.trim(&mut now);
        let Some(before) = object.reported.replace(now.clone()) else {
            return Some(Change::DeviceAdded(now));
        };
        Change::between(&before, &now)
    }
}

#[cfg(test)]
mod tests {
    use zbus::Variant;

    use super::*;
    use crate::device::Changed;

    fn values<const N: usize>(values: [(&str, Variant<'static>); N]) -> Values {
        let owned = |value: Variant<'static>| value.try_into_owned().unwrap();
        let values = values.into_iter();
        values
            .map(|(name, value)| (name.to_owned(), owned(value)))
            .collect()
    }

    fn k750(name: &'static str) -> Interfaces {
        let values = values([
            ("Id", "4002-392A0750".into()),
            ("Name", name.into()),
            ("Connection", "receiver".into()),
            ("Receiver", "AF4F95EA".into()),
            ("Slot", 1_u8.into()),
        ]);
        HashMap::from([(DEVICE_INTERFACE.to_owned(), values)])
    }

    #[test]
    fn a_device_is_reported_once_its_name_is_selected() {
        let filter = Filter {
            devices: vec!["K750".parse().unwrap()],
            ..Filter::default()
        };
        let mut cache = ObjectCache::new(&filter);
        assert_eq!(cache.appear("/k750", k750("")), None);
        assert_eq!(cache.light_key("/k750"), None);
        assert_eq!(cache.unselected().len(), 1);
        let named = cache.change("/k750", DEVICE_INTERFACE, values([("Name", "K750".into())]));
        assert!(matches!(named, Some(Change::DeviceAdded(_))), "{named:?}");
        assert_eq!(cache.unselected(), []);
        let slept = values([("Presence", "offline".into())]);
        let slept = cache.change("/k750", DEVICE_INTERFACE, slept);
        let Some(Change::DeviceChanged(_, what)) = slept else {
            unreachable!("it was reported")
        };
        assert_eq!(what, [Changed::Presence]);
        let upower = "org.freedesktop.UPower.Device".to_owned();
        assert_eq!(cache.vanish("/k750", &[upower]), None, "it stays");
        let gone = cache.vanish("/k750", &[DEVICE_INTERFACE.to_owned()]);
        assert!(matches!(gone, Some(Change::DeviceRemoved(_))), "{gone:?}");
        assert!(cache.is_empty());
    }

    #[test]
    fn an_unchanged_battery_that_was_read_again_is_reported() {
        let filter = Filter::default();
        let mut cache = ObjectCache::new(&filter);
        assert!(cache.appear("/k750", k750("K750")).is_some());
        let mut read = |at: u64| {
            let values = values([
                ("Charge", 57.into()),
                ("ValueKind", "percent".into()),
                ("Source", "4301".into()),
                ("BatteryTime", at.into()),
            ]);
            cache.change("/k750", DEVICE_INTERFACE, values)
        };
        assert!(matches!(read(1), Some(Change::DeviceChanged(..))));
        assert!(matches!(read(2), Some(Change::DeviceRead(_))));
        assert_eq!(read(2), None);
    }

    #[test]
    fn a_sign_of_life_alone_is_not_reported() {
        let filter = Filter::default();
        let mut cache = ObjectCache::new(&filter);
        assert!(cache.appear("/k750", k750("K750")).is_some());
        let seen = values([("LastSeen", 1_u64.into())]);
        assert_eq!(cache.change("/k750", DEVICE_INTERFACE, seen), None);
    }

    #[test]
    fn more_facts_about_a_receiver_do_not_make_another_receiver() {
        let filter = Filter::default();
        let mut cache = ObjectCache::new(&filter);
        let receiver = values([
            ("Id", "AF4F95EA".into()),
            ("VendorId", 0x046D_u16.into()),
            ("ProductId", 0xC52B_u16.into()),
            ("Node", "/dev/hidraw0".into()),
        ]);
        let receiver = HashMap::from([(RECEIVER_INTERFACE.to_owned(), receiver)]);
        assert!(cache.appear("/receiver", receiver).is_some());
        let paired = values([("Paired", 3_u8.into())]);
        let Some(Change::ReceiverAdded(receiver)) =
            cache.change("/receiver", RECEIVER_INTERFACE, paired)
        else {
            unreachable!("it is reported")
        };
        assert_eq!(
            (receiver.id.as_str(), receiver.paired),
            ("AF4F95EA", Some(3))
        );
    }
}
