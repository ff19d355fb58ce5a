//! What a report under software id 0 is, at the index of a feature that reports the charge: an event,
//! or the reply to a program that calls under that id (the kernel before 5.19, upower; linux-input,
//! August 2022; Solaar issues 1568 and 1718).
//!
//! Both have the same header, in which an event has its number where a reply has that of the
//! function. They differ in:
//!
//! | feature | event | replies with the number of an event |
//! |---|---|---|
//! | 1000, 1001, 1F20 | 0: the reading | function 0: the reading too, as good as an event |
//! | 1004 | 0: the reading | function 0: the capabilities, mostly more than one bit where a reading has its level |
//! | 4301 | 0 to 2, marked `GOOD` | functions 0 and 1: their arguments, unmarked, nothing measured |

use super::solar_dashboard::{self, EventKind};
use super::unified_battery::{self, Capabilities};
use super::{BatteryFeature, adc_measurement, battery_level_status, battery_voltage};
use crate::wire::Report;

/// What a report under software id 0 is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An event, or a reply with the same content.
    Event,
    /// A reply to another program that is no reading.
    Reply,
    /// It can be either: the device is to be asked before it counts.
    Unclear,
}

/// Whether an event of this number carries a reading.
pub fn is_reading(feature: BatteryFeature, number: u8) -> bool {
    match feature {
        BatteryFeature::LevelStatus => number == battery_level_status::LEVEL_EVENT,
        BatteryFeature::Voltage => number == battery_voltage::VOLTAGE_EVENT,
        BatteryFeature::Unified => number == unified_battery::STATUS_EVENT,
        BatteryFeature::Adc => number == adc_measurement::MEASUREMENT_EVENT,
        BatteryFeature::SolarDashboard => !matches!(EventKind::from(number), EventKind::Unknown(_)),
    }
}

/// What a report of `feature` under software id 0 is; `capabilities` of feature 1004 as far as they
/// are known.
pub fn origin(
    feature: BatteryFeature,
    report: &Report,
    capabilities: Option<Capabilities>,
) -> Origin {
    let number = report.address() >> 4;
    if !is_reading(feature, number) {
        return Origin::Reply;
    }
    match feature {
        BatteryFeature::LevelStatus | BatteryFeature::Voltage | BatteryFeature::Adc => {
            Origin::Event
        }
        BatteryFeature::Unified => unified(report, capabilities),
        BatteryFeature::SolarDashboard => solar(EventKind::from(number), report),
    }
}

fn unified(report: &Report, capabilities: Option<Capabilities>) -> Origin {
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

fn solar(kind: EventKind, report: &Report) -> Origin {
    let [_, measured @ ..] = report.params();
    let is_event = match kind {
        EventKind::Unknown(_) => false,
        _ if solar_dashboard::has_marker(report) => true,
        // The draft's examples have no marker.
        EventKind::LightMeasure => measured.iter().any(|&byte| byte != 0),
        EventKind::Broadcast | EventKind::LightKey => false,
    };
    if is_event {
        Origin::Event
    } else {
        Origin::Reply
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tests::report;

    const ALL_LEVELS: Capabilities = Capabilities {
        levels: 0x0F,
        rechargeable: true,
        state_of_charge: true,
        flags: 0x03,
    };

    #[test]
    fn the_capabilities_of_1004_are_no_charge_of_15_percent() {
        // linux-input 2022-08-26 and Solaar issue 1718.
        let reply = report("11 01 08 00 0F 03 …");
        for known in [None, Some(ALL_LEVELS)] {
            let origin = origin(BatteryFeature::Unified, &reply, known);
            assert_eq!(origin, Origin::Reply);
        }
    }

    #[test]
    fn capabilities_that_look_like_a_reading_are_unclear() {
        let levels_only = Capabilities {
            rechargeable: false,
            flags: 0x02,
            ..ALL_LEVELS
        };
        let of = |hex, known| origin(BatteryFeature::Unified, &report(hex), known);
        let ambiguous = "11 01 08 00 0F 02 …";
        assert_eq!(of(ambiguous, Some(levels_only)), Origin::Unclear);
        assert_eq!(of(ambiguous, None), Origin::Unclear);
        // Another device's capabilities are not this one's.
        assert_eq!(of(ambiguous, Some(ALL_LEVELS)), Origin::Event);
        assert_eq!(of("11 01 08 00 0F 00 …", None), Origin::Unclear);
        // A mouse at 5 %, and one at 10 % that is charged.
        assert_eq!(of("11 01 08 00 05 01 …", Some(ALL_LEVELS)), Origin::Event);
        assert_eq!(of("11 01 08 00 0A 01 01 01 …", None), Origin::Event);
        assert_eq!(of("11 01 08 00 64 08 03 01 …", None), Origin::Event);
        // An unknown status.
        assert_eq!(of("11 01 08 00 46 08 08 …", None), Origin::Event);
    }

    #[test]
    fn replies_of_other_functions_are_no_events() {
        for (id, hex) in [
            // The capability of a T400 (Solaar issue 1568).
            (BatteryFeature::LevelStatus, "11 01 06 10 04 00 A0 FA 0F …"),
            (BatteryFeature::Voltage, "11 01 06 10 …"),
            (BatteryFeature::Adc, "11 FF 08 10 05 …"),
            (BatteryFeature::Unified, "11 01 08 10 61 08 …"),
            // The arguments of both functions of the solar dashboard, and no function.
            (BatteryFeature::SolarDashboard, "11 01 09 00 01 01 …"),
            (BatteryFeature::SolarDashboard, "11 01 09 10 02 …"),
            (BatteryFeature::SolarDashboard, "11 01 09 20 …"),
            (
                BatteryFeature::SolarDashboard,
                "11 01 09 30 39 00 0C 06 1D 47 4F 4F 44 …",
            ),
        ] {
            assert_eq!(origin(id, &report(hex), None), Origin::Reply, "{hex}");
        }
    }

    #[test]
    fn readings_are_events() {
        for (id, hex) in [
            (BatteryFeature::LevelStatus, "11 01 06 00 5A 32 …"),
            (BatteryFeature::Voltage, "11 01 06 00 0E B5 …"),
            (BatteryFeature::Adc, "11 FF 08 00 0E 75 01 …"),
            // The headset is switched off.
            (BatteryFeature::Adc, "11 FF 08 00 …"),
            (BatteryFeature::Unified, "11 01 08 00 61 08 …"),
            (
                BatteryFeature::SolarDashboard,
                "11 01 09 00 39 00 00 06 1D 47 4F 4F 44 …",
            ),
            // The draft's example of 319 lux.
            (
                BatteryFeature::SolarDashboard,
                "11 03 06 10 60 01 3F 06 72 …",
            ),
        ] {
            assert_eq!(origin(id, &report(hex), None), Origin::Event, "{hex}");
        }
    }
}
