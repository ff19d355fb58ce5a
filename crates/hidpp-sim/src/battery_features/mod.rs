//! The battery features of HID++ 2.0 that report the device's [`Battery`]: 1000, 1001, 1004 and 1F20,
//! each in its own format. (4301 has a charge of its own, in `solar.rs`; 0104 of Centurion is in
//! `centurion`.) A new one is a variant of [`BatteryView`], an entry in `BatteryView::samples`, from
//! which `tests/manager/batteries.rs` takes the features, and a word for `devices.txt` in `battery()` of
//! `catalogue/parse.rs`.
//!
//! | feature | function 0 | function 1 | event 0 |
//! |---|---|---|---|
//! | 1000 | level %, next level %, state | levels, flags, life (2), critical % | as function 0 |
//! | 1001 | millivolts (2), flags | shows it on the device | as function 0 |
//! | 1004 | steps, flags | charge %, step, state, external power | as function 1 |
//! | 1F20 | millivolts (2), flags | - | as function 0 |
//!
//! Numbers of two bytes are big-endian. A device sends event 0 unsolicited when its payload
//! changes; hosts need not enable it. Sources: Solaar `hidpp20.py`, kernel hid-logitech-hidpp.

use super::battery::{Battery, State, Step};
use super::frame::{Error20, padded};

/// A battery feature of a device, with its properties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BatteryView {
    /// 1000: the level of the battery.
    LevelStatus(LevelStatus),
    /// 1001: the voltage of the battery.
    Voltage,
    /// 1004: the charge of the battery.
    UnifiedBattery(UnifiedBattery),
    /// 1F20: the voltage of a headset's battery.
    AdcMeasurement(AdcMeasurement),
}

impl BatteryView {
    /// One view for each feature, with the most common properties.
    pub fn samples() -> Vec<Self> {
        vec![
            Self::LevelStatus(LevelStatus::dry(Levels::Percent)),
            Self::Voltage,
            Self::UnifiedBattery(UnifiedBattery {
                percent: true,
                rechargeable: true,
            }),
            Self::AdcMeasurement(AdcMeasurement { connected: true }),
        ]
    }

    /// The feature's id.
    pub const fn id(&self) -> u16 {
        match self {
            Self::LevelStatus(_) => 0x1000,
            Self::Voltage => 0x1001,
            Self::UnifiedBattery(_) => 0x1004,
            Self::AdcMeasurement(_) => 0x1F20,
        }
    }

    /// Answers a call of a function.
    pub(super) fn call(&self, battery: Battery, function: u8) -> Result<[u8; 16], Error20> {
        match self {
            Self::LevelStatus(status) => status.call(battery, function),
            Self::Voltage => voltage(battery, function),
            Self::UnifiedBattery(unified) => unified.call(battery, function),
            Self::AdcMeasurement(adc) => adc.call(battery, function),
        }
    }

    /// The payload of event 0 for this battery.
    pub(super) fn event(&self, battery: Battery) -> [u8; 16] {
        match self {
            Self::LevelStatus(status) => status.status(battery),
            Self::Voltage => voltage_status(battery),
            Self::UnifiedBattery(unified) => unified.status(battery),
            Self::AdcMeasurement(adc) => adc.status(battery),
        }
    }
}

/// The percentages that feature 1000 can report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Levels {
    /// Every one.
    Percent,
    /// Only these levels, highest first, such as 90, 50, 20, 5. The highest level that is not above
    /// the charge is reported, or the lowest level if all are above.
    Steps(Vec<u8>),
}

/// The level that feature 1000 reports while a charger is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhileCharging {
    /// The actual level.
    Level,
    /// Zero, which means unknown (MX Master, T650; Solaar issue 265).
    Zero,
}

/// 1000: battery level status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelStatus {
    /// The levels that it reports.
    pub levels: Levels,
    /// The level that it reports while charging.
    pub while_charging: WhileCharging,
    /// Whether the battery can be charged: bit 2 of the capability's flags.
    pub rechargeable: bool,
    /// The nominal life in the capability: a number in the low bits, its unit in the top ones.
    pub life: u16,
    /// The critical level in percent.
    pub critical: u8,
}

impl LevelStatus {
    /// A feature with such levels and dry cells, critical at 5 %.
    pub fn dry(levels: Levels) -> Self {
        Self {
            levels,
            while_charging: WhileCharging::Level,
            rechargeable: false,
            life: 0,
            critical: 5,
        }
    }

    /// A feature like the MX Master's: rechargeable, with an unknown level while charging.
    pub fn rechargeable(levels: Levels) -> Self {
        Self {
            while_charging: WhileCharging::Zero,
            rechargeable: true,
            ..Self::dry(levels)
        }
    }

    fn call(&self, battery: Battery, function: u8) -> Result<[u8; 16], Error20> {
        match function {
            0 => Ok(self.status(battery)),
            1 => Ok(self.capability()),
            _ => Err(Error20::InvalidFunction),
        }
    }

    fn status(&self, battery: Battery) -> [u8; 16] {
        let state = battery.state as u8;
        if battery.state.external_power() && self.while_charging == WhileCharging::Zero {
            return padded(&[0, 0, state]);
        }
        let (level, next) = self.level(battery.charge.get());
        padded(&[level, next, state])
    }

    /// The reported level and the next lower one.
    fn level(&self, charge: u8) -> (u8, u8) {
        let Levels::Steps(steps) = &self.levels else {
            return (charge, charge.saturating_sub(1));
        };
        let mut below = steps.iter().copied().skip_while(|step| *step > charge);
        let lowest = steps.last().copied().unwrap_or(0);
        (below.next().unwrap_or(lowest), below.next().unwrap_or(0))
    }

    /// Flags: bit 1 the level is a percentage (mileage), bit 2 rechargeable.
    fn capability(&self) -> [u8; 16] {
        let (count, mileage) = match &self.levels {
            Levels::Percent => (100, 1),
            Levels::Steps(steps) => (u8::try_from(steps.len()).unwrap_or(u8::MAX), 0),
        };
        let flags = mileage << 1 | u8::from(self.rechargeable) << 2;
        let [high, low] = self.life.to_be_bytes();
        padded(&[count, flags, high, low, self.critical])
    }
}

/// 1001: battery voltage. Function 1 shows the charge with the device's lamps.
fn voltage(battery: Battery, function: u8) -> Result<[u8; 16], Error20> {
    match function {
        0 => Ok(voltage_status(battery)),
        1 => Ok([0; 16]),
        _ => Err(Error20::InvalidFunction),
    }
}

/// Flags of 1001, hexadecimal: 80 external power; with it, bits 2-0 are 0 charging, 1 full, 2 not
/// charging, 7 hardware error (linux-input, September 2019); 10 slow charging, 20 level critical.
fn voltage_status(battery: Battery) -> [u8; 16] {
    let [high, low] = battery.millivolts().0.to_be_bytes();
    let charging = match battery.state {
        State::Discharging => 0x00,
        State::Charging | State::AlmostFull => 0x80,
        State::Charged => 0x81,
        State::Invalid | State::TooHot => 0x82,
        State::Failed => 0x87,
        State::ChargingSlowly => 0x90,
    };
    let critical = u8::from(battery.step() == Step::Critical) << 5;
    padded(&[high, low, charging | critical])
}

/// 1004: unified battery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnifiedBattery {
    /// Whether it reports the charge in percent; otherwise the charge is 0 and only the step
    /// counts.
    pub percent: bool,
    /// Whether the battery can be charged.
    pub rechargeable: bool,
}

impl UnifiedBattery {
    fn call(self, battery: Battery, function: u8) -> Result<[u8; 16], Error20> {
        match function {
            // All four steps; flags: bit 0 rechargeable, bit 1 percent.
            0 => Ok(padded(&[
                0x0F,
                u8::from(self.rechargeable) | u8::from(self.percent) << 1,
            ])),
            1 => Ok(self.status(battery)),
            _ => Err(Error20::InvalidFunction),
        }
    }

    fn status(self, battery: Battery) -> [u8; 16] {
        let charge = if self.percent {
            battery.charge.get()
        } else {
            0
        };
        let step = match battery.step() {
            Step::Critical => 1,
            Step::Low => 2,
            Step::Good => 4,
            Step::Full => 8,
        };
        let power = u8::from(battery.state.external_power());
        padded(&[charge, step, battery.state as u8, power])
    }
}

/// 1F20: ADC measurement of a headset, requested through its dongle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdcMeasurement {
    /// Whether the headset is switched on and connected to its dongle.
    pub connected: bool,
}

impl AdcMeasurement {
    /// The recordings do not show which error a headset that is off returns; here it is "not
    /// allowed".
    fn call(self, battery: Battery, function: u8) -> Result<[u8; 16], Error20> {
        match function {
            0 if self.connected => Ok(self.status(battery)),
            0 => Err(Error20::NotAllowed),
            _ => Err(Error20::InvalidFunction),
        }
    }

    /// Flags: bit 0 connected, 1 on its cable, 2 charged, 3 charging fault. A headset that is gone
    /// has no voltage. Sources: 01, 03 and 07 of a G933 (ashkitten/g933-utils, Solaar issue 272),
    /// the fault from the G533 patch of June 2020 on linux-kernel.
    pub(super) fn status(self, battery: Battery) -> [u8; 16] {
        if !self.connected {
            return [0; 16];
        }
        let [high, low] = battery.millivolts().0.to_be_bytes();
        let flags = match battery.state {
            State::Discharging => 0x01,
            State::Charging | State::AlmostFull | State::ChargingSlowly => 0x03,
            State::Charged => 0x07,
            State::Invalid | State::TooHot | State::Failed => 0x0B,
        };
        padded(&[high, low, flags])
    }
}

#[cfg(test)]
mod tests;
