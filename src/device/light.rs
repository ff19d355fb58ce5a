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
    pub fn level(&self) -> LightLevel {
        LightLevel::of(self.lux)
    }
}

named! {
    /// Levels of light, named as in Logitech's Solar App.
    ///
    /// Their limits are in [`LightLevel::least`]; help, scale, chart and documents take or are
    /// checked with them.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub enum LightLevel {
        /// The cells supply next to nothing.
        Dark => "dark",
        /// Less than a keyboard uses.
        Poor => "poor",
        /// About where charging starts.
        Okay => "okay",
        /// More than that.
        Good => "good",
        /// The level without an upper limit.
        Excellent => "excellent",
    }
}

impl LightLevel {
    /// The least light of the level.
    ///
    /// The three upper limits are those of Solaar's ancestor of 2011, a K750 tool. That between dark
    /// and poor, a dusky room, is an addition of this program.
    pub const fn least(self) -> Lux {
        Lux(match self {
            Self::Dark => 0,
            Self::Poor => 20,
            Self::Okay => 190,
            Self::Good => 310,
            Self::Excellent => 450,
        })
    }

    /// The level of a measurement.
    pub fn of(lux: Lux) -> Self {
        let reached = |level: &&Self| level.least() <= lux;
        let highest = Self::ALL.iter().rev().find(reached);
        highest.copied().unwrap_or(Self::Dark)
    }

    /// All levels with their limits: “dark (below 20 lux), poor (below 190), …, excellent”.
    pub fn explained() -> String {
        let ends = Self::ALL.iter().skip(1).map(|level| Some(level.least()));
        let levels = Self::ALL.iter().zip(ends.chain([None])).enumerate();
        let one = |(place, (level, end)): (usize, (&Self, Option<Lux>))| match end {
            Some(end) if place == 0 => format!("{} (below {end})", level.name()),
            Some(end) => format!("{} (below {})", level.name(), end.0),
            None => level.name().to_owned(),
        };
        levels.map(one).collect::<Vec<_>>().join(", ")
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

    #[test]
    fn the_levels_are_explained_with_their_limits() {
        assert_eq!(
            LightLevel::explained(),
            "dark (below 20 lux), poor (below 190), okay (below 310), good (below 450), excellent"
        );
    }
}
