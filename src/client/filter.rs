//! Which devices a front end shows, and which of their values: a client of solar-statusd shows no more
//! than one that reads the devices itself.

use crate::device::{Device, Link, Receiver, Selector};

/// The devices and values to show.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The devices; empty: all.
    pub devices: Vec<Selector>,
    /// Which values are shown.
    pub values: Shown,
}

/// Kinds of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is chosen independently"
)]
pub struct Shown {
    /// The short name, from the receiver.
    pub name: bool,
    /// The full name, from the device.
    pub full_name: bool,
    /// Charge and light.
    pub battery: bool,
    /// Firmware versions.
    pub firmware: bool,
}

impl Default for Shown {
    /// What a person sees at a glance: names, charge and light.
    fn default() -> Self {
        Self {
            name: true,
            full_name: false,
            battery: true,
            firmware: false,
        }
    }
}

impl Filter {
    /// Whether this device is shown.
    pub fn selects(&self, device: &Device) -> bool {
        self.devices.is_empty() || self.devices.iter().any(|it| it.selects(device))
    }

    /// Removes the values of a device that are not shown.
    pub fn trim(&self, device: &mut Device) {
        if !self.values.battery {
            device.has_battery = None;
            device.battery = None;
            device.light = None;
        }
        if !self.values.firmware {
            device.firmware = None;
        }
        let named = self.values.name || !self.devices.is_empty();
        if !named && !self.values.full_name {
            device.full_name = None;
            // That of a device with a node of its own is the system's, and costs nothing.
            if matches!(device.link, Link::Paired { .. }) {
                device.name = None;
            }
        }
    }

    /// Removes the values of a receiver that are not shown.
    pub fn trim_receiver(&self, receiver: &mut Receiver) {
        if !self.values.firmware {
            receiver.firmware = None;
        }
    }
}
