//! The requests to a device, sent one at a time.

use crate::feature::firmware_version::{self, Item};
use crate::feature::notification_flags::{self, NotificationFlags};
use crate::feature::root;
use crate::feature::solar_dashboard::{self, LightMeasure};
use crate::feature::{
    BatteryFeature, BatteryRegister, centurion_bridge, centurion_identity, centurion_name,
    device_information, device_name, friendly_name,
};
use crate::session::request::Request;
use crate::wire::{Call, FeatureId, FeatureIndex};

/// One request to the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::session) enum Step {
    Ping,
    Find(FeatureId),
    Capability(BatteryFeature, Call),
    Battery(BatteryFeature, Call),
    MeasureLight(FeatureIndex),
    Register(BatteryRegister),
    ReadFlags,
    WriteFlags(NotificationFlags),
    NameLength(FeatureIndex),
    NamePiece(FeatureIndex),
    FriendlyLength(FeatureIndex),
    FriendlyPiece(FeatureIndex),
    Kind(FeatureIndex),
    Identity(FeatureIndex),
    Firmware(FeatureIndex, u8),
    Version,
    Build,
    /// Looks up the bridge of a Centurion dongle.
    FindBridge,
    /// Whether a headset is connected to the dongle.
    Connection(FeatureIndex),
    /// The serial number of a headset.
    Serial(FeatureIndex),
    /// The length of a headset's name, and possibly the name.
    HeadsetName(FeatureIndex),
    HeadsetNamePiece(FeatureIndex),
}

impl Step {
    /// Its request; `mark` makes a ping unlike the one before, and a piece of a name begins at
    /// `offset`.
    pub(super) fn request(self, mark: u8, offset: u8) -> Request {
        match self {
            Self::Ping => root::ping(mark).into(),
            Self::Find(id) => root::get_feature(id).into(),
            Self::Capability(_, call) | Self::Battery(_, call) => call.into(),
            Self::MeasureLight(index) => {
                solar_dashboard::set_light_measure(index, LightMeasure::ONCE).into()
            }
            Self::Register(register) => register.get().into(),
            Self::ReadFlags => notification_flags::get().into(),
            Self::WriteFlags(flags) => notification_flags::set(flags).into(),
            Self::NameLength(index) => device_name::get_count(index).into(),
            Self::NamePiece(index) => device_name::get_name(index, offset).into(),
            Self::FriendlyLength(index) => friendly_name::get_length(index).into(),
            Self::FriendlyPiece(index) => friendly_name::get_name(index, offset).into(),
            Self::Kind(index) => device_name::get_type(index).into(),
            Self::Identity(index) => device_information::get_device_info(index).into(),
            Self::Firmware(index, entity) => {
                device_information::get_firmware_info(index, entity).into()
            }
            Self::Version => firmware_version::get(Item::Firmware).into(),
            Self::Build => firmware_version::get(Item::Build).into(),
            Self::FindBridge => root::get_feature(centurion_bridge::ID).into(),
            Self::Connection(index) => centurion_bridge::get_connection(index).into(),
            Self::Serial(index) => centurion_identity::get_serial(index).into(),
            Self::HeadsetName(index) => centurion_name::get_name(index).into(),
            Self::HeadsetNamePiece(index) => centurion_name::get_piece(index, offset).into(),
        }
    }

    /// The number of parameters in its request. A frame of Centurion states its length, so the
    /// request has no more.
    pub(in crate::session) const fn parameters(self) -> usize {
        match self {
            Self::Find(_) | Self::FindBridge => 2,
            Self::HeadsetNamePiece(_) => 1,
            _ => 0,
        }
    }

    /// Whether it is for the dongle of a headset.
    pub(in crate::session) const fn is_to_dongle(self) -> bool {
        matches!(self, Self::Connection(_))
    }
}
