//! How each battery feature and register is read, and what its reports say.

use super::event::{DeviceFact, Reading};
use super::known::Capability;
use super::request::RequestError;
use crate::feature::{
    BatteryFeature, BatteryRegister, adc_measurement, battery_level_status, battery_mileage,
    battery_status, battery_voltage, solar_dashboard, unified_battery,
};
use crate::wire::{Call, FeatureIndex, RegisterRequest, Report};

/// What brings the reading of a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Means {
    /// The reply to this call.
    Call(Call),
    /// A measurement of light, whose event carries the charge too.
    Measurement,
}

/// What brings the reading of a feature that stands at this index.
pub(super) const fn means(feature: BatteryFeature, index: FeatureIndex) -> Means {
    match feature {
        BatteryFeature::LevelStatus => Means::Call(battery_level_status::get_level(index)),
        BatteryFeature::Voltage => Means::Call(battery_voltage::get_voltage(index)),
        BatteryFeature::Unified => Means::Call(unified_battery::get_status(index)),
        BatteryFeature::Adc => Means::Call(adc_measurement::get_measurement(index)),
        BatteryFeature::SolarDashboard => Means::Measurement,
    }
}

/// The call whose reply says what the values of a feature mean; `None`: it has no such function.
pub(super) const fn get_capability(feature: BatteryFeature, index: FeatureIndex) -> Option<Call> {
    match feature {
        BatteryFeature::LevelStatus => Some(battery_level_status::get_capability(index)),
        BatteryFeature::Unified => Some(unified_battery::get_capabilities(index)),
        BatteryFeature::Voltage | BatteryFeature::Adc | BatteryFeature::SolarDashboard => None,
    }
}

/// Reads the reply to [`get_capability`].
pub(super) const fn read_capability(feature: BatteryFeature, report: &Report) -> Capability {
    match feature {
        BatteryFeature::LevelStatus => {
            Capability::Levels(battery_level_status::read_capability(report))
        }
        BatteryFeature::Unified => Capability::Unified(unified_battery::read_capabilities(report)),
        BatteryFeature::Voltage | BatteryFeature::Adc | BatteryFeature::SolarDashboard => {
            Capability::Unsaid
        }
    }
}

/// Reads a reply to the call in [`means`], or an event that is a reading.
pub(super) fn read(
    feature: BatteryFeature,
    capability: Option<Capability>,
    report: &Report,
) -> Reading {
    match feature {
        BatteryFeature::LevelStatus => Reading::LevelStatus(
            battery_level_status::read_level(report),
            capability.and_then(Capability::levels),
        ),
        BatteryFeature::Voltage => Reading::Voltage(battery_voltage::read_voltage(report)),
        BatteryFeature::Unified => Reading::Unified(
            unified_battery::read_status(report),
            capability.and_then(Capability::unified),
        ),
        BatteryFeature::Adc => Reading::Adc(adc_measurement::read_measurement(report)),
        BatteryFeature::SolarDashboard => {
            Reading::Solar(solar_dashboard::read_event(report.address() >> 4, report))
        }
    }
}

/// Whether a report can be a reading of a feature. Where it cannot, another feature stands at the
/// index.
pub(super) fn is_plausible(feature: BatteryFeature, report: &Report) -> bool {
    match feature {
        BatteryFeature::LevelStatus => battery_level_status::is_plausible(report),
        BatteryFeature::Voltage => battery_voltage::is_plausible(report),
        BatteryFeature::Unified => unified_battery::is_plausible(report),
        BatteryFeature::Adc => adc_measurement::is_plausible(report),
        // Its events are known by their marker.
        BatteryFeature::SolarDashboard => true,
    }
}

/// Whether a refused reading means that the device is switched off, as with the dongle of a headset.
pub(super) const fn refuses_when_off(feature: BatteryFeature) -> bool {
    match feature {
        BatteryFeature::Adc => true,
        BatteryFeature::LevelStatus
        | BatteryFeature::Voltage
        | BatteryFeature::Unified
        | BatteryFeature::SolarDashboard => false,
    }
}

/// What a reading means for its device: a charge, or that it is switched off.
pub(super) const fn fact(reading: Reading) -> DeviceFact {
    let is_off = match reading {
        Reading::Adc(measurement) => !measurement.connected,
        Reading::LevelStatus(..)
        | Reading::Voltage(_)
        | Reading::Unified(..)
        | Reading::Solar(_)
        | Reading::Mileage(_)
        | Reading::Status(_) => false,
    };
    if is_off {
        DeviceFact::Absent(RequestError::Disconnected)
    } else {
        DeviceFact::Battery(reading)
    }
}

/// The request that reads a register.
pub(super) const fn get_register(register: BatteryRegister) -> RegisterRequest {
    match register {
        BatteryRegister::Status => battery_status::get(),
        BatteryRegister::Mileage => battery_mileage::get(),
    }
}

/// Reads the reply to [`get_register`].
pub(super) fn read_register(register: BatteryRegister, report: &Report) -> Reading {
    match register {
        BatteryRegister::Status => Reading::Status(battery_status::read(report)),
        BatteryRegister::Mileage => Reading::Mileage(battery_mileage::read(report)),
    }
}

/// Reads the notification that repeats a register.
pub(super) fn read_notification(register: BatteryRegister, report: &Report) -> Reading {
    match register {
        BatteryRegister::Status => Reading::Status(battery_status::read_notification(report)),
        BatteryRegister::Mileage => Reading::Mileage(battery_mileage::read_notification(report)),
    }
}

/// Whether a device sends the notification at once when notices are switched on: see
/// `first_notice.rs`.
pub(super) const fn notifies_at_once(register: BatteryRegister) -> bool {
    match register {
        BatteryRegister::Status => true,
        BatteryRegister::Mileage => false,
    }
}
