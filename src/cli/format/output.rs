//! Writes the formatted text to standard output, or to a file that is replaced atomically.

use std::io::{self, Write};

use super::args::FormatArgs;
use super::hass::Topics;
use super::{Format, FormatKind, Look, Profile, Rendered};
use crate::cli::color::ColorWhen;
use crate::cli::file;
use crate::cli::io_errors::unwritable;
use crate::cli::options::CommonArgs;
use crate::cli::style::Style;
use crate::device::Device;
use hidpp_proto::units::Timestamp;

/// Prints devices, and later the changes.
pub(super) struct Printer<'a> {
    options: &'a FormatArgs,
    format: &'a Format,
    style: Style,
    /// How many columns of a name a bar shows, unless an option sets it.
    name_in_bar: usize,
    /// The text printed last.
    printed: Option<String>,
    topics: Topics,
}

/// Prints devices once.
pub(in crate::cli) fn print(
    options: &FormatArgs,
    format: &Format,
    common: &CommonArgs,
    devices: &[Device],
    now: Timestamp,
) -> io::Result<()> {
    Printer::new(options, format, common)
        .print(devices, now)
        .map(drop)
}

impl<'a> Printer<'a> {
    pub(super) fn new(options: &'a FormatArgs, format: &'a Format, common: &CommonArgs) -> Self {
        // The output is not read by a terminal, so the rules for terminals do not apply.
        let color = common.color != ColorWhen::Never;
        Self {
            options,
            format,
            style: Style::of_environment(color, None),
            name_in_bar: common.config.content.bars.max_name,
            printed: None,
            topics: if options.watch {
                Topics::of_stream()
            } else {
                Topics::default()
            },
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
        // Each changed message on its own.
        let is_messages = self.is_hass() && options.output.is_none();
        let Rendered { text, changes } = if is_messages {
            let text = self.topics.lines(devices, now)?;
            let changes = self.topics.repeats();
            Rendered { text, changes }
        } else {
            self.format.render(devices, now, self.look())?
        };
        let printed = self.printed.as_ref() == Some(&text) && !is_messages;
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

    /// Prints what a reader must know that keeps the last values: that there will be no more.
    pub(super) fn end(&mut self, now: Timestamp) -> io::Result<()> {
        if self.is_hass() && self.options.output.is_none() {
            self.print(&[], now)?;
        }
        Ok(())
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
        let (separator, max_name) = match self.format.0 {
            FormatKind::Template(_) if !options.watch => ("\n", None),
            FormatKind::Template(_) => ("  ", None),
            FormatKind::Profile(_) => ("  ", Some(self.name_in_bar)),
        };
        Look {
            color: self.style.color,
            unicode: self.style.unicode,
            separator: options.separator.as_deref().unwrap_or(separator),
            max_name: options.max_name.or(max_name),
        }
    }
}

/// Writes and flushes the text.
fn write(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}
