//! The physical battery of a device, and the HID++ 1.0 registers that report it.
//!
//! All reported values are derived from [`Battery`]: register 07 in steps or 0D in percent here,
//! the features of HID++ 2.0 in `battery_features/`. Only a solar keyboard has a charge of its own,
//! see [`super::solar`].

use hidpp_proto::units::{Millivolts, Percent};

/// The charging state. The numbers are those of features 1000 and 1004.
///
/// Source: the status table of feature 1000; for 1004 other implementations disagree about 2 and 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// No charger.
    Discharging = 0,
    /// It is being charged.
    Charging = 1,
    /// It is being charged, and almost full.
    AlmostFull = 2,
    /// It is full, with the charger still connected.
    Charged = 3,
    /// It is being charged slowly, by a weak charger.
    ChargingSlowly = 4,
    /// The charger does not support this type of battery.
    Invalid = 5,
    /// It is too hot to be charged.
    TooHot = 6,
    /// Charging failed in another way.
    Failed = 7,
}

impl State {
    /// Whether a charger is connected.
    pub fn external_power(self) -> bool {
        self != Self::Discharging
    }
}

/// The four steps of coarse devices, by the ranges Logitech gives for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// 0 to 10 %.
    Critical,
    /// 11 to 30 %.
    Low,
    /// 31 to 80 %.
    Good,
    /// 81 to 100 %.
    Full,
}

/// A battery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Battery {
    /// The charge.
    pub charge: Percent,
    /// The charging state.
    pub state: State,
    /// The voltage, if it differs from that of the cell at this charge.
    pub measured: Option<Millivolts>,
    /// The type of cell, which determines the voltage.
    pub cell: Cell,
}

/// A type of lithium cell, which determines the voltage at a given charge.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cell {
    /// The cell of most products.
    #[default]
    Usual,
    /// The cell of a G933 headset, which has a higher charge at the same voltage.
    G933,
}

impl Cell {
    /// Charge and voltage at rest, full first, interpolated linearly.
    ///
    /// Sources: Solaar's table for feature 1001; for the G933 the table of ashkitten/g933-utils.
    const fn curve(self) -> &'static [(u8, u16)] {
        match self {
            Self::Usual => &[
                (100, 4186),
                (90, 4067),
                (70, 3922),
                (50, 3811),
                (30, 3751),
                (10, 3671),
                (0, 3500),
            ],
            Self::G933 => &[
                (100, 4057),
                (97, 4001),
                (87, 3901),
                (75, 3800),
                (60, 3703),
                (47, 3650),
                (27, 3600),
                (20, 3580),
                (14, 3554),
                (6, 3550),
                (4, 3508),
                (2, 3400),
                (0, 3304),
            ],
        }
    }
}

impl Battery {
    /// A battery with the voltage that follows from its charge.
    pub const fn new(charge: Percent, state: State) -> Self {
        Self {
            charge,
            state,
            measured: None,
            cell: Cell::Usual,
        }
    }

    /// The same battery with another charge and state. Its voltage follows from the charge.
    #[must_use]
    pub const fn with(self, charge: Percent, state: State) -> Self {
        Self {
            charge,
            state,
            measured: None,
            ..self
        }
    }

    /// The same battery with this voltage.
    #[must_use]
    pub const fn measuring(mut self, voltage: Millivolts) -> Self {
        self.measured = Some(voltage);
        self
    }

    /// Its voltage.
    pub fn millivolts(self) -> Millivolts {
        self.measured.unwrap_or_else(|| self.at_rest())
    }

    fn at_rest(self) -> Millivolts {
        let charge = self.charge.get();
        let curve = self.cell.curve();
        let lines = curve.iter().zip(curve.iter().skip(1));
        for (&(full, top), &(empty, bottom)) in lines {
            if charge >= empty {
                let part = u16::from(charge - empty) * (top - bottom) / u16::from(full - empty);
                return Millivolts(bottom + part);
            }
        }
        Millivolts(0)
    }

    pub(super) fn step(self) -> Step {
        match self.charge.get() {
            0..=10 => Step::Critical,
            11..=30 => Step::Low,
            31..=80 => Step::Good,
            _ => Step::Full,
        }
    }
}

/// The battery register of a HID++ 1.0 device. A device has one of the two.
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

impl Register {
    /// The register's number, which is also the sub-id of its notification.
    pub fn address(self) -> u8 {
        match self {
            Self::Steps => 0x07,
            Self::Mileage { .. } => 0x0D,
        }
    }

    /// The register's three bytes for this battery.
    pub fn value(self, battery: Battery) -> [u8; 3] {
        match self {
            Self::Steps => [level(battery.step()), steps_state(battery.state), 0x00],
            Self::Mileage { days } => {
                let [high, low] = days.to_be_bytes();
                let unit_and_state = 0x30 | (mileage_state(battery.state) << 6);
                [battery.charge.get(), low, unit_and_state | (high & 0x0F)]
            }
        }
    }
}

fn level(step: Step) -> u8 {
    match step {
        Step::Critical => 0x01,
        Step::Low => 0x03,
        Step::Good => 0x05,
        Step::Full => 0x07,
    }
}

fn steps_state(state: State) -> u8 {
    match state {
        State::Discharging => 0x00,
        State::Charging | State::AlmostFull | State::ChargingSlowly => 0x25,
        State::Charged => 0x26,
        State::Invalid | State::TooHot | State::Failed => 0x23,
    }
}

fn mileage_state(state: State) -> u8 {
    match state {
        State::Discharging => 0,
        State::Charging | State::AlmostFull | State::ChargingSlowly => 1,
        State::Charged => 2,
        State::Invalid | State::TooHot | State::Failed => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::percent;

    #[test]
    fn a_full_m705_lasts_1095_days() {
        // Vector 53: hardware, M705.
        let battery = Battery::new(Percent::FULL, State::Discharging);
        let register = Register::Mileage { days: 1095 };
        assert_eq!(register.value(battery), [0x64, 0x47, 0x34]);
    }

    #[test]
    fn a_full_anywhere_mx_lasts_100_days() {
        // Vector 52: hardware, Anywhere MX.
        let battery = Battery::new(Percent::FULL, State::Discharging);
        let register = Register::Mileage { days: 100 };
        assert_eq!(register.value(battery), [0x64, 0x64, 0x30]);
    }

    #[test]
    fn a_k800_shows_steps() {
        let at = |charge, state| Register::Steps.value(Battery::new(percent(charge), state));
        // Vectors 56, 49, 50 and 57: hardware, K800.
        assert_eq!(at(5, State::Discharging), [0x01, 0x00, 0x00]);
        assert_eq!(at(20, State::Discharging), [0x03, 0x00, 0x00]);
        assert_eq!(at(100, State::Discharging), [0x07, 0x00, 0x00]);
        assert_eq!(at(100, State::Charged), [0x07, 0x26, 0x00]);
        assert_eq!(at(50, State::Charging), [0x05, 0x25, 0x00]);
        assert_eq!(at(50, State::TooHot), [0x05, 0x23, 0x00]);
    }

    #[test]
    fn the_mileage_register_shows_the_state_in_its_last_byte() {
        let at = |state| Register::Mileage { days: 0 }.value(Battery::new(percent(96), state));
        // The states of vectors 127 and 128, and an error.
        assert_eq!(at(State::Charging), [0x60, 0x00, 0x70]);
        assert_eq!(at(State::Charged), [0x60, 0x00, 0xB0]);
        assert_eq!(at(State::Failed), [0x60, 0x00, 0xF0]);
    }

    #[test]
    fn the_voltage_follows_the_charge_unless_it_is_set() {
        let at = |charge| Battery::new(percent(charge), State::Discharging);
        for (charge, millivolts) in [(100, 4186), (80, 3994), (50, 3811), (5, 3585), (0, 3500)] {
            assert_eq!(at(charge).millivolts(), Millivolts(millivolts), "{charge}");
        }
        let g933 = |charge| Battery {
            cell: Cell::G933,
            ..at(charge)
        };
        for (charge, millivolts) in [(100, 4057), (60, 3703), (27, 3600), (0, 3304)] {
            assert_eq!(
                g933(charge).millivolts(),
                Millivolts(millivolts),
                "{charge}"
            );
        }
        // The dump of a G502: 90 % at 4166 mV.
        let measured = at(90).measuring(Millivolts(4166));
        assert_eq!(measured.millivolts(), Millivolts(4166));
    }
}
