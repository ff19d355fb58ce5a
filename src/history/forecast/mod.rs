//! Forecasts for a battery: the days it lasts at the present use, and the light it needs.
//!
//! # Method
//!
//! The forecast uses the last 60 days (before that, the use may have been different), and readings
//! of the device while online. A single reading that is more than 3 % away from both neighbours is
//! an outlier and is dropped (`readings.rs`).
//!
//! **Days left.** Charges are rounded, some to steps of 30 %, so the times are evaluated at which a
//! reading fell: then the charge was halfway between the two. A rise of 5 % or a charger begins a
//! new phase; gaps and nights belong to a phase, because days are calendar days. The rate of use is
//! the Theil–Sen slope: the median of the slopes between any two falls of one phase, with more
//! weight for those further apart. For a solar keyboard, which rises and falls daily, the mean
//! charges of the days are used instead of the falls (`trend.rs`).
//!
//! **Time of use.** A headset or mouse is switched on, used and put away: its charge falls with the
//! hours in which it is online and not charging. Its rate of use is the same slope over these hours
//! (`axis.rs`). A gap in the recording does not count as use, and a fall across a gap is skipped,
//! because its duration is unknown. If a full battery lasts for more than 200 such hours, calendar
//! days are used instead.
//!
//! **Time until full.** Charging is slower near the end, so this is the sum of the times that the
//! battery spent at each percent in earlier charges (`charging.rs`).
//!
//! **Accuracy for display.** A time left is shown if the lower limit of its range is at least a
//! quarter of it, and the upper limit at most two and a half times it, and not while the last
//! reading may be an outlier (`left.rs`). `tests/time_left.rs` measures the errors.
//!
//! **Light per day.** Light is interpolated linearly between two measurements; during sleep, the
//! lesser of both applies; a gap of more than half a day is unknown. Over a week, the change of the
//! charge is a linear function of the sum of the light, again by Theil–Sen, and the needed light is
//! where that line crosses zero. A week evens out workdays and weekends. Days with a full battery
//! are skipped: it gains nothing from light (`balance.rs`).
//!
//! **Ranges** are intended to be 90 % ranges, if the days to come are like those evaluated. The range
//! of the use is derived from the differences between weeks, or between parts of three hours of use;
//! if there are few of them, two more are assumed that differ by a quarter. The margin of the charge
//! is added. The range of the light is derived by the jackknife, leaving out each eighth of the days
//! in turn. The rounding error is added (`estimate.rs`).
//!
//! **Steadiness.** Two forecasts on the same day in UTC must be the same, whatever the time of day.
//! So the window begins at a midnight in UTC, where it loses a whole day, and no week or eighth of the days has a chosen beginning: all
//! are evaluated, from each fall or day on, and the number of independent ones among them is
//! derived from their length.

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

/// Seconds in a day.
const DAY: u64 = 24 * 60 * 60;

/// The length of history that a forecast uses, and the part of a day before it.
const WINDOW: Duration = Duration::from_secs(60 * DAY);

/// The start of the history that a forecast at `now` uses: the midnight in UTC 60 days before, or
/// up to a day earlier.
pub fn window_start(now: Timestamp) -> Timestamp {
    let since = now.since_start().saturating_sub(WINDOW).as_secs();
    Timestamp::from_start(Duration::from_secs(since - since % DAY))
}

/// The maximum life of a full battery in hours of use for which the time left is given in hours of
/// use. For longer ones, such as a mouse with cells for a year, it is given in calendar time.
const HOURS_OF_USE: f64 = 200.0;

/// The same limit if the last forecast was time of use (hysteresis): otherwise a use near the limit
/// would change the basis with each reading. A charge, or a restart of the service, resets it.
const HOURS_STILL_OF_USE: f64 = 250.0;

/// The forecast for a device.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forecast {
    /// The loss of charge in percent per day; negative if it gains.
    pub loss: Result<Estimate, Lack>,
    /// How long the charge lasts.
    pub outlook: Result<Outlook, Lack>,
    /// The light on a device that measures it.
    pub sunlight: Option<Sunlight>,
    /// The time of use until empty, in days of 24 hours, for a device that is used for hours.
    pub of_use: Option<Estimate>,
    /// Whether the last charge differs much from the one before and was read only once: an outlier,
    /// or new cells.
    pub is_doubtful: bool,
}

/// How long a charge lasts at the present use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outlook {
    /// Days until empty, from the time of the forecast on.
    Empty(Estimate),
    /// The charge does not decrease, or lasts for more than ten years.
    Holds,
}

/// The light on a device with solar cells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sunlight {
    /// The received light in lux hours per day, averaged over the days with known light.
    pub a_day: Option<f64>,
    /// The light needed to keep the charge, in lux hours per day.
    pub needed: Result<Estimate, Lack>,
}

/// Why there is no forecast yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lack {
    /// The device does not report a percentage.
    NoPercent,
    /// It was not recorded for long enough, or its charge fell too little.
    TooSoon,
    /// There are too few days with light data from morning to night.
    FewDays,
    /// The days were too similar, or other influences too strong, to determine the effect of light.
    Unclear,
}

impl Lack {
    /// A text for the user.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NoPercent => "the device does not report a percentage",
            Self::TooSoon => "not enough data yet (days in which the charge falls are needed)",
            Self::FewDays => "not enough data yet (two weeks of light, day and night, are needed)",
            Self::Unclear => "not enough data yet (both bright and dark days are needed)",
        }
    }
}

/// Computes the forecast for a device from `now` on. The entries can be in any order. Near the limit,
/// the basis of the last forecast (time of use or calendar time) is kept.
pub fn forecast(entries: &[Entry], device: &Device, now: Timestamp) -> Forecast {
    let (forecast, hours) = of_charge(entries, device, now);
    Forecast {
        sunlight: hours.map(|hours| balance::sunlight(&hours)),
        ..forecast
    }
}

/// The same without the light, with the hours of a device that measures it.
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

/// The time of use until the battery is empty, if a full one lasts at most `most` hours.
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

/// The entries within the window, sorted by time, and the start of the window.
fn recent(entries: &[Entry], now: Timestamp) -> (Vec<&Entry>, Timestamp) {
    let since = window_start(now);
    let within = |entry: &&Entry| (since..=now).contains(&entry.at);
    let mut recent: Vec<&Entry> = entries.iter().filter(within).collect();
    recent.sort_by_key(|entry| entry.at);
    (recent, since)
}

/// The seconds from the start of the window to a time in it.
fn seconds(at: Timestamp, since: Timestamp) -> u32 {
    u32::try_from(at.since(since).as_secs()).unwrap_or(u32::MAX)
}

/// Seconds in days.
fn days(seconds: u32) -> f64 {
    f64::from(seconds) / (24.0 * 60.0 * 60.0)
}

#[cfg(test)]
mod tests;
