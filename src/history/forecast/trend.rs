//! What the charge loses a day, and how long it lasts.

use super::Outlook;
use super::days;
use super::estimate::{Estimate, Point, both, mean, slope, spread};
use super::hours::Hour;
use super::readings::Reading;
use hidpp_proto::units::PercentPoints;

/// A rise of so much is a charger's, or new cells: a new phase.
const REFILLED: f64 = 5.0;

/// How many percent may be lost at rest in a gap of the recording; a larger loss was use.
const LOST: f64 = 3.0;

/// Two days of a solar keyboard that are further apart belong to two phases.
const LEAP: f64 = 15.0;

/// How much of an axis is enough, in days on it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    /// Falls over less time than this are not enough for a slope.
    shortest: f64,
    /// After so much time with hardly any change the charge hardly changes; before, it takes
    /// [`LEAST_STEPS`].
    long: f64,
    /// The losses in parts of this length are compared for the range.
    part: f64,
}

/// On the calendar weeks are compared: they have workdays and weekends.
pub(super) const CALENDAR: Scale = Scale {
    shortest: 3.0,
    long: 14.0,
    part: 7.0,
};

/// In use parts of three hours are compared.
pub(super) const USE: Scale = Scale {
    shortest: 1.0 / 24.0,
    long: 30.0,
    part: 3.0 / 24.0,
};

/// Fewer steps than this are not enough, unless they took long.
const LEAST_STEPS: f64 = 3.0;

/// What lasts for longer holds, in days.
const FARTHEST: f64 = 3650.0;

/// The charge over days since the start of the window: one line for each phase.
#[derive(Clone, Debug)]
pub(super) struct Phases {
    lines: Vec<Vec<Point>>,
    /// How much a charge differs from the next lower one that is told, in percent.
    step: f64,
    /// Where the charge is known best, last.
    last: Point,
    /// What was read last.
    read: Point,
    scale: Scale,
}

/// What is lost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Trend {
    /// Percent a day.
    pub(super) loss: Estimate,
    /// The charge when it was read last, and how far it may be from that.
    charge: Point,
    rounding: f64,
    /// The standard error of `loss`, and how much the losses of single parts differ.
    error: f64,
    spread: f64,
    /// The length of a part, in days.
    part: f64,
}

/// The falls of a battery that is used up, and charged or changed now and then.
pub(super) fn falls(readings: &[Reading], scale: Scale) -> Option<Phases> {
    let mut lines = vec![Vec::new()];
    let mut steps = Vec::new();
    let mut lowest: Option<f64> = None;
    let before = std::iter::once(None).chain(readings.iter().map(Some));
    for (reading, before) in readings.iter().zip(before) {
        let refilled = lowest.is_some_and(|it| reading.charge >= it + REFILLED);
        // How long the charge took for what it lost in a gap is not known.
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
        // After a charge there was no fall yet.
        last: lines.last()?.last().copied().unwrap_or(read),
        lines,
        step: mean(&steps).unwrap_or(1.0),
        read,
        scale,
    })
}

/// The mean charges of the days of a solar keyboard.
pub(super) fn daily(hours: &[Hour], readings: &[Reading]) -> Option<Phases> {
    let mut lines: Vec<Vec<Point>> = vec![Vec::new()];
    for (day, hours) in (0_u32..).zip(hours.chunks(24)) {
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

/// The trend of the phases; `None`: there is too little of them.
pub(super) fn trend(phases: &Phases) -> Option<Trend> {
    let best = -slope(&phases.lines)?;
    let scale = phases.scale;
    let (mut length, mut change, mut lines) = (0.0, 0.0, 0.0);
    let mut parts = Vec::new();
    for line in &phases.lines {
        if let (Some(first), Some(last)) = (line.first(), line.last()) {
            length += last.x - first.x;
            change += (last.y - first.y).abs();
            lines += if line.len() > 1 { 1.0 } else { 0.0 };
            parts.extend(losses(line, scale.part));
        }
    }
    let few = change < LEAST_STEPS * phases.step && length < scale.long;
    if length < scale.shortest || few {
        return None;
    }
    // Where within a step the charge is is not told: half of one at most, a quarter as a rule.
    let rounding = phases.step / 4.0;
    let rounded = rounding * f64::sqrt(2.0 * lines) / length;
    let spread = spread(&parts, best.abs() / 4.0);
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

/// Times in days are inexact: within a second they count as equal. Without this a part could end at
/// another point when the same history is evaluated later.
const SAME: f64 = 1.0 / (24.0 * 60.0 * 60.0);

/// What was lost a day, part by part.
fn losses(line: &[Point], part: f64) -> Vec<f64> {
    let mut losses = Vec::new();
    let mut start = line.first();
    for point in line {
        if let Some(first) = start.filter(|first| point.x - first.x >= part - SAME) {
            losses.push((first.y - point.y) / (point.x - first.x));
            start = Some(point);
        }
    }
    losses
}

impl Trend {
    /// How long the charge lasts from `today`, in days since the start of the axis. `margin`: how
    /// far the real charge may be from the one that was read.
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
        // The parts to come differ as those before did: the more there are, the less in all.
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

    /// How long a full battery lasts, in days on the axis; `None`: it does not lose charge.
    pub(super) fn full(&self) -> Option<f64> {
        (self.loss.best > 0.0).then(|| 100.0 / self.loss.best)
    }
}
