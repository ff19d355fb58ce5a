//! How each battery feature and register is read, and what its reports say.

use super::adc_measurement::{self, Measurement};
use super::battery_level_status::{self, BatteryLevelStatus};
use super::battery_mileage::{self, BatteryMileage};
use super::battery_status::{self, BatteryStatus};
use super::battery_voltage::{self, BatteryVoltage};
use super::solar_dashboard::{self, SolarEvent};
use super::unified_battery::{self, UnifiedBattery};
use super::{BatteryFeature, BatteryRegister};
use crate::wire::{Call, FeatureIndex, RegisterRequest, Report};

/// A battery value as its source gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// An event of feature 4301.
    Solar(SolarEvent),
    /// Register or notification 0D.
    Mileage(BatteryMileage),
    /// Register or notification 07.
    Status(BatteryStatus),
    /// Feature 1000, and what it says of its values.
    LevelStatus(BatteryLevelStatus, Option<battery_level_status::Capability>),
    /// Feature 1001.
    Voltage(BatteryVoltage),
    /// Feature 1004, and what it says of its values.
    Unified(UnifiedBattery, Option<unified_battery::Capabilities>),
    /// Feature 1F20.
    Adc(Measurement),
}

/// What a battery feature says of its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub enum Capability {
    /// Of 1000.
    Levels(battery_level_status::Capability),
    /// Of 1004.
    Unified(unified_battery::Capabilities),
    /// It does not say.
    Unsaid,
}

/// What brings the reading of a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// The reply to this call.
    Call(Call),
    /// A measurement of light, whose event carries the charge too.
    Measurement,
}

impl Capability {
    /// What feature 1000 says.
    pub const fn levels(self) -> Option<battery_level_status::Capability> {
        match self {
            Self::Levels(capability) => Some(capability),
            Self::Unified(_) | Self::Unsaid => None,
        }
    }

    /// What feature 1004 says.
    pub const fn unified(self) -> Option<unified_battery::Capabilities> {
        match self {
            Self::Unified(capabilities) => Some(capabilities),
            Self::Levels(_) | Self::Unsaid => None,
        }
    }
}

impl Reading {
    /// Whether it says that the device is switched off, instead of what its battery holds.
    pub const fn is_off(&self) -> bool {
        match self {
            Self::Adc(measurement) => !measurement.connected,
            Self::LevelStatus(..)
            | Self::Voltage(_)
            | Self::Unified(..)
            | Self::Solar(_)
            | Self::Mileage(_)
            | Self::Status(_) => false,
        }
    }
}

impl BatteryFeature {
    /// What brings the reading of this feature, which stands at this index.
    pub const fn means(self, index: FeatureIndex) -> Means {
        match self {
            Self::LevelStatus => Means::Call(battery_level_status::get_level(index)),
            Self::Voltage => Means::Call(battery_voltage::get_voltage(index)),
            Self::Unified => Means::Call(unified_battery::get_status(index)),
            Self::Adc => Means::Call(adc_measurement::get_measurement(index)),
            Self::SolarDashboard => Means::Measurement,
        }
    }

    /// The call whose reply says what its values mean; `None`: it has no such function.
    pub const fn get_capability(self, index: FeatureIndex) -> Option<Call> {
        match self {
            Self::LevelStatus => Some(battery_level_status::get_capability(index)),
            Self::Unified => Some(unified_battery::get_capabilities(index)),
            Self::Voltage | Self::Adc | Self::SolarDashboard => None,
        }
    }

    /// Reads the reply to [`Self::get_capability`].
    pub const fn read_capability(self, report: &Report) -> Capability {
        match self {
            Self::LevelStatus => Capability::Levels(battery_level_status::read_capability(report)),
            Self::Unified => Capability::Unified(unified_battery::read_capabilities(report)),
            Self::Voltage | Self::Adc | Self::SolarDashboard => Capability::Unsaid,
        }
    }

    /// Reads the reply to the call in [`Self::means`], or an event that is a reading.
    pub fn read(self, capability: Option<Capability>, report: &Report) -> Reading {
        match self {
            Self::LevelStatus => Reading::LevelStatus(
                battery_level_status::read_level(report),
                capability.and_then(Capability::levels),
            ),
            Self::Voltage => Reading::Voltage(battery_voltage::read_voltage(report)),
            Self::Unified => Reading::Unified(
                unified_battery::read_status(report),
                capability.and_then(Capability::unified),
            ),
            Self::Adc => Reading::Adc(adc_measurement::read_measurement(report)),
            Self::SolarDashboard => {
                Reading::Solar(solar_dashboard::read_event(report.address() >> 4, report))
            }
        }
    }

    /// Whether a report can be a reading. Where it cannot, another feature stands at the index.
    pub fn is_plausible(self, report: &Report) -> bool {
        match self {
            Self::LevelStatus => battery_level_status::is_plausible(report),
            Self::Voltage => battery_voltage::is_plausible(report),
            Self::Unified => unified_battery::is_plausible(report),
            Self::Adc => adc_measurement::is_plausible(report),
            // Its events are known by their marker.
            Self::SolarDashboard => true,
        }
    }

    /// Whether a refused reading means that the device is switched off, as with the dongle of a
    /// headset.
    pub const fn refuses_when_off(self) -> bool {
        match self {
            Self::Adc => true,
            Self::LevelStatus | Self::Voltage | Self::Unified | Self::SolarDashboard => false,
        }
    }
}

impl BatteryRegister {
    /// The request that reads it.
    pub const fn get(self) -> RegisterRequest {
        match self {
            Self::Status => battery_status::get(),
            Self::Mileage => battery_mileage::get(),
        }
    }

    /// Reads the reply to [`Self::get`].
    pub fn read(self, report: &Report) -> Reading {
        match self {
            Self::Status => Reading::Status(battery_status::read(report)),
            Self::Mileage => Reading::Mileage(battery_mileage::read(report)),
        }
    }

    /// Reads the notification that repeats it.
    pub fn read_notification(self, report: &Report) -> Reading {
        match self {
            Self::Status => Reading::Status(battery_status::read_notification(report)),
            Self::Mileage => Reading::Mileage(battery_mileage::read_notification(report)),
        }
    }

    /// Whether a device sends the notification at once when notices are switched on: a Performance
    /// MX does 6 to 16 ms after the acknowledgement (recording, six times of six).
    pub const fn notifies_at_once(self) -> bool {
        match self {
            Self::Status => true,
            Self::Mileage => false,
        }
    }
}
