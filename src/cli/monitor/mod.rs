//! `solar-status monitor`: a line for each change, until somebody ends it.

mod daemon;
mod mirror;
mod printer;
mod roster;
mod text;

use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use self::printer::Printer;
use super::args::MonitorArgs;
use super::exit::Exit;
use super::{complain, setting, way};
use crate::manager::{
    Clock, Follow, FollowError, News, NoCommands, NodeSource, RealClock, VirtualClock, Wake, follow,
};
use crate::nodes::{Given, Machine, Tapping, simulated};

pub(super) use self::roster::Told;

const WAITING: &str =
    "no Logitech receiver or device found; waiting for one to be plugged in or to connect";

/// Each bus has so long to answer, and solar-statusd on it.
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) fn run(args: &MonitorArgs) -> io::Result<Exit> {
    let common = &args.common;
    match way::daemon(common, way::direct(common), true, PATIENCE) {
        Ok(Some(daemon)) => daemon::run(args, daemon),
        Ok(None) => run_directly(args),
        Err(error) => {
            complain(&error);
            Ok(Exit::Failure)
        }
    }
}

fn run_directly(args: &MonitorArgs) -> io::Result<Exit> {
    let common = &args.common;
    let interrupt = setting::interrupt()?;
    let trace = match setting::open_trace(common) {
        Ok(trace) => trace,
        Err(exit) => return Ok(exit),
    };
    let tapping = Tapping::new(trace.as_ref(), common.anonymize);
    let mut source: Box<dyn NodeSource> = match common.simulate {
        Some(desk) => Box::new(Given::new(simulated(desk), tapping)),
        None => match Machine::open(tapping, || complain(&WAITING)) {
            Ok(machine) => Box::new(machine),
            Err(error) => {
                complain(&error);
                return Ok(Exit::Failure);
            }
        },
    };
    let virtual_time = common.simulate.is_some() && args.duration.is_some();
    let mut clock: Box<dyn Clock> = if virtual_time {
        Box::new(VirtualClock::default())
    } else {
        Box::new(RealClock::new(Some(interrupt.as_fd())))
    };
    let until = args.duration.map(|duration| clock.now() + duration);
    let query = setting::query(common, true, Duration::MAX);
    let mut memory = setting::memory(common, common.simulate.is_none());
    let mut printer = Printer::new(args, virtual_time);
    let mut worst = Exit::Ok;
    let ended = follow(
        Follow {
            source: &mut *source,
            commands: &mut NoCommands,
            query: &query,
            memory: &mut memory,
            clock: &mut *clock,
            until,
        },
        &mut |at, news| match news {
            News::Change(change) => printer.tell(at, *change),
            News::Settled => Ok(()),
            News::Failure(failure) => {
                complain(&failure);
                worst = worst.max(Exit::of_failure(&failure));
                Ok(())
            }
        },
    );
    let exit = match ended {
        Ok(Wake::Due | Wake::Readable(_)) => worst,
        Ok(Wake::Interrupted) => Exit::Interrupted,
        // Nobody reads any more.
        Err(FollowError::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Ok,
        Err(error) => {
            complain(&error);
            Exit::Failure
        }
    };
    Ok(setting::finish_trace(common, trace, exit))
}
