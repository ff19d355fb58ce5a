use std::fmt;

use super::{Device, DeviceKind};

/// Selects devices by a text from the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector(String);

impl Selector {
    /// An id, serial number, wpid, kind or slot number, or a part of a name.
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// Whether the selector matches hardware with this name and product id.
    pub fn names(&self, name: Option<&str>, product: u16) -> bool {
        let wanted = self.0.to_lowercase();
        let name = name.unwrap_or_default().to_lowercase();
        !wanted.is_empty() && (name.contains(&wanted) || format!("{product:04x}") == wanted)
    }

    /// Whether the selector matches this device.
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
