//! `--watch`: prints again whenever the text differs, for bars that start their children once.

use std::io;

use super::output::Printer;
use crate::cli::args::StatusArgs;
use crate::cli::complain;
use crate::cli::exit::Exit;
use crate::cli::following::{Alarm, FollowOn, Hand, News, Roster, SessionEvent, bell};
use crate::cli::naming::Naming;
use crate::device::{Device, Presence};
use crate::units::Timestamp;

/// Prints until it is ended.
pub(in crate::cli) fn watch(args: &StatusArgs) -> io::Result<Exit> {
    // Without a format the arguments are refused.
    let Some(format) = &args.format.format else {
        return Ok(Exit::Usage);
    };
    let (bell, ear) = bell()?;
    bell.for_signals()?;
    if args.format.output.is_none() {
        bell.try_clone()?.for_reader()?;
    }
    let alarm = Alarm::default();
    let mut stream = Stream {
        printer: Printer::new(args, format),
        alarm: alarm.clone(),
        naming: Naming::of(&args.common),
        reported: Roster::default(),
        is_complete: false,
        shown: Vec::new(),
    };
    let following = FollowOn {
        common: &args.common,
        duration: args.format.duration,
        hand: Hand::default(),
        alarm,
        bell,
        ear,
    };
    following.run(&mut |at, event| stream.on_event(at, event))
}

/// What was reported and what is printed of it.
struct Stream<'a> {
    printer: Printer<'a>,
    /// When what is shown reads differently by its ages alone.
    alarm: Alarm,
    naming: Naming,
    reported: Roster,
    /// Whether everything that is there was reported; what was shown before stays until then.
    is_complete: bool,
    shown: Vec<Device>,
}

impl Stream<'_> {
    fn on_event(&mut self, at: Timestamp, event: SessionEvent) -> io::Result<()> {
        match event {
            SessionEvent::Begun => {
                self.reported = Roster::new(self.naming);
                self.is_complete = false;
                Ok(())
            }
            SessionEvent::News(News::Remark(what)) => {
                complain(&what);
                Ok(())
            }
            SessionEvent::News(News::Settled) => {
                self.is_complete = true;
                self.show(at, self.reported.devices().to_vec())
            }
            SessionEvent::News(News::Change(change)) => match self.reported.take(*change) {
                Some(_) if self.is_complete => self.show(at, self.reported.devices().to_vec()),
                _ => Ok(()),
            },
            SessionEvent::News(News::Alarm) => self.print(at),
            SessionEvent::Lost => Ok(()),
            SessionEvent::Away => self.show(at, unreachable(&self.shown, at)),
        }
    }

    fn show(&mut self, at: Timestamp, devices: Vec<Device>) -> io::Result<()> {
        self.shown = devices;
        self.print(at)
    }

    fn print(&mut self, at: Timestamp) -> io::Result<()> {
        let changes = self.printer.print(&self.shown, at)?;
        self.alarm.set(changes);
        Ok(())
    }
}

/// Devices that nothing is reported of from this time on.
fn unreachable(devices: &[Device], at: Timestamp) -> Vec<Device> {
    let offline = |device: &Device| Device {
        presence: Presence::Offline,
        // It was there until then.
        seen: device.is_online().then_some(at).max(device.seen),
        ..device.clone()
    };
    devices.iter().map(offline).collect()
}
