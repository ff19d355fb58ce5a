//! Feature 1001: battery voltage, for devices that leave the percentage to the host.
//!
//! Source: kernel hid-logitech-hidpp, Solaar `hidpp20.py`, libratbag `hidpp20.c`; captures in
//! piper issue 222.

use crate::units::{Millivolts, Percent};
use crate::wire::{Call, FeatureIndex, Report, codes};

/// Number of the function that reads the voltage.
pub const GET_VOLTAGE: u8 = 0;
/// Number of the only event, which carries what [`GET_VOLTAGE`] answers.
pub const VOLTAGE_EVENT: u8 = 0;

const EXTERNAL_POWER: u8 = 0x80;
const CHARGING: u8 = 0x07;
const SPEED: u8 = 0x18;
const CRITICAL: u8 = 0x20;

codes! {
    /// What the battery is doing: bits 7 and 2-0 of the flags, where bit 7 is external power.
    ///
    /// Without it the device is discharging and the other bits mean nothing: by them alone a G915
    /// is always charging (Solaar issue 2825). All three count: Solaar takes two, and 7 for full.
    pub enum Charging {
        /// No external power.
        Discharging = 0x00 => "discharging",
        /// Being charged.
        Charging = 0x80 => "charging",
        /// Charged.
        Full = 0x81 => "full",
        /// External power, but no charging.
        NotCharging = 0x82 => "not charging",
    }
}

codes! {
    /// How fast it is charged: bits 4 and 3 of the flags.
    pub enum Speed {
        /// As usual.
        Normal = 0x00 => "normal",
        /// Fast.
        Fast = 0x08 => "fast",
        /// Slowly, or without a cable.
        Slow = 0x10 => "slow",
    }
}

/// A battery reading: function 0 and event 0.
///
/// | byte | content |
/// |---|---|
/// | 0-1 | millivolts, big-endian |
/// | 2 | flags: bit 7 external power, 5 critical, 4 slow, 3 fast, 2-0 charging |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatteryVoltage {
    /// The cell's voltage; while it is charged, that of the charger.
    pub voltage: Millivolts,
    /// Whether it hangs on a cable or charging pad.
    pub external_power: bool,
    /// Charging or not.
    pub charging: Charging,
    /// How fast; [`Speed::Normal`] without external power.
    pub speed: Speed,
    /// The charge is critical.
    pub critical: bool,
    /// Byte 2 as received.
    pub flags: u8,
}

/// Asks for the voltage.
pub const fn get_voltage(feature: FeatureIndex) -> Call {
    Call::new(feature, GET_VOLTAGE, [0; 3])
}

/// The reading in an answer to [`get_voltage`], or in the event.
pub fn read_voltage(report: &Report) -> BatteryVoltage {
    let [high, low, flags] = report.head();
    let external_power = flags & EXTERNAL_POWER != 0;
    let powered = if external_power { flags } else { 0 };
    BatteryVoltage {
        voltage: Millivolts(u16::from_be_bytes([high, low])),
        external_power,
        charging: (powered & (EXTERNAL_POWER | CHARGING)).into(),
        speed: (powered & SPEED).into(),
        critical: flags & CRITICAL != 0,
        flags,
    }
}

/// Millivolts and percent of a lithium cell that is being discharged, from full to empty, as
/// Solaar has them. The first and the last point make it flat beyond.
const CURVE: [(u32, u32); 15] = [
    (u16::MAX as u32, 100),
    (4186, 100),
    (4067, 90),
    (3989, 80),
    (3922, 70),
    (3859, 60),
    (3811, 50),
    (3778, 40),
    (3751, 30),
    (3717, 20),
    (3671, 10),
    (3646, 5),
    (3579, 2),
    (3500, 0),
    (0, 0),
];

/// About how full a cell of that voltage is, while it is being discharged.
///
/// Linear between the points of a curve for cells of this kind, to the nearest percent. A
/// charging cell has a higher voltage: a mouse at 30 % looks like 63 % (piper issue 222).
pub fn estimate(voltage: Millivolts) -> Percent {
    let millivolts = u32::from(voltage.0);
    let percent = CURVE.windows(2).find_map(|points| {
        let [(upper, more), (lower, less)] = *points else {
            return None;
        };
        let above = millivolts.checked_sub(lower)?;
        let span = upper - lower;
        Some(less + ((more - less) * above + span / 2) / span)
    });
    let percent = percent.and_then(|percent| u8::try_from(percent).ok());
    percent.and_then(Percent::new).unwrap_or(Percent::EMPTY)
}

/// Whether a report can be a reading. Where it cannot, something else stands at the index.
///
/// No lithium cell is below 2.5 V or above 5 V; flags may have any bit.
pub fn is_plausible(report: &Report) -> bool {
    let [high, low, _, rest @ ..] = report.params();
    (2500..=5000).contains(&u16::from_be_bytes([*high, *low])) && rest.iter().all(|&byte| byte == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tests::report;
    use crate::wire::{DeviceIndex, ReportId, SoftwareId};

    /// A corded G mouse (piper issue 222), G915 (Solaar issue 1498), G502 (issue 2253), Solaar's
    /// tests, and one of our own.
    const READINGS: [(&str, u16, Charging); 6] = [
        ("11 FF 04 00 0F 29 80 …", 3881, Charging::Charging),
        ("11 01 04 08 0E 8A …", 3722, Charging::Discharging),
        ("11 01 07 0D 0E B5 …", 3765, Charging::Discharging),
        ("11 01 06 01 0E AD …", 3757, Charging::Discharging),
        ("11 01 04 0C 10 00 FF …", 4096, Charging::Unknown(0x87)),
        ("11 01 04 0C 0F FA 80 …", 4090, Charging::Charging),
    ];

    #[test]
    fn vectors_112_113_115_116_121_and_124() {
        for (hex, millivolts, charging) in READINGS {
            let reading = read_voltage(&report(hex));
            assert_eq!(reading.voltage, Millivolts(millivolts), "{hex}");
            assert_eq!(reading.charging, charging, "{hex}");
            let on_battery = charging == Charging::Discharging;
            assert_eq!(reading.external_power, !on_battery, "{hex}");
        }
    }

    #[test]
    fn a_request_has_no_parameters_vector_112() {
        let call = get_voltage(FeatureIndex(4));
        let request = call.report(
            DeviceIndex(0xFF),
            SoftwareId::new(0xA).unwrap(),
            ReportId::Short,
        );
        assert_eq!(request.to_string(), "10 ff 04 0a 00 00 00");
    }

    fn with_flags(flags: u8) -> BatteryVoltage {
        read_voltage(&Report::short(DeviceIndex(1), 4, 0x0C, [0x0F, 0x29, flags]))
    }

    #[test]
    fn without_external_power_no_other_bit_says_charging() {
        // Solaar issue 2825: a G915 that is always charging.
        for flags in 0..0x80 {
            let reading = with_flags(flags);
            assert_eq!(reading.charging, Charging::Discharging, "{flags:02X}");
            assert_eq!(reading.speed, Speed::Normal, "{flags:02X}");
            assert!(!reading.external_power);
        }
    }

    #[test]
    fn the_low_three_bits_tell_what_external_power_does() {
        for (flags, charging) in [
            (0x80, Charging::Charging),
            (0x81, Charging::Full),
            // Solaar says recharging.
            (0x82, Charging::NotCharging),
            (0x83, Charging::Unknown(0x83)),
            // Solaar looks at two bits, and says full.
            (0x87, Charging::Unknown(0x87)),
            (0xF8, Charging::Charging),
        ] {
            assert_eq!(with_flags(flags).charging, charging, "{flags:02X}");
        }
    }

    #[test]
    fn the_other_bits_tell_the_speed_and_a_critical_charge() {
        assert_eq!(with_flags(0x88).speed, Speed::Fast);
        assert_eq!(with_flags(0x90).speed, Speed::Slow);
        assert_eq!(with_flags(0x98).speed, Speed::Unknown(0x18));
        assert!(with_flags(0x20).critical && !with_flags(0xDF).critical);
        assert_eq!(with_flags(0x42).flags, 0x42);
    }

    #[test]
    fn the_curve_is_met_at_its_points_and_linear_between() {
        for (millivolts, percent) in [
            (4186, 100),
            (4067, 90),
            (4090, 92),
            (3989, 80),
            (3922, 70),
            (3881, 63),
            (3859, 60),
            (3811, 50),
            (3778, 40),
            // A G915 (Solaar issue 1498): the kernel's 100 points say 35 too.
            (3765, 35),
            (3751, 30),
            // The mouse of piper issue 222: the kernel's say 21 too.
            (3722, 21),
            (3717, 20),
            (3671, 10),
            (3646, 5),
            (3579, 2),
        ] {
            let estimated = estimate(Millivolts(millivolts)).get();
            assert_eq!(estimated, percent, "{millivolts} mV");
        }
    }

    #[test]
    fn an_empty_cell_is_empty() {
        // Solaar shows 50 %: its 0 counts as unknown.
        for millivolts in [0, 3499, 3500, 3519] {
            let estimated = estimate(Millivolts(millivolts));
            assert_eq!(estimated, Percent::EMPTY, "{millivolts} mV");
        }
    }

    #[test]
    fn more_than_full_is_full() {
        for millivolts in [4187, 4308, u16::MAX] {
            let estimated = estimate(Millivolts(millivolts));
            assert_eq!(estimated, Percent::FULL, "{millivolts} mV");
        }
    }

    #[test]
    fn a_higher_voltage_is_never_less_charge() {
        let mut before = Percent::EMPTY;
        for millivolts in 3400..4300 {
            let estimated = estimate(Millivolts(millivolts));
            assert!(estimated >= before, "{millivolts} mV");
            before = estimated;
        }
        assert_eq!(before, Percent::FULL);
    }

    #[test]
    fn every_reading_known_is_plausible() {
        for (hex, ..) in READINGS {
            assert!(is_plausible(&report(hex)), "{hex}");
        }
        // A headset that charges (Solaar issue 1615).
        assert!(is_plausible(&report("11 01 06 0B 10 D4 80 …")));
    }

    #[test]
    fn what_cannot_be_a_reading_is_noticed() {
        for hex in [
            "11 01 06 0B 5A 32 …",
            "11 01 06 0B 61 08 …",
            "11 01 06 0B 09 C3 00 …",
            "11 01 06 0B 13 89 00 …",
            "11 01 06 0B 0E AD 00 01 …",
        ] {
            assert!(!is_plausible(&report(hex)), "{hex}");
        }
    }
}
