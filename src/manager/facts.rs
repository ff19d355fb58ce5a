//! Applies the facts that a session reports to a device.

use crate::device::{Device, Light, Presence};
use hidpp_proto::feature::Reading;
use hidpp_proto::session::DeviceFact;
use hidpp_proto::units::Timestamp;

/// Applies the light in a reading. An untrusted value does not replace a trusted one.
pub(super) fn take_light(device: &mut Device, reading: &Reading, at: Timestamp) {
    if let Reading::Solar(event) = reading
        && let Some(light) = Light::from_solar(event, at)
        && (light.trusted || device.light.is_none_or(|before| !before.trusted))
    {
        device.light = Some(light);
    }
}

/// Applies every fact except a battery reading.
pub(super) fn take_fact(device: &mut Device, fact: &DeviceFact) {
    match fact {
        DeviceFact::Protocol(version) => device.protocol = Some(*version),
        DeviceFact::Name(name) => device.full_name = Some(name.clone()),
        DeviceFact::Serial(serial) => device.serial = Some(serial.clone()),
        DeviceFact::Kind(kind) => device.kind = Some(*kind),
        DeviceFact::Firmware(version) => device.firmware = Some(*version),
        DeviceFact::NoBattery => {
            device.has_battery = Some(false);
            device.battery = None;
        }
        DeviceFact::Absent(_) => device.presence = Presence::Offline,
        DeviceFact::Stale(_) => {
            device.protocol = None;
            device.has_battery = None;
        }
        DeviceFact::Battery(_)
        | DeviceFact::Identity(_)
        | DeviceFact::Unclear
        | DeviceFact::Feature(..)
        | DeviceFact::NoLight
        | DeviceFact::Failed(_) => {}
    }
}
