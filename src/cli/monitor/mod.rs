//! `solar-status monitor`: a line for each change, until somebody ends it.

mod printer;
mod text;

use std::io;

use self::printer::Printer;
use super::args::MonitorArgs;
use super::complain;
use super::exit::Exit;
use super::following::{Following, News};

pub(super) fn run(args: &MonitorArgs) -> io::Result<Exit> {
    let following = Following {
        common: &args.common,
        duration: args.duration,
        interrupt: None,
    };
    let mut printer = Printer::new(args, following.is_virtual());
    following.run(&mut |at, news| match news {
        News::Change(change) => printer.tell(at, *change),
        News::Settled => Ok(()),
        News::Remark(what) => {
            complain(&what);
            Ok(())
        }
    })
}
