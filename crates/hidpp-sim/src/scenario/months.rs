//! Months at a desk with weather, work, weekends and a trip, for long courses of battery charges.
//!
//! The solar keyboard gets less light than typing needs, as in winter. The mouse has worn cells,
//! which last half a year instead of three, so that two months show a change; they are replaced
//! after [`NEW_CELLS`].

use std::ops::Range;
use std::time::Duration;

use super::{Act, K750, K800, M705, Staged, desk};
use crate::rates::{RESTING, Rates, TYPING};
use crate::receiver::Receiver;
use hidpp_proto::units::{Lux, Percent, Timestamp};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// The light of a clear winter's day at a window, from midnight on, hour by hour.
const SKY: [u16; 24] = [
    0, 0, 0, 0, 0, 0, 8, 60, 150, 260, 380, 450, 480, 440, 350, 240, 120, 20, 0, 0, 0, 0, 0, 0,
];

/// The light of the lamp in lux, and the hours in which the lamp is on if the desk is used.
const LAMP: (u16, Range<u64>) = (90, 16..23);

/// The hours in which the keyboard is awake; it then sleeps.
const AWAKE: Range<u64> = 6..23;

/// The days of a trip, on which all devices sleep and the computer is off.
pub const AWAY: Range<u64> = 33..36;

/// The day on which the mouse gets new cells.
const NEW_CELLS: u64 = 14;

/// The hours of use that discharge the cells of the mouse by one percent.
const MOUSE_HOURS: u64 = 14;

/// The charge of the mouse at the first midnight, in percent.
const WORN: u64 = 16;

/// Changes are applied at the start of each hour.
const HOURLY: [Act<Receiver>; 1] = [(0, |desk, now| {
    sleep_and_wake(desk, now)
        && use_mouse(desk, now)
        && desk.set_sun(now, K750, daylight(now))
        && desk.set_rates(now, K750, keyboard_use(now))
})];

/// The [`desk`] starting at midnight, with this charge of the solar keyboard.
pub fn months(charge: Percent) -> Staged<Receiver> {
    let mut desk = desk();
    let worn = u8::try_from(WORN).ok().and_then(Percent::new);
    let _has_both = desk.set_charge(Timestamp::START, K750, charge)
        && desk.set_charge(Timestamp::START, M705, worn.unwrap_or(Percent::FULL));
    Staged::repeating(desk, HOUR, &HOURLY)
}

/// The rates of the keyboard's battery in the hour that begins at this time after the first
/// midnight, which depend on typing.
pub fn keyboard_use(now: Timestamp) -> Rates {
    let draining = if is_used(now) { TYPING } else { RESTING };
    Rates::Cells { draining }
}

/// Days since the first midnight, and the hour of the day.
fn day_and_hour(now: Timestamp) -> (u64, u64) {
    let hours = now.since_start().as_secs() / HOUR.as_secs();
    (hours / 24, hours % 24)
}

/// The light in the hour that begins at this time after the first midnight.
fn daylight(now: Timestamp) -> Lux {
    let (day, hour) = day_and_hour(now);
    let place = usize::try_from(hour).unwrap_or_default();
    let sky = SKY.get(place).copied().unwrap_or_default();
    // The weather is averaged over two days, from 5 % (rain all day) to 55 % (a bright day).
    let clear = 5 + chance(day, 51).midpoint(chance(day + 1, 51));
    let (lamp, evening) = LAMP;
    let lit = evening.contains(&hour) && !AWAY.contains(&day);
    let sky = u64::from(sky) * clear / 100 + if lit { u64::from(lamp) } else { 0 };
    Lux(u16::try_from(sky).unwrap_or(u16::MAX))
}

/// Whether the desk is used: five days of seven, some evenings longer, and a little at weekends.
fn is_used(now: Timestamp) -> bool {
    let (day, hour) = day_and_hour(now);
    if AWAY.contains(&day) {
        return false;
    }
    let evening = 17..17 + chance(day, 4);
    if day % 7 < 5 {
        (8..12).contains(&hour) || (13..17).contains(&hour) || evening.contains(&hour)
    } else {
        (20..22).contains(&hour)
    }
}

/// A pseudo-random number below `sides`, constant for a day.
pub(super) fn chance(day: u64, sides: u64) -> u64 {
    // SplitMix64, by Sebastiano Vigna, in the public domain.
    let mixed = (day + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (mixed ^ (mixed >> 31)) % sides
}

/// Devices wake in the morning and sleep at night; the K800 is used for an hour each third day.
fn sleep_and_wake(desk: &mut Receiver, now: Timestamp) -> bool {
    let (day, hour) = day_and_hour(now);
    let away = AWAY.contains(&day);
    let mut set = |slot, awake: bool| {
        if awake && !away {
            desk.wake(now, slot)
        } else {
            desk.sleep(now, slot)
        }
    };
    let mut found = true;
    if hour == AWAKE.start || hour == AWAKE.end {
        found = set(K750, hour == AWAKE.start) && set(M705, hour == AWAKE.start);
    }
    if day % 3 == 0 && (hour == 18 || hour == 19) {
        found &= set(K800, hour == 18);
    }
    found
}

/// Sets the charge of the mouse each evening, from its hours of use since the cells were new.
fn use_mouse(desk: &mut Receiver, now: Timestamp) -> bool {
    let (day, hour) = day_and_hour(now);
    if hour != LAMP.1.end - 1 {
        return true;
    }
    let (since, full) = if day < NEW_CELLS {
        (0, WORN)
    } else {
        (NEW_CELLS, 100)
    };
    let first = Timestamp::START + HOUR * u32::try_from(24 * since).unwrap_or(u32::MAX);
    let hours = now.since(first).as_secs() / HOUR.as_secs();
    let hour = |it| first + HOUR * u32::try_from(it).unwrap_or(u32::MAX);
    let used = (0..hours).filter(|it| is_used(hour(*it))).count();
    let gone = u64::try_from(used).unwrap_or(u64::MAX) / MOUSE_HOURS;
    let left = u8::try_from(full.saturating_sub(gone)).ok();
    left.and_then(Percent::new)
        .is_some_and(|left| desk.set_charge(now, M705, left))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Firmware;
    use crate::testing::percent;

    /// `day` days and `hour` hours after the first midnight.
    fn at(day: u32, hour: u32) -> Timestamp {
        Timestamp::START + HOUR * (24 * day + hour)
    }

    #[test]
    fn no_two_days_are_alike() {
        let days: Vec<u32> = (0..60)
            .map(|day| {
                (0..24)
                    .map(|hour| u32::from(daylight(at(day, hour)).0))
                    .sum()
            })
            .collect();
        let mean = days.iter().sum::<u32>() / 60;
        assert!((1000..2000).contains(&mean), "{mean} lux hours a day");
        let (dull, bright) = (days.iter().min().unwrap(), days.iter().max().unwrap());
        assert!(2 * dull < *bright, "{dull} to {bright}");
        assert_eq!(daylight(at(0, 2)), Lux(0));
    }

    #[test]
    fn there_is_work_and_there_are_weekends_and_a_trip() {
        let hours = |day| (0..24).filter(|hour| is_used(at(day, *hour))).count();
        assert!((0..5).all(|day| (8..=11).contains(&hours(day))));
        assert_eq!([hours(5), hours(6)], [2, 2]);
        assert_eq!(hours(34), 0);
    }

    #[test]
    fn the_keyboard_loses_charge_and_the_mouse_gets_new_cells() {
        let mut desk = months(percent(90));
        let mut charges = |day| {
            let now = at(day, 12);
            while desk.input_report(now).is_some() {}
            let mouse = desk.firmware().device(M705).unwrap();
            let keyboard = desk.firmware().device(K750).unwrap();
            let keyboard = keyboard.solar().unwrap().charge().get();
            (keyboard, mouse.protocol.battery().charge.get())
        };
        assert_eq!(charges(0), (90, 16));
        let before = charges(13);
        let after = charges(15);
        let last = charges(60);
        assert!(before.1 < 12 && after.1 > 97, "{before:?} {after:?}");
        assert!((50..80).contains(&last.0), "{last:?}");
        assert!((60..90).contains(&last.1), "{last:?}");
    }

    #[test]
    fn keyboard_and_mouse_sleep_at_night_and_on_a_trip() {
        let mut desk = months(percent(90));
        for (day, hour, awake) in [
            (0, 0, true),
            (0, 7, true),
            (0, 23, false),
            (1, 6, true),
            (34, 12, false),
        ] {
            let now = at(day, hour);
            while desk.input_report(now).is_some() {}
            let keyboard = desk.firmware().device(K750).unwrap();
            assert_eq!(keyboard.online(), awake, "{day} {hour}");
        }
    }
}
