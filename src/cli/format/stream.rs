//! `--watch`: the words anew whenever they are others, for bars that start their children once.

use std::io;

use super::output::Printer;
use crate::cli::args::StatusArgs;
use crate::cli::complain;
use crate::cli::exit::Exit;
use crate::cli::following::{FollowOn, Hand, News, Roster, SessionEvent, bell};
use crate::cli::naming::Naming;
use crate::device::{Device, Presence};

/// Prints until somebody ends it.
pub(in crate::cli) fn watch(args: &StatusArgs) -> io::Result<Exit> {
    // Without a format the arguments are refused.
    let Some(format) = &args.format.format else {
        return Ok(Exit::Usage);
    };
    let mut printer = Printer::new(args, format);
    let roster = || Roster::new(Naming::of(&args.common));
    let (mut devices, mut complete) = (roster(), false);
    let (bell, ear) = bell()?;
    bell.for_signals()?;
    if args.format.output.is_none() {
        bell.try_clone()?.for_reader()?;
    }
    let following = FollowOn {
        common: &args.common,
        duration: args.format.duration,
        hand: Hand::default(),
        bell,
        ear,
    };
    following.run(&mut |_, event| match event {
        // What is shown stays until all was told again.
        SessionEvent::Begun => {
            (devices, complete) = (roster(), false);
            Ok(())
        }
        SessionEvent::News(News::Remark(what)) => {
            complain(&what);
            Ok(())
        }
        SessionEvent::News(News::Settled) => {
            complete = true;
            printer.print(devices.devices())
        }
        SessionEvent::News(News::Change(change)) => match devices.take(*change) {
            Some(_) if complete => printer.print(devices.devices()),
            _ => Ok(()),
        },
        SessionEvent::Lost => Ok(()),
        SessionEvent::Away => printer.print(&unreachable(devices.devices())),
    })
}

/// Devices of which nothing is heard any more.
fn unreachable(devices: &[Device]) -> Vec<Device> {
    let offline = |device: &Device| Device {
        presence: Presence::Offline,
        ..device.clone()
    };
    devices.iter().map(offline).collect()
}
