//! `--watch`: the words anew whenever they are others, for bars that start their children once.

use std::io;

use super::output::Printer;
use crate::cli::args::StatusArgs;
use crate::cli::complain;
use crate::cli::exit::Exit;
use crate::cli::following::{FollowOn, Hand, Lasting, News, Roster, bell};
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
    following.run(&mut |_, lasting| match lasting {
        // What is shown stays until all was told again.
        Lasting::Anew => {
            (devices, complete) = (roster(), false);
            Ok(())
        }
        Lasting::News(News::Remark(what)) | Lasting::Lost(what) => {
            complain(&what);
            Ok(())
        }
        Lasting::News(News::Settled) => {
            complete = true;
            printer.print(devices.devices())
        }
        Lasting::News(News::Change(change)) => match devices.take(*change) {
            Some(_) if complete => printer.print(devices.devices()),
            _ => Ok(()),
        },
        Lasting::Away => printer.print(&unreachable(devices.devices())),
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
