//! The battery of a HID++ 1.0 device: register 07 in steps, or register 0D in percent.
//!
//! A device has one of the two. The other battery features (HID++ 2.0: 1000, 1001, 1004, 1F20)
//! come in a later change, as further models in `hidpp20.rs`.

use crate::units::Percent;

/// What the battery is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing charges it.
    Discharging,
    /// It is being charged.
    Charging,
    /// It is full, with the charger still connected.
    Charged,
}

/// Which battery register a device has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Register {
    /// Register 07: `level state 00` (protocol: HID++ 1.0 battery level), levels 1 critical, 3
    /// low, 5 good, 7 full; states as a K800 sends them: 00 discharging, 25 charging, 26 full.
    Steps,
    /// Register 0D: `percent`, then a 12-bit capacity (low byte first), its unit and the state:
    /// `b1 | (b2 & 0F) << 8`, unit in bits 5:4 of b2 (3 = days), state in bits 7:6.
    Mileage {
        /// How long a full battery lasts, in days, 0 to 4095.
        days: u16,
    },
}

/// A battery, as seen through its register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Battery {
    /// The register that shows it.
    pub register: Register,
    /// How full it is.
    pub charge: Percent,
    /// What it is doing.
    pub state: State,
}

impl Battery {
    /// The register's number; its notification has the same sub-id.
    pub fn address(self) -> u8 {
        match self.register {
            Register::Steps => 0x07,
            Register::Mileage { .. } => 0x0D,
        }
    }

    /// The register's three bytes.
    pub fn value(self) -> [u8; 3] {
        match self.register {
            Register::Steps => [self.level(), self.steps_state(), 0x00],
            Register::Mileage { days } => {
                let [high, low] = days.to_be_bytes();
                let unit_and_state = 0x30 | (self.mileage_state() << 6);
                [self.charge.get(), low, unit_and_state | (high & 0x0F)]
            }
        }
    }

    /// The step a charge falls into (the ranges Logitech gives for coarse devices).
    fn level(self) -> u8 {
        match self.charge.get() {
            0..=10 => 0x01,
            11..=30 => 0x03,
            31..=80 => 0x05,
            _ => 0x07,
        }
    }

    fn steps_state(self) -> u8 {
        match self.state {
            State::Discharging => 0x00,
            State::Charging => 0x25,
            State::Charged => 0x26,
        }
    }

    fn mileage_state(self) -> u8 {
        match self.state {
            State::Discharging => 0,
            State::Charging => 1,
            State::Charged => 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::testing::percent;

    #[test]
    fn a_full_m705_lasts_1095_days() {
        // Vector 53: hardware, M705.
        let battery = Battery {
            register: Register::Mileage { days: 1095 },
            charge: Percent::FULL,
            state: State::Discharging,
        };
        assert_eq!(battery.value(), [0x64, 0x47, 0x34]);
    }

    #[test]
    fn a_full_anywhere_mx_lasts_100_days() {
        // Vector 52: hardware, Anywhere MX.
        let battery = Battery {
            register: Register::Mileage { days: 100 },
            charge: Percent::FULL,
            state: State::Discharging,
        };
        assert_eq!(battery.value(), [0x64, 0x64, 0x30]);
    }

    #[test]
    fn a_k800_shows_steps() {
        let at = |charge, state| {
            Battery {
                register: Register::Steps,
                charge: percent(charge),
                state,
            }
            .value()
        };
        // Vectors 56, 49, 50 and 57: hardware, K800.
        assert_eq!(at(5, State::Discharging), [0x01, 0x00, 0x00]);
        assert_eq!(at(20, State::Discharging), [0x03, 0x00, 0x00]);
        assert_eq!(at(100, State::Discharging), [0x07, 0x00, 0x00]);
        assert_eq!(at(100, State::Charged), [0x07, 0x26, 0x00]);
        assert_eq!(at(50, State::Charging), [0x05, 0x25, 0x00]);
    }
}
