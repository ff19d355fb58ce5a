//! 73 real devices from dumps: names, models, feature tables, firmware, batteries.
//!
//! The data is in `devices.txt`, with the source of each entry. [`devices`] parses it, and an
//! [`Entry`] builds a simulated device from it, with a serial number chosen by the caller.

mod build;
mod parse;

use super::battery::{Battery, Register};
use super::battery_features::BatteryView;
use super::device::Kind;
use hidpp_proto::units::Lux;

pub use parse::ParseError;

/// The text of the list of devices.
const DEVICES: &str = include_str!("devices.txt");

/// How a device is connected to its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// By a receiver, with this wireless product id.
    Receiver(u16),
    /// As the pad of a Powerplay receiver, with this product id.
    Pad(u16),
    /// By a USB cable or a dongle of its own: vendor and product id.
    Usb(u16, u16),
    /// By Bluetooth: vendor and product id.
    Bluetooth(u16, u16),
}

/// The register or feature that reports the battery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Register 07 or 0D of HID++ 1.0.
    Register(Register),
    /// A battery feature.
    Feature(BatteryView),
    /// Feature 4301, in this light.
    Solar(Lux),
}

impl Source {
    /// The number of the register or feature. The two number spaces are separate.
    pub fn number(&self) -> u16 {
        match self {
            Self::Register(register) => register.address().into(),
            Self::Feature(view) => view.id(),
            Self::Solar(_) => 0x4301,
        }
    }
}

/// One line of a feature table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeatureLine {
    /// The feature's id; zero where the dump lost the line.
    pub id: u16,
    /// Its type flags.
    pub flags: u8,
    /// The version of the feature; `None` where the dump does not show it.
    pub version: Option<u8>,
}

/// The kind of unit id that a device has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitId {
    /// A number that differs from the serial number. All devices without a receiver have such an
    /// id.
    Own,
    /// Its serial number.
    Serial,
    /// No unit id: all bits are set.
    None,
}

/// The kind of a firmware part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartKind {
    /// The firmware itself.
    Main = 0,
    /// The boot loader.
    Bootloader = 1,
    /// The hardware.
    Hardware = 2,
    /// Anything else, which dumps do not specify; simulated as a "soft device".
    Other = 5,
}

/// A part of the firmware.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its kind.
    pub kind: PartKind,
    /// Its name, three ASCII characters; spaces on HID++ 1.0.
    pub prefix: [u8; 3],
    /// Number, revision and two bytes of build, all BCD.
    pub version: [u8; 4],
}

/// A device of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its full name.
    pub name: &'static str,
    /// Its short name, empty where its receiver has none.
    pub codename: &'static str,
    /// How it is connected.
    pub connection: Connection,
    /// The kind of device.
    pub kind: Kind,
    /// Its version of HID++.
    pub protocol: [u8; 2],
    /// Milliseconds between its reports, where that is known.
    pub interval: Option<u8>,
    /// The place of its power switch, zero where it is not known.
    pub power_switch: u8,
    /// The byte that follows its name in the receiver's record.
    pub name_end: u8,
    /// Whether its serial number is zero.
    pub no_serial: bool,
    /// Its model id; `None` for old devices.
    pub model: Option<[u8; 6]>,
    /// The kind of its unit id.
    pub unit: UnitId,
    /// The transports, if they differ from those of the model id.
    pub transports: Option<u16>,
    /// Whether the device's own node accepts long reports but no short ones.
    pub long_reports_only: bool,
    /// The notification flags that a HID++ 1.0 device stores.
    pub flags: [u8; 3],
    /// The parts of its firmware.
    pub firmware: Vec<Part>,
    /// Its features from index 1 on.
    pub features: Vec<FeatureLine>,
    /// Its battery and what reports it.
    pub battery: Option<(Source, Battery)>,
}

/// All devices in the order of the list, which can contain a model twice.
pub fn devices() -> Vec<Entry> {
    // A test checks that no entry is skipped.
    parse::parse(DEVICES).into_iter().flatten().collect()
}

/// The first device of the list with this short name.
pub fn find(codename: &str) -> Option<Entry> {
    let mut all = devices().into_iter();
    all.find(|entry| entry.codename == codename)
}

#[cfg(test)]
mod tests;
