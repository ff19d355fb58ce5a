//! Register 0D and notification 0D of HID++ 1.0 devices: battery level in percent.

use crate::units::Percent;
use crate::wire::{Register, RegisterRequest, Report};

/// The register; its notification has the same number as its sub-id.
pub const REGISTER: Register = Register(0x0D);

/// The charging state: bits 7-6 of the third byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charging {
    /// 0: not being charged.
    Discharging,
    /// 1: being charged.
    Charging,
    /// 2: charged.
    Complete,
    /// 3: charging failed.
    Error,
}

impl Charging {
    /// The name shown to people and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Discharging => "discharging",
            Self::Charging => "charging",
            Self::Complete => "full",
            Self::Error => "charging error",
        }
    }
}

/// What a battery charge lasts: bits 5-4 of the third byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CapacityUnit {
    /// 0
    Seconds,
    /// 1
    Minutes,
    /// 2
    Hours,
    /// 3
    Days,
}

impl CapacityUnit {
    /// The name shown to people and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::Days => "days",
        }
    }
}

/// A battery reading.
///
/// | byte | content |
/// |---|---|
/// | 0 | bits 6-0: percent, 7F unknown |
/// | 1 | capacity, low eight bits |
/// | 2 | bits 7-6 charging, 5-4 unit, 3-0 capacity, high four bits |
///
/// Source: libratbag `hidpp10.c`; an M705's `64 47 34` is 100 %, 1095 days: its advertised life.
/// The kernel reads the notification one byte late, fwupd shifts the register by four bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BatteryMileage {
    /// The charge; `None` if the device does not know it or reports more than 100.
    pub charge: Option<Percent>,
    /// What a full battery lasts.
    pub capacity: u16,
    /// The unit of `capacity`.
    pub unit: CapacityUnit,
    /// The charging state.
    pub charging: Charging,
}

/// The request for the battery.
pub const fn get() -> RegisterRequest {
    RegisterRequest::get(REGISTER, [0; 3])
}

/// The reading in an answer to [`get`]: `10 ix 81 0D b0 b1 b2`.
pub const fn read(report: &Report) -> BatteryMileage {
    decode(report.head())
}

/// The reading in a notification: `10 ix 0D b0 b1 b2 00`.
pub const fn read_notification(report: &Report) -> BatteryMileage {
    let [b1, b2, _] = report.head();
    decode([report.address(), b1, b2])
}

const fn decode([b0, b1, b2]: [u8; 3]) -> BatteryMileage {
    BatteryMileage {
        charge: Percent::new(b0 & 0x7F),
        capacity: u16::from_be_bytes([b2 & 0x0F, b1]),
        unit: match (b2 >> 4) & 0x03 {
            0 => CapacityUnit::Seconds,
            1 => CapacityUnit::Minutes,
            2 => CapacityUnit::Hours,
            _ => CapacityUnit::Days,
        },
        charging: match b2 >> 6 {
            0 => Charging::Discharging,
            1 => Charging::Charging,
            2 => Charging::Complete,
            _ => Charging::Error,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tests::report;

    #[test]
    fn vectors_52_53_127_and_128() {
        for (hex, percent, capacity, unit, charging) in [
            // Anywhere MX and M705 (Solaar's device dumps).
            (
                "10 01 81 0D 64 64 30",
                100,
                100,
                CapacityUnit::Days,
                Charging::Discharging,
            ),
            (
                "10 02 81 0D 64 47 34",
                100,
                1095,
                CapacityUnit::Days,
                Charging::Discharging,
            ),
            // Solaar's tests.
            (
                "10 01 81 0D 44 00 50",
                68,
                0,
                CapacityUnit::Minutes,
                Charging::Charging,
            ),
            (
                "10 01 81 0D 60 00 90",
                96,
                0,
                CapacityUnit::Minutes,
                Charging::Complete,
            ),
        ] {
            let charge = Percent::new(percent);
            let expected = BatteryMileage {
                charge,
                capacity,
                unit,
                charging,
            };
            assert_eq!(read(&report(hex)), expected, "{hex}");
        }
    }

    #[test]
    fn the_notification_starts_with_the_percentage() {
        // The kernel takes the byte after it.
        let mileage = read_notification(&report("10 02 0D 28 47 34 00"));
        assert_eq!(mileage.charge, Percent::new(40));
        assert_eq!((mileage.capacity, mileage.unit), (1095, CapacityUnit::Days));
    }

    #[test]
    fn unknown_stays_unknown() {
        assert_eq!(read(&report("10 01 81 0D 7F 00 00")).charge, None);
    }
}
