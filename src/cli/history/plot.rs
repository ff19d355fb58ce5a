//! A chart of characters: the charge in dots, the light in blocks below it, and the days.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style as Ansi};
use jiff::tz::TimeZone;

use crate::chart::axis::{Mark, marks};
use crate::chart::{Period, series};
use crate::cli::style::Style;
use crate::history::Entry;
use hidpp_proto::units::Timestamp;

/// The height of the charge, in lines.
const ROWS: usize = 6;

/// The width of the labels to the left of the chart.
const LEFT: usize = 9;

/// The least width of a chart: a narrower one shows nothing useful.
const NARROWEST: usize = 10;

/// The greatest width of a chart: a wider one shows no more detail.
const WIDEST: usize = 160;

/// The dots of a character in Braille, from top to bottom: two columns of four.
const BRAILLE: [[u32; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

/// The lowest light that fills a block.
const BRIGHT: u16 = 250;

/// A chart of one device.
pub(super) struct Plot<'a> {
    pub(super) entries: &'a [Entry],
    pub(super) period: Period,
    pub(super) zone: &'a TimeZone,
    pub(super) style: Style,
    /// The width of the terminal.
    pub(super) width: usize,
}

/// The resolution of a character in dots.
#[derive(Clone, Copy)]
struct Dots {
    columns: usize,
    rows: usize,
}

impl Plot<'_> {
    /// Prints the chart; nothing for a device without charge and light.
    pub(super) fn print(&self, out: &mut dyn Write) -> io::Result<()> {
        let width = self.width.saturating_sub(LEFT + 1).min(WIDEST);
        if width < NARROWEST {
            return Ok(());
        }
        let charge = self.charge(width);
        let light = self.light(width);
        if charge.is_none() && light.is_none() {
            return Ok(());
        }
        let paint = |color: AnsiColor| self.style.ansi(Ansi::new().fg_color(Some(color.into())));
        let (cyan, yellow) = (paint(AnsiColor::Cyan), paint(AnsiColor::Yellow));
        let bar = if self.style.unicode { "│" } else { "|" };
        for (place, row) in charge.iter().flatten().enumerate() {
            let label = match place {
                0 => "100 %",
                place if place == ROWS - 1 => "0 %",
                _ => "",
            };
            writeln!(out, "{label:>8} {bar}{cyan}{row}{cyan:#}")?;
        }
        if let Some((row, most)) = &light {
            let label = format!("{most} lx");
            writeln!(out, "{label:>8} {bar}{yellow}{row}{yellow:#}")?;
        }
        self.print_days(out, width)
    }

    /// Draws the charge, one text per line.
    fn charge(&self, width: usize) -> Option<Vec<String>> {
        let dots = if self.style.unicode {
            Dots {
                columns: 2,
                rows: 4,
            }
        } else {
            Dots {
                columns: 1,
                rows: 1,
            }
        };
        let columns = width * dots.columns;
        let height = ROWS * dots.rows;
        let mut set = vec![vec![false; columns]; height];
        let pieces = series::charges(self.entries);
        if pieces.is_empty() {
            return None;
        }
        let row = |percent: u16| (height - 1) * usize::from(100 - percent.min(100)) / 100;
        for piece in pieces {
            let next = piece.iter().skip(1).map(Some).chain([None]);
            for (&(at, percent), next) in piece.iter().zip(next) {
                let from = self.column(at, columns);
                let to = next.map_or(from, |next| self.column(next.0, columns));
                let after = next.map_or(percent, |next| next.1);
                let (top, bottom) = (row(percent.max(after)), row(percent.min(after)));
                for (place, line) in set.iter_mut().enumerate() {
                    // The charge stays until the next value, then changes to it.
                    let stays = place == row(percent);
                    let goes = (top..=bottom).contains(&place);
                    let columns = line.iter_mut().enumerate();
                    for (_, dot) in columns.filter(|(column, _)| {
                        (stays && (from..=to).contains(column)) || (goes && *column == to)
                    }) {
                        *dot = true;
                    }
                }
            }
        }
        let lines = set.chunks(dots.rows);
        Some(lines.map(|lines| draw(lines, dots, width)).collect())
    }

    /// Draws the mean light of each column, and returns the light that fills a block.
    fn light(&self, width: usize) -> Option<(String, u16)> {
        let mut sums = vec![(0_u32, 0_u32); width];
        for (at, lux) in series::lights(self.entries).into_iter().flatten() {
            if let Some((sum, count)) = sums.get_mut(self.column(at, width)) {
                *sum += u32::from(lux);
                *count += 1;
            }
        }
        let mean = |(sum, count): &(u32, u32)| sum.checked_div(*count);
        let most = sums.iter().filter_map(mean).max()?.max(u32::from(BRIGHT));
        let blocks: Vec<char> = if self.style.unicode {
            " ▁▂▃▄▅▆▇█".chars().collect()
        } else {
            " .:-=+*#".chars().collect()
        };
        let highest = u32::try_from(blocks.len()).ok()?.saturating_sub(1);
        let block = |sum: &(u32, u32)| {
            let level = mean(sum)? * highest;
            blocks.get(usize::try_from(level.div_ceil(most)).ok()?)
        };
        let row = sums.iter().map(|sum| block(sum).copied().unwrap_or(' '));
        Some((row.collect(), u16::try_from(most).unwrap_or(u16::MAX)))
    }

    /// Prints the axis and the labels of its marks.
    fn print_days(&self, out: &mut dyn Write, width: usize) -> io::Result<()> {
        let place = |mark: &Mark| self.column(mark.at, width);
        // A label near the end stands before its mark.
        let label = |mark: &Mark| {
            let length = mark.label.chars().count();
            let start = place(mark).min(width.saturating_sub(length));
            start..start + length
        };
        let fit = |marks: &[Mark]| {
            let next = marks.iter().skip(1).map(label);
            let mut both = marks.iter().map(label).zip(next);
            both.all(|(before, next)| before.end + 2 <= next.start)
        };
        let marks = marks(self.period, self.zone, fit);
        let (corner, line, tick) = if self.style.unicode {
            ("└", '─', '┬')
        } else {
            ("+", '-', '+')
        };
        let mut axis = vec![line; width];
        let mut labels = String::new();
        for mark in &marks {
            if let Some(place) = axis.get_mut(place(mark)) {
                *place = tick;
            }
            let before = label(mark).start.saturating_sub(labels.chars().count());
            labels.push_str(&" ".repeat(before));
            labels.push_str(&mark.label);
        }
        let axis: String = axis.into_iter().collect();
        let dim = self.style.ansi(Ansi::new().dimmed());
        writeln!(out, "{:LEFT$}{dim}{corner}{axis}{dim:#}", "")?;
        writeln!(out, "{:LEFT$} {dim}{}{dim:#}", "", labels.trim_end())
    }

    /// Returns the column of a time.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "the columns of a terminal are few"
    )]
    fn column(&self, at: Timestamp, columns: usize) -> usize {
        let last = columns.saturating_sub(1);
        ((self.period.place(at) * columns as f32) as usize).min(last)
    }
}

/// Draws a line of characters from its lines of dots.
fn draw(lines: &[Vec<bool>], dots: Dots, width: usize) -> String {
    let is_set = |row: usize, column: usize| {
        let line = lines.get(row);
        line.and_then(|line| line.get(column))
            .copied()
            .unwrap_or(false)
    };
    let character = |place: usize| {
        if dots.columns == 1 {
            return if is_set(0, place) { '*' } else { ' ' };
        }
        let mut code = 0;
        for (column, bits) in BRAILLE.iter().enumerate() {
            for (row, bit) in bits.iter().enumerate() {
                if is_set(row, 2 * place + column) {
                    code |= bit;
                }
            }
        }
        match code {
            0 => ' ',
            code => char::from_u32(0x2800 + code).unwrap_or(' '),
        }
    };
    let line: String = (0..width).map(character).collect();
    line.trim_end().to_owned()
}
