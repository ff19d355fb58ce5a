//! The daemon's objects, kept as its signals tell: what a signal changes about whom.

use std::collections::HashMap;

use crate::bus::{self, DEVICE_INTERFACE, RECEIVER_INTERFACE, Values};
use crate::cli::asked::Asked;
use crate::cli::daemon::Interfaces;
use crate::device::{Device, Receiver};
use crate::manager::{Change, Changed};

/// All objects that are there, by their paths.
pub(super) struct Mirror<'a> {
    asked: Asked<'a>,
    devices: HashMap<String, Object<Device>>,
    receivers: HashMap<String, Object<Receiver>>,
}

/// An object with all its values.
struct Object<T> {
    values: Values,
    /// As last told; `None`: it is not among those that are wanted.
    told: Option<T>,
}

impl<T> Object<T> {
    const fn new(values: Values) -> Self {
        Self { values, told: None }
    }
}

impl<'a> Mirror<'a> {
    pub(super) fn new(asked: Asked<'a>) -> Self {
        Self {
            asked,
            devices: HashMap::new(),
            receivers: HashMap::new(),
        }
    }

    /// Whether nobody is there, wanted or not.
    pub(super) fn is_empty(&self) -> bool {
        self.devices.is_empty() && self.receivers.is_empty()
    }

    /// An object, or an interface of one, is there.
    pub(super) fn appear(&mut self, path: &str, mut interfaces: Interfaces) -> Option<Change> {
        if let Some(values) = interfaces.remove(RECEIVER_INTERFACE) {
            let object = self.receivers.entry(path.to_owned());
            object.or_insert_with(|| Object::new(Values::new())).values = values;
            return self.look_at_receiver(path);
        }
        let values = interfaces.remove(DEVICE_INTERFACE)?;
        let object = self.devices.entry(path.to_owned());
        object.or_insert_with(|| Object::new(Values::new())).values = values;
        self.look_at_device(path)
    }

    /// Some values of an object are different.
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

    /// Interfaces of an object are gone.
    pub(super) fn vanish(&mut self, path: &str, interfaces: &[String]) -> Option<Change> {
        let gone = |interface: &str| interfaces.iter().any(|it| it == interface);
        if gone(RECEIVER_INTERFACE) {
            let receiver = self.receivers.remove(path)?.told?;
            return Some(Change::ReceiverRemoved(receiver));
        }
        if gone(DEVICE_INTERFACE) {
            let device = self.devices.remove(path)?.told?;
            return Some(Change::DeviceRemoved(device));
        }
        None
    }

    /// The light key of a device was pressed.
    pub(super) fn light_key(&self, path: &str) -> Option<Change> {
        let device = self.devices.get(path)?.told.clone()?;
        Some(Change::LightKey(device))
    }

    fn look_at_receiver(&mut self, path: &str) -> Option<Change> {
        let object = self.receivers.get_mut(path)?;
        let mut receiver = bus::receiver(&object.values)?;
        self.asked.trim_receiver(&mut receiver);
        object.told = Some(receiver.clone());
        Some(Change::ReceiverAdded(receiver))
    }

    fn look_at_device(&mut self, path: &str) -> Option<Change> {
        let object = self.devices.get_mut(path)?;
        let mut now = bus::device(&object.values)?;
        // Its name may come a little later.
        if !self.asked.selects(&now) && object.told.is_none() {
            return None;
        }
        self.asked.trim(&mut now);
        let Some(before) = object.told.replace(now.clone()) else {
            return Some(Change::DeviceAdded(now));
        };
        let what = Changed::between(&before, &now);
        (!what.is_empty()).then_some(Change::DeviceChanged(now, what))
    }
}
