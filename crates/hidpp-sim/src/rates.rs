//! The rates at which the battery of a solar keyboard charges and discharges.
//!
//! Behind the cells of a K750 is an ML2032, a rechargeable button cell of 65 mAh (Maxell's data
//! sheet). Logitech promises three months in the dark: that is 30 µA, or 463 millionths of the
//! charge an hour. Here eight hours of typing a day take more than half of it, see [`TYPING`] and
//! [`RESTING`]. The current of a solar cell is proportional to its light, and more than
//! [`CHARGING_ABOVE`] charges (Logitech's draft of feature 4301): at that light the cells of
//! [`Rates::Cells`] give exactly what typing takes. The actual difference is not published, nor are
//! the losses in charging, which are zero here.

use hidpp_proto::units::Lux;

/// More light than this charges the battery.
pub const CHARGING_ABOVE: Lux = Lux(200);

/// The consumption of a K750 in use, in millionths of a full charge per hour: 65 µA.
pub const TYPING: u32 = 1_000;

/// The consumption of a K750 that is not in use, in the same unit: 13 µA. With eight hours of
/// typing a day the average of both is 463.
pub const RESTING: u32 = 195;

/// The yield of the K750's cells for each lux, in the same unit. At [`CHARGING_ABOVE`] the cells
/// yield [`TYPING`].
const FOR_EACH_LUX: u32 = 5;

/// How fast the battery charges and discharges, in millionths of a full charge per hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rates {
    /// Two fixed rates, for tests with simple arithmetic.
    TwoSpeeds {
        /// Gain above [`CHARGING_ABOVE`].
        charging: u32,
        /// Loss otherwise.
        draining: u32,
    },
    /// The rates of a K750's cells and battery.
    Cells {
        /// Loss, independent of the light: [`TYPING`] or [`RESTING`].
        draining: u32,
    },
}

impl Default for Rates {
    /// Full after 20 hours of light; empty after three months of darkness, as advertised.
    fn default() -> Self {
        Self::TwoSpeeds {
            charging: 50_000,
            draining: 463,
        }
    }
}

impl Rates {
    /// Gain and loss in this light.
    pub(super) fn at(self, sun: Lux) -> (u32, u32) {
        match self {
            Self::TwoSpeeds { charging, .. } if sun > CHARGING_ABOVE => (charging, 0),
            Self::TwoSpeeds { draining, .. } => (0, draining),
            Self::Cells { draining } => (FOR_EACH_LUX * u32::from(sun.0), draining),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_in_200_lux_leaves_the_charge_unchanged() {
        let typing = Rates::Cells { draining: TYPING };
        assert_eq!(typing.at(CHARGING_ABOVE), (TYPING, TYPING));
    }

    #[test]
    fn eight_hours_a_day_in_the_dark_last_three_months() {
        let day = 8 * TYPING + 16 * RESTING;
        assert_eq!(1_000_000 / day, 89);
    }
}
