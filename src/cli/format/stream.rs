//! `--watch`: prints again whenever the text differs, for bars that start their children once.

use std::io;

use super::args::FormatArgs;
use super::output::Printer;
use crate::cli::complain;
use crate::cli::exit::Exit;
use crate::cli::follow::Following;
use crate::cli::options::CommonArgs;
use crate::client::follow::{DeviceList, FollowEvent, SessionEvent, unreachable};
use crate::client::naming::Naming;
use crate::device::Device;
use hidpp_proto::units::Timestamp;

/// Prints until it is ended.
pub(in crate::cli) fn watch(options: &FormatArgs, common: &CommonArgs) -> io::Result<Exit> {
    // Without a format the arguments are refused.
    let Some(format) = &options.format else {
        return Ok(Exit::Usage);
    };
    let following = Following::new(common, options.duration)?;
    following.end_on_signals()?;
    if options.output.is_none() {
        following.end_when_unread()?;
    }
    let mut stream = Stream {
        printer: Printer::new(options, format, common.color),
        changes: None,
        naming: common.naming(),
        reported: DeviceList::default(),
        is_complete: false,
        shown: Vec::new(),
    };
    following.run(common, &mut |at, event| {
        stream.on_event(at, event)?;
        Ok(stream.changes)
    })
}

/// What was reported and what is printed of it.
struct Stream<'a> {
    printer: Printer<'a>,
    /// When what is shown reads differently by its ages alone.
    changes: Option<Timestamp>,
    naming: Naming,
    reported: DeviceList,
    /// Whether everything that is there was reported; what was shown before stays until then.
    is_complete: bool,
    shown: Vec<Device>,
}

impl Stream<'_> {
    fn on_event(&mut self, at: Timestamp, event: SessionEvent) -> io::Result<()> {
        match event {
            SessionEvent::Begun(_) => {
                self.reported = DeviceList::new(self.naming);
                self.is_complete = false;
                Ok(())
            }
            SessionEvent::Follow(FollowEvent::Remark(what)) => {
                complain(&what);
                Ok(())
            }
            SessionEvent::Follow(FollowEvent::Settled { .. }) => {
                self.is_complete = true;
                self.show(at, self.reported.devices().to_vec())
            }
            SessionEvent::Follow(FollowEvent::Change(change)) => {
                match self.reported.take(*change) {
                    Some(_) if self.is_complete => self.show(at, self.reported.devices().to_vec()),
                    _ => Ok(()),
                }
            }
            SessionEvent::Follow(FollowEvent::Alarm) => self.print(at),
            SessionEvent::Lost => Ok(()),
            SessionEvent::Away => {
                let last = if self.is_complete {
                    self.reported.devices()
                } else {
                    &self.shown
                };
                self.show(at, unreachable(last, at))
            }
        }
    }

    fn show(&mut self, at: Timestamp, devices: Vec<Device>) -> io::Result<()> {
        self.shown = devices;
        self.print(at)
    }

    fn print(&mut self, at: Timestamp) -> io::Result<()> {
        self.changes = self.printer.print(&self.shown, at)?;
        Ok(())
    }
}
