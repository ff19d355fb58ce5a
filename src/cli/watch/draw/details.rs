//! A single device in detail: its charge, its light on a scale, charts of the recent past, and, on a
//! page of its own, all facts.

use ratatui_core::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::charts::{self, Quantity};
use super::list::{join, trend};
use super::pen::{BOLD, DIM, LOUD, Pen, at_both_ends, gap, label, label_width, plain, span};
use super::{facts, is_lit, place, scale};
use crate::cli::bar::wide_bar;
use crate::cli::value_text;
use crate::cli::watch::model::{Entry, Model, Trend};
use crate::device::{Light, Presence, TimeBasis, TimeLeft};

/// The greatest width of the scale: in a longer line the eye gets lost.
const WIDEST: usize = 120;

/// The height from which a page has room for the chart of the voltage.
const TALL: usize = 30;

/// The greatest width of the gauge of the charge.
const GAUGE: usize = 40;

/// The parts beside the list of devices, the most important first: without room, the last are left
/// out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Charge,
    Left,
    Needle,
    Scale,
    Chart,
    Words,
    Seen,
    MoreCharts,
    GapAboveCharge,
    GapAboveLight,
    GapAboveCharts,
    GapAboveSeen,
}

/// The parts from top to bottom.
const PARTS: [Part; 12] = [
    Part::GapAboveCharge,
    Part::Charge,
    Part::Left,
    Part::GapAboveLight,
    Part::Needle,
    Part::Scale,
    Part::Words,
    Part::GapAboveCharts,
    Part::Chart,
    Part::MoreCharts,
    Part::GapAboveSeen,
    Part::Seen,
];

impl Part {
    const fn is_of_light(self) -> bool {
        matches!(
            self,
            Self::Needle | Self::Scale | Self::Words | Self::GapAboveLight
        )
    }

    const fn is_gap(self) -> bool {
        matches!(
            self,
            Self::GapAboveCharge | Self::GapAboveLight | Self::GapAboveCharts | Self::GapAboveSeen
        )
    }

    const fn is_chart(self) -> bool {
        matches!(self, Self::Chart | Self::MoreCharts)
    }
}

/// The title: the device's name, and the indicator of its light key.
pub(super) fn title(pen: &Pen, model: &Model, entry: &Entry, width: usize) -> Line<'static> {
    let device = &entry.device;
    let rule = pen.glyph("─", "-");
    let name = pen.shortened(&value_text::name(device), width.saturating_sub(6));
    let place = place(model, &device.link);
    let lamp = entry.measures_light().then(|| {
        if is_lit(pen, entry) {
            span(pen.glyph(" ● light key ", " (*) light key "), LOUD)
        } else {
            span(pen.glyph(" ○ light key ", " ( ) light key "), DIM)
        }
    });
    let mut left = Line::from_iter([
        span(format!("{} ", rule.repeat(2)), DIM),
        span(name, BOLD),
        gap(1),
    ]);
    let lamp_width = lamp.as_ref().map_or(0, Span::width);
    if left.width() + place.width() + 4 + lamp_width <= width {
        left.spans.push(span(format!("{rule} {place} "), DIM));
    }
    let lamp = lamp.filter(|_| left.width() + lamp_width + 2 <= width);
    let lamp_width = lamp.as_ref().map_or(0, Span::width);
    let end = if lamp.is_some() { 2 } else { 0 };
    let between = width.saturating_sub(left.width() + lamp_width + end);
    left.spans.push(span(rule.repeat(between), DIM));
    left.spans.extend(lamp);
    left.spans.push(span(rule.repeat(end), DIM));
    left
}

/// The lines below the title beside the list of devices, as many as fit. The charts have the height
/// that is left.
pub(super) fn lines(pen: &Pen, entry: &Entry, width: usize, height: usize) -> Vec<Line<'static>> {
    let quantities = Quantity::of(entry, false);
    let mut parts = parts(pen, entry, &quantities);
    while parts.len() > height {
        let last = parts.iter().copied().max();
        parts.retain(|part| Some(*part) != last);
    }
    let has_all = parts.contains(&Part::MoreCharts);
    let shown = if has_all { quantities.len() } else { 1 };
    let shown = quantities.get(..shown).unwrap_or(&quantities);
    let others = parts.iter().filter(|it| !it.is_chart()).count();
    let rows = height.saturating_sub(others);
    let lines = parts.into_iter().flat_map(|part| match part {
        Part::Chart => charts::lines(pen, entry, shown, width, rows),
        // Drawn with the first one.
        Part::MoreCharts => Vec::new(),
        part => vec![line(pen, entry, part, width)],
    });
    lines.collect()
}

/// All lines below the title on a page of its own, which may be more than the height.
pub(super) fn page(
    pen: &Pen,
    model: &Model,
    entry: &Entry,
    width: usize,
    height: usize,
) -> Vec<Line<'static>> {
    let quantities = Quantity::of(entry, height >= TALL);
    let facts = facts::lines(pen, model, entry, width);
    let mut parts = parts(pen, entry, &quantities);
    parts.retain(|part| !matches!(part, Part::MoreCharts | Part::Seen));
    let least = charts::least(&quantities, width);
    let rows = |parts: &[Part]| {
        let others = parts.iter().filter(|it| !it.is_chart()).count() + facts.len();
        height.saturating_sub(others)
    };
    // Rather no gaps than scrolling.
    while rows(&parts) < least
        && let Some(gap) = parts.iter().position(|it| it.is_gap())
    {
        parts.remove(gap);
    }
    let rows = rows(&parts).max(least);
    let lines = parts.into_iter().flat_map(|part| match part {
        Part::Chart => charts::lines(pen, entry, &quantities, width, rows),
        part => vec![line(pen, entry, part, width)],
    });
    lines.chain(facts).collect()
}

/// The parts that a device has.
fn parts(pen: &Pen, entry: &Entry, quantities: &[Quantity]) -> Vec<Part> {
    let mut parts = PARTS.to_vec();
    parts.retain(|part| match part {
        Part::Left => entry.device.time_left(pen.now).is_some(),
        Part::Chart | Part::GapAboveCharts => !quantities.is_empty(),
        Part::MoreCharts => quantities.len() > 1,
        part => entry.measures_light() || !part.is_of_light(),
    });
    parts
}

/// Draws a part of one line.
fn line(pen: &Pen, entry: &Entry, part: Part, width: usize) -> Line<'static> {
    let room = width.saturating_sub(label_width(width) + 1).min(WIDEST);
    let light = entry.device.light.as_ref();
    let (name, line) = match part {
        Part::Charge => ("Charge", charge(pen, entry, room)),
        Part::Left => ("Time", time_left(pen, entry, room)),
        Part::Needle => ("Light", needle(pen, entry, room)),
        Part::Scale => ("", scale::line(pen, light, entry.is_old(), room)),
        Part::Words => ("", scale::words(pen, light.map(Light::level), room)),
        Part::Seen => ("", Line::from(span(facts::seen(pen, entry), DIM))),
        Part::Chart
        | Part::MoreCharts
        | Part::GapAboveCharge
        | Part::GapAboveLight
        | Part::GapAboveCharts
        | Part::GapAboveSeen => ("", Line::default()),
    };
    [label(name, width)].into_iter().chain(line.spans).collect()
}

fn charge(pen: &Pen, entry: &Entry, room: usize) -> Line<'static> {
    let Some(battery) = &entry.device.battery else {
        let unknown = match entry.device.has_battery {
            Some(false) => "no battery",
            _ => "not known yet",
        };
        return Line::from(span(unknown, DIM));
    };
    let ansi = if entry.is_old() {
        DIM
    } else {
        value_text::charge_style(battery, entry.device.preferences.shown_limits)
    };
    let state = match entry.device.presence {
        Presence::Offline => Some("offline"),
        _ => battery.state.name(),
    };
    let going = match entry.trend(pen.now).filter(|_| !entry.is_old()) {
        Some(Trend::Rising) => Some("rising"),
        Some(Trend::Falling) => Some("falling"),
        None => None,
    };
    let voltage = join(
        [
            battery.voltage.map(|it| it.to_string()),
            trend(pen, entry).map(str::to_owned),
            going.map(str::to_owned),
        ],
        " ",
    );
    let charge = value_text::charge(battery, pen.style);
    let charge = charge.unwrap_or_else(|| pen.style.unknown().to_owned());
    let voltage = Some(voltage).filter(|it| !it.is_empty());
    let rest = join(
        [Some(String::new()), state.map(str::to_owned), voltage],
        ", ",
    );
    let gauge = room
        .saturating_sub(charge.width() + rest.width() + 2)
        .min(GAUGE);
    let gauge = wide_bar(battery, pen.style.unicode, gauge);
    let gauge = gauge.map(|gauge| [span(gauge, ansi), gap(2)]);
    let text = [span(charge, ansi), plain(rest)];
    gauge.into_iter().flatten().chain(text).collect()
}

fn time_left(pen: &Pen, entry: &Entry, room: usize) -> Line<'static> {
    let left = entry.device.time_left(pen.now).map(TimeLeft::rounded);
    let Some(left) = left else {
        return Line::default();
    };
    if left.basis == TimeBasis::Calendar {
        pen.until(pen.now + left.step());
    }
    let text = value_text::time_left_range(&left);
    // Rather no range than a part of it.
    let fits = text.width() <= room;
    let text = if fits {
        text
    } else {
        value_text::time_left(&left)
    };
    Line::from(plain(text))
}

fn needle(pen: &Pen, entry: &Entry, room: usize) -> Line<'static> {
    let Some(light) = &entry.device.light else {
        return Line::from(span("not measured yet", DIM));
    };
    let ansi = if entry.is_old() {
        DIM
    } else {
        scale::color(light.level()).bold()
    };
    let needle = scale::needle(pen, light, ansi, room);
    let says = span(says(light), DIM);
    // Only if it does not move the needle.
    at_both_ends(needle, Line::from(says), room)
}

fn says(light: &Light) -> &'static str {
    if light.lux > scale::CHARGES {
        "enough to charge"
    } else {
        "too little to charge"
    }
}
