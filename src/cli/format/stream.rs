//! `--watch`: prints again whenever the text changes, for bars that start their commands once.

use std::io;

use super::args::FormatArgs;
use super::output::Printer;
use crate::cli::exit::Exit;
use crate::cli::follow::Following;
use crate::cli::options::CommonArgs;
use crate::client::follow::{DeviceList, FollowEvent, SessionEvent};
use hidpp_proto::units::Timestamp;

/// Prints until it is ended.
pub(in crate::cli) fn watch(options: &FormatArgs, common: &CommonArgs) -> io::Result<Exit> {
    // The argument parser rejects --watch without a format.
    let Some(format) = &options.format else {
        return Ok(Exit::Usage);
    };
    let following = Following::new(common, options.duration)?;
    following.end_on_signals()?;
    if options.output.is_none() {
        following.end_when_unread()?;
    }
    let mut stream = Stream {
        printer: Printer::new(options, format, common),
        devices: DeviceList::new(common.naming()),
        changes: None,
        last: Timestamp::START,
    };
    let exit = following.run(&mut |at, event| {
        stream.on_event(at, event)?;
        Ok(stream.changes)
    })?;
    stream.printer.end(stream.last)?;
    Ok(exit)
}

/// The reported devices and how they are printed.
struct Stream<'a> {
    printer: Printer<'a>,
    devices: DeviceList,
    /// When the printed text changes because of ages alone.
    changes: Option<Timestamp>,
    /// The time of the last event.
    last: Timestamp,
}

impl Stream<'_> {
    fn on_event(&mut self, at: Timestamp, event: SessionEvent) -> io::Result<()> {
        self.last = at;
        let is_alarm = matches!(event, SessionEvent::Follow(FollowEvent::Alarm));
        if self.devices.on_event(at, event) || is_alarm {
            self.changes = self.printer.print(self.devices.shown(), at)?;
        }
        Ok(())
    }
}
