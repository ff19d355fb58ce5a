//! What the charge loses a day, and how long it lasts.

use super::Outlook;
use super::days;
use super::estimate::{Estimate, Point, error_of_mean, mean, slope};
use super::hours::Hour;
use super::readings::Reading;

/// A rise of so much is a charger's, or new cells: a new phase.
const REFILLED: f64 = 5.0;

/// Two days of a solar keyboard that are further apart belong to two phases.
const LEAP: f64 = 15.0;

/// Less time than this tells nothing, in days.
const SHORTEST: f64 = 3.0;

/// Fewer steps than this tell something only after [`LONG`].
const LEAST_STEPS: f64 = 3.0;

/// So many days of hardly any change tell that there is hardly any.
const LONG: f64 = 14.0;

/// Weeks are compared, in days.
const WEEK: f64 = 7.0;

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
}

/// What is lost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Trend {
    /// Percent a day.
    pub(super) loss: Estimate,
    /// The charge when it was read last, and how far it may be from that.
    charge: Point,
    rounding: f64,
}

/// The falls of a battery that is used up, and charged or changed now and then.
pub(super) fn falls(readings: &[Reading]) -> Option<Phases> {
    let mut lines = vec![Vec::new()];
    let mut steps = Vec::new();
    let mut lowest: Option<f64> = None;
    let before = std::iter::once(None).chain(readings.iter().map(Some));
    for (reading, before) in readings.iter().zip(before) {
        if reading.charging || lowest.is_some_and(|it| reading.charge >= it + REFILLED) {
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
    let loss = -slope(&phases.lines)?;
    let (mut length, mut change) = (0.0, 0.0);
    let mut weeks = Vec::new();
    for line in &phases.lines {
        if let (Some(first), Some(last)) = (line.first(), line.last()) {
            length += last.x - first.x;
            change += (last.y - first.y).abs();
            weeks.extend(losses(line));
        }
    }
    let few = change < LEAST_STEPS * phases.step && length < LONG;
    if length < SHORTEST || few {
        return None;
    }
    // Where within a step the charge is is not told: half of one at most, a quarter as a rule.
    let rounding = phases.step / 4.0;
    let rounded = rounding * std::f64::consts::SQRT_2 / length;
    let differing = error_of_mean(&weeks).unwrap_or(loss.abs() / 4.0);
    let loss = Estimate::around(loss, rounded.hypot(differing));
    let (last, read) = (phases.last, phases.read);
    let expected = last.y - loss.best * (read.x - last.x);
    let half = phases.step / 2.0;
    let y = expected
        .clamp(read.y - half, read.y + half)
        .clamp(0.0, 100.0);
    Some(Trend {
        loss,
        charge: Point { x: read.x, y },
        rounding,
    })
}

/// What was lost a day, week by week.
fn losses(line: &[Point]) -> Vec<f64> {
    let mut losses = Vec::new();
    let mut start = line.first();
    for point in line {
        if let Some(first) = start.filter(|first| point.x - first.x >= WEEK) {
            losses.push((first.y - point.y) / (point.x - first.x));
            start = Some(point);
        }
    }
    losses
}

impl Trend {
    /// How long the charge lasts from `today`, in days since the start of the window.
    pub(super) fn outlook(&self, today: f64) -> Outlook {
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
        let most = self.loss.high.unwrap_or(self.loss.best);
        let low = lasts(charge - 2.0 * self.rounding, most).unwrap_or(best);
        let high = lasts(charge + 2.0 * self.rounding, self.loss.low);
        Outlook::Empty(Estimate {
            best,
            low: low.min(best),
            high: high.map(|high| high.max(best)),
        })
    }
}
