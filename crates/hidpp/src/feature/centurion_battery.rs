//! Feature 0104: the battery of a headset that speaks Centurion.
//!
//! Source: frames from logs of users in the tests of `LGSTrayEx`, `HeadsetControl`, Solaar
//! `centurion.py`; no device was available. Byte 1 differs from the charge now and then (78 and 80 in
//! one frame), and its meaning is not known.

use super::battery_spec::BatterySpec;
use crate::units::Percent;
use crate::wire::{Call, FeatureId, FeatureIndex, Report, codes};

/// The feature's id.
pub const ID: FeatureId = FeatureId(0x0104);
/// Number of the function that reads the battery.
pub const GET_BATTERY: u8 = 0;
/// Number of the only event, which carries what [`GET_BATTERY`] answers.
pub const BATTERY_EVENT: u8 = 0;

codes! {
    /// The charging state.
    pub enum Charging {
        /// On battery.
        Discharging = 0 => "discharging",
        /// Being charged.
        Charging = 1 => "charging",
        /// Being charged through its cable.
        ChargingOnUsb = 2 => "charging on USB",
        /// Charged.
        Full = 3 => "full",
    }
}

/// A battery reading: function 0 and event 0.
///
/// | byte | content |
/// |---|---|
/// | 0 | charge in percent |
/// | 1 | not known |
/// | 2 | charging state |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CenturionBattery {
    /// The charge; `None`: above 100, or the report is truncated.
    pub charge: Option<Percent>,
    /// Byte 1 as received, often the charge again.
    pub second: u8,
    /// The charging state.
    pub charging: Charging,
}

/// The request for the battery.
pub const fn get_battery(feature: FeatureIndex) -> Call {
    Call::new(feature, GET_BATTERY, [0; 3])
}

/// The reading in an answer to [`get_battery`], or in the event.
pub fn read_battery(report: &Report) -> CenturionBattery {
    let [percent, second, charging] = report.head();
    CenturionBattery {
        charge: Percent::new(percent).filter(|_| is_complete(report)),
        second,
        charging: charging.into(),
    }
}

/// Whether a report can be a reading. If it cannot, another feature is at that index.
pub fn can_be_reading(report: &Report) -> bool {
    let [_, _, charging] = report.head();
    read_battery(report).charge.is_some() && charging <= 7
}

/// Whether the message has all three bytes: its length counts.
fn is_complete(report: &Report) -> bool {
    report.as_bytes().len() >= 7
}

pub(super) const SPEC: BatterySpec = BatterySpec {
    name: "Centurion battery",
    functions: &[(GET_BATTERY, "get battery")],
    events: &[(BATTERY_EVENT, "battery")],
    harmless_events: true,
    get: Some(get_battery),
    get_capability: None,
    can_be_reading,
    refuses_when_off: false,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::DeviceIndex;
    use crate::wire::centurion::to_report;

    fn message(bytes: &[u8]) -> Report {
        to_report(DeviceIndex::DIRECT, bytes).unwrap()
    }

    #[test]
    fn the_battery_of_a_g522() {
        // LGSTrayEx: on its cable, on battery, and plugged in while on the dongle.
        for (state, charging) in [
            (2, Charging::ChargingOnUsb),
            (0, Charging::Discharging),
            (1, Charging::Charging),
            (3, Charging::Full),
            (9, Charging::Unknown(9)),
        ] {
            let reading = read_battery(&message(&[5, 0x0A, 78, 80, state]));
            let expected = CenturionBattery {
                charge: Percent::new(78),
                second: 80,
                charging,
            };
            assert_eq!(reading, expected);
        }
    }

    #[test]
    fn a_charge_above_100_or_cut_off_is_refused() {
        for bytes in [&[5, 0x0A, 101, 101, 0][..], &[5, 0x0A, 78, 80], &[5, 0x0A]] {
            let message = message(bytes);
            assert!(!can_be_reading(&message), "{message}");
            assert_eq!(read_battery(&message).charge, None, "{message}");
        }
        assert!(can_be_reading(&message(&[5, 0x0A, 100, 100, 3])));
    }
}
