use std::io::{self, Write};

use jiff::tz::TimeZone;

use super::args::MonitorArgs;
use super::text::Lines;
use crate::cli::color;
use crate::cli::document::Line;
use crate::cli::io_errors::unwritable;
use crate::cli::json;
use crate::cli::style::Style;
use crate::client::follow::{DeviceEvent, DeviceList};
use crate::device::Change;
use hidpp_proto::units::Timestamp;

/// Prints a line for each change.
pub(super) struct Printer {
    out: io::Stdout,
    devices: DeviceList,
    /// `None`: JSON.
    lines: Option<Lines>,
}

impl Printer {
    pub(super) fn new(args: &MonitorArgs, virtual_time: bool) -> Self {
        let out = io::stdout();
        let lines = (!args.json).then(|| Lines {
            style: Style::of_environment(color::color(args.common.color, &out), None),
            // Virtual time starts at zero.
            zone: if virtual_time {
                TimeZone::UTC
            } else {
                TimeZone::system()
            },
        });
        Self {
            out,
            devices: DeviceList::new(args.common.naming()),
            lines,
        }
    }

    /// Prints a change, if it differs from the last state.
    pub(super) fn on_change(&mut self, at: Timestamp, change: Change) -> io::Result<()> {
        match self.devices.take(change) {
            Some(event) => self.print(at, &event),
            None => Ok(()),
        }
    }

    /// Everything present is about to be reported again.
    pub(super) fn begin(&mut self) {
        self.devices.begin();
    }

    /// Everything present was reported: prints which devices are gone.
    pub(super) fn settle(&mut self, at: Timestamp) -> io::Result<()> {
        for gone in self.devices.settle() {
            self.print(at, &gone)?;
        }
        Ok(())
    }

    /// Writes a line with a single call, so that it appears as a whole or not at all.
    fn print(&mut self, at: Timestamp, event: &DeviceEvent) -> io::Result<()> {
        let mut line = match &self.lines {
            Some(lines) => match lines.line(at, event, &self.devices) {
                Some(line) => line.into_bytes(),
                None => return Ok(()),
            },
            None => json::to_string(&Line::of(event, at))?.into_bytes(),
        };
        line.push(b'\n');
        let mut out = self.out.lock();
        let written = out.write_all(&line).and_then(|()| out.flush());
        written.map_err(unwritable)
    }
}
