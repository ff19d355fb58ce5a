//! What a session finds out.

use super::doubt::Doubt;
use super::request::RequestError;
use crate::feature::device_connection::DeviceConnection;
use crate::feature::device_information::DeviceInformation;
use crate::feature::pairing_information::{PowerSwitch, Serial};
use crate::feature::root::ProtocolVersion;
use crate::feature::{DeviceKind, FirmwareVersion, Reading};
use crate::wire::{DeviceIndex, FeatureId, FeatureIndex, Wpid};

/// What a receiver reports about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReceiverRecord {
    /// Its serial number.
    pub serial: Option<Serial>,
    /// What a Bolt receiver has instead.
    pub unique_id: Option<String>,
    /// How many devices it can be paired with.
    pub slots: Option<u8>,
    /// How many it is paired with.
    pub paired: Option<u8>,
    /// Its firmware.
    pub firmware: Option<FirmwareVersion>,
}

/// What a receiver reports about a paired device, awake or not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
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

/// A fact about the device in a slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeviceFact {
    /// Its version of HID++.
    Protocol(ProtocolVersion),
    /// The index of a feature in it; `None`: it lacks the feature.
    Feature(FeatureId, Option<FeatureIndex>),
    /// Its own, full name; never empty.
    Name(String),
    /// What kind of device it is, as it reports itself.
    Kind(DeviceKind),
    /// Its firmware.
    Firmware(FirmwareVersion),
    /// What it states of its identity.
    Identity(DeviceInformation),
    /// A battery value.
    Battery(Reading),
    /// It sent what may be its battery or a reply to another program: request the battery to know it.
    Unclear,
    /// It has no battery feature or register that this crate can read.
    NoBattery,
    /// It did not send the light measurement that was requested.
    NoLight,
    /// What is known of it seems to be wrong, and is requested again.
    Stale(Doubt),
    /// It did not answer: asleep, switched off or out of range.
    Absent(RequestError),
    /// It answered, but not with what was requested: busy all the time, or an error.
    Failed(RequestError),
}

/// Something the session found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// What the receiver reported about itself so far; before any [`Event::Paired`].
    Receiver(ReceiverRecord),
    /// The receiver's records of a device are complete but for its name.
    Paired(DeviceIndex, PairingRecord),
    /// The receiver's short name of a device, if it has one.
    Named(DeviceIndex, Option<String>),
    /// All slots were read.
    Discovered,
    /// The receiver did not answer.
    DiscoveryFailed(RequestError),
    /// Something about a device.
    Device(DeviceIndex, DeviceFact),
    /// Everything that is wanted of a device was requested, or it is absent.
    Probed(DeviceIndex),
    /// A device came, went, or lost its link.
    Connection(DeviceIndex, DeviceConnection),
    /// A device is back and lost its settings.
    Awake(DeviceIndex),
    /// A device's light key was pressed.
    LightKey(DeviceIndex),
}

impl DeviceFact {
    /// What a reading means: a battery value, or that the device is switched off.
    pub(in crate::session) fn of_reading(reading: Reading) -> Self {
        if reading.is_off() {
            Self::Absent(RequestError::Disconnected)
        } else {
            Self::Battery(reading)
        }
    }
}
