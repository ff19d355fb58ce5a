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
use crate::client::follow::{Alarm, Hand, News, SessionEvent, bell};

pub(super) fn run(args: &MonitorArgs) -> io::Result<Exit> {
    let virtual_time = is_virtual(&args.common, args.duration);
    let mut printer = Printer::new(args, virtual_time);
    let (bell, ear) = bell()?;
    end_on_signals(&bell)?;
    if !virtual_time {
        end_when_unread(bell.try_clone()?)?;
    }
    let following = FollowArgs {
        common: &args.common,
        duration: args.duration,
        hand: Hand::default(),
        alarm: Alarm::default(),
        bell,
        ear,
    };
    following.run(&mut |at, event| match event {
        SessionEvent::Begun(_) => {
            printer.begin();
            Ok(())
        }
        SessionEvent::News(News::Change(change)) => printer.tell(at, *change),
        SessionEvent::News(News::Settled { .. }) => printer.settle(at),
        SessionEvent::News(News::Remark(what)) => {
            complain(&what);
            Ok(())
        }
        SessionEvent::News(News::Alarm) | SessionEvent::Lost | SessionEvent::Away => Ok(()),
    })
}
