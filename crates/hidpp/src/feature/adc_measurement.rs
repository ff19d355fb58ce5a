//! Feature 1F20: battery voltage of a headset, measured by its analog-digital converter.
//!
//! A headset that is switched off answers with an error, or clears the bit for connected.
//!
//! Source: Solaar `hidpp20.py` and `notifications.py`; flags 01, 03 and 07 in recordings of a G933
//! (ashkitten/g933-utils, Solaar issue 272) and in kernel hid-logitech-hidpp.c, which leaves 0F
//! unknown; the four bits in the G533 patch on linux-kernel of June 2020.

use super::battery_spec::BatterySpec;
use crate::units::Millivolts;
use crate::wire::{Call, FeatureId, FeatureIndex, Report};

/// The feature's id.
pub const ID: FeatureId = FeatureId(0x1F20);
/// Number of the function that reads the voltage.
pub const GET_MEASUREMENT: u8 = 0;
/// Number of the only event, which carries what [`GET_MEASUREMENT`] answers.
pub const MEASUREMENT_EVENT: u8 = 0;

/// The charging state: bits 1 to 3 of the flags.
///
/// Bit 1 is set while the headset is on its cable, and without it the others have no meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charging {
    /// On battery.
    Discharging,
    /// On its cable, being charged.
    Charging,
    /// On its cable, charged.
    Full,
    /// On its cable, and charging failed, regardless of bit 2.
    Error,
}

impl Charging {
    const fn of(flags: u8) -> Self {
        match (
            flags & CHARGING != 0,
            flags & COMPLETE != 0,
            flags & FAULT != 0,
        ) {
            (false, ..) => Self::Discharging,
            (true, _, true) => Self::Error,
            (true, true, false) => Self::Full,
            (true, false, false) => Self::Charging,
        }
    }
}

const CONNECTED: u8 = 0x01;
const CHARGING: u8 = 0x02;
const COMPLETE: u8 = 0x04;
const FAULT: u8 = 0x08;

/// A battery reading: function 0 and event 0.
///
/// | byte | content |
/// |---|---|
/// | 0-1 | millivolts, big-endian |
/// | 2 | flags: bit 0 connected, 1 charging, 2 charged, 3 charging fault |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Measurement {
    /// The cell's voltage; on its cable, that of the charger.
    pub voltage: Millivolts,
    /// Whether the headset is connected, so that the voltage is valid.
    pub connected: bool,
    /// The charging state.
    pub charging: Charging,
    /// Byte 2 as received.
    pub flags: u8,
}

/// The request for the voltage.
pub const fn get_measurement(feature: FeatureIndex) -> Call {
    Call::new(feature, GET_MEASUREMENT, [0; 3])
}

/// The reading in an answer to [`get_measurement`], or in the event.
pub const fn read_measurement(report: &Report) -> Measurement {
    let [high, low, flags] = report.head();
    Measurement {
        voltage: Millivolts(u16::from_be_bytes([high, low])),
        connected: flags & CONNECTED != 0,
        charging: Charging::of(flags),
        flags,
    }
}

/// Whether a report can be a reading. If it cannot, another feature is at that index.
///
/// No lithium cell is below 2.5 V or above 5 V; the voltage of a headset that is off is not
/// checked.
pub fn can_be_reading(report: &Report) -> bool {
    let [_, _, _, rest @ ..] = report.params();
    let reading = read_measurement(report);
    (!reading.connected || (2500..=5000).contains(&reading.voltage.0))
        && rest.iter().all(|&byte| byte == 0)
}

pub(super) const SPEC: BatterySpec = BatterySpec {
    name: "ADC measurement",
    functions: &[(GET_MEASUREMENT, "get measurement")],
    events: &[(MEASUREMENT_EVENT, "measurement")],
    harmless_events: true,
    get: Some(get_measurement),
    get_capability: None,
    can_be_reading,
    refuses_when_off: true,
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tests::report;
    use crate::wire::{DeviceIndex, ReportId, SoftwareId};

    #[test]
    fn solaars_test_vector_123() {
        let reading = read_measurement(&report("11 01 04 0C 10 00 03 …"));
        let expected = Measurement {
            voltage: Millivolts(4096),
            connected: true,
            charging: Charging::Charging,
            flags: 3,
        };
        assert_eq!(reading, expected);
        assert!(can_be_reading(&report("11 01 04 0C 10 00 03 …")));
    }

    #[test]
    fn a_request_has_no_parameters_vector_123() {
        let call = get_measurement(FeatureIndex(4));
        let software = SoftwareId::new(0xC).unwrap();
        let request = call.report(DeviceIndex(1), software, ReportId::Short);
        assert_eq!(request.to_string(), "10 01 04 0c 00 00 00");
    }

    #[test]
    fn a_headset_that_is_off_is_decoded_as_off() {
        let off = read_measurement(&report("11 01 04 00 …"));
        assert!(!off.connected && off.charging == Charging::Discharging);
        assert!(can_be_reading(&report("11 01 04 00 …")));
    }

    #[test]
    fn the_flags_of_a_headset_on_its_cable() {
        for (flags, charging) in [
            (0x01, Charging::Discharging),
            (0x03, Charging::Charging),
            // A G933 that is charged (Solaar issue 272), and the same with an unknown bit.
            (0x07, Charging::Full),
            (0x87, Charging::Full),
            (0x0B, Charging::Error),
            (0x0F, Charging::Error),
            // Not on its cable.
            (0x05, Charging::Discharging),
            (0x0D, Charging::Discharging),
        ] {
            let frame = Report::short(DeviceIndex(1), 4, 0x0C, [0x10, 0x36, flags]);
            let reading = read_measurement(&frame);
            assert_eq!(reading.charging, charging, "{flags:02X}");
            assert!(reading.connected && reading.flags == flags);
        }
    }

    #[test]
    fn implausible_reports_are_detected() {
        for hex in [
            "11 01 04 0C 5A 32 01 …",
            "11 01 04 0C 13 89 01 …",
            "11 01 04 0C 10 00 03 01 …",
        ] {
            assert!(!can_be_reading(&report(hex)), "{hex}");
        }
    }
}
