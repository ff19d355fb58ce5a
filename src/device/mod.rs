//! Facts about receivers and devices: who they are, and what was last known of battery and light.

mod battery;
mod doubt;
mod identity;
mod light;
mod receiver;
mod sources;

pub use battery::{Battery, BatteryLevel, BatterySource, ChargeState, ValueKind};
pub use doubt::is_odd;
pub use identity::device_id;
pub use light::{Light, LightLevel};
pub use receiver::{ReceiverFamily, ReceiverModel};

use crate::feature::pairing_information::{PowerSwitch, Serial};
use crate::feature::root::ProtocolVersion;
use crate::feature::{DeviceKind, FirmwareVersion};
use crate::wire::{Slot, Wpid};

/// A receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receiver {
    /// Names it across replugs: its serial number, or its USB ids and node.
    pub id: String,
    /// What sort of receiver it is.
    pub model: ReceiverModel,
    /// USB vendor id.
    pub vendor: u16,
    /// USB product id.
    pub product: u16,
    /// Where it is.
    pub node: String,
    /// Its serial number.
    pub serial: Option<Serial>,
    /// Its firmware.
    pub firmware: Option<FirmwareVersion>,
    /// How many devices it can be paired with.
    pub slots: Option<u8>,
    /// How many it is paired with.
    pub paired: Option<u8>,
}

/// Whether a device can be talked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It answered.
    Online,
    /// It is paired but asleep, switched off or out of range.
    Offline,
    /// It was not asked, or asking failed.
    Unknown,
}

/// A device paired with a receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Names it across replugs, see [`device_id`].
    pub id: String,
    /// The [`Receiver::id`] of its receiver.
    pub receiver: String,
    /// Where it is on its receiver.
    pub slot: Slot,
    /// Its name: the full one if the device was asked for it, else the receiver's short one.
    pub name: Option<String>,
    /// What sort of device it is.
    pub kind: Option<DeviceKind>,
    /// The model.
    pub wpid: Option<Wpid>,
    /// Its serial number.
    pub serial: Option<Serial>,
    /// Its version of HID++.
    pub protocol: Option<ProtocolVersion>,
    /// Its firmware.
    pub firmware: Option<FirmwareVersion>,
    /// Where its power switch is.
    pub power_switch: Option<PowerSwitch>,
    /// Whether it can be talked to.
    pub presence: Presence,
    /// Its battery, as last known.
    pub battery: Option<Battery>,
    /// The light on it, as last measured.
    pub light: Option<Light>,
}

impl Device {
    /// A device in a slot, of which nothing else is known.
    pub const fn new(id: String, receiver: String, slot: Slot) -> Self {
        Self {
            id,
            receiver,
            slot,
            name: None,
            kind: None,
            wpid: None,
            serial: None,
            protocol: None,
            firmware: None,
            power_switch: None,
            presence: Presence::Unknown,
            battery: None,
            light: None,
        }
    }
}
