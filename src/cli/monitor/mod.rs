//! `solar-status monitor`: a line for each change, until somebody ends it.

mod args;
mod printer;
mod text;

use std::io;

pub(super) use self::args::MonitorArgs;
use self::printer::Printer;
use super::complain;
use super::exit::Exit;
use super::following::{Alarm, FollowOn, Hand, News, SessionEvent, bell, is_virtual};

pub(super) fn run(args: &MonitorArgs) -> io::Result<Exit> {
    let virtual_time = is_virtual(&args.common, args.duration);
    let mut printer = Printer::new(args, virtual_time);
    let (bell, ear) = bell()?;
    bell.for_signals()?;
    if !virtual_time {
        bell.try_clone()?.for_reader()?;
    }
    let following = FollowOn {
        common: &args.common,
        duration: args.duration,
        hand: Hand::default(),
        alarm: Alarm::default(),
        bell,
        ear,
    };
    following.run(&mut |at, event| match event {
        SessionEvent::Begun => {
            printer.begin();
            Ok(())
        }
        SessionEvent::News(News::Change(change)) => printer.tell(at, *change),
        SessionEvent::News(News::Settled) => printer.settle(at),
        SessionEvent::News(News::Remark(what)) => {
            complain(&what);
            Ok(())
        }
        SessionEvent::News(News::Alarm) | SessionEvent::Lost | SessionEvent::Away => Ok(()),
    })
}
