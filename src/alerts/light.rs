//! Whether a solar keyboard gets light enough to hold its charge.
//!
//! Its charge tells: it rises and falls by less than a point a day, so it is looked at over days. What
//! light was measured is told along, since it says what to do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::device::{Battery, Device};
use hidpp_proto::units::{Lux, Percent, Timestamp};

/// So many points less are a fall, and so many more a rise: one may be the rounding of a charge that
/// stays the same.
const POINTS: u8 = 2;

/// A keyboard that is empty later than this need not worry anybody yet: the next season may help.
const SOON_DAYS: u32 = 60;

/// As many days as can be looked back, and one for today.
const KEPT: usize = 15;

const DAY_SECONDS: u64 = 24 * 60 * 60;

/// The days of a keyboard on which something was read, by how many days (of UTC) were before them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(transparent)]
pub(super) struct Days(BTreeMap<u64, Day>);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
struct Day {
    /// The charge, as last read.
    charge: Option<Percent>,
    /// The most light that was measured.
    brightest: Option<Lux>,
}

/// What became of the charge over days without light enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dimming {
    /// Over so many days.
    pub days: u8,
    /// What it was.
    pub before: Percent,
    /// What it is.
    pub now: Percent,
    /// The most light that was measured in them, if it was.
    pub brightest: Option<Lux>,
}

/// What somebody else saw of a solar keyboard, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// Its charge, and when.
    pub charges: Vec<(Timestamp, Percent)>,
    /// The light on it, and when.
    pub lights: Vec<(Timestamp, Lux)>,
}

/// What the days say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trend {
    /// Too little is known.
    Unknown,
    /// It holds its charge, or loses it so slowly that nobody need care.
    Holds,
    /// It loses its charge.
    Dims(Dimming),
    /// It gains charge.
    Rises,
}

impl Days {
    /// Notes what a keyboard vouches for.
    pub(super) fn note(&mut self, device: &Device, battery: &Battery, now: Timestamp) {
        self.forget_after(now);
        if let Some(light) = device.light.filter(|it| it.trusted) {
            self.note_light(light.at, light.lux);
        }
        if let Some(charge) = battery.percent {
            self.note_charge(battery.charge_at, charge);
        }
    }

    /// Notes what others saw, the oldest first.
    pub(super) fn note_past(&mut self, past: &Past) {
        for (at, charge) in &past.charges {
            self.note_charge(*at, *charge);
        }
        for (at, lux) in &past.lights {
            self.note_light(*at, *lux);
        }
    }

    /// A clock that was wrong is not believed for years.
    fn forget_after(&mut self, now: Timestamp) {
        let today = day(now);
        self.0.retain(|day, _| *day <= today);
    }

    /// Notes a charge that was read then.
    fn note_charge(&mut self, at: Timestamp, charge: Percent) {
        self.0.entry(day(at)).or_default().charge = Some(charge);
        self.forget_oldest();
    }

    /// Notes light that was measured then.
    fn note_light(&mut self, at: Timestamp, lux: Lux) {
        let day = self.0.entry(day(at)).or_default();
        day.brightest = day.brightest.max(Some(lux));
        self.forget_oldest();
    }

    fn forget_oldest(&mut self) {
        while self.0.len() > KEPT {
            self.0.pop_first();
        }
    }

    /// What became of it over so many days until the last that is known.
    pub(super) fn trend(&self, days: u8) -> Trend {
        self.known_trend(days).unwrap_or(Trend::Unknown)
    }

    fn known_trend(&self, days: u8) -> Option<Trend> {
        let (today, of_today) = self.0.last_key_value()?;
        let now = of_today.charge?;
        let first = today.checked_sub(days.into())?;
        let window = self.0.range(first + 1..).map(|(_, day)| day);
        let brightest = window.clone().filter_map(|it| it.brightest).max();
        let lowest = window.filter_map(|it| it.charge).min()?;
        if now.get() >= lowest.get() + POINTS {
            return Some(Trend::Rises);
        }
        // That very day: a keyboard in a drawer for weeks says nothing about its place.
        let before = self.0.get(&first)?.charge?;
        let fallen = before.get().saturating_sub(now.get());
        let left = u32::from(now.get()) * u32::from(days);
        let dims = fallen >= POINTS && left <= SOON_DAYS * u32::from(fallen);
        Some(if dims {
            Trend::Dims(Dimming {
                days,
                before,
                now,
                brightest,
            })
        } else {
            Trend::Holds
        })
    }
}

const fn day(at: Timestamp) -> u64 {
    at.since_start().as_secs() / DAY_SECONDS
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// A charge and the most light of each day.
    fn trend(days: &[(u8, u16)]) -> Trend {
        let mut noted = Days::default();
        for (day, (charge, lux)) in (0..).zip(days) {
            let noon = Timestamp::from_start(Duration::from_secs(day * DAY_SECONDS + 43_200));
            noted.note_light(noon, Lux(*lux));
            noted.note_charge(noon, Percent::new(*charge).unwrap());
        }
        noted.trend(3)
    }

    #[test]
    fn a_charge_that_falls_for_days_is_told_with_its_light() {
        let Trend::Dims(dimming) = trend(&[(34, 12), (33, 150), (32, 12), (31, 12)]) else {
            panic!("it falls by a point a day")
        };
        assert_eq!((dimming.before.get(), dimming.now.get()), (34, 31));
        assert_eq!((dimming.days, dimming.brightest), (3, Some(Lux(150))));
    }

    #[test]
    fn a_charge_that_holds_is_enough_whatever_the_light() {
        assert_eq!(
            trend(&[(34, 12), (34, 12), (33, 12), (33, 12)]),
            Trend::Holds
        );
    }

    #[test]
    fn a_full_battery_may_lose_a_point_a_day_for_a_month() {
        assert_eq!(
            trend(&[(95, 12), (94, 12), (93, 12), (92, 12)]),
            Trend::Holds
        );
    }

    #[test]
    fn a_charge_that_rises_ends_it() {
        assert_eq!(
            trend(&[(34, 12), (32, 12), (30, 12), (32, 480)]),
            Trend::Rises
        );
    }

    #[test]
    fn of_few_days_nothing_is_said() {
        assert_eq!(trend(&[]), Trend::Unknown);
        assert_eq!(trend(&[(34, 12), (30, 12), (26, 12)]), Trend::Unknown);
    }

    #[test]
    fn a_clock_that_was_wrong_does_not_hide_the_days_after_it() {
        let at = |day: u64| Timestamp::from_start(Duration::from_secs(day * DAY_SECONDS));
        let mut noted = Days::default();
        noted.note_charge(at(40_000), Percent::FULL);
        noted.forget_after(at(10));
        for day in 10..=13 {
            let charge = 50 - u8::try_from(day).unwrap();
            noted.note_charge(at(day), Percent::new(charge).unwrap());
        }
        assert!(matches!(noted.trend(3), Trend::Dims(_)));
    }

    #[test]
    fn there_is_an_end_to_what_is_kept() {
        let mut noted = Days::default();
        for day in 0..1000 {
            let at = Timestamp::from_start(Duration::from_secs(day * DAY_SECONDS));
            noted.note_charge(at, Percent::FULL);
        }
        assert_eq!(noted.0.len(), KEPT);
    }
}
