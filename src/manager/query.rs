use std::time::Duration;

use crate::feature::DeviceKind;
use crate::session::{PairingRecord, Wanted};
use crate::wire::Slot;

/// What to read, and of whom.
#[derive(Clone, Debug)]
pub struct Query {
    /// What is wanted of each device.
    pub wanted: Wanted,
    /// Whether the receivers' short names of the devices are wanted.
    pub names: bool,
    /// Whether the receivers' firmware is wanted.
    pub receiver_firmware: bool,
    /// Which devices are wanted; empty: all.
    pub devices: Vec<Selector>,
    /// When to give up.
    pub timeout: Duration,
}

/// Picks devices by what a person calls them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector(String);

impl Selector {
    /// An id, serial number, wpid, kind or slot number, or a part of the name.
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_lowercase())
    }

    /// Whether this device is meant.
    pub(super) fn selects(&self, id: &str, slot: Slot, record: &PairingRecord) -> bool {
        let exactly = |text: Option<String>| text.is_some_and(|text| text.to_lowercase() == self.0);
        let name = record.name.as_deref().unwrap_or_default().to_lowercase();
        exactly(Some(id.to_owned()))
            || exactly(Some(slot.to_string()))
            || exactly(record.serial.map(|serial| serial.to_string()))
            || exactly(record.wpid.map(|wpid| wpid.to_string()))
            || exactly(record.kind.and_then(DeviceKind::name).map(str::to_owned))
            || (!self.0.is_empty() && name.contains(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::pairing_information::Serial;
    use crate::wire::Wpid;

    #[test]
    fn a_device_answers_to_all_its_names() {
        let record = PairingRecord {
            wpid: Some(Wpid(0x4002)),
            kind: Some(DeviceKind::Keyboard),
            serial: Serial::new(0x5692_B2EC),
            name: Some("K750".to_owned()),
            ..PairingRecord::default()
        };
        let selects = |text: &str| {
            Selector::new(text).selects("4002-5692B2EC", Slot::new(1).unwrap(), &record)
        };
        for text in [
            "k750",
            "K75",
            "4002",
            "5692b2ec",
            "1",
            "keyboard",
            "4002-5692B2EC",
        ] {
            assert!(selects(text), "{text}");
        }
        for text in ["2", "mouse", "", "400"] {
            assert!(!selects(text), "{text}");
        }
    }
}
