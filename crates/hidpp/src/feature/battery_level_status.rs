//! Feature 1000: battery level in percent, or in a few steps that look like percentages.
//!
//! Source: kernel hid-logitech-hidpp, Solaar `hidpp20.py`, libratbag `hidpp20.c`; Logitech's
//! specification as quoted in Solaar issue 23.

use super::battery_spec::BatterySpec;
use crate::units::Percent;
use crate::wire::{Call, FeatureId, FeatureIndex, Report, codes};

/// The feature's id.
pub const ID: FeatureId = FeatureId(0x1000);
/// Number of the function that reads the level.
pub const GET_LEVEL: u8 = 0;
/// Number of the function that returns what the levels mean.
pub const GET_CAPABILITY: u8 = 1;
/// Number of the only event, which carries what [`GET_LEVEL`] answers.
pub const LEVEL_EVENT: u8 = 0;

codes! {
    /// The charging state.
    pub enum Charging {
        /// Not being charged.
        Discharging = 0 => "discharging",
        /// Being charged.
        Recharging = 1 => "charging",
        /// Being charged, almost full.
        FinalStage = 2 => "charging (almost full)",
        /// Charged.
        Complete = 3 => "full",
        /// Being charged below the usual speed.
        Slow = 4 => "charging (slow)",
        /// No battery it can charge.
        InvalidBattery = 5 => "invalid battery",
        /// Too hot or too cold to charge.
        ThermalError = 6 => "thermal error",
        /// Charging failed otherwise.
        OtherError = 7 => "charging error",
    }
}

/// A battery reading: function 0 and event 0.
///
/// | byte | content |
/// |---|---|
/// | 0 | level in percent, 0 unknown |
/// | 1 | the level that comes next as the battery empties, 0 none |
/// | 2 | charging state |
///
/// Level 0 is what an MX Master sends while it is charged (Solaar issue 265). Since no device can
/// send a level with an empty battery, it means unknown while discharging too (issue 273).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatteryLevelStatus {
    /// The level; `None` if the device does not know it or reports more than 100.
    pub level: Option<Percent>,
    /// The next lower level.
    pub next: Option<Percent>,
    /// The charging state.
    pub charging: Charging,
}

/// What the levels of a device mean: function 1.
///
/// | byte | content |
/// |---|---|
/// | 0 | how many levels it distinguishes |
/// | 1 | bit 0 no level on screen, 1 mileage, 2 rechargeable |
/// | 2-3 | what a charge lasts, big-endian |
/// | 4 | critical level in percent |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
#[non_exhaustive]
pub struct Capability {
    /// How many levels there are.
    pub levels: u8,
    /// The level should not be shown on screen.
    pub osd_off: bool,
    /// The level is computed from the energy used.
    pub mileage: bool,
    /// Its battery can be charged.
    pub rechargeable: bool,
    /// What a charge lasts, as received: the unit in the upper bits is not certain.
    pub nominal_life: u16,
    /// The level that is critical; `None` if it is not reported.
    pub critical: Option<Percent>,
}

impl Capability {
    /// Whether levels are percentages rather than steps: the kernel's rule.
    pub const fn is_percentage(self) -> bool {
        self.mileage && self.levels >= 10
    }
}

/// The request for the level.
pub const fn get_level(feature: FeatureIndex) -> Call {
    Call::new(feature, GET_LEVEL, [0; 3])
}

/// The request for what the levels mean.
pub const fn get_capability(feature: FeatureIndex) -> Call {
    Call::new(feature, GET_CAPABILITY, [0; 3])
}

/// The reading in an answer to [`get_level`], or in the event.
pub fn read_level(report: &Report) -> BatteryLevelStatus {
    let [level, next, charging] = report.head();
    BatteryLevelStatus {
        level: reported(level),
        next: reported(next),
        charging: charging.into(),
    }
}

/// The answer to [`get_capability`].
pub const fn read_capability(report: &Report) -> Capability {
    let [levels, flags, life_high, life_low, critical, ..] = *report.params();
    Capability {
        levels,
        osd_off: flags & 0x01 != 0,
        mileage: flags & 0x02 != 0,
        rechargeable: flags & 0x04 != 0,
        nominal_life: u16::from_be_bytes([life_high, life_low]),
        critical: reported(critical),
    }
}

const fn reported(percent: u8) -> Option<Percent> {
    if percent == 0 {
        None
    } else {
        Percent::new(percent)
    }
}

/// Whether a report can be a reading. If it cannot, another feature is at that index.
///
/// In all known readings the next level is not above the level, unless the level is unknown.
pub fn can_be_reading(report: &Report) -> bool {
    let [level, next, charging, rest @ ..] = report.params();
    *level <= 100
        && *next <= 100
        && (next <= level || *level == 0)
        && *charging <= 7
        && rest.iter().all(|&byte| byte == 0)
}

pub(super) const SPEC: BatterySpec = BatterySpec {
    name: "battery level status",
    functions: &[
        (GET_LEVEL, "get battery level"),
        (GET_CAPABILITY, "get battery capability"),
    ],
    events: &[(LEVEL_EVENT, "battery level")],
    harmless_events: true,
    get: Some(get_level),
    get_capability: Some(get_capability),
    can_be_reading,
    refuses_when_off: false,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tests::report;
    use crate::wire::{DeviceIndex, ReportId, SoftwareId};

    /// M525 (Lekensteyn), M325 (Solaar issue 476), MX Master (issue 265), piper issue 541,
    /// Solaar's tests.
    const READINGS: [(&str, u8, u8, Charging); 6] = [
        ("11 01 04 05 5A 05 …", 90, 5, Charging::Discharging),
        ("11 01 04 0C 5A 05 …", 90, 5, Charging::Discharging),
        ("11 01 06 0B 5A 32 …", 90, 50, Charging::Discharging),
        ("11 01 06 0B 00 00 03 …", 0, 0, Charging::Complete),
        ("11 01 07 08 5A 32 …", 90, 50, Charging::Discharging),
        ("11 01 04 0C 50 20 00 …", 80, 32, Charging::Discharging),
    ];

    #[test]
    fn vectors_105_to_108_110_and_120() {
        for (hex, level, next, charging) in READINGS {
            let expected = BatteryLevelStatus {
                level: reported(level),
                next: reported(next),
                charging,
            };
            assert_eq!(read_level(&report(hex)), expected, "{hex}");
        }
    }

    #[test]
    fn a_request_has_no_parameters_vector_105() {
        let request = get_level(FeatureIndex(4)).report(
            DeviceIndex(1),
            SoftwareId::new(5).unwrap(),
            ReportId::Short,
        );
        assert_eq!(request.to_string(), "10 01 04 05 00 00 00");
        assert_eq!(get_capability(FeatureIndex(4)).function.get(), 1);
    }

    #[test]
    fn level_0_is_unknown_in_every_state() {
        // Solaar issues 265 and 682 (charging), 273 (discharging).
        for charging in 0..=8 {
            let frame = Report::short(DeviceIndex(1), 6, 0x0B, [0, 0, charging]);
            assert_eq!(read_level(&frame).level, None, "{charging}");
        }
    }

    #[test]
    fn a_level_above_100_is_not_a_level() {
        assert_eq!(read_level(&report("11 01 06 0B 65 32 …")).level, None);
    }

    #[test]
    fn a_g305_has_four_steps_vector_111() {
        let capability = read_capability(&report("11 01 05 11 04 00 A0 FA 0F …"));
        let expected = Capability {
            levels: 4,
            osd_off: false,
            mileage: false,
            rechargeable: false,
            nominal_life: 0xA0FA,
            critical: Percent::new(15),
        };
        assert_eq!(capability, expected);
        assert!(!capability.is_percentage());
    }

    #[test]
    fn each_flag_of_the_capability_has_its_bit() {
        let flags = |flags| {
            let frame = Report::short(DeviceIndex(1), 5, 0x11, [4, flags, 0]);
            let capability = read_capability(&frame);
            [
                capability.osd_off,
                capability.mileage,
                capability.rechargeable,
            ]
        };
        assert_eq!(flags(0x01), [true, false, false]);
        assert_eq!(flags(0x02), [false, true, false]);
        assert_eq!(flags(0x04), [false, false, true]);
        assert_eq!(flags(0xF8), [false; 3]);
    }

    #[test]
    fn percentages_need_the_mileage_bit_and_ten_levels() {
        let is_percentage = |hex| read_capability(&report(hex)).is_percentage();
        assert!(is_percentage("11 01 05 11 0A 02 …"));
        assert!(!is_percentage("11 01 05 11 09 02 …"));
        assert!(!is_percentage("11 01 05 11 64 05 …"));
    }

    #[test]
    fn every_known_reading_can_be_one() {
        for (hex, ..) in READINGS {
            assert!(can_be_reading(&report(hex)), "{hex}");
        }
        assert!(can_be_reading(&report("11 01 06 0B 00 32 01 …")));
    }

    #[test]
    fn implausible_reports_are_detected() {
        for hex in [
            // An answer of function 1, which upower once took for 4 %; a name; a solar event.
            "11 01 05 11 04 00 A0 FA 0F …",
            "11 01 03 0F 57 69 72 65 6C 65 73 73 20 47 61 6D 69 6E 67 20",
            "11 02 09 10 39 00 0C 06 1D 47 4F 4F 44 …",
            "11 01 04 0C 65 00 00 …",
            "11 01 04 0C 5A 65 00 …",
            "11 01 04 0C 32 5A 00 …",
            "11 01 04 0C 5A 32 08 …",
        ] {
            assert!(!can_be_reading(&report(hex)), "{hex}");
        }
    }
}
