//! `solar-status monitor`: a line for each change, until somebody ends it.

mod roster;
mod text;

use std::io::{self, Write};
use std::os::fd::AsFd;
use std::time::Duration;

use jiff::tz::TimeZone;

use self::roster::Roster;
use self::text::Lines;
use super::args::MonitorArgs;
use super::document::Line;
use super::exit::Exit;
use super::naming::Naming;
use super::standard::unwritable;
use super::style::Style;
use super::{color, complain, setting};
use crate::manager::{
    Clock, Follow, FollowError, News, NoCommands, NodeSource, RealClock, VirtualClock, Wake, follow,
};
use crate::nodes::{Given, Machine, Tapping, simulated};
use crate::units::Timestamp;

pub(super) use self::roster::Told;

const WAITING: &str =
    "no Logitech receiver or device found; waiting for one to be plugged in or to connect";

pub(super) fn run(args: &MonitorArgs) -> io::Result<Exit> {
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
            News::Change(change) => match printer.roster.take(*change) {
                Some(told) => printer.print(at, &told),
                None => Ok(()),
            },
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

/// Prints a line for each change.
struct Printer {
    out: io::Stdout,
    roster: Roster,
    /// `None`: JSON.
    lines: Option<Lines>,
}

impl Printer {
    fn new(args: &MonitorArgs, virtual_time: bool) -> Self {
        let out = io::stdout();
        let lines = (!args.json).then(|| Lines {
            style: Style::of_environment(color::color(args.common.color, &out), None),
            // Virtual time starts at zero.
            zone: if virtual_time {
                TimeZone::UTC
            } else {
                TimeZone::system()
            },
        });
        Self {
            out,
            roster: Roster::new(Naming::of(&args.common)),
            lines,
        }
    }

    /// The line goes out at once and as a whole, or not at all.
    fn print(&mut self, at: Timestamp, told: &Told) -> io::Result<()> {
        let mut line = match &self.lines {
            Some(lines) => match lines.line(at, told, &self.roster) {
                Some(line) => line.into_bytes(),
                None => return Ok(()),
            },
            None => serde_json::to_vec(&Line::of(told, at))?,
        };
        line.push(b'\n');
        let mut out = self.out.lock();
        let written = out.write_all(&line).and_then(|()| out.flush());
        written.map_err(unwritable)
    }
}
