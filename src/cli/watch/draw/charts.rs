//! Charts of the recent past of a device: light, charge and voltage.

use anstyle::Style as Ansi;
use ratatui_core::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::pen::{DIM, Pen, gap, label, label_width, plain, span};
use super::scale;
use crate::cli::watch::model::{Entry, HOURS, MINUTES};
use crate::cli::watch::track::Track;
use crate::device::LightLevel;
use hidpp_proto::units::{Lux, Millivolts, Percent};

/// The least width of charts that are next to each other, which is enough for labels: a wide
/// terminal of 132 columns has two of them, and one of 200 columns three.
const LEAST_WIDTH: usize = 66;

/// The height from which a chart has a time axis.
const WITH_AXIS: usize = 6;

/// The height from which the middle of a chart has a label.
const WITH_MIDDLE: usize = 9;

/// The smallest range of a chart of voltages: noise must not look like a change.
const LEAST_VOLTAGE_RANGE: u16 = 200;

/// The value of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quantity {
    Light,
    Charge,
    Voltage,
}

impl Quantity {
    /// Those of a device with known values, of which `all` are more than the most important ones.
    pub(super) fn of(entry: &Entry, all: bool) -> Vec<Self> {
        let quantities = [
            (Self::Light, entry.measures_light()),
            (Self::Charge, !entry.charge.is_empty()),
            (Self::Voltage, all && !entry.voltage.is_empty()),
        ];
        let has = quantities.into_iter().filter(|(_, has)| *has);
        has.map(|(quantity, _)| quantity).collect()
    }

    /// The share in the height, in parts.
    const fn share(self) -> usize {
        match self {
            Self::Light => 2,
            Self::Charge | Self::Voltage => 1,
        }
    }

    /// The smallest height of a chart that shows more than the last value.
    const fn least(self) -> usize {
        match self {
            Self::Light => 4,
            Self::Charge | Self::Voltage => 1,
        }
    }

    const fn track(self, entry: &Entry) -> &Track {
        match self {
            Self::Light => &entry.light,
            Self::Charge => &entry.charge,
            Self::Voltage => &entry.voltage,
        }
    }

    /// The period of the chart: its length, and half of it.
    const fn period(self) -> [&'static str; 2] {
        match self {
            Self::Light | Self::Voltage => [MINUTES.name, MINUTES.half],
            Self::Charge => [HOURS.name, HOURS.half],
        }
    }

    /// The range of the chart for these values.
    fn range(self, columns: &[Option<u16>]) -> Range {
        let known = || columns.iter().copied().flatten();
        let most = known().max().unwrap_or_default();
        match self {
            // Light too weak to charge with must not look strong.
            Self::Light => Range {
                least: 0,
                most: most.max(2 * scale::CHARGES.0),
            },
            Self::Charge => Range {
                least: 0,
                most: 100,
            },
            Self::Voltage => {
                let least = known().min().unwrap_or_default();
                let spare = LEAST_VOLTAGE_RANGE.saturating_sub(most - least) / 2;
                Range {
                    least: least.saturating_sub(spare),
                    most: most.saturating_add(spare),
                }
            }
        }
    }

    fn text(self, value: u16) -> String {
        match self {
            Self::Light => Lux(value).to_string(),
            Self::Charge => {
                let percent = u8::try_from(value).ok().and_then(Percent::new);
                percent.unwrap_or(Percent::FULL).to_string()
            }
            Self::Voltage => Millivolts(value).to_string(),
        }
    }

    fn color(self, entry: &Entry, value: u16) -> Ansi {
        match self {
            _ if entry.is_old() => DIM,
            Self::Light => scale::color(LightLevel::of(Lux(value))),
            Self::Charge | Self::Voltage => Ansi::new(),
        }
    }
}

/// The values at the bottom and at the top of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    least: u16,
    most: u16,
}

/// The least height of these charts, stacked or next to each other.
pub(super) fn least(quantities: &[Quantity], width: usize) -> usize {
    let heights = quantities.iter().map(|it| it.least());
    if is_side_by_side(quantities, width) {
        heights.max().unwrap_or_default()
    } else {
        heights.sum()
    }
}

const fn is_side_by_side(quantities: &[Quantity], width: usize) -> bool {
    quantities.len() > 1 && width / quantities.len() >= LEAST_WIDTH
}

/// Draws these charts with labels, in this width and height.
pub(super) fn lines(
    pen: &Pen,
    entry: &Entry,
    quantities: &[Quantity],
    width: usize,
    height: usize,
) -> Vec<Line<'static>> {
    if height == 0 || quantities.is_empty() {
        return Vec::new();
    }
    if is_side_by_side(quantities, width) {
        // The last column of characters is blank, as on the right of the scale.
        let each = width / quantities.len();
        let charts = quantities
            .iter()
            .map(|it| chart(pen, entry, *it, each, height));
        let charts: Vec<Vec<Line<'static>>> = charts.collect();
        let line = |row| {
            let parts = charts.iter().filter_map(|chart| chart.get(row));
            let parts = parts.flat_map(|part: &Line<'static>| {
                let blank = each.saturating_sub(part.width());
                part.spans.iter().cloned().chain([gap(blank)])
            });
            parts.collect()
        };
        return (0..height).map(line).collect();
    }
    let mut left = height.saturating_sub(least(quantities, width));
    let mut shares: usize = quantities.iter().map(|it| it.share()).sum();
    let mut lines = Vec::new();
    for quantity in quantities {
        let more = left * quantity.share() / shares.max(1);
        (left, shares) = (left - more, shares - quantity.share());
        let rows = (quantity.least() + more).min(height - lines.len());
        lines.extend(chart(pen, entry, *quantity, width, rows));
    }
    lines
}

/// Draws a chart of this size.
fn chart(
    pen: &Pen,
    entry: &Entry,
    quantity: Quantity,
    width: usize,
    height: usize,
) -> Vec<Line<'static>> {
    let room = width.saturating_sub(label_width(width) + 1);
    let count = u16::try_from(room).unwrap_or(u16::MAX);
    let track = quantity.track(entry);
    if let Some(moves) = track.moves(pen.now, count) {
        pen.until(moves);
    }
    let columns = track.columns(pen.now, count);
    let range = quantity.range(&columns);
    let has_axis = height >= WITH_AXIS;
    let rows = height - usize::from(has_axis);
    let [period, half] = quantity.period();
    let value = |row: usize| match row {
        // Without an axis, the lowest row has the period.
        0 if !has_axis => period.to_owned(),
        0 => quantity.text(range.least),
        _ if row + 1 == rows => quantity.text(range.most),
        _ if rows >= WITH_MIDDLE && row == rows / 2 => {
            quantity.text(range.least.midpoint(range.most))
        }
        _ => String::new(),
    };
    let most = range.most - range.least;
    let glyph = |row: usize, value: &Option<u16>| match *value {
        Some(value) => {
            let above = value.saturating_sub(range.least);
            span(
                pen.level(above, most, row, rows),
                quantity.color(entry, value),
            )
        }
        None => gap(1),
    };
    let row = |row: usize| {
        let glyphs = columns.iter().map(|value| glyph(row, value));
        let glyphs: Vec<Span<'static>> = glyphs.collect();
        [label(&value(row), width)]
            .into_iter()
            .chain(glyphs)
            .collect()
    };
    let axis = has_axis.then(|| Line::from_iter([label("", width), axis(pen, period, half, room)]));
    (0..rows).rev().map(row).chain(axis).collect()
}

/// `10 min ago ──── 5 min ──── now`
fn axis(pen: &Pen, period: &str, half: &str, room: usize) -> Span<'static> {
    let rule = |width: usize| pen.glyph("─", "-").repeat(width);
    let (first, last) = (format!("{period} ago "), " now");
    let Some(between) = room.checked_sub(first.width() + last.width()) else {
        return plain(String::new());
    };
    let half = format!(" {half} ");
    // The middle of the whole axis.
    let before = (room / 2).checked_sub(first.width() + half.width() / 2);
    let text = match before {
        Some(before) if before + half.width() < between => {
            let after = between - before - half.width();
            format!("{first}{}{half}{}{last}", rule(before), rule(after))
        }
        _ => format!("{first}{}{last}", rule(between)),
    };
    span(text, DIM)
}
