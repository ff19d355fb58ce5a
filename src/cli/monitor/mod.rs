//! `solar-status monitor`: prints one line per change until interrupted.

mod args;
mod printer;
mod text;

use std::io;

pub(super) use self::args::MonitorArgs;
use self::printer::Printer;
use super::exit::Exit;
use super::follow::{Following, is_virtual};
use crate::client::follow::{FollowEvent, SessionEvent};

pub(super) fn run(args: &MonitorArgs) -> io::Result<Exit> {
    let virtual_time = is_virtual(&args.common, args.duration);
    let mut printer = Printer::new(args, virtual_time);
    let following = Following::new(&args.common, args.duration)?;
    following.end_on_signals()?;
    if !virtual_time {
        following.end_when_unread()?;
    }
    following.run(&mut |at, event| {
        match event {
            SessionEvent::Begun(_) => printer.begin(),
            SessionEvent::Follow(FollowEvent::Change(change)) => printer.on_change(at, *change)?,
            SessionEvent::Follow(FollowEvent::Settled { .. }) => printer.settle(at)?,
            SessionEvent::Follow(FollowEvent::Alarm | FollowEvent::Remark(_))
            | SessionEvent::Lost
            | SessionEvent::Away => {}
        }
        Ok(None)
    })
}
