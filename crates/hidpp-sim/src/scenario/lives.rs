//! Two months and more with devices that are used and charged, each with another battery feature,
//! for testing forecasts of the time left.
//!
//! The battery lives are those published by the vendor: a G933 12 h, a G733 29 h, a G703 32 h, a
//! PRO X mouse 70 h, a G305 250 h, an MX Keys S 10 days with its light on, an MX Master 3 and 3S 70
//! days, an M705 and a K520 three years. Devices with a battery life of more than two months are
//! simulated with worn cells.

use std::ops::Range;
use std::time::Duration;

use super::months::chance;
use super::{AWAY, Act, Staged};
use crate::battery::State;
use crate::catalogue::{self, Connection};
use crate::family::Family;
use crate::receiver::Receiver;
use crate::{Firmware, Plugged};
use hidpp_proto::units::{Percent, Timestamp};

/// The time step of the simulation.
const TICK: Duration = Duration::from_secs(10 * 60);

const TICKS_AN_HOUR: u64 = 6;
const TICKS_A_DAY: u64 = 24 * TICKS_AN_HOUR;

/// The number of parts into which a full battery is divided.
const FULL: u64 = 100_000_000;

/// The slot of each device on a receiver of its own.
const SLOT: u8 = 1;

/// The hour of the day from which on a device is put on its charger, or gets new cells.
const EVENING: u64 = 18;

/// The charge in percent above which the charger is half as fast.
const SLOWER_ABOVE: u64 = 80;

/// When a device is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hours {
    /// On most evenings for one to four hours, and at weekends in the afternoon.
    Evenings,
    /// On workdays from eight to five, some days longer.
    Work,
}

/// How a low battery is refilled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refill {
    /// Put on a charger below this charge in percent. The second value is the time from empty to
    /// full in hours.
    Charger(u64, u64),
    /// New cells below this charge in percent.
    Cells(u64),
}

/// The use of a device and its battery life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habit {
    /// The short name of the device in the catalogue.
    pub device: &'static str,
    /// When it is used.
    pub hours: Hours,
    /// How many hours of use discharge a full battery.
    pub lasts: u64,
    /// How many days without use discharge it.
    pub rests: u64,
    /// How it is refilled.
    pub refill: Refill,
    /// The charge at the first midnight, in percent.
    pub first: u64,
}

/// The devices.
pub const HABITS: [Habit; 10] = [
    habit(
        "Logitech",
        Hours::Evenings,
        12,
        300,
        Refill::Charger(30, 3),
        90,
    ),
    habit(
        "G733 Headset",
        Hours::Evenings,
        29,
        300,
        Refill::Charger(25, 3),
        70,
    ),
    habit("G703", Hours::Evenings, 32, 200, Refill::Charger(20, 2), 80),
    habit(
        "PRO X",
        Hours::Evenings,
        70,
        300,
        Refill::Charger(20, 2),
        60,
    ),
    habit("G305", Hours::Evenings, 250, 900, Refill::Cells(8), 60),
    habit(
        "M705 (M-R0009)",
        Hours::Work,
        1400,
        2000,
        Refill::Cells(5),
        16,
    ),
    habit("K520", Hours::Work, 700, 2000, Refill::Cells(5), 60),
    habit(
        "MX KEYS S",
        Hours::Work,
        90,
        200,
        Refill::Charger(15, 2),
        50,
    ),
    habit(
        "MX Master 3",
        Hours::Work,
        320,
        300,
        Refill::Charger(10, 3),
        70,
    ),
    habit(
        "MX Master 3S",
        Hours::Work,
        420,
        300,
        Refill::Charger(15, 3),
        45,
    ),
];

const fn habit(
    device: &'static str,
    hours: Hours,
    lasts: u64,
    rests: u64,
    refill: Refill,
    first: u64,
) -> Habit {
    Habit {
        device,
        hours,
        lasts,
        rests,
        refill,
        first,
    }
}

/// The course of a battery over time, without its device.
#[derive(Clone, Debug)]
pub struct Life {
    habit: Habit,
    charge: u64,
    charging: bool,
    ticks: u64,
}

impl Life {
    /// Starts at the first midnight.
    pub const fn new(habit: Habit) -> Self {
        Self {
            habit,
            charge: habit.first * (FULL / 100),
            charging: false,
            ticks: 0,
        }
    }

    /// Simulates until that time after the first midnight.
    pub fn advance(&mut self, to: Timestamp) {
        while TICK * u32::try_from(self.ticks + 1).unwrap_or(u32::MAX) <= to.since_start() {
            self.step();
        }
    }

    /// How long the charge lasts without charging: the total time, and the time of use.
    pub fn until_empty(&self) -> (Duration, Duration) {
        let (mut charge, mut ticks, mut used) = (self.charge, self.ticks, 0);
        while let Some(left) = charge.checked_sub(self.drain(ticks)) {
            charge = left;
            used += u32::from(self.is_used(ticks));
            ticks += 1;
        }
        let all = u32::try_from(ticks - self.ticks).unwrap_or(u32::MAX);
        (TICK * all, TICK * used)
    }

    /// How long it takes until the battery is full on its charger; zero without a charger.
    pub fn until_full(&self) -> Duration {
        let mut life = self.clone();
        let mut ticks = 0;
        while life.charge < FULL && life.gain() > 0 {
            life.charge = (life.charge + life.gain()).min(FULL);
            ticks += 1;
        }
        TICK * ticks
    }

    /// The charge.
    pub fn charge(&self) -> Percent {
        self.battery().0
    }

    /// Whether it is being charged.
    pub const fn is_charging(&self) -> bool {
        self.charging
    }

    fn step(&mut self) {
        let (charge, gain, drain) = (self.charge, self.gain(), self.drain(self.ticks));
        self.charge = if self.charging {
            (charge + gain).min(FULL)
        } else {
            charge.saturating_sub(drain)
        };
        self.ticks += 1;
        let (day, hour) = day_and_hour(self.ticks);
        let is_evening = hour == EVENING && self.ticks.is_multiple_of(TICKS_AN_HOUR);
        let is_there = is_evening && !AWAY.contains(&day);
        match self.habit.refill {
            // In the morning it is removed from the charger, full or not.
            Refill::Charger(..) if self.charging => self.charging = hour != 7,
            Refill::Charger(below, _) => {
                self.charging = is_there && self.charge < below * (FULL / 100);
            }
            Refill::Cells(below) if is_there && self.charge < below * (FULL / 100) => {
                self.charge = FULL;
            }
            Refill::Cells(_) => {}
        }
    }

    /// The gain per tick on a charger.
    fn gain(&self) -> u64 {
        let hours = match self.habit.refill {
            Refill::Charger(_, hours) => hours,
            Refill::Cells(_) => return 0,
        };
        // The last fifth of the charge takes twice as long, so a full charge takes as long as six
        // fifths at the normal rate.
        let full_speed = FULL * 6 / 5 / (hours * TICKS_AN_HOUR);
        if self.charge < SLOWER_ABOVE * (FULL / 100) {
            full_speed
        } else {
            full_speed / 2
        }
    }

    /// The loss per tick without a charger.
    fn drain(&self, tick: u64) -> u64 {
        let (day, _) = day_and_hour(tick);
        let rest = FULL / (self.habit.rests * TICKS_A_DAY);
        if self.is_used(tick) {
            // Volume and brightness vary: the loss is 80 to 120 % of the mean.
            let much = 80 + chance(day, 41);
            FULL * much / 100 / (self.habit.lasts * TICKS_AN_HOUR)
        } else {
            rest
        }
    }

    fn is_used(&self, tick: u64) -> bool {
        let (day, hour) = day_and_hour(tick);
        if AWAY.contains(&day) {
            return false;
        }
        let is_workday = day % 7 < 5;
        let within = |hours: Range<u64>| hours.contains(&hour);
        match self.habit.hours {
            Hours::Evenings => {
                let evening = chance(day, 5) > 0 && within(19..20 + chance(day + 500, 4));
                let afternoon = !is_workday && within(14..15 + chance(day + 900, 3));
                evening || afternoon
            }
            Hours::Work => is_workday && (within(8..12) || within(13..17 + chance(day, 3))),
        }
    }

    fn battery(&self) -> (Percent, State) {
        let percent = u8::try_from(self.charge / (FULL / 100)).ok();
        let state = match (self.charging, self.charge) {
            (true, FULL) => State::Charged,
            (true, _) => State::Charging,
            (false, _) => State::Discharging,
        };
        (
            percent.and_then(Percent::new).unwrap_or(Percent::FULL),
            state,
        )
    }
}

/// Days since the first midnight, and the hour of the day.
const fn day_and_hour(tick: u64) -> (u64, u64) {
    let hours = tick / TICKS_AN_HOUR;
    (hours / 24, hours % 24)
}

/// A device with a simulated battery life.
#[derive(Clone, Debug)]
pub struct Used {
    plugged: Plugged,
    life: Life,
}

/// A device with its life, which starts with the first call; `None` if it is not in the catalogue.
pub fn used(habit: Habit) -> Option<Staged<Used>> {
    const LIVE: [Act<Used>; 1] = [(0, Used::live)];
    let number = HABITS.iter().position(|it| *it == habit)?;
    let serial = [0xE0, 0, 0, u8::try_from(number).ok()?];
    let entry = catalogue::find(habit.device)?;
    let plugged = if let Connection::Receiver(wpid) = entry.connection {
        let family = if wpid >= 0xB000 {
            Family::BOLT
        } else {
            Family::UNIFYING
        };
        let receiver = Receiver::of(family, serial.map(|byte| !byte));
        Plugged::Receiver(receiver.with(SLOT, entry.paired(serial)?))
    } else {
        Plugged::Direct(entry.direct(serial)?)
    };
    let used = Used {
        plugged,
        life: Life::new(habit),
    };
    Some(Staged::repeating(used, TICK, &LIVE))
}

impl Used {
    /// The simulated hardware.
    pub const fn plugged(&self) -> &Plugged {
        &self.plugged
    }

    /// Applies the next tick.
    fn live(&mut self, now: Timestamp) -> bool {
        self.life.advance(now);
        let (charge, state) = self.life.battery();
        let awake = self.life.charging || self.life.is_used(self.life.ticks);
        match &mut self.plugged {
            Plugged::Receiver(receiver) => {
                let before = receiver.device(SLOT).map(|it| it.protocol.battery());
                if awake {
                    receiver.wake(now, SLOT);
                } else {
                    receiver.sleep(now, SLOT);
                }
                before
                    .is_some_and(|it| it.charge == charge || receiver.set_charge(now, SLOT, charge))
                    && before.is_some_and(|it| {
                        it.state == state || receiver.set_charging(now, SLOT, state)
                    })
            }
            Plugged::Direct(device) => {
                let before = device.battery();
                if awake {
                    device.wake(now);
                } else {
                    device.sleep(now);
                }
                (before.charge == charge || device.set_charge(now, charge))
                    && (before.state == state || device.set_charging(now, state))
            }
            // No habit has such a headset.
            Plugged::Centurion(_) => false,
        }
    }
}

impl Firmware for Used {
    fn output_report(&mut self, now: Timestamp, report: &[u8]) {
        self.plugged.output_report(now, report);
    }

    fn input_report(&mut self, now: Timestamp) -> Option<Vec<u8>> {
        self.plugged.input_report(now)
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.plugged.next_due()
    }
}
