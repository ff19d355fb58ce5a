//! The loss of charge per day, and how long the charge lasts.

use super::Outlook;
use super::days;
use super::estimate::{Estimate, Point, both, mean, slope, spread};
use super::hours::Hour;
use super::readings::Reading;
use hidpp_proto::units::PercentPoints;

/// A rise in percent that means a charger or new cells, and begins a new phase.
const REFILLED: f64 = 5.0;

/// The maximum loss in percent in a gap of the recording that counts as self-discharge; a larger
/// one was use.
const LOST: f64 = 3.0;

/// The difference in percent between two days of a solar keyboard that begins a new phase.
const LEAP: f64 = 15.0;

/// The time scales of an axis, in days on it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    /// The minimum time for a slope.
    shortest: f64,
    /// The time after which a very small change is accepted as a slope; before, [`LEAST_STEPS`] are
    /// required.
    long: f64,
    /// The length of the parts that are compared for the range.
    part: f64,
}

/// In calendar time, weeks are compared: each has workdays and a weekend.
pub(super) const CALENDAR: Scale = Scale {
    shortest: 3.0,
    long: 14.0,
    part: 7.0,
};

/// In time of use, parts of three hours are compared.
pub(super) const USE: Scale = Scale {
    shortest: 1.0 / 24.0,
    long: 30.0,
    part: 3.0 / 24.0,
};

/// The minimum number of steps, unless they took long.
const LEAST_STEPS: f64 = 3.0;

/// The longest forecast in days; a charge that lasts longer counts as not decreasing.
const FARTHEST: f64 = 3650.0;

/// The charge over days since the start of the window: one line for each phase.
#[derive(Clone, Debug)]
pub(super) struct Phases {
    lines: Vec<Vec<Point>>,
    /// The mean step between two reported charges, in percent.
    step: f64,
    /// The last point at which the charge is known most accurately.
    last: Point,
    /// The last reading.
    read: Point,
    scale: Scale,
}

/// The trend of a charge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Trend {
    /// The loss in percent per day.
    pub(super) loss: Estimate,
    /// The charge at the last reading.
    charge: Point,
    /// Its rounding error.
    rounding: f64,
    /// The standard error of `loss`.
    error: f64,
    /// The spread of the losses of single parts.
    spread: f64,
    /// The length of a part, in days.
    part: f64,
}

/// The falls of a battery that is discharged, and charged or replaced from time to time.
pub(super) fn falls(readings: &[Reading], scale: Scale) -> Option<Phases> {
    let mut lines = vec![Vec::new()];
    let mut steps = Vec::new();
    let mut lowest: Option<f64> = None;
    let before = std::iter::once(None).chain(readings.iter().map(Some));
    for (reading, before) in readings.iter().zip(before) {
        let refilled = lowest.is_some_and(|it| reading.charge >= it + REFILLED);
        // The duration of a fall in a gap is unknown.
        let lost = reading.after_gap && lowest.is_some_and(|it| reading.charge < it - LOST);
        if reading.charging || refilled || lost {
            lines.push(Vec::new());
            lowest = None;
        }
        if reading.charging {
            continue;
        }
        if let (Some(low), Some(before)) = (lowest, before)
            && reading.charge < low
        {
            let fall = Point {
                x: days(before.to).midpoint(days(reading.from)),
                y: low.midpoint(reading.charge),
            };
            lines.last_mut()?.push(fall);
            steps.push(low - reading.charge);
        }
        lowest = Some(lowest.map_or(reading.charge, |low| low.min(reading.charge)));
    }
    let read = read_last(readings)?;
    Some(Phases {
        // Just after a charge, there is no fall yet.
        last: lines.last()?.last().copied().unwrap_or(read),
        lines,
        step: mean(&steps).unwrap_or(1.0),
        read,
        scale,
    })
}

/// The daily mean charges of a solar keyboard.
pub(super) fn daily(hours: &[Hour], readings: &[Reading]) -> Option<Phases> {
    let mut lines: Vec<Vec<Point>> = vec![Vec::new()];
    // The mean of a part of a day depends on the time of day.
    for (day, hours) in (0_u32..).zip(hours.chunks_exact(24)) {
        let charges: Vec<f64> = hours.iter().filter_map(|hour| hour.charge).collect();
        let Some(charge) = mean(&charges) else {
            continue;
        };
        let before = lines.last()?.last();
        if before.is_some_and(|before| (before.y - charge).abs() > LEAP) {
            lines.push(Vec::new());
        }
        lines.last_mut()?.push(Point {
            x: f64::from(day) + 0.5,
            y: charge,
        });
    }
    let read = read_last(readings)?;
    Some(Phases {
        lines,
        step: 1.0,
        last: read,
        read,
        scale: CALENDAR,
    })
}

fn read_last(readings: &[Reading]) -> Option<Point> {
    let reading = readings.last()?;
    Some(Point {
        x: days(reading.to),
        y: reading.charge,
    })
}

/// The trend of the phases; `None`: not enough data.
pub(super) fn trend(phases: &Phases) -> Option<Trend> {
    let best = -slope(&phases.lines)?;
    let scale = phases.scale;
    let (mut length, mut change, mut lines) = (0.0, 0.0, 0.0);
    let mut parts = Parts::default();
    for line in &phases.lines {
        if let (Some(first), Some(last)) = (line.first(), line.last()) {
            length += last.x - first.x;
            change += (last.y - first.y).abs();
            lines += if line.len() > 1 { 1.0 } else { 0.0 };
            let of_line = losses(line, scale.part);
            parts.losses.extend(of_line.losses);
            parts.independent += of_line.independent;
        }
    }
    let few = change < LEAST_STEPS * phases.step && length < scale.long;
    if length < scale.shortest || few {
        return None;
    }
    // The position of the charge within a step is unknown: at most half a step off, typically a
    // quarter.
    let rounding = phases.step / 4.0;
    let rounded = rounding * f64::sqrt(2.0 * lines) / length;
    let spread = spread(&parts.losses, parts.independent, best.abs() / 4.0);
    let (last, read) = (phases.last, phases.read);
    let expected = last.y - best * (read.x - last.x);
    let half = phases.step / 2.0;
    let y = expected
        .clamp(read.y - half, read.y + half)
        .clamp(0.0, 100.0);
    Some(Trend {
        loss: Estimate::around(best, both(rounded, spread.of_mean)),
        error: both(rounded, spread.of_mean),
        spread: spread.of_one,
        part: scale.part,
        charge: Point { x: read.x, y },
        rounding,
    })
}

/// One second in days: closer times count as equal, since a midpoint is rounded.
const SAME: f64 = 1.0 / (24.0 * 60.0 * 60.0);

/// The losses per day of all parts of a line: from each point to the first one that is at least
/// `part` later. No part is the first one, so that the result does not depend on where the history
/// begins.
fn losses(line: &[Point], part: f64) -> Parts {
    let mut losses = Vec::new();
    let mut lengths = Vec::new();
    let mut ends = line.iter().peekable();
    for start in line {
        while ends.next_if(|end| end.x - start.x < part - SAME).is_some() {}
        if let Some(end) = ends.peek() {
            losses.push((start.y - end.y) / (end.x - start.x));
            lengths.push(end.x - start.x);
        }
    }
    let whole = line.first().zip(line.last());
    let whole = whole.map_or(0.0, |(first, last)| last.x - first.x);
    Parts {
        losses,
        independent: mean(&lengths).map_or(0.0, |length| independent(whole / length)),
    }
}

/// The losses per day of overlapping parts.
#[derive(Debug, Default)]
struct Parts {
    losses: Vec<f64>,
    /// How many of them are independent, about.
    independent: f64,
}

/// The number of independent parts in a line that is this many parts long. In less than two, all
/// parts overlap, and their difference shows nothing. (Half a part: the mean of the last, partial
/// one.)
fn independent(length: f64) -> f64 {
    if length < 2.0 { 1.0 } else { length - 0.5 }
}

impl Trend {
    /// How long the charge lasts from `today`, in days since the start of the axis. `margin` is the
    /// possible difference between the real charge and the reading.
    pub(super) fn outlook(&self, today: f64, margin: PercentPoints) -> Outlook {
        let passed = (today - self.charge.x).max(0.0);
        let lasts = |charge: f64, loss: f64| {
            let days = charge.clamp(0.0, 100.0) / loss;
            (loss > 0.0 && days <= FARTHEST).then(|| (days - passed).max(0.0))
        };
        let charge = self.charge.y;
        if charge <= 0.0 {
            return Outlook::Empty(Estimate::around(0.0, 0.0));
        }
        let Some(best) = lasts(charge, self.loss.best) else {
            return Outlook::Holds;
        };
        // Future parts vary like the past ones; over more parts, the variation averages out.
        let to_come = (best / self.part).max(1.0);
        let loss = Estimate::around(
            self.loss.best,
            both(self.error, self.spread / to_come.sqrt()),
        );
        let most = loss.high.unwrap_or(loss.best);
        let reach = f64::from(margin.0).max(2.0 * self.rounding);
        let low = lasts(charge - reach, most).unwrap_or(best);
        let high = lasts(charge + reach, loss.low);
        Outlook::Empty(Estimate {
            best,
            low: low.min(best),
            high: high.map(|high| high.max(best)),
        })
    }

    /// How long a full battery lasts, in days on the axis; `None`: the charge does not decrease.
    pub(super) fn full(&self) -> Option<f64> {
        (self.loss.best > 0.0).then(|| 100.0 / self.loss.best)
    }
}
