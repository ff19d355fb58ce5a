//! Feature 1004: battery charge in percent, in four levels, or both; the successor of 1000.
//!
//! Source: kernel hid-logitech-hidpp, Solaar `hidpp20.py`, OpenLogi; captures in Solaar issue 2207.

use super::battery_spec::{BatterySpec, Origin};
use crate::units::Percent;
use crate::wire::{Call, FeatureId, FeatureIndex, Report, codes};

/// The feature's id.
pub const ID: FeatureId = FeatureId(0x1004);
/// Number of the function that returns what the device can report.
pub const GET_CAPABILITIES: u8 = 0;
/// Number of the function that reads the battery.
pub const GET_STATUS: u8 = 1;
/// Number of the only event, which carries what [`GET_STATUS`] answers.
pub const STATUS_EVENT: u8 = 0;

codes! {
    /// A level: one bit of byte 1. More than one bit is not a known level.
    pub enum Level {
        /// Empty soon.
        Critical = 1 => "critical",
        /// Low.
        Low = 2 => "low",
        /// Good.
        Good = 4 => "good",
        /// Full.
        Full = 8 => "full",
    }
}

codes! {
    /// The charging state.
    ///
    /// The codes are not those of feature 1000, though Solaar and OpenLogi decode them that way.
    pub enum Charging {
        /// Not being charged.
        Discharging = 0 => "discharging",
        /// Being charged.
        Charging = 1 => "charging",
        /// Being charged: slowly (kernel), or almost full (Solaar, OpenLogi).
        SlowOrAlmostFull = 2 => "charging",
        /// Charged.
        Complete = 3 => "full",
        /// An error (kernel), or being charged slowly (Solaar, OpenLogi).
        Unusual = 4 => "charging error",
        /// No battery it can charge (Solaar, OpenLogi); not charging (kernel).
        InvalidBattery = 5 => "invalid battery",
        /// Too hot or too cold to charge (Solaar, OpenLogi); not charging (kernel).
        ThermalError = 6 => "thermal error",
        /// Charging failed (OpenLogi); not charging (kernel).
        OtherError = 7 => "charging error",
    }
}

codes! {
    /// The external power of the device. No frame with a value other than 0 was seen on hardware.
    pub enum ExternalPower {
        /// Nothing.
        Absent = 0 => "no external power",
        /// A cable, according to peers.
        Wired = 1 => "external power",
    }
}

/// What a device can report: function 0.
///
/// | byte | content |
/// |---|---|
/// | 0 | the levels it knows, as bits of [`Level`] |
/// | 1 | bit 0 rechargeable, 1 state of charge |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
#[non_exhaustive]
pub struct Capabilities {
    /// The levels it knows.
    pub levels: u8,
    /// Its battery can be charged.
    pub rechargeable: bool,
    /// It reports percentages.
    pub state_of_charge: bool,
    /// Byte 1 as received.
    pub flags: u8,
}

/// A battery reading: function 1 and event 0.
///
/// | byte | content |
/// |---|---|
/// | 0 | charge in percent, if the device reports percentages |
/// | 1 | level, one bit |
/// | 2 | charging state |
/// | 3 | external power |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnifiedBattery {
    /// The percentage, `None` above 100. 0 is an empty battery, or a device that reports levels
    /// only: see [`Capabilities::state_of_charge`].
    pub charge: Option<Percent>,
    /// The level; `None` if no bit is set.
    pub level: Option<Level>,
    /// The charging state.
    pub charging: Charging,
    /// Its external power.
    pub external_power: ExternalPower,
}

/// Requests what the device can report.
pub const fn get_capabilities(feature: FeatureIndex) -> Call {
    Call::new(feature, GET_CAPABILITIES, [0; 3])
}

/// The request for the battery.
pub const fn get_status(feature: FeatureIndex) -> Call {
    Call::new(feature, GET_STATUS, [0; 3])
}

/// The answer to [`get_capabilities`].
pub const fn read_capabilities(report: &Report) -> Capabilities {
    let [levels, flags, _] = report.head();
    Capabilities {
        levels,
        rechargeable: flags & 0x01 != 0,
        state_of_charge: flags & 0x02 != 0,
        flags,
    }
}

/// The reading in an answer to [`get_status`], or in the event.
pub fn read_status(report: &Report) -> UnifiedBattery {
    let [charge, level, charging, external_power, ..] = *report.params();
    UnifiedBattery {
        charge: Percent::new(charge),
        level: (level != 0).then(|| level.into()),
        charging: charging.into(),
        external_power: external_power.into(),
    }
}

/// Whether a report looks like a reading with known codes. If not, another feature may be at that
/// index, or the device sends a new code: the session looks the index up and reads again.
///
/// Byte 3, external power, is not checked, because a device sends FF there (Solaar's tests), nor are
/// bytes 4 to 7: the feature is still being extended, its version is 3 on devices of 2022.
pub fn can_be_reading(report: &Report) -> bool {
    let [charge, level, charging, _, _, _, _, _, rest @ ..] = report.params();
    *charge <= 100 && *level <= 0x0F && *charging <= 7 && rest.iter().all(|&byte| byte == 0)
}

/// Whether a report with software id 0 is the event, or the reply of function 0 to another program
/// that uses id 0: both have the same header (see [`Origin`]).
pub(super) fn origin(capabilities: Option<Capabilities>, report: &Report) -> Origin {
    let [first, second, charging] = report.head();
    if second.count_ones() > 1 {
        // No device is at two levels.
        return Origin::Reply;
    }
    let can_be_capabilities = match capabilities {
        Some(known) => (first, second) == (known.levels, known.flags),
        // Bits of four levels, and flags that could be a level.
        None => first <= 0x0F && charging == 0,
    };
    if can_be_capabilities {
        Origin::Unclear
    } else {
        Origin::Event
    }
}

pub(super) const SPEC: BatterySpec = BatterySpec {
    name: "unified battery",
    functions: &[
        (GET_CAPABILITIES, "get battery capabilities"),
        (GET_STATUS, "get battery status"),
    ],
    events: &[(STATUS_EVENT, "battery status")],
    harmless_events: true,
    get: Some(get_status),
    get_capability: Some(get_capabilities),
    can_be_reading,
    refuses_when_off: false,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tests::report;
    use crate::wire::{DeviceIndex, ReportId, SoftwareId};

    #[test]
    fn a_superlight_2_vector_118() {
        let reading = read_status(&report("11 01 06 1B 61 08 …"));
        let expected = UnifiedBattery {
            charge: Percent::new(97),
            level: Some(Level::Full),
            charging: Charging::Discharging,
            external_power: ExternalPower::Absent,
        };
        assert_eq!(reading, expected);
    }

    #[test]
    fn solaars_test_vector_122() {
        let reading = read_status(&report("11 01 04 1C 50 01 00 FF …"));
        let expected = UnifiedBattery {
            charge: Percent::new(80),
            level: Some(Level::Critical),
            charging: Charging::Discharging,
            external_power: ExternalPower::Unknown(0xFF),
        };
        assert_eq!(reading, expected);
    }

    #[test]
    fn a_request_has_no_parameters_vector_118() {
        let call = get_status(FeatureIndex(6));
        let request = call.report(
            DeviceIndex(1),
            SoftwareId::new(0xB).unwrap(),
            ReportId::Short,
        );
        assert_eq!(request.to_string(), "10 01 06 1b 00 00 00");
        assert_eq!(get_capabilities(FeatureIndex(6)).function.get(), 0);
    }

    #[test]
    fn capabilities_show_whether_there_is_a_percentage() {
        let steps = read_capabilities(&report("11 01 06 0B 0F 01 …"));
        assert_eq!((steps.levels, steps.flags), (0x0F, 0x01));
        assert!(steps.rechargeable && !steps.state_of_charge);
        let percent = read_capabilities(&report("11 01 06 0B 0F 02 …"));
        assert!(!percent.rechargeable && percent.state_of_charge);
    }

    #[test]
    fn zero_percent_is_kept_and_more_than_100_is_not() {
        let charge = |hex| read_status(&report(hex)).charge;
        assert_eq!(charge("11 01 06 1B 00 01 …"), Some(Percent::EMPTY));
        assert_eq!(charge("11 01 06 1B 65 08 …"), None);
    }

    #[test]
    fn a_level_is_one_bit() {
        let level = |hex| read_status(&report(hex)).level;
        assert_eq!(level("11 01 06 1B 00 00 …"), None);
        assert_eq!(level("11 01 06 1B 00 02 …"), Some(Level::Low));
        assert_eq!(level("11 01 06 1B 00 03 …"), Some(Level::Unknown(3)));
    }

    #[test]
    fn code_4_is_neither_plain_charging_nor_an_error() {
        // An error according to the kernel, slow recharge according to Solaar and OpenLogi: the raw
        // value is kept.
        let reading = read_status(&report("11 01 06 1B 32 04 04 01 …"));
        assert_eq!(reading.charging, Charging::Unusual);
        assert_eq!(reading.charging.code(), 4);
        assert_eq!(reading.external_power, ExternalPower::Wired);
    }

    #[test]
    fn every_known_reading_can_be_one() {
        for hex in ["11 01 06 1B 61 08 …", "11 01 04 1C 50 01 00 FF …"] {
            assert!(can_be_reading(&report(hex)), "{hex}");
        }
    }

    #[test]
    fn implausible_reports_are_detected() {
        for hex in [
            // A name, firmware and an entry of the feature set, under the same function number.
            "11 01 03 1F 57 69 72 65 6C 65 73 73 20 47 61 6D 69 6E 67 20",
            "11 01 02 1B 01 42 4C 20 02 00 00 01 00 40 2C …",
            "11 01 01 19 10 04 00 03 00 00 00 00 01 …",
            "11 01 06 1B 65 08 …",
            "11 01 06 1B 61 10 …",
            "11 01 06 1B 61 08 08 …",
        ] {
            assert!(!can_be_reading(&report(hex)), "{hex}");
        }
    }
}
