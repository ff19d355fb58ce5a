use serde::{Deserialize, Serialize};

use super::named::named;
use hidpp_proto::feature::solar_dashboard::SolarEvent;
use hidpp_proto::units::{Lux, Timestamp};

/// A measurement of the light on a solar keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Light {
    /// The illuminance.
    pub lux: Lux,
    /// Whether the report carried its marker `GOOD`.
    pub trusted: bool,
    /// When it was measured.
    pub at: Timestamp,
}

impl Light {
    /// The light in an event, if it was measured.
    pub fn from_solar(event: &SolarEvent, at: Timestamp) -> Option<Self> {
        event.light.map(|lux| Self {
            lux,
            trusted: event.good,
            at,
        })
    }

    /// The light as one of five levels.
    pub const fn level(&self) -> LightLevel {
        LightLevel::of(self.lux)
    }
}

named! {
    /// Levels of light, named as in Logitech's Solar App.
    ///
    /// The three upper thresholds are those of Solaar's ancestor of 2011, a K750 tool. Below 20
    /// lux, a dusky room, the cells supply next to nothing: an addition of this program.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub enum LightLevel {
        /// Below 20 lux.
        Dark => "dark",
        /// 20 to 189 lux.
        Poor => "poor",
        /// 190 to 309 lux: about where charging starts.
        Okay => "okay",
        /// 310 to 449 lux.
        Good => "good",
        /// 450 lux and more.
        Excellent => "excellent",
    }
}

impl LightLevel {
    /// The level of a measurement.
    pub const fn of(lux: Lux) -> Self {
        match lux.0 {
            0..20 => Self::Dark,
            20..190 => Self::Poor,
            190..310 => Self::Okay,
            310..450 => Self::Good,
            450.. => Self::Excellent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_change_at_their_thresholds() {
        for (lux, word) in [
            (0, "dark"),
            (19, "dark"),
            (20, "poor"),
            (189, "poor"),
            (190, "okay"),
            (310, "good"),
            (449, "good"),
            (450, "excellent"),
            (u16::MAX, "excellent"),
        ] {
            assert_eq!(LightLevel::of(Lux(lux)).name(), word, "{lux} lux");
        }
    }
}
