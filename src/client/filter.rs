//! The devices and values that a front end shows: the same through solar-statusd as when the
//! devices are read directly.

use crate::device::{Device, Link, Receiver, Selector};

/// The devices and values to report.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The devices to report: those that one of them may select; empty: all.
    pub devices: Vec<Selector>,
    /// Whether names are needed even if they are not shown, to find the user's settings for a device.
    pub needs_names: bool,
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
    /// The values shown by default: names, charge and light.
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
    /// Whether this device is reported: whether it may be selected, depending on the other devices
    /// and its receiver ([`Selection`](crate::device::Selection)).
    pub fn reports(&self, device: &Device) -> bool {
        self.devices.is_empty() || self.devices.iter().any(|it| it.may_select(device))
    }

    /// Removes the values of a device that are not shown.
    pub fn trim(&self, device: &mut Device) {
        // All fields are listed, so that adding one forces a decision here.
        let Device {
            link,
            name,
            full_name,
            firmware,
            has_battery,
            battery,
            light,
            // Not shown without the battery: `Device::time_left`.
            forecast: _,
            // Not a value of the device.
            preferences: _,
            // Identity and presence are always shown.
            id: _,
            other_links: _,
            stored_name: _,
            kind: _,
            wpid: _,
            serial: _,
            protocol: _,
            power_switch: _,
            presence: _,
            seen: _,
        } = device;
        if !self.values.battery {
            (*has_battery, *battery, *light) = (None, None, None);
        }
        if !self.values.firmware {
            *firmware = None;
        }
        let named = self.values.name || self.needs_names || !self.devices.is_empty();
        if !named && !self.values.full_name {
            *full_name = None;
            // For a device with its own node the system stores the name, so it costs no request.
            if matches!(link, Link::Paired { .. }) {
                *name = None;
            }
        }
    }

    /// Removes the values of a receiver that are not shown.
    pub fn trim_receiver(&self, receiver: &mut Receiver) {
        // All fields are listed, as above.
        let Receiver {
            firmware,
            id: _,
            model: _,
            vendor: _,
            product: _,
            node: _,
            serial: _,
            slots: _,
            paired: _,
        } = receiver;
        if !self.values.firmware {
            *firmware = None;
        }
    }
}
