//! Feature 1001: battery voltage, for devices that leave the percentage to the host.
//!
//! Source: kernel hid-logitech-hidpp, Solaar `hidpp20.py`, libratbag `hidpp20.c`; captures in
//! piper issue 222.

use super::battery_spec::BatterySpec;
use crate::units::Millivolts;
use crate::wire::{Call, FeatureId, FeatureIndex, Report, codes};

/// The feature's id.
pub const ID: FeatureId = FeatureId(0x1001);
/// Number of the function that reads the voltage.
pub const GET_VOLTAGE: u8 = 0;
/// Number of the only event, which carries what [`GET_VOLTAGE`] answers.
pub const VOLTAGE_EVENT: u8 = 0;

const EXTERNAL_POWER: u8 = 0x80;
const CHARGING: u8 = 0x07;
const SPEED: u8 = 0x18;
const CRITICAL: u8 = 0x20;

codes! {
    /// The charging state: bits 7 and 2-0 of the flags, where bit 7 is external power.
    ///
    /// Without external power the device is discharging and bits 4-0 have no meaning: by bits 2-0
    /// alone a G915 would always be charging (Solaar issue 2825). Bit 5, critical, is valid. All three low bits count: Solaar
    /// evaluates two, and so takes 7 for full.
    pub enum Charging {
        /// No external power.
        Discharging = 0x00 => "discharging",
        /// Being charged.
        Charging = 0x80 => "charging",
        /// Charged.
        Full = 0x81 => "full",
        /// External power, but no charging.
        NotCharging = 0x82 => "not charging",
        /// The hardware reports an error while charging (linux-input, September 2019).
        HardwareError = 0x87 => "charging error",
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
#[non_exhaustive]
pub struct BatteryVoltage {
    /// The cell's voltage; while it is charged, that of the charger.
    pub voltage: Millivolts,
    /// Whether it is on a cable or charging pad.
    pub external_power: bool,
    /// The charging state.
    pub charging: Charging,
    /// How fast; [`Speed::Normal`] without external power.
    pub speed: Speed,
    /// The charge is critical.
    pub critical: bool,
    /// Byte 2 as received.
    pub flags: u8,
}

/// The request for the voltage.
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

/// Whether a report looks like a reading. If not, the feature index may be stale: the session looks
/// it up and reads again, and uses the second reading whatever this function returns.
///
/// No lithium cell is below 2.5 V or above 5 V; flags may have any bit.
pub fn can_be_reading(report: &Report) -> bool {
    let [high, low, _, rest @ ..] = report.params();
    (2500..=5000).contains(&u16::from_be_bytes([*high, *low])) && rest.iter().all(|&byte| byte == 0)
}

pub(super) const SPEC: BatterySpec = BatterySpec {
    name: "battery voltage",
    functions: &[
        (GET_VOLTAGE, "get battery voltage"),
        (1, "show battery status"),
    ],
    events: &[(VOLTAGE_EVENT, "battery voltage")],
    harmless_events: true,
    get: Some(get_voltage),
    get_capability: None,
    can_be_reading,
    refuses_when_off: false,
};

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
        ("11 01 04 0C 10 00 FF …", 4096, Charging::HardwareError),
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
    fn without_external_power_no_other_bit_means_charging() {
        // Solaar issue 2825: a G915 that is always charging.
        for flags in 0..0x80 {
            let reading = with_flags(flags);
            assert_eq!(reading.charging, Charging::Discharging, "{flags:02X}");
            assert_eq!(reading.speed, Speed::Normal, "{flags:02X}");
            assert!(!reading.external_power);
        }
    }

    #[test]
    fn the_low_three_bits_are_the_charging_state() {
        for (flags, charging) in [
            (0x80, Charging::Charging),
            (0x81, Charging::Full),
            // Recharging according to Solaar.
            (0x82, Charging::NotCharging),
            (0x83, Charging::Unknown(0x83)),
            // Solaar looks at two bits, and shows full.
            (0x87, Charging::HardwareError),
            (0xF8, Charging::Charging),
        ] {
            assert_eq!(with_flags(flags).charging, charging, "{flags:02X}");
        }
    }

    #[test]
    fn the_other_bits_are_the_speed_and_a_critical_charge() {
        assert_eq!(with_flags(0x88).speed, Speed::Fast);
        assert_eq!(with_flags(0x90).speed, Speed::Slow);
        assert_eq!(with_flags(0x98).speed, Speed::Unknown(0x18));
        assert!(with_flags(0x20).critical && !with_flags(0xDF).critical);
        assert_eq!(with_flags(0x42).flags, 0x42);
    }

    #[test]
    fn every_known_reading_can_be_one() {
        for (hex, ..) in READINGS {
            assert!(can_be_reading(&report(hex)), "{hex}");
        }
        // A headset that charges (Solaar issue 1615).
        assert!(can_be_reading(&report("11 01 06 0B 10 D4 80 …")));
    }

    #[test]
    fn implausible_reports_are_detected() {
        for hex in [
            "11 01 06 0B 5A 32 …",
            "11 01 06 0B 61 08 …",
            "11 01 06 0B 09 C3 00 …",
            "11 01 06 0B 13 89 00 …",
            "11 01 06 0B 0E AD 00 01 …",
        ] {
            assert!(!can_be_reading(&report(hex)), "{hex}");
        }
    }
}
