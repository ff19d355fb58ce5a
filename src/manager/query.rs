use std::fmt;
use std::time::Duration;

use crate::device::Device;
use hidpp_proto::feature::DeviceKind;
use hidpp_proto::session::Wanted;

/// What to read, and of whom.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a list of wishes, each on its own"
)]
pub struct Query {
    /// What is wanted of each device.
    pub wanted: Wanted,
    /// Whether the receivers' short names of the devices are wanted.
    pub names: bool,
    /// Whether to follow the devices from then on.
    pub follow: bool,
    /// Whether nodes are kept closed while nothing is to be asked and the kernel tells what happens
    /// there. Where the kernel drives nothing, they stay open.
    pub quiet: bool,
    /// How old the light on a solar keyboard may get before it is measured again, while the
    /// keyboard is awake and followed; `None`: it is not measured for its age.
    pub light_every: Option<Duration>,
    /// Whether the receivers' firmware is wanted.
    pub receiver_firmware: bool,
    /// Which devices are wanted; empty: all.
    pub devices: Vec<Selector>,
    /// When to give up.
    pub timeout: Duration,
}

impl Query {
    /// Asks each device once for this, and its receiver for its name.
    pub const fn once(wanted: Wanted, timeout: Duration) -> Self {
        Self {
            wanted,
            names: true,
            follow: false,
            quiet: false,
            light_every: None,
            receiver_firmware: false,
            devices: Vec::new(),
            timeout,
        }
    }

    /// Whether this device is among those that are wanted.
    pub(super) fn selects(&self, device: &Device) -> bool {
        self.devices.is_empty() || self.devices.iter().any(|it| it.selects(device))
    }
}

/// Picks devices by what a person calls them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector(String);

impl Selector {
    /// An id, serial number, wpid, kind or slot number, or a part of a name.
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// Whether hardware with this name and product id is meant.
    pub fn names(&self, name: Option<&str>, product: u16) -> bool {
        let wanted = self.0.to_lowercase();
        let name = name.unwrap_or_default().to_lowercase();
        !wanted.is_empty() && (name.contains(&wanted) || format!("{product:04x}") == wanted)
    }

    /// Whether this device is meant.
    pub fn selects(&self, device: &Device) -> bool {
        let wanted = self.0.to_lowercase();
        let exactly = |text: Option<String>| text.is_some_and(|text| text.to_lowercase() == wanted);
        let called = |name: &Option<String>| {
            let name = name.as_deref().unwrap_or_default().to_lowercase();
            !wanted.is_empty() && name.contains(&wanted)
        };
        exactly(Some(device.id.clone()))
            || device
                .links()
                .any(|(link, _)| exactly(link.slot().map(|slot| slot.to_string())))
            || exactly(device.serial.clone())
            || exactly(device.wpid.map(|wpid| wpid.to_string()))
            || exactly(device.kind.and_then(DeviceKind::name).map(str::to_owned))
            || called(&device.name)
            || called(&device.full_name)
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::Link;
    use hidpp_proto::wire::{Slot, Wpid};

    #[test]
    fn a_device_answers_to_all_its_names() {
        let slot = Slot::new(1).unwrap();
        let device = Device {
            name: Some("K750".to_owned()),
            full_name: Some("Wireless Solar Keyboard K750".to_owned()),
            kind: Some(DeviceKind::Keyboard),
            wpid: Some(Wpid(0x4002)),
            serial: Some("5692B2EC".to_owned()),
            ..Device::new(
                "4002-5692B2EC".to_owned(),
                Link::Paired {
                    receiver: "AF4F95EA".to_owned(),
                    slot,
                },
            )
        };
        for text in [
            "k750",
            "K75",
            "solar keyboard",
            "4002",
            "5692b2ec",
            "1",
            "keyboard",
            "4002-5692B2EC",
        ] {
            assert!(Selector::new(text).selects(&device), "{text}");
        }
        for text in ["2", "mouse", "", "400"] {
            assert!(!Selector::new(text).selects(&device), "{text}");
        }
    }
}
