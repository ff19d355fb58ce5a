//! What will become of a battery: the days it lasts at this use, and the light it needs.
//!
//! # Method
//!
//! It looks at the last 60 days (what was before may have been another use), and at readings of
//! the device online. A single reading that is more than 3 % away from both neighbours is odd and
//! left out (`readings.rs`).
//!
//! **Days left.** Charges are rounded, some to steps of 30 %, so what counts is *when* a reading
//! fell: then the charge was halfway between the two. A rise of 5 % or a charger begins a new phase;
//! gaps and nights are part of one, since days are those of the calendar. The use is the slope of
//! Theil and Sen, the median of the slopes between all two falls of one phase, those further apart
//! with more weight. Of a solar keyboard, which rises and falls daily, the mean charges of the days
//! take the place of the falls (`trend.rs`).
//!
//! **Time of use.** A headset or mouse is switched on, used and put away: its charge falls with the
//! hours in which it is online and not charged. The same slope over these hours is its use
//! (`axis.rs`). A gap in the recording is not use, and a fall across one is left out, since how long
//! it took is not known. Where a full battery lasts for more than 200 such hours, the days of the
//! calendar count.
//!
//! **Time until full.** A charger is slower near the end, so it is the time that the battery stayed at each
//! percent when it was charged before (`charging.rs`).
//!
//! **Worth showing.** A time left is shown where the least of its range is a quarter of it at least,
//! and the most two and a half times of it at most, and not while the last reading may be odd (`left.rs`).
//! `tests/time_left.rs` has how far off it is.
//!
//! **Light a day.** Between two measurements of light lies a straight line, in sleep the lesser of
//! both; more than half a day without one is unknown. Over a week the change of the charge is a
//! line in the sum of the light, again by Theil and Sen, and where that line says “no change” is
//! the light that is needed. A week evens out workdays and weekends. Days with a full battery
//! are left out: it takes no more light (`balance.rs`).
//!
//! **Ranges** hold nine times of ten, if the days to come are like those looked at. That of the
//! use comes from how different the weeks were, or parts of three hours of use; few of them count as
//! if two more differed by a quarter. The margin of the charge is added. That of the light from what it would be without one
//! eighth of the days, each in turn. What is rounded is added (`estimate.rs`).

mod axis;
mod balance;
mod charging;
mod estimate;
mod hours;
mod left;
mod readings;
mod trend;

use std::time::Duration;

use super::entry::Entry;
use crate::device::{Device, TimeBasis};
use hidpp_proto::units::{PercentPoints, Timestamp};

pub use estimate::Estimate;
pub use left::time_left;

use axis::Timed;
use hours::Hour;
use readings::Readings;

/// So far back it looks.
pub const WINDOW: Duration = Duration::from_secs(60 * 24 * 60 * 60);

/// How many hours of use a full battery may last for the time left to be one of use. What lasts longer,
/// such as a mouse with cells for a year, has the time of the calendar.
const HOURS_OF_USE: f64 = 200.0;

/// The same where the time left was one of use before: a use near the limit would change it with each
/// reading.
const HOURS_STILL_OF_USE: f64 = 250.0;

/// What is expected of a device.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forecast {
    /// What the charge loses a day, in percent; below 0 it gains.
    pub loss: Result<Estimate, Lack>,
    /// How long the charge lasts.
    pub outlook: Result<Outlook, Lack>,
    /// The light of a device that measures it.
    pub sunlight: Option<Sunlight>,
    /// The use until it is empty, in days of 24 hours, of a device that is used for hours.
    pub of_use: Option<Estimate>,
    /// Whether the last charge is far from the one before, and was read once: it is odd, or of new
    /// cells.
    pub is_doubtful: bool,
}

/// How long a charge lasts at this use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outlook {
    /// It is empty after so many days, from the time of the forecast on.
    Empty(Estimate),
    /// It holds, or lasts for more than ten years.
    Holds,
}

/// The light on a device with solar cells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sunlight {
    /// What it gets, in lux hours a day, on average of the days whose light is known.
    pub a_day: Option<f64>,
    /// What it needs to hold its charge, in lux hours a day.
    pub needed: Result<Estimate, Lack>,
}

/// Why there is no forecast yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// The device tells no percentage.
    NoPercent,
    /// It was not watched for long enough, or its charge fell too little.
    TooSoon,
    /// The light of too few days is known from morning to night.
    FewDays,
    /// The days were too alike, or too many other things happened, to tell what light does.
    Unclear,
}

impl Lack {
    /// In words, for people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NoPercent => "the device tells no percentage",
            Self::TooSoon => "not enough data yet (days in which the charge falls are needed)",
            Self::FewDays => "not enough data yet (two weeks of light, day and night, are needed)",
            Self::Unclear => "not enough data yet (days more and less bright are needed)",
        }
    }
}

/// What is expected of a device after `now`, of entries of any order. What its last forecast counted,
/// hours of use or days, is kept near the limit.
pub fn forecast(entries: &[Entry], device: &Device, now: Timestamp) -> Forecast {
    let (forecast, hours) = of_charge(entries, device, now);
    Forecast {
        sunlight: hours.map(|hours| balance::sunlight(&hours)),
        ..forecast
    }
}

/// The same without the light, and the hours of a device that measures it.
fn of_charge(entries: &[Entry], device: &Device, now: Timestamp) -> (Forecast, Option<Vec<Hour>>) {
    let margin = device.battery.and_then(|it| it.margin).unwrap_or_default();
    let (recent, since) = recent(entries, now);
    let Readings { all, end_odd } = readings::readings(axis::by_calendar(&recent, since));
    let measures_light = recent.iter().any(|entry| entry.light.is_some());
    let hours = measures_light.then(|| hours::hours(&recent, &all, since));
    let phases = match &hours {
        Some(hours) => trend::daily(hours, &all),
        None => trend::falls(&all, trend::CALENDAR),
    };
    let trend = match phases {
        None if recent.iter().any(|entry| entry.charge.is_some()) => Err(Lack::TooSoon),
        None => Err(Lack::NoPercent),
        Some(phases) => trend::trend(&phases).ok_or(Lack::TooSoon),
    };
    let today = days(seconds(now, since));
    let is_used_for_hours = device.time_basis() == TimeBasis::Use && !measures_light;
    let most = match device.forecast.map(|before| before.basis) {
        Some(TimeBasis::Use) => HOURS_STILL_OF_USE,
        Some(TimeBasis::Calendar) | None => HOURS_OF_USE,
    };
    let of_use = is_used_for_hours.then(|| of_use(&recent, margin, now, most));
    let of_use = of_use.flatten();
    let forecast = Forecast {
        loss: trend.map(|trend| trend.loss),
        outlook: trend.map(|trend| trend.outlook(today, margin)),
        sunlight: None,
        of_use,
        is_doubtful: end_odd,
    };
    (forecast, hours)
}

/// The time of use until the battery is empty, if a full one lasts for so many hours at `most`.
fn of_use(recent: &[&Entry], margin: PercentPoints, now: Timestamp, most: f64) -> Option<Estimate> {
    let timed: Vec<Timed<'_>> = axis::by_use(recent).collect();
    let last = timed.last()?;
    let today = last.at.saturating_add(axis::use_between(last.entry, now));
    let readings = readings::readings(timed.into_iter());
    let phases = trend::falls(&readings.all, trend::USE)?;
    let trend = trend::trend(&phases)?;
    trend.full().filter(|full| full * 24.0 <= most)?;
    match trend.outlook(days(today), margin) {
        Outlook::Empty(days) => Some(days),
        Outlook::Holds => None,
    }
}

/// The entries of the window, sorted by time, and where it starts.
fn recent(entries: &[Entry], now: Timestamp) -> (Vec<&Entry>, Timestamp) {
    let since = Timestamp::from_start(now.since_start().saturating_sub(WINDOW));
    let within = |entry: &&Entry| (since..=now).contains(&entry.at);
    let mut recent: Vec<&Entry> = entries.iter().filter(within).collect();
    recent.sort_by_key(|entry| entry.at);
    (recent, since)
}

/// How long after the start of the window a time in it is.
fn seconds(at: Timestamp, since: Timestamp) -> u32 {
    u32::try_from(at.since(since).as_secs()).unwrap_or(u32::MAX)
}

/// Seconds in days.
fn days(seconds: u32) -> f64 {
    f64::from(seconds) / (24.0 * 60.0 * 60.0)
}

#[cfg(test)]
mod tests;
