//! What the facts a session finds out change about a device.

use crate::device::{Battery, BatterySource, Device, Light, Presence};
use crate::session::{DeviceFact, Reading};
use crate::units::Timestamp;
use crate::wire::Wpid;

/// A battery reading of the product with this id in the one vocabulary; `None`: the device reports
/// that it is switched off.
pub(super) fn battery_of(
    reading: &Reading,
    product: Option<Wpid>,
    before: Option<&Battery>,
    at: Timestamp,
) -> Option<Battery> {
    Some(match reading {
        Reading::Solar(event) => {
            let before = before.filter(|it| it.source == BatterySource::SolarDashboard);
            Battery::from_solar(event, before.map(|battery| battery.state), at)
        }
        Reading::Mileage(mileage) => Battery::from_mileage(mileage, at),
        Reading::Status(status) => Battery::from_status(status, at),
        Reading::LevelStatus(status, capability) => {
            Battery::from_level_status(status, capability.as_ref(), at)
        }
        Reading::Voltage(voltage) => Battery::from_voltage(voltage, product, at),
        Reading::Unified(battery, capabilities) => {
            Battery::from_unified(battery, capabilities.as_ref(), at)
        }
        Reading::Adc(measurement) => return Battery::from_adc(measurement, product, at),
    })
}

/// Takes over the light in a reading. What the device vouches for is not given up for what it
/// does not.
pub(super) fn take_light(device: &mut Device, reading: &Reading, at: Timestamp) {
    if let Reading::Solar(event) = reading
        && let Some(light) = Light::from_solar(event, at)
        && (light.trusted || device.light.is_none_or(|before| !before.trusted))
    {
        device.light = Some(light);
    }
}

/// Takes over every fact but a battery reading.
pub(super) fn take_fact(device: &mut Device, fact: &DeviceFact) {
    match fact {
        DeviceFact::Protocol(version) => device.protocol = Some(*version),
        DeviceFact::Name(name) => device.full_name = Some(name.clone()),
        DeviceFact::Kind(kind) => device.kind = Some(*kind),
        DeviceFact::Firmware(version) => device.firmware = Some(*version),
        DeviceFact::NoBattery => {
            device.has_battery = Some(false);
            device.battery = None;
        }
        DeviceFact::Absent(_) => device.presence = Presence::Offline,
        DeviceFact::Stale => {
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
