//! `solar-status` without a subcommand: one reading of everything.

mod args;
mod source;

use std::io;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

pub(super) use self::args::StatusArgs;
use self::source::{SourceError, Sources};
use super::document::Document;
use super::exit::Exit;
use super::options::CommonArgs;
use super::selecting::{self, Unmatched};
use super::{complain, failed, file, format, json, origin, setup, table};
use crate::capture::TraceFile;
use crate::client::daemon::{Daemon, NoDaemon};
use crate::client::deadline::Limits;
use crate::clock::{Clock, RealClock, VirtualClock};
use crate::device::Device;
use crate::manager::{Failure, Snapshot, Unreadable, read_status};
use crate::nodes::{Tapping, unreadable_here};

const NOTHING: &str = "no Logitech receiver or device found: is one plugged in? \
                       (solar-status --simulate shows what to expect)";

pub(super) fn run(args: &StatusArgs) -> io::Result<Exit> {
    if args.format.watch {
        return format::watch(&args.format, &args.common);
    }
    let mut reading = match read(args) {
        Ok(reading) => reading,
        Err(error) => {
            complain(&error);
            return Ok(Exit::Failure);
        }
    };
    let (problems, exit) = reading.problems();
    for problem in problems {
        complain(&problem);
    }
    let exit = show(args, &reading.snapshot, exit);
    Ok(reading.finish_trace(&args.common, exit))
}

/// One reading of all devices.
pub(super) struct Reading {
    pub(super) snapshot: Snapshot,
    /// The selectors that match no device.
    unmatched: Vec<Unmatched>,
    /// Whether there was something to read.
    asked: bool,
    trace: Option<TraceFile>,
}

/// Why nothing was read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unread {
    #[error(transparent)]
    Daemon(#[from] NoDaemon),
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error("{0}")]
    Recording(String),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Reads once, through solar-statusd or from the devices.
pub(super) fn read(args: &StatusArgs) -> Result<Reading, Unread> {
    let recorded = source::recorded(args)?;
    // Until the signal handlers are installed, Ctrl-C ends the program without them.
    let (direct, start) = (args.direct(), Instant::now());
    if let Some(daemon) = origin::daemon(&args.common, direct, Limits::timeout(patience(args)))? {
        return Ok(through(args, daemon));
    }
    let timeout = match direct {
        Some(_) => args.timeout,
        None => args.timeout.saturating_sub(start.elapsed()),
    };
    // Before anything is opened: a receiver taken over USB must be given back.
    let interrupt = setup::interrupt()?;
    let trace = setup::open_trace(&args.common).map_err(Unread::Recording)?;
    let tapping = Tapping::new(trace.as_ref(), args.common.source.anonymize);
    let sources = Sources::open(args, recorded, &tapping)?;
    let query = setup::query(&args.common, false, timeout);
    let mut clock: Box<dyn Clock> = if sources.virtual_time {
        Box::new(VirtualClock::default())
    } else {
        Box::new(RealClock::new(Some(interrupt.as_fd())))
    };
    let asked = !sources.nodes.is_empty();
    let mut memory = setup::memory(&args.common, !sources.virtual_time);
    let mut snapshot = read_status(sources.nodes, &query, &mut memory, &mut *clock)?;
    memory.save_or_log();
    snapshot.failures.extend(sources.failures);
    snapshot.unreadable = sources.unreadable;
    log::info!("{} reports sent", snapshot.sent);
    let unmatched = narrow(args, &mut snapshot);
    Ok(Reading {
        snapshot,
        unmatched,
        asked,
        trace,
    })
}

/// Keeps what is selected, and then sets the name that each device is shown by: which devices are
/// selected does not depend on it.
fn narrow(args: &StatusArgs, snapshot: &mut Snapshot) -> Vec<Unmatched> {
    let unmatched = selecting::narrow(snapshot, &args.common.device, &args.common.config);
    let naming = args.common.naming();
    for device in &mut snapshot.devices {
        naming.apply(device);
    }
    unmatched
}

/// The timeout for each of the two buses, which leaves enough time for the devices.
const BUS: Duration = Duration::from_secs(3);

/// Returns the timeout for a bus and solar-statusd on it to answer.
fn patience(args: &StatusArgs) -> Duration {
    match args.common.source.origin.bus {
        Some(_) => args.timeout,
        None => BUS.min(args.timeout / 3),
    }
}

/// Reads once through solar-statusd.
fn through(args: &StatusArgs, daemon: Daemon) -> Reading {
    let (mut receivers, devices) = daemon.everything();
    let there = !receivers.is_empty() || !devices.is_empty();
    let filter = args.common.filter();
    let (mut devices, others): (Vec<Device>, Vec<Device>) = devices
        .into_iter()
        .partition(|device| filter.reports(device));
    for device in &mut devices {
        filter.trim(device);
    }
    for receiver in &mut receivers {
        filter.trim_receiver(receiver);
    }
    let mut snapshot = Snapshot {
        at: RealClock::new(None).now(),
        receivers,
        devices,
        failures: Vec::new(),
        sent: 0,
        others,
        unreadable: unreadable_here(),
        interrupted: false,
    };
    let unmatched = narrow(args, &mut snapshot);
    Reading {
        snapshot,
        unmatched,
        asked: there,
        trace: None,
    }
}

fn show(args: &StatusArgs, snapshot: &Snapshot, exit: Exit) -> Exit {
    let printed = match &args.format.format {
        Some(format) => format::print(
            &args.format,
            format,
            &args.common,
            &snapshot.devices,
            snapshot.at,
        ),
        None => print(args, snapshot),
    };
    match printed {
        Ok(()) => exit,
        // Even if the reader closed the pipe, the status of the reading counts.
        Err(error) => exit.max(failed(&error)),
    }
}

impl Reading {
    /// Returns what could not be read or found, and the exit status for it.
    pub(super) fn problems(&self) -> (Vec<String>, Exit) {
        let snapshot = &self.snapshot;
        let mut problems: Vec<String> = snapshot.failures.iter().map(Failure::to_string).collect();
        if snapshot.interrupted {
            return (problems, Exit::Interrupted);
        }
        // A device that could not be read may be the one selected.
        let looked = self.asked && snapshot.failures.is_empty();
        for missing in &self.unmatched {
            let mut unreadable = snapshot.unreadable.iter();
            let is_called =
                |it: &&Unreadable| missing.selector.names(it.name.as_deref(), it.product);
            if let Some(unreadable) = unreadable.find(is_called) {
                problems.push(unreadable.to_string());
            } else if looked {
                let remedy = "run solar-status without --device to see all";
                problems.push(missing.text(remedy));
            }
        }
        if let Some(exit) = snapshot.failures.iter().map(Exit::of_failure).max() {
            return (problems, exit);
        }
        if !self.unmatched.is_empty() && self.asked {
            return (problems, Exit::NoDevice);
        }
        if !snapshot.devices.is_empty() {
            return (problems, Exit::Ok);
        }
        if !self.asked && !snapshot.unreadable.is_empty() {
            problems.extend(snapshot.unreadable.iter().map(Unreadable::to_string));
        } else if !self.asked {
            problems.push(NOTHING.to_owned());
        } else if snapshot.others.iter().any(|it| it.preferences.is_hidden) {
            let which = if snapshot.others.iter().all(|it| it.preferences.is_hidden) {
                "every device"
            } else {
                "every selected device"
            };
            problems.push(format!(
                "{which} is hidden by the configuration; --all shows them"
            ));
        } else if let Some(receiver) = snapshot.receivers.iter().find(|it| it.paired > Some(0)) {
            problems.push(format!(
                "{} is a {}: this version cannot read the records of its paired devices yet",
                receiver.node,
                receiver.model.name()
            ));
        } else {
            problems.push("no paired device was found".to_owned());
        }
        (problems, Exit::NoDevice)
    }

    /// Completes the recorded trace. Returns `exit`, or a failure if the trace is incomplete.
    pub(super) fn finish_trace(&mut self, common: &CommonArgs, exit: Exit) -> Exit {
        setup::finish_trace(common, self.trace.take(), exit)
    }
}

fn print(args: &StatusArgs, snapshot: &Snapshot) -> io::Result<()> {
    let target = file::Target::new(args.format.output.as_deref());
    let mut text = Vec::new();
    if args.json {
        text.extend(json::to_string_pretty(&Document::of(snapshot))?.into_bytes());
        text.push(b'\n');
    } else {
        let style = target.style(args.common.color);
        let chosen = !args.common.device.is_empty();
        table::print(&mut text, snapshot, chosen, style)?;
    }
    target.write(&text)
}
