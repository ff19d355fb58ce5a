//! What of all that solar-statusd knows was asked for: who asks the devices learns no more.

use super::options::{CommonArgs, Field};
use crate::device::{Device, Link, Receiver};

/// The devices and fields of the arguments.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a>(pub(super) &'a CommonArgs);

impl Asked<'_> {
    /// Whether this device is among those that are wanted.
    pub(super) fn selects(self, device: &Device) -> bool {
        let wanted = &self.0.device;
        wanted.is_empty() || wanted.iter().any(|it| it.selects(device))
    }

    /// Leaves out what is not wanted of a device.
    pub(super) fn trim(self, device: &mut Device) {
        if !self.wants(Field::Battery) {
            device.has_battery = None;
            device.battery = None;
            device.light = None;
        }
        if !self.wants(Field::Firmware) {
            device.firmware = None;
        }
        let called = self.wants(Field::Name) || !self.0.device.is_empty();
        if !called && !self.wants(Field::FullName) {
            device.full_name = None;
            // That of a device with a node of its own is the system's, and costs nothing.
            if matches!(device.link, Link::Paired { .. }) {
                device.name = None;
            }
        }
    }

    /// Leaves out what is not wanted of a receiver.
    pub(super) fn trim_receiver(self, receiver: &mut Receiver) {
        if !self.wants(Field::Firmware) {
            receiver.firmware = None;
        }
    }

    fn wants(self, field: Field) -> bool {
        self.0.fields.contains(&field)
    }
}
