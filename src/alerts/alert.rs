use serde::{Deserialize, Serialize};

use super::light::Dimming;
use crate::device::{Device, named};

named! {
    /// A reason for a notification.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Kind {
        /// The charge is low.
        Low => "low",
        /// The battery is almost empty.
        Critical => "critical",
        /// The battery is full and the charger is still connected.
        Charged => "charged",
        /// Charging failed, or the charger reports a faulty battery.
        ChargingError => "charging error",
        /// A solar keyboard has been losing charge for days.
        Light => "light",
    }
}

/// The urgency of a notification; the numbers are those of the hint `urgency`.
///
/// Source: Desktop Notifications Specification 1.2, Urgency Levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// The user can miss the notification without harm.
    Low = 0,
    /// The user should see the notification.
    Normal = 1,
    /// The notification stays on the screen until the user dismisses it.
    Critical = 2,
}

impl Kind {
    /// The urgency of a notification with this reason.
    pub const fn urgency(self) -> Urgency {
        match self {
            Self::Charged => Urgency::Low,
            Self::Low | Self::ChargingError | Self::Light => Urgency::Normal,
            Self::Critical => Urgency::Critical,
        }
    }

    /// The bubble in which a notification with this reason is shown.
    pub(super) fn bubble(self, key: &str) -> Bubble {
        match self {
            Self::Low | Self::Critical | Self::Charged | Self::ChargingError => {
                Bubble::Charge(key.to_owned())
            }
            Self::Light => Bubble::Light(key.to_owned()),
        }
    }
}

/// A notification on the screen; a later one with the same value replaces it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bubble {
    /// The charge of a device.
    Charge(String),
    /// The light on a device.
    Light(String),
    /// A summary of delayed notifications of several devices.
    Summary,
}

/// A notification about a device.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// The reason for the notification.
    pub kind: Kind,
    /// The device with its last known values.
    pub device: Device,
    /// Whether another device has the same name.
    pub has_namesake: bool,
    /// The change of the charge, if light is the reason.
    pub dimming: Option<Dimming>,
}

/// An action for the front end.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// Show this alert in this bubble.
    Show(Bubble, Box<Alert>),
    /// Show all these alerts at once, in [`Bubble::Summary`].
    Sum(Vec<Alert>),
    /// Remove this bubble, because the reason of its notification no longer applies.
    Withdraw(Bubble),
    /// Poll this device again if possible, to confirm its reading.
    ReadAgain(Box<Device>),
}
