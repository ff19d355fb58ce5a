//! All devices, one line each.

use anstyle::Style as Ansi;
use ratatui_core::text::Line;
use unicode_width::UnicodeWidthStr;

use super::pen::{BOLD, DIM, LOUD, Pen, WIDE, gap, span};
use super::{is_lit, scale};
use crate::cli::bar::bar;
use crate::cli::value_text;
use crate::cli::watch::model::{Entry, Trend};
use crate::device::Presence;

/// The width to which names are shortened on a narrow screen.
const SHORTEST_NAME: usize = 12;

/// The greatest width of a name.
const LONGEST_NAME: usize = 24;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Name,
    Kind,
    Bar,
    Charge,
    Voltage,
    State,
    Light,
    Seen,
}

const ALL: [Column; 8] = [
    Column::Name,
    Column::Kind,
    Column::Bar,
    Column::Charge,
    Column::Voltage,
    Column::State,
    Column::Light,
    Column::Seen,
];

/// The columns left out on a narrow screen, in this order.
const DISPENSABLE: [Column; 6] = [
    Column::Kind,
    Column::Voltage,
    Column::State,
    Column::Seen,
    Column::Bar,
    Column::Light,
];

/// The columns with their widths.
pub(super) struct List(Vec<(Column, usize)>);

impl List {
    /// Chooses columns for these devices that fit into the width.
    pub(super) fn new(pen: &Pen, entries: &[&Entry], width: usize) -> Self {
        let measure = |column: Column| {
            let cells = entries.iter().map(|entry| {
                let (text, _) = cell(pen, entry, column, width);
                text.width()
            });
            (column, cells.max().unwrap_or_default())
        };
        let mut list = Self(ALL.into_iter().map(measure).collect());
        list.0
            .retain(|(column, width)| *column == Column::Name || *width > 0);
        for dispensable in DISPENSABLE {
            // A shortened name is better than a missing value, down to this width.
            list.fit_names(entries, SHORTEST_NAME, width);
            if list.width() <= width {
                return list;
            }
            list.0.retain(|(column, _)| *column != dispensable);
        }
        list.fit_names(entries, 1, width);
        list
    }

    fn width(&self) -> usize {
        self.0.iter().map(|(_, width)| width + 2).sum()
    }

    /// Makes the column of names as wide as they are, or narrower if needed to fit into the width,
    /// but not narrower than `shortest`.
    fn fit_names(&mut self, entries: &[&Entry], shortest: usize, width: usize) {
        let others = self.0.iter().filter(|(column, _)| *column != Column::Name);
        let others: usize = others.map(|(_, width)| width + 2).sum();
        let room = width.saturating_sub(others + 2).max(shortest);
        let names = entries
            .iter()
            .map(|it| value_text::name(&it.device).width());
        let longest = names.max().unwrap_or_default().min(LONGEST_NAME);
        for (column, width) in &mut self.0 {
            if *column == Column::Name {
                *width = longest.min(room);
            }
        }
    }

    /// Draws the line of a device.
    pub(super) fn line(
        &self,
        pen: &Pen,
        entry: &Entry,
        chosen: bool,
        room: usize,
    ) -> Line<'static> {
        let mut line = Line::default();
        let marker = match (is_lit(pen, entry), chosen) {
            (true, _) => span(pen.glyph("● ", "* "), LOUD),
            (false, true) => span(pen.glyph("› ", "> "), BOLD),
            (false, false) => gap(2),
        };
        line.spans.push(marker);
        for (place, (column, width)) in self.0.iter().enumerate() {
            if place > 0 {
                line.spans.push(gap(2));
            }
            let (text, ansi) = cell(pen, entry, *column, room);
            let text = pen.shortened(&text, *width);
            let ansi = match column {
                _ if entry.is_old() => DIM,
                Column::Name if chosen => BOLD,
                _ => ansi,
            };
            let blank = gap(width.saturating_sub(text.width()));
            if matches!(column, Column::Charge) {
                line.spans.extend([blank, span(text, ansi)]);
            } else {
                line.spans.extend([span(text, ansi), blank]);
            }
        }
        line
    }
}

/// Returns the text of a column; empty if the value is unknown.
fn cell(pen: &Pen, entry: &Entry, column: Column, width: usize) -> (String, Ansi) {
    let (device, style) = (&entry.device, pen.style);
    let battery = device.battery.as_ref();
    let plain = |text: String| (text, Ansi::new());
    let limits = device.preferences.shown_limits;
    let charge_style = || battery.map_or_else(Ansi::new, |it| value_text::charge_style(it, limits));
    match column {
        Column::Name => plain(value_text::name(device)),
        Column::Kind => plain(device.kind.map(|kind| kind.to_string()).unwrap_or_default()),
        Column::Bar => {
            let bar = battery.and_then(|battery| bar(battery, style.unicode));
            (bar.unwrap_or_default(), charge_style())
        }
        Column::Charge => {
            let charge = battery.and_then(|battery| value_text::charge(battery, style));
            match charge {
                Some(charge) => (charge, charge_style()),
                None if device.has_battery == Some(false) => plain("no battery".to_owned()),
                None => plain(style.unknown().to_owned()),
            }
        }
        Column::Voltage => {
            let voltage = battery.and_then(|it| it.voltage).map(|it| it.to_string());
            plain(join([voltage, trend(pen, entry).map(str::to_owned)], " "))
        }
        Column::State => plain(match device.presence {
            Presence::Offline => "offline".to_owned(),
            _ => battery
                .and_then(|it| it.state.name())
                .unwrap_or_default()
                .to_owned(),
        }),
        Column::Light => match &device.light {
            Some(light) if width >= WIDE => (
                format!("{}, {}", value_text::lux(light), light.level().name()),
                scale::color(light.level()),
            ),
            Some(light) => (value_text::lux(light), scale::color(light.level())),
            None => plain(String::new()),
        },
        Column::Seen => {
            let narrow = width < WIDE;
            let age = entry.seen().map(|at| pen.age(at)).unwrap_or_default();
            let age = match age.strip_suffix(" ago") {
                Some(short) if narrow => short.to_owned(),
                // Nothing else shows it if the column of states is left out.
                None if narrow && age.is_empty() && entry.is_old() => "offline".to_owned(),
                _ => age,
            };
            (age, DIM)
        }
    }
}

/// Returns an arrow for the trend of the charge.
pub(super) fn trend(pen: &Pen, entry: &Entry) -> Option<&'static str> {
    if entry.is_old() {
        return None;
    }
    entry.trend(pen.now).map(|trend| match trend {
        Trend::Rising => pen.glyph("↑", "+"),
        Trend::Falling => pen.glyph("↓", "-"),
    })
}

/// Joins the texts that exist.
pub(super) fn join<const N: usize>(texts: [Option<String>; N], between: &str) -> String {
    let texts: Vec<String> = texts.into_iter().flatten().collect();
    texts.join(between)
}
