//! `solar-status monitor`: a line for each change, until somebody ends it.

mod args;
mod printer;
mod text;

use std::io;

pub(super) use self::args::MonitorArgs;
use self::printer::Printer;
use super::complain;
use super::exit::Exit;
use super::follow::{FollowArgs, end_on_signals, end_when_unread, is_virtual};
use crate::client::follow::{Alarm, Control, FollowEvent, SessionEvent, wake_channel};

pub(super) fn run(args: &MonitorArgs) -> io::Result<Exit> {
    let virtual_time = is_virtual(&args.common, args.duration);
    let mut printer = Printer::new(args, virtual_time);
    let (waker, interrupts) = wake_channel()?;
    end_on_signals(&waker)?;
    if !virtual_time {
        end_when_unread(waker.try_clone()?)?;
    }
    let following = FollowArgs {
        common: &args.common,
        duration: args.duration,
        control: Control::default(),
        alarm: Alarm::default(),
        waker,
        interrupts,
    };
    following.run(&mut |at, event| match event {
        SessionEvent::Begun(_) => {
            printer.begin();
            Ok(())
        }
        SessionEvent::Follow(FollowEvent::Change(change)) => printer.tell(at, *change),
        SessionEvent::Follow(FollowEvent::Settled { .. }) => printer.settle(at),
        SessionEvent::Follow(FollowEvent::Remark(what)) => {
            complain(&what);
            Ok(())
        }
        SessionEvent::Follow(FollowEvent::Alarm) | SessionEvent::Lost | SessionEvent::Away => {
            Ok(())
        }
    })
}
