//! One vocabulary for all sources of battery values.

use crate::feature::battery_mileage::{self, BatteryMileage};
use crate::feature::battery_status::{self, BatteryStatus, Level};
use crate::feature::solar_dashboard::SolarEvent;
use crate::units::{Millivolts, Percent, Timestamp};

/// A battery reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Battery {
    /// The charge, where the source tells it in percent.
    pub percent: Option<Percent>,
    /// The charge in steps, where the source tells it so.
    pub level: Option<BatteryLevel>,
    /// What the battery is doing.
    pub state: ChargeState,
    /// The cell's voltage.
    pub voltage: Option<Millivolts>,
    /// Where the value comes from.
    pub source: BatterySource,
    /// Whether the device vouches for the value.
    pub trusted: bool,
    /// When it was read.
    pub at: Timestamp,
}

/// What a battery is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChargeState {
    /// It is being used up.
    Discharging,
    /// It is being charged.
    Charging,
    /// It is full.
    Full,
    /// Charging failed.
    Error,
    /// The source does not say.
    Unknown,
}

impl ChargeState {
    /// The name in JSON and for people; `None` if the source does not say.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::Discharging => Some("discharging"),
            Self::Charging => Some("charging"),
            Self::Full => Some("full"),
            Self::Error => Some("charging error"),
            Self::Unknown => None,
        }
    }
}

/// A charge told in steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum BatteryLevel {
    Critical,
    Low,
    Good,
    Full,
}

impl BatteryLevel {
    /// The name in JSON and for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Low => "low",
            Self::Good => "good",
            Self::Full => "full",
        }
    }
}

/// Where a battery value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatterySource {
    /// Feature 4301.
    SolarDashboard,
    /// Register 0D.
    Mileage,
    /// Register 07.
    Status,
}

/// How exact a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// A percentage.
    Percent,
    /// One of a few steps.
    Steps,
}

impl BatterySource {
    /// The name in JSON: the feature, or `register` and its address.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SolarDashboard => "4301",
            Self::Mileage => "register 0D",
            Self::Status => "register 07",
        }
    }

    /// How exact its values are.
    pub const fn value_kind(self) -> ValueKind {
        match self {
            Self::SolarDashboard | Self::Mileage => ValueKind::Percent,
            Self::Status => ValueKind::Steps,
        }
    }
}

impl ValueKind {
    /// The name in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Percent => "percent",
            Self::Steps => "steps",
        }
    }
}

impl Battery {
    /// A reading of a solar keyboard.
    ///
    /// Above 200 lux it is charging, and at 100 % it is full: as the kernel has it. Where light
    /// was not measured, `before` tells whether it was charging.
    pub fn from_solar(event: &SolarEvent, before: Option<ChargeState>, at: Timestamp) -> Self {
        let state = match (event.charge, event.is_charging()) {
            (Some(Percent::FULL), _) => ChargeState::Full,
            (_, Some(true)) => ChargeState::Charging,
            (_, Some(false)) => ChargeState::Discharging,
            (_, None) => before.unwrap_or(ChargeState::Unknown),
        };
        Self {
            percent: event.charge,
            level: None,
            state,
            voltage: event.voltage(),
            source: BatterySource::SolarDashboard,
            trusted: event.good,
            at,
        }
    }

    /// A reading of register 0D.
    pub const fn from_mileage(mileage: &BatteryMileage, at: Timestamp) -> Self {
        use battery_mileage::Charging;
        Self {
            percent: mileage.charge,
            level: None,
            state: match mileage.charging {
                Charging::Discharging => ChargeState::Discharging,
                Charging::Charging => ChargeState::Charging,
                Charging::Complete => ChargeState::Full,
                Charging::Error => ChargeState::Error,
            },
            voltage: None,
            source: BatterySource::Mileage,
            trusted: true,
            at,
        }
    }

    /// A reading of register 07.
    pub const fn from_status(status: &BatteryStatus, at: Timestamp) -> Self {
        use battery_status::Charging;
        let level = match status.level {
            Some(Level::Critical | Level::LegacyCritical) => Some(BatteryLevel::Critical),
            Some(Level::Low | Level::LegacyLow) => Some(BatteryLevel::Low),
            Some(Level::Good | Level::LegacyGood) => Some(BatteryLevel::Good),
            Some(Level::Full) => Some(BatteryLevel::Full),
            Some(Level::Unknown(_)) | None => None,
        };
        Self {
            percent: None,
            level,
            state: match status.charging {
                Charging::Discharging => ChargeState::Discharging,
                Charging::Charging | Charging::Fast | Charging::Slow => ChargeState::Charging,
                Charging::Complete | Charging::ToppingUp => ChargeState::Full,
                Charging::Error => ChargeState::Error,
                Charging::Unknown(_) => ChargeState::Unknown,
            },
            voltage: None,
            source: BatterySource::Status,
            trusted: true,
            at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::solar_dashboard::read_event;
    use crate::wire::tests::report;

    fn solar(event: u8, hex: &str, before: Option<ChargeState>) -> Battery {
        Battery::from_solar(&read_event(event, &report(hex)), before, Timestamp::START)
    }

    #[test]
    fn light_tells_whether_a_solar_keyboard_charges() {
        let dusk = solar(1, "11 01 09 10 39 00 0C 06 1D 47 4F 4F 44 …", None);
        assert_eq!(
            (dusk.state, dusk.percent),
            (ChargeState::Discharging, Percent::new(57))
        );
        let day = solar(1, "11 01 09 10 39 01 3F 06 1D 47 4F 4F 44 …", None);
        assert_eq!(day.state, ChargeState::Charging);
        let full = solar(1, "11 01 09 10 64 00 0C 06 72 47 4F 4F 44 …", None);
        assert_eq!(full.state, ChargeState::Full);
    }

    #[test]
    fn a_broadcast_keeps_the_state_and_never_says_dark() {
        let broadcast = "11 01 09 00 39 00 00 06 1D 47 4F 4F 44 …";
        let charging = solar(0, broadcast, Some(ChargeState::Charging));
        assert_eq!(charging.state, ChargeState::Charging);
        assert_eq!(solar(0, broadcast, None).state, ChargeState::Unknown);
    }
}
