//! Writes the formatted text to standard output, or to a file that is replaced atomically.

use std::io::{self, Write};

use super::args::FormatArgs;
use super::hass::Topics;
use super::{Format, FormatKind, Look, Profile, Rendered};
use crate::cli::color::ColorWhen;
use crate::cli::file;
use crate::cli::io_errors::unwritable;
use crate::cli::style::Style;
use crate::device::Device;
use hidpp_proto::units::Timestamp;

/// Prints devices, and later the changes.
pub(super) struct Printer<'a> {
    options: &'a FormatArgs,
    format: &'a Format,
    style: Style,
    /// The text printed last.
    printed: Option<String>,
    topics: Topics,
}

/// Prints devices once.
pub(in crate::cli) fn print(
    options: &FormatArgs,
    format: &Format,
    color: ColorWhen,
    devices: &[Device],
    now: Timestamp,
) -> io::Result<()> {
    Printer::new(options, format, color)
        .print(devices, now)
        .map(drop)
}

impl<'a> Printer<'a> {
    pub(super) fn new(options: &'a FormatArgs, format: &'a Format, color: ColorWhen) -> Self {
        // The output is not read by a terminal, so the rules for terminals do not apply.
        let color = color != ColorWhen::Never;
        Self {
            options,
            format,
            style: Style::of_environment(color, None),
            printed: None,
            topics: Topics::default(),
        }
    }

    /// Prints the text for these devices at this time, unless it was just printed. Returns when to
    /// print again if nothing changes; `None`: never.
    pub(super) fn print(
        &mut self,
        devices: &[Device],
        now: Timestamp,
    ) -> io::Result<Option<Timestamp>> {
        let options = self.options;
        let Rendered { text, changes } = match (&self.format.0, &options.output) {
            // Each changed message on its own.
            (FormatKind::Profile(Profile::Hass), None) => Rendered {
                text: self.topics.changed_lines(devices)?,
                changes: None,
            },
            _ => self.format.render(devices, now, self.look())?,
        };
        let printed = self.printed.as_ref() == Some(&text);
        // An empty text is a change for a bar that showed something, and a file may have shown
        // something.
        let is_new = options.watch || options.output.is_some() || self.printed.is_some();
        let silent = text.is_empty() && (self.is_hass() || !is_new);
        if printed || silent {
            return Ok(changes);
        }
        match &options.output {
            // A reader of the file sees either the old text or the new one.
            Some(path) => _ = file::write(path, self.lines(&text).as_bytes())?,
            None => write(&self.lines(&text)).map_err(unwritable)?,
        }
        self.printed = Some(text);
        Ok(changes)
    }

    /// Returns the text with a line end. Profiles of several lines end with one; the text of a
    /// template for the last device may be empty, and is a line even then.
    fn lines(&self, text: &str) -> String {
        let ended = matches!(self.format.0, FormatKind::Profile(_)) && text.ends_with('\n');
        let end = if ended { "" } else { "\n" };
        format!("{text}{end}")
    }

    fn is_hass(&self) -> bool {
        matches!(self.format.0, FormatKind::Profile(Profile::Hass))
    }

    fn look(&self) -> Look<'_> {
        let options = self.options;
        let template = matches!(self.format.0, FormatKind::Template(_));
        let separator = if template && !options.watch {
            "\n"
        } else {
            "  "
        };
        Look {
            color: self.style.color,
            unicode: self.style.unicode,
            separator: options.separator.as_deref().unwrap_or(separator),
        }
    }
}

/// Writes and flushes the text.
fn write(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
