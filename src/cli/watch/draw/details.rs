//! A single device in detail: its charge, its light on a scale, and the last minutes.

use anstyle::Style as Ansi;
use ratatui_core::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::list::{join, trend};
use super::pen::{BOLD, DIM, LOUD, Pen, at_both_ends, gap, plain, span};
use super::{is_lit, scale};
use crate::cli::bar::wide_bar;
use crate::cli::value_text;
use crate::cli::watch::model::{Entry, Model, Trend};
use crate::cli::watch::track::Track;
use crate::device::{Light, LightLevel, Link, Presence, TimeBasis, TimeLeft};
use crate::text;
use hidpp_proto::units::Lux;

/// The width from which lines have labels.
const WIDE: usize = 60;

/// The width of labels.
const NAMES: usize = 10;

/// The greatest width of charts and scales: in a longer line the eye gets lost.
const WIDEST: usize = 120;

/// The greatest width of the gauge of the charge.
const GAUGE: usize = 40;

/// The greatest height of the chart of light.
const HIGHEST: usize = 6;

/// The parts of the page, the most important first: without room, the last are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Charge,
    Left,
    Needle,
    Scale,
    LightChart,
    Words,
    Seen,
    ChargeChart,
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
    Part::LightChart,
    Part::ChargeChart,
    Part::GapAboveSeen,
    Part::Seen,
];

impl Part {
    const fn is_of_light(self) -> bool {
        matches!(
            self,
            Self::Needle | Self::Scale | Self::Words | Self::LightChart | Self::GapAboveLight
        )
    }
}

/// The title: the device's name, and the indicator of its light key.
pub(super) fn title(pen: &Pen, model: &Model, entry: &Entry, width: usize) -> Line<'static> {
    let device = &entry.device;
    let rule = pen.glyph("─", "-");
    let name = pen.fitted(&value_text::name(device), width.saturating_sub(6));
    let place = match &device.link {
        Link::Paired { slot, .. } => {
            let receiver = model.receiver_of(device).map(|it| it.model.name());
            join(
                [receiver.map(str::to_owned), Some(format!("slot {slot}"))],
                ", ",
            )
        }
        Link::Direct { bus, .. } => match bus.as_str() {
            "usb" => "USB".to_owned(),
            "bluetooth" => "Bluetooth".to_owned(),
            bus => text::line(&format!("bus {bus}")),
        },
    };
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

/// The lines below the title, as many as fit.
pub(super) fn lines(pen: &Pen, entry: &Entry, width: usize, height: usize) -> Vec<Line<'static>> {
    let mut parts = PARTS.to_vec();
    parts.retain(|part| entry.measures_light() || !part.is_of_light());
    let left = entry.device.time_left(pen.now).map(TimeLeft::rounded);
    parts.retain(|part| left.is_some() || *part != Part::Left);
    while parts.len() > height {
        let last = parts.iter().copied().max();
        parts.retain(|part| Some(*part) != last);
    }
    let rows = HIGHEST.min(1 + height.saturating_sub(parts.len()));
    let names = if width >= WIDE { NAMES } else { 1 };
    let room = width.saturating_sub(names + 1).min(WIDEST);
    let with_name = |(name, line): (String, Line<'static>)| {
        let name = if names == NAMES {
            format!(" {name}")
        } else {
            String::new()
        };
        let name = span(format!("{name:<names$}"), DIM);
        [name].into_iter().chain(line.spans).collect()
    };
    let light = entry.device.light.as_ref();
    let color = |ansi| if entry.is_old() { DIM } else { ansi };
    let lines = parts.into_iter().flat_map(|part| match part {
        Part::Charge => vec![("Charge".to_owned(), charge(pen, entry, room))],
        Part::Left => {
            let line = |left| ("Time".to_owned(), time_left(pen, left));
            left.as_ref().map(line).into_iter().collect()
        }
        Part::Needle => vec![("Light".to_owned(), needle(pen, entry, room))],
        Part::Scale => vec![(String::new(), scale::line(pen, light, entry.is_old(), room))],
        Part::Words => vec![(
            String::new(),
            scale::words(pen, light.map(Light::level), room),
        )],
        Part::LightChart => {
            let charges = scale::CHARGES.0;
            // Light too weak to charge with must not look strong.
            let bounds = (2 * charges, u16::MAX);
            let (most, chart) = chart(pen, &entry.light, bounds, (room, rows), |lux| {
                color(scale::color(LightLevel::of(Lux(lux))))
            });
            let name = |place| match place {
                0 if rows > 1 => Lux(most).to_string(),
                _ if place + 1 == rows => "10 min".to_owned(),
                _ => String::new(),
            };
            let chart = chart.into_iter().enumerate();
            chart.map(|(place, line)| (name(place), line)).collect()
        }
        Part::ChargeChart => {
            let (_, chart) = chart(pen, &entry.charge, (100, 100), (room, 1), |_| {
                color(Ansi::new())
            });
            let name = "6 hours".to_owned();
            chart.into_iter().map(|line| (name.clone(), line)).collect()
        }
        Part::Seen => vec![(String::new(), seen(pen, entry))],
        Part::GapAboveCharge | Part::GapAboveLight | Part::GapAboveCharts | Part::GapAboveSeen => {
            vec![(String::new(), Line::default())]
        }
    });
    lines.map(with_name).collect()
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

fn time_left(pen: &Pen, left: &TimeLeft) -> Line<'static> {
    if left.basis == TimeBasis::Calendar {
        pen.until(pen.now + left.step());
    }
    Line::from(plain(value_text::time_left_range(left)))
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

/// Draws a chart with this number of columns and rows, from zero to the greatest value, which is
/// clamped to the bounds. Returns that value, too.
fn chart(
    pen: &Pen,
    track: &Track,
    bounds: (u16, u16),
    (columns, rows): (usize, usize),
    color: impl Fn(u16) -> Ansi,
) -> (u16, Vec<Line<'static>>) {
    let count = u16::try_from(columns).unwrap_or(u16::MAX);
    if let Some(moves) = track.moves(pen.now, count) {
        pen.until(moves);
    }
    let columns = track.columns(pen.now, count);
    let most = columns.iter().copied().flatten().max();
    let most = most.unwrap_or_default().clamp(bounds.0, bounds.1);
    let row = |row| {
        let glyph = |value: &Option<u16>| match *value {
            Some(value) => span(pen.level(value, most, row, rows), color(value)),
            None => gap(1),
        };
        columns.iter().map(glyph).collect()
    };
    (most, (0..rows).rev().map(row).collect())
}

fn seen(pen: &Pen, entry: &Entry) -> Line<'static> {
    let device = &entry.device;
    let seen = entry.seen().map(|at| format!("seen {}", pen.age(at)));
    let read = device
        .battery
        .map(|it| format!("charge read {}", pen.age(it.charge_at)));
    let light = device.light.map(|it| format!("light {}", pen.age(it.at)));
    let facts = join([seen, read, light], ", ");
    Line::from(span(facts, DIM))
}
