//! Words read back into values: the other way round of the `name` functions.

use super::{BatteryLevel, BatterySource, ChargeState, Presence, ValueKind};

impl ChargeState {
    /// The state of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [
            Self::Discharging,
            Self::Charging,
            Self::Full,
            Self::NotCharging,
            Self::Error,
        ];
        all.into_iter().find(|it| it.name() == Some(name))
    }
}

impl BatteryLevel {
    /// The level of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Critical, Self::Low, Self::Good, Self::Full];
        all.into_iter().find(|it| it.name() == name)
    }
}

impl BatterySource {
    /// The source of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [
            Self::LevelStatus,
            Self::Voltage,
            Self::Unified,
            Self::Adc,
            Self::SolarDashboard,
            Self::Mileage,
            Self::Status,
        ];
        all.into_iter().find(|it| it.name() == name)
    }
}

impl ValueKind {
    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Percent, Self::Steps, Self::Voltage];
        all.into_iter().find(|it| it.name() == name)
    }
}

impl Presence {
    /// The presence of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [Self::Online, Self::Offline, Self::Unknown];
        all.into_iter().find(|it| it.name() == name)
    }
}
