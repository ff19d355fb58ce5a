//! The light that a solar keyboard receives, and the light that it needs to keep its charge.

use super::estimate::{Estimate, Point, jackknife, mean, median, slope};
use super::hours::Hour;
use super::{Lack, Sunlight};

/// The number of days over which changes are evaluated: each such period has the same number of
/// workdays and weekend days.
const WEEK: usize = 7;

/// The minimum number of changes.
const LEAST: usize = 7;

/// The number of parts of the data for the jackknife. A part begins at each day and is left out in
/// turn, so that the result does not depend on which day is the first.
const PARTS: u32 = 8;

/// The charges in percent that are evaluated: a full battery gains nothing from light, and an empty
/// one loses nothing.
const BETWEEN: std::ops::RangeInclusive<f64> = 1.0..=99.0;

/// The maximum width of a useful range, as a fraction of the needed light.
const WIDEST: f64 = 0.5;

/// A day for which light and charge are known in each hour.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Day {
    /// The accumulated lux hours, averaged over the day.
    before: f64,
    /// The charge, averaged over the day.
    charge: f64,
}

/// Evaluates the light on a device.
pub(super) fn sunlight(hours: &[Hour]) -> Sunlight {
    let days = hours.chunks(24).map(|hours| {
        let light: Option<f64> = hours.iter().map(|hour| hour.light).sum();
        light.filter(|_| hours.len() == 24)
    });
    let known: Vec<f64> = days.flatten().collect();
    Sunlight {
        a_day: mean(&known),
        needed: needed(hours),
    }
}

/// The light needed to keep the charge, in lux hours per day.
fn needed(hours: &[Hour]) -> Result<Estimate, Lack> {
    let days = days(hours);
    let weeks = weeks(&days, |_| true);
    if weeks.len() < LEAST {
        return Err(Lack::FewDays);
    }
    let best = root(&weeks).ok_or(Lack::Unclear)?;
    let part = days
        .len()
        .div_ceil(usize::try_from(PARTS).unwrap_or(usize::MAX));
    let starts = 0..=days.len().saturating_sub(part);
    let count = starts.clone().count();
    let without_each: Vec<f64> = starts
        .filter_map(|start| {
            let left_out = start..start + part;
            root(&self::weeks(&days, |day| !left_out.contains(&day)))
        })
        .collect();
    let error = jackknife(&without_each, f64::from(PARTS)).ok_or(Lack::Unclear)?;
    let estimate = Estimate::around(best, error);
    // If the charge does not follow the light, the result is meaningless.
    if without_each.len() < count / 2 || estimate.low < best * (1.0 - WIDEST) {
        return Err(Lack::Unclear);
    }
    Ok(estimate)
}

/// The days; `None`: a day with incomplete data.
fn days(hours: &[Hour]) -> Vec<Option<Day>> {
    let mut sum = 0.0;
    let days = hours.chunks(24).map(|hours| {
        let light: Option<Vec<f64>> = hours.iter().map(|hour| hour.light).collect();
        let charge: Option<Vec<f64>> = hours.iter().map(|hour| hour.charge).collect();
        let (light, charge) = light.zip(charge).filter(|_| hours.len() == 24)?;
        let mut before = Vec::new();
        for lux_hours in &light {
            // At the middle of the hour, like the charge.
            before.push(sum + lux_hours / 2.0);
            sum += lux_hours;
        }
        let day = Day {
            before: mean(&before)?,
            charge: mean(&charge)?,
        };
        Some(day).filter(|day| BETWEEN.contains(&day.charge))
    });
    days.collect()
}

/// The light of each week, and the gain in charge, for the days selected by index.
fn weeks(days: &[Option<Day>], takes: impl Fn(usize) -> bool) -> Vec<Point> {
    let places: Vec<usize> = (0..days.len()).collect();
    let week = |places: &[usize]| {
        let week: Option<Vec<Day>> = places
            .iter()
            .map(|place| {
                days.get(*place)
                    .copied()
                    .flatten()
                    .filter(|_| takes(*place))
            })
            .collect();
        let week = week?;
        let (first, last) = (week.first()?, week.last()?);
        Some(Point {
            x: last.before - first.before,
            y: last.charge - first.charge,
        })
    };
    places.windows(WEEK + 1).filter_map(week).collect()
}

/// The light per day at which the charge stays constant, by the line through the weeks.
fn root(weeks: &[Point]) -> Option<f64> {
    let line: Vec<Point> = weeks.to_vec();
    let gain = slope(&[line]).filter(|gain| *gain > 0.0)?;
    let days = f64::from(u32::try_from(WEEK).ok()?);
    let light = median(weeks.iter().map(|week| (week.x - week.y / gain) / days))?;
    Some(light).filter(|light| light.is_finite() && *light > 0.0)
}
