use serde::{Deserialize, Serialize};

use super::light::Dimming;
use crate::device::{Device, named};

named! {
    /// A reason to tell a person something.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
    #[serde(rename_all = "kebab-case")]
    pub enum Kind {
        /// The charge is low.
        Low => "low",
        /// The battery is almost empty.
        Critical => "critical",
        /// It is full and still on its charger.
        Charged => "charged",
        /// Charging fails, or the charger has found fault with the battery.
        ChargingError => "charging error",
        /// A solar keyboard loses its charge for days.
        Light => "light",
    }
}

/// How much a notification may disturb; the numbers are those of the hint `urgency`.
///
/// Source: Desktop Notifications Specification 1.2, Urgency Levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// To be seen when it suits.
    Low = 0,
    /// To be seen.
    Normal = 1,
    /// To stay until it was seen.
    Critical = 2,
}

impl Kind {
    /// How much it may disturb.
    pub const fn urgency(self) -> Urgency {
        match self {
            Self::Charged => Urgency::Low,
            Self::Low | Self::ChargingError | Self::Light => Urgency::Normal,
            Self::Critical => Urgency::Critical,
        }
    }

    /// Where it is shown.
    pub(super) fn bubble(self, key: &str) -> Bubble {
        match self {
            Self::Low | Self::Critical | Self::Charged | Self::ChargingError => {
                Bubble::Charge(key.to_owned())
            }
            Self::Light => Bubble::Light(key.to_owned()),
        }
    }
}

/// A place on the screen: what is shown there takes the place of what was.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bubble {
    /// The charge of a device.
    Charge(String),
    /// The light on a device.
    Light(String),
    /// What had to wait, of several devices.
    Summary,
}

/// Something to be told.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// Why.
    pub kind: Kind,
    /// The device with its values, as last known.
    pub device: Device,
    /// Whether another device has the same name.
    pub has_namesake: bool,
    /// What became of its charge, where light is the reason.
    pub dimming: Option<Dimming>,
}

/// Something to be done on the screen.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// To show this there.
    Show(Bubble, Box<Alert>),
    /// To show all these at once, at [`Bubble::Summary`].
    Sum(Vec<Alert>),
    /// To take away what is shown there: its reason has gone.
    Withdraw(Bubble),
    /// To read this device again, if that can be done: what it said waits to be confirmed.
    ReadAgain(Box<Device>),
}
