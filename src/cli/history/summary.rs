//! A summary of the recorded entries, with a chart in the terminal.

use std::io::{self, Write};
use std::time::Duration;

use anstyle::Style as Ansi;
use jiff::tz::TimeZone;

use super::phrases;
use super::plot::Plot;
use super::view::View;
use crate::chart::Period;
use crate::chart::calendar::local;
use crate::cli::style::Style;
use crate::cli::value_text;
use hidpp_proto::feature::DeviceKind;

/// The width of the labels.
const NAME: usize = 10;

/// The width of a chart if the output is not a terminal.
const WIDTH: usize = 80;

/// What the summaries of all devices share.
pub(super) struct Summary {
    pub(super) period: Period,
    pub(super) zone: TimeZone,
    pub(super) style: Style,
}

impl Summary {
    /// Prints all devices.
    pub(super) fn print(&self, out: &mut dyn Write, views: &[View<'_>]) -> io::Result<()> {
        for (place, view) in views.iter().enumerate() {
            if place > 0 {
                writeln!(out)?;
            }
            self.print_device(out, view)?;
        }
        Ok(())
    }

    fn print_device(&self, out: &mut dyn Write, view: &View<'_>) -> io::Result<()> {
        let bold = self.style.ansi(Ansi::new().bold());
        let device = &view.subject.device;
        let kind = device.kind.and_then(DeviceKind::name);
        let id = value_text::id(&device.id);
        let about = kind.into_iter().chain([&*id]);
        let about: Vec<&str> = about.filter(|it| *it != view.name).collect();
        let about = about.join(", ");
        let space = if about.is_empty() { "" } else { "  " };
        writeln!(out, "{bold}{}{bold:#}{space}{about}", view.name)?;
        self.line(out, "recorded", &self.recorded(view))?;
        let charge = match view.charges() {
            Some(it) => {
                let loss = phrases::loss(&view.forecast);
                let loss = loss.map_or_else(String::new, |loss| format!(", {loss}"));
                let range = if it.lowest == it.highest {
                    String::new()
                } else {
                    format!(", between {} and {}", it.lowest, it.highest)
                };
                let age = view.last_read(self.period.until);
                let age = age.and_then(|read| value_text::coarse_age(self.period.until, read));
                let age = age.map_or_else(String::new, |age| format!(" ({age} ago)"));
                format!("{} at last{age}{range}{loss}", it.last)
            }
            None => "not reported in percent".to_owned(),
        };
        self.line(out, "charge", &charge)?;
        if let Some(sunlight) = &view.forecast.sunlight {
            self.line(out, "light", &phrases::light(sunlight))?;
        }
        if view.charges().is_some() {
            self.line(out, "forecast", &phrases::outlook(&view.forecast))?;
        }
        if let Some(sunlight) = &view.forecast.sunlight {
            self.line(out, "", &phrases::need(sunlight))?;
        }
        let plot = Plot {
            entries: view.entries,
            period: self.period,
            zone: &self.zone,
            style: self.style,
            width: self.style.width.unwrap_or(WIDTH),
        };
        plot.print(out)
    }

    fn line(&self, out: &mut dyn Write, name: &str, text: &str) -> io::Result<()> {
        let dim = self.style.ansi(Ansi::new().dimmed());
        let room = self
            .style
            .width
            .unwrap_or(usize::MAX)
            .saturating_sub(NAME + 2);
        let mut name = name;
        for line in wrapped(text, room.max(NAME)) {
            writeln!(out, "  {dim}{name:<NAME$}{dim:#}{line}")?;
            name = "";
        }
        Ok(())
    }

    /// `25 Sep 2025 to 23 Nov 2025, 1136 entries, 1 gap of 3 days`
    fn recorded(&self, view: &View<'_>) -> String {
        let day = |at| {
            local(at, &self.zone)
                .date()
                .strftime("%-d %b %Y")
                .to_string()
        };
        let ends = view.entries.first().zip(view.entries.last());
        let days = ends.map_or_else(String::new, |(first, last)| {
            let (first, last) = (day(first.at), day(last.at));
            if first == last {
                first
            } else {
                format!("{first} to {last}")
            }
        });
        let count = view.entries.len();
        let entries = if count == 1 { "entry" } else { "entries" };
        let unwatched = length(view.unwatched());
        let gaps = match view.gaps.len() {
            // A device that reports little is not unwatched because of that.
            _ if view.charges().is_none() => String::new(),
            0 => String::new(),
            1 => format!(", 1 gap of {unwatched}"),
            count => format!(", {count} gaps of {unwatched} in all"),
        };
        format!("{days}, {count} {entries}{gaps}")
    }
}

/// `5 h`, `3 days`
fn length(length: Duration) -> String {
    let hours = (length.as_secs() + 1800) / 3600;
    match hours {
        0..48 => format!("{hours} h"),
        _ => format!("{} days", (hours + 12) / 24),
    }
}

/// Wraps a text between words at this width.
fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_breaks_between_words() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("immeasurable", 5), ["immeasurable"]);
    }

    #[test]
    fn gaps_are_hours_or_days() {
        let hours = |hours: u64| length(Duration::from_secs(hours * 3600));
        assert_eq!(hours(5), "5 h");
        assert_eq!(hours(80), "3 days");
    }
}
