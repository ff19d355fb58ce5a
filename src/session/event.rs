//! What a session finds out.

use super::request::RequestError;
use crate::feature::battery_mileage::BatteryMileage;
use crate::feature::battery_status::BatteryStatus;
use crate::feature::device_connection::DeviceConnection;
use crate::feature::pairing_information::{PowerSwitch, Serial};
use crate::feature::root::ProtocolVersion;
use crate::feature::solar_dashboard::SolarEvent;
use crate::feature::{DeviceKind, FirmwareVersion};
use crate::wire::{FeatureId, FeatureIndex, Slot, Wpid};

/// What a receiver says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReceiverRecord {
    /// Its serial number.
    pub serial: Option<Serial>,
    /// How many devices it can be paired with.
    pub slots: Option<u8>,
    /// How many it is paired with.
    pub paired: Option<u8>,
    /// Its firmware.
    pub firmware: Option<FirmwareVersion>,
}

/// What a receiver says of a paired device, awake or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PairingRecord {
    /// The model.
    pub wpid: Option<Wpid>,
    /// What sort of device it is.
    pub kind: Option<DeviceKind>,
    /// Its serial number.
    pub serial: Option<Serial>,
    /// Its short name.
    pub name: Option<String>,
    /// Where its power switch is.
    pub power_switch: Option<PowerSwitch>,
    /// Whether it had a link, where the receiver announced it.
    pub online: Option<bool>,
}

/// A battery value as its source gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// An event of feature 4301.
    Solar(SolarEvent),
    /// Register or notification 0D.
    Mileage(BatteryMileage),
    /// Register or notification 07.
    Status(BatteryStatus),
}

/// A fact about the device in a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceFact {
    /// It answered with this version of HID++.
    Protocol(ProtocolVersion),
    /// Where a feature stands in it; `None`: it lacks the feature.
    Feature(FeatureId, Option<FeatureIndex>),
    /// Its own, full name.
    Name(String),
    /// Its firmware.
    Firmware(FirmwareVersion),
    /// A battery value.
    Battery(Reading),
    /// It has no source of battery values that this program can read.
    NoBattery,
    /// It did not send the light measurement it was asked for.
    NoLight,
    /// It did not answer: asleep, switched off or out of range.
    Absent(RequestError),
    /// It answered, but not with what was asked: busy all the time, or an error.
    Failed(RequestError),
}

/// Something the session found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// What the receiver said about itself so far; before any [`Event::Paired`].
    Receiver(ReceiverRecord),
    /// The receiver's records of a slot are complete.
    Paired(Slot, PairingRecord),
    /// All slots were looked at.
    Discovered,
    /// The receiver did not answer.
    DiscoveryFailed(RequestError),
    /// Something about the device in a slot.
    Device(Slot, DeviceFact),
    /// Everything that was wanted of the device in a slot was asked, or it is absent.
    Probed(Slot),
    /// The device in a slot came, went, or lost its link.
    Connection(Slot, DeviceConnection),
    /// The light key of the device in a slot was pressed.
    LightKey(Slot),
}
