//! Detects whether a solar keyboard receives enough light to keep its charge.
//!
//! The decision depends on the charge. The charge changes by less than one point per day, so it is
//! evaluated over several days. The alert includes the measured light, because it shows the remedy.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::device::{Battery, Device};
use hidpp_proto::units::{Lux, Percent, Timestamp};

/// The change in percentage points that counts as a fall or a rise: a change by one point can be
/// the rounding of a constant charge.
const POINTS: u8 = 2;

/// No alert if the keyboard lasts for more days than this: the next season may help.
const SOON_DAYS: u32 = 60;

/// The number of days stored: the longest configurable period, and today.
const KEPT: usize = 15;

const DAY_SECONDS: u64 = 24 * 60 * 60;

/// The days (of UTC) on which a keyboard was read, by day number since 1970.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(transparent)]
pub(super) struct Days(BTreeMap<u64, Day>);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
struct Day {
    /// The last charge of the day.
    charge: Option<Percent>,
    /// The most light measured on that day.
    brightest: Option<Lux>,
}

/// The loss of charge over days with too little light.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dimming {
    /// The number of days.
    pub days: u8,
    /// The charge at the start of these days.
    pub before: Percent,
    /// The current charge.
    pub now: Percent,
    /// The most light measured in this time, if any was.
    pub brightest: Option<Lux>,
}

/// Earlier values of a solar keyboard from a recorded history, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// Times and charges.
    pub charges: Vec<(Timestamp, Percent)>,
    /// Times and light measurements.
    pub lights: Vec<(Timestamp, Lux)>,
}

/// The trend of the charge over some days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trend {
    /// Not enough data.
    Unknown,
    /// The keyboard keeps its charge, or loses it too slowly for a notification.
    Holds,
    /// The keyboard loses charge.
    Dims(Dimming),
    /// The keyboard gains charge.
    Rises,
}

impl Days {
    /// Records the trusted values of a keyboard.
    pub(super) fn note(&mut self, device: &Device, battery: &Battery, now: Timestamp) {
        self.forget_after(now);
        if let Some(light) = device.light.filter(|it| it.trusted) {
            self.note_light(light.at, light.lux);
        }
        if let Some(charge) = battery.percent {
            self.note_charge(battery.charge_at, charge);
        }
    }

    /// Records earlier values, the oldest first.
    pub(super) fn note_past(&mut self, past: &Past) {
        for (at, charge) in &past.charges {
            self.note_charge(*at, *charge);
        }
        for (at, lux) in &past.lights {
            self.note_light(*at, *lux);
        }
    }

    /// Drops days in the future, which were recorded with a wrong clock.
    fn forget_after(&mut self, now: Timestamp) {
        let today = day(now);
        self.0.retain(|day, _| *day <= today);
    }

    /// Records a charge.
    fn note_charge(&mut self, at: Timestamp, charge: Percent) {
        self.0.entry(day(at)).or_default().charge = Some(charge);
        self.forget_oldest();
    }

    /// Records a light measurement.
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

    /// The trend over this number of days until the last recorded one.
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
        // A value of exactly that day is required: after weeks in a drawer, the charge does not
        // show whether the keyboard's place has enough light.
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

    /// The trend for a charge and a light measurement on each day.
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
    fn a_charge_that_falls_for_days_is_reported_with_its_light() {
        let Trend::Dims(dimming) = trend(&[(34, 12), (33, 150), (32, 12), (31, 12)]) else {
            panic!("it falls by a point a day")
        };
        assert_eq!((dimming.before.get(), dimming.now.get()), (34, 31));
        assert_eq!((dimming.days, dimming.brightest), (3, Some(Lux(150))));
    }

    #[test]
    fn a_constant_charge_is_sufficient_whatever_the_light() {
        assert_eq!(
            trend(&[(34, 12), (34, 12), (33, 12), (33, 12)]),
            Trend::Holds
        );
    }

    #[test]
    fn a_full_battery_may_lose_a_point_per_day() {
        assert_eq!(
            trend(&[(95, 12), (94, 12), (93, 12), (92, 12)]),
            Trend::Holds
        );
    }

    #[test]
    fn a_rise_of_the_charge_is_detected() {
        assert_eq!(
            trend(&[(34, 12), (32, 12), (30, 12), (32, 480)]),
            Trend::Rises
        );
    }

    #[test]
    fn few_days_are_not_enough() {
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
    fn the_number_of_days_is_bounded() {
        let mut noted = Days::default();
        for day in 0..1000 {
            let at = Timestamp::from_start(Duration::from_secs(day * DAY_SECONDS));
            noted.note_charge(at, Percent::FULL);
        }
        assert_eq!(noted.0.len(), KEPT);
    }
}
