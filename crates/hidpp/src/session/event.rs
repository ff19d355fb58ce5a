//! The events of a session: everything it finds out.

use super::request::RequestError;
use super::stale::StaleReason;
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
    /// The unique id of a Bolt receiver, which has no serial number.
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
    /// The kind of the device.
    pub kind: Option<DeviceKind>,
    /// Its serial number.
    pub serial: Option<Serial>,
    /// Its short name.
    pub name: Option<String>,
    /// Where its power switch is.
    pub power_switch: Option<PowerSwitch>,
    /// Whether it had a link when the receiver announced it; `None`: not announced.
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
    /// What it reports about its identity.
    Identity(DeviceInformation),
    /// Its serial number, as a headset that speaks Centurion reports it.
    Serial(String),
    /// A battery value.
    Battery(Reading),
    /// It sent a report that is either a battery reading or a reply to another program: poll the
    /// battery to find out.
    Unclear,
    /// It has no battery feature or register that this crate can read.
    NoBattery,
    /// It did not send the requested light measurement in time.
    NoLight,
    /// Its cached knowledge seems to be stale and is requested again.
    Stale(StaleReason),
    /// It did not answer: asleep, switched off or out of range.
    Absent(RequestError),
    /// It answered, but without the requested value: busy until the retries were used up, or an
    /// error.
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
    /// Everything to be read from a device was requested, or the device is absent.
    Probed(DeviceIndex),
    /// A device was paired, unpaired, or its link changed.
    Connection(DeviceIndex, DeviceConnection),
    /// A device reconnected and has lost its settings.
    Awake(DeviceIndex),
    /// A device's light key was pressed.
    LightKey(DeviceIndex),
}

impl DeviceFact {
    /// The fact that a reading stands for: a battery value, or a switched-off device.
    pub(in crate::session) fn of_reading(reading: Reading) -> Self {
        if reading.is_off() {
            Self::Absent(RequestError::Disconnected)
        } else {
            Self::Battery(reading)
        }
    }
}
