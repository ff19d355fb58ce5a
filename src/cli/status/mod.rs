//! `solar-status` without a subcommand: one reading of everything.

mod args;
mod source;

use std::io::{self, Write};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

pub(super) use self::args::StatusArgs;
use self::source::Sources;
use super::document::Document;
use super::exit::Exit;
use super::selecting::{self, Unmatched};
use super::style::Style;
use super::{complain, failed, format, io_errors, json, origin, setup, table};
use crate::client::daemon::Daemon;
use crate::client::deadline::Limits;
use crate::clock::{Clock, RealClock, VirtualClock};
use crate::device::Device;
use crate::manager::{Snapshot, Unreadable, read_status};
use crate::nodes::{Tapping, unreadable_here};

const NOTHING: &str = "no Logitech receiver or device found: is one plugged in? \
                       (solar-status --simulate shows what to expect)";

pub(super) fn run(args: &StatusArgs) -> io::Result<Exit> {
    if args.format.watch {
        return format::watch(&args.format, &args.common);
    }
    let recorded = match source::recorded(args) {
        Ok(recorded) => recorded,
        Err(error) => {
            complain(&error);
            return Ok(Exit::Failure);
        }
    };
    // Until the signal handlers are installed, Ctrl-C ends the program without them.
    let (direct, start) = (args.direct(), Instant::now());
    match origin::daemon(&args.common, direct, Limits::timeout(patience(args))) {
        Ok(Some(daemon)) => return Ok(through(args, daemon)),
        Ok(None) => {}
        Err(error) => {
            complain(&error);
            return Ok(Exit::Failure);
        }
    }
    let timeout = match direct {
        Some(_) => args.timeout,
        None => args.timeout.saturating_sub(start.elapsed()),
    };
    // Before anything is opened: a receiver taken over USB must be given back.
    let interrupt = setup::interrupt()?;
    let trace = match setup::open_trace(&args.common) {
        Ok(trace) => trace,
        Err(error) => {
            complain(&error);
            return Ok(Exit::Failure);
        }
    };
    let tapping = Tapping::new(trace.as_ref(), args.common.anonymize);
    let sources = match Sources::open(args, recorded, &tapping) {
        Ok(sources) => sources,
        Err(error) => {
            complain(&error);
            return Ok(Exit::Failure);
        }
    };
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
    let naming = args.common.naming();
    for device in &mut snapshot.devices {
        naming.apply(device);
    }
    snapshot.failures.extend(sources.failures);
    snapshot.unreadable = sources.unreadable;
    log::info!("{} reports sent", snapshot.sent);

    let unmatched = selecting::narrow(&mut snapshot, &args.common.device);
    let exit = judge(&snapshot, &unmatched, asked);
    let exit = show(args, &snapshot, exit);
    Ok(setup::finish_trace(&args.common, trace, exit))
}

/// The timeout for each of the two buses, which leaves enough time for the devices.
const BUS: Duration = Duration::from_secs(3);

/// Returns the timeout for a bus and solar-statusd on it to answer.
fn patience(args: &StatusArgs) -> Duration {
    match args.common.origin.bus {
        Some(_) => args.timeout,
        None => BUS.min(args.timeout / 3),
    }
}

/// Reads once through solar-statusd.
fn through(args: &StatusArgs, daemon: Daemon) -> Exit {
    let (mut receivers, devices) = daemon.everything();
    let there = !receivers.is_empty() || !devices.is_empty();
    let filter = args.common.filter();
    let (mut devices, others): (Vec<Device>, Vec<Device>) = devices
        .into_iter()
        .partition(|device| filter.reports(device));
    let naming = args.common.naming();
    for device in &mut devices {
        filter.trim(device);
        naming.apply(device);
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
    let unmatched = selecting::narrow(&mut snapshot, &args.common.device);
    let exit = judge(&snapshot, &unmatched, there);
    show(args, &snapshot, exit)
}

fn show(args: &StatusArgs, snapshot: &Snapshot, exit: Exit) -> Exit {
    let printed = match &args.format.format {
        Some(format) => format::print(
            &args.format,
            format,
            args.common.color,
            &snapshot.devices,
            snapshot.at,
        ),
        None => print(args, snapshot).map_err(io_errors::unwritable),
    };
    match printed {
        Ok(()) => exit,
        // Even if the reader closed the pipe, the status of the reading counts.
        Err(error) => exit.max(failed(&error)),
    }
}

/// Reports errors on standard error, and returns the exit status.
fn judge(snapshot: &Snapshot, unmatched: &[Unmatched], asked: bool) -> Exit {
    for failure in &snapshot.failures {
        complain(failure);
    }
    if snapshot.interrupted {
        return Exit::Interrupted;
    }
    // A device that could not be read may be the one selected.
    let looked = asked && snapshot.failures.is_empty();
    for missing in unmatched {
        let mut unreadable = snapshot.unreadable.iter();
        let is_called = |it: &&Unreadable| missing.selector.names(it.name.as_deref(), it.product);
        if let Some(unreadable) = unreadable.find(is_called) {
            complain(unreadable);
        } else if looked {
            let remedy = "run solar-status without --device to see all";
            complain(&missing.text(remedy));
        }
    }
    if let Some(exit) = snapshot.failures.iter().map(Exit::of_failure).max() {
        return exit;
    }
    if !unmatched.is_empty() && asked {
        return Exit::NoDevice;
    }
    if !snapshot.devices.is_empty() {
        return Exit::Ok;
    }
    if !asked && !snapshot.unreadable.is_empty() {
        for unreadable in &snapshot.unreadable {
            complain(unreadable);
        }
    } else if !asked {
        complain(&NOTHING);
    } else if let Some(receiver) = snapshot.receivers.iter().find(|it| it.paired > Some(0)) {
        complain(&format_args!(
            "{} is a {}: this version cannot read the records of its paired devices yet",
            receiver.node,
            receiver.model.name()
        ));
    } else {
        complain(&"no paired device was found");
    }
    Exit::NoDevice
}

fn print(args: &StatusArgs, snapshot: &Snapshot) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if args.json {
        out.write_all(json::to_string_pretty(&Document::of(snapshot))?.as_bytes())?;
        writeln!(out)?;
    } else {
        let style = Style::of_terminal(args.common.color, &out);
        let chosen = !args.common.device.is_empty();
        table::print(&mut out, snapshot, chosen, style)?;
    }
    out.flush()
}
