//! All devices, a line each.

use anstyle::Style as Ansi;
use ratatui_core::text::Line;
use unicode_width::UnicodeWidthStr;

use super::pen::{BOLD, DIM, LOUD, Pen, gap, span};
use super::{is_lit, scale};
use crate::cli::bar::bar;
use crate::cli::watch::model::{Entry, Trend};
use crate::cli::words;
use crate::device::Presence;

/// From this width on words are written out.
const WIDE: usize = 60;

/// Names are made so short where the screen is narrow.
const SHORTEST_NAME: usize = 12;

/// And so long at most.
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

/// What is left out first where the screen is narrow.
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
    /// Columns for these devices that fit into the width.
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
        list.shorten_names(LONGEST_NAME, 0);
        for dispensable in DISPENSABLE {
            if list.width() <= width {
                break;
            }
            // A name that is cut is better than a value that is missing, but not below this.
            list.shorten_names(SHORTEST_NAME, width);
            if list.width() > width {
                list.0.retain(|(column, _)| *column != dispensable);
            }
        }
        list.shorten_names(1, width);
        list
    }

    fn width(&self) -> usize {
        self.0.iter().map(|(_, width)| width + 2).sum()
    }

    /// Makes the names so short that all fits into the width, but not shorter than this.
    fn shorten_names(&mut self, shortest: usize, width: usize) {
        let excess = self.width().saturating_sub(width);
        for (column, width) in &mut self.0 {
            if *column == Column::Name && *width > shortest {
                *width = width.saturating_sub(excess).max(shortest);
            }
        }
    }

    /// The line of a device.
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
            let text = pen.fitted(&text, *width);
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

/// What stands in a column; nothing where nothing is known.
fn cell(pen: &Pen, entry: &Entry, column: Column, width: usize) -> (String, Ansi) {
    let (device, style) = (&entry.device, pen.style);
    let battery = device.battery.as_ref();
    let plain = |text: String| (text, Ansi::new());
    let charge_style = || battery.map_or_else(Ansi::new, words::charge_style);
    match column {
        Column::Name => plain(words::name(device)),
        Column::Kind => plain(device.kind.map(|kind| kind.to_string()).unwrap_or_default()),
        Column::Bar => {
            let bar = battery.and_then(|battery| bar(battery, style.unicode));
            (bar.unwrap_or_default(), charge_style())
        }
        Column::Charge => {
            let charge = battery.and_then(|battery| words::charge(battery, style));
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
                format!("{}, {}", words::lux(light), light.level().name()),
                scale::color(light.level()),
            ),
            Some(light) => (words::lux(light), scale::color(light.level())),
            None => plain(String::new()),
        },
        Column::Seen => {
            let narrow = width < WIDE;
            let age = entry.seen().map(|at| pen.age(at)).unwrap_or_default();
            let age = match age.strip_suffix(" ago") {
                Some(short) if narrow => short.to_owned(),
                // Nothing else says it where states are left out.
                None if narrow && age.is_empty() && entry.is_old() => "offline".to_owned(),
                _ => age,
            };
            (age, DIM)
        }
    }
}

/// An arrow for where the charge goes.
pub(super) fn trend(pen: &Pen, entry: &Entry) -> Option<&'static str> {
    if entry.is_old() {
        return None;
    }
    entry.trend(pen.now).map(|trend| match trend {
        Trend::Rising => pen.glyph("↑", "+"),
        Trend::Falling => pen.glyph("↓", "-"),
    })
}

/// Those texts that are there.
pub(super) fn join<const N: usize>(texts: [Option<String>; N], between: &str) -> String {
    let texts: Vec<String> = texts.into_iter().flatten().collect();
    texts.join(between)
}
