//! Register 07 and notification 07 of HID++ 1.0 devices: battery level in steps.

use crate::wire::{Register, RegisterRequest, Report, codes};

/// The register; its notification has the same number as its sub-id.
pub const REGISTER: Register = Register(0x07);

codes! {
    /// A level: a step, not a percentage. 2, 4 and 6 are legacy codes for critical, low and good.
    ///
    /// Source: Logitech's `battery-level.txt` kept by Solaar.
    pub enum Level {
        /// Empty soon.
        Critical = 1 => "critical",
        /// As critical, from older devices.
        LegacyCritical = 2 => "critical",
        /// Low.
        Low = 3 => "low",
        /// As low, from older devices.
        LegacyLow = 4 => "low",
        /// Good.
        Good = 5 => "good",
        /// As good, from older devices.
        LegacyGood = 6 => "good",
        /// Full.
        Full = 7 => "full",
    }
}

codes! {
    /// The charging state. A closed list: Solaar's bit masks show an error as charging.
    ///
    /// Source: Logitech's `battery-level.txt`; 24 to 26 from libratbag, seen on a K800.
    pub enum Charging {
        /// Not being charged.
        Discharging = 0x00 => "discharging",
        /// Being charged.
        Charging = 0x21 => "charging",
        /// Charged.
        Complete = 0x22 => "full",
        /// Charging failed.
        Error = 0x23 => "charging error",
        /// Being charged fast.
        Fast = 0x24 => "charging",
        /// Being charged slowly.
        Slow = 0x25 => "charging",
        /// Charged, being kept full.
        ToppingUp = 0x26 => "full",
    }
}

/// A battery reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatteryStatus {
    /// The level; `None` if the device reports unknown (0).
    pub level: Option<Level>,
    /// The charging state.
    pub charging: Charging,
}

/// The request for the battery.
pub const fn get() -> RegisterRequest {
    RegisterRequest::get(REGISTER, [0; 3])
}

/// The reading in an answer to [`get`]: `10 ix 81 07 level charging threshold`.
pub fn read(report: &Report) -> BatteryStatus {
    let [level, charging, _] = report.head();
    decode(level, charging)
}

/// The reading in a notification: `10 ix 07 level charging 00 00`.
pub fn read_notification(report: &Report) -> BatteryStatus {
    let [charging, ..] = report.head();
    decode(report.address(), charging)
}

fn decode(level: u8, charging: u8) -> BatteryStatus {
    let level = (level != 0).then(|| Level::from(level));
    // 01 to 1F are reserved for further states without charging.
    let charging = if charging <= 0x1F {
        Charging::Discharging
    } else {
        charging.into()
    };
    BatteryStatus { level, charging }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tests::report;

    #[test]
    fn vectors_49_to_51_125_and_126() {
        for (hex, level, charging) in [
            (
                "10 02 81 07 03 00 00",
                Some(Level::Low),
                Charging::Discharging,
            ), // K800
            (
                "10 01 81 07 07 00 00",
                Some(Level::Full),
                Charging::Discharging,
            ), // K800
            (
                "10 01 81 07 05 21 00",
                Some(Level::Good),
                Charging::Charging,
            ), // Solaar test
            ("10 01 81 07 00 22 00", None, Charging::Complete), // Solaar test
        ] {
            assert_eq!(
                read(&report(hex)),
                BatteryStatus { level, charging },
                "{hex}"
            );
        }
    }

    #[test]
    fn notifications_of_a_k800_vectors_56_to_58() {
        for (hex, level, charging) in [
            (
                "10 02 07 01 00 00 00",
                Level::Critical,
                Charging::Discharging,
            ),
            ("10 02 07 07 26 00 00", Level::Full, Charging::ToppingUp),
            ("10 01 07 07 00 00 00", Level::Full, Charging::Discharging),
        ] {
            let expected = BatteryStatus {
                level: Some(level),
                charging,
            };
            assert_eq!(read_notification(&report(hex)), expected, "{hex}");
        }
    }

    #[test]
    fn a_charging_error_is_not_charging() {
        // Solaar decodes 23 as recharging, because of its mask 21.
        let status = read(&report("10 01 81 07 05 23 00"));
        assert_eq!(status.charging, Charging::Error);
    }
}
