//! `solar-status` without a subcommand: one reading of everything.

use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use super::args::{ColorWhen, Field, StatusArgs};
use super::document::Document;
use super::exit::Exit;
use super::source::Sources;
use super::{cache, complain, table};
use crate::manager::{
    Clock, Failure, Memory, Query, RealClock, Selector, Snapshot, VirtualClock, read_status,
};
use crate::session::Wanted;
use crate::transport::{TraceFile, TransportError, UsbError};

const NO_RECEIVER: &str = "no Logitech receiver found: is one plugged in? \
                           (solar-status --simulate shows what to expect)";

pub(super) fn run(args: &StatusArgs) -> io::Result<Exit> {
    // Before anything is opened: a receiver taken over USB must be given back.
    let (interrupt, handler) = UnixStream::pair()?;
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::low_level::pipe::register(signal, handler.try_clone()?)?;
    }

    let trace = match &args.record {
        Some(path) => match TraceFile::create(path) {
            Ok(trace) => Some(trace),
            Err(error) => {
                complain(&format_args!(
                    "{} cannot be written: {error}",
                    path.display()
                ));
                return Ok(Exit::Failure);
            }
        },
        None => None,
    };
    let sources = match Sources::open(args, trace.as_ref()) {
        Ok(sources) => sources,
        Err(error) => {
            complain(&error);
            return Ok(Exit::Failure);
        }
    };
    let query = query(args);
    let mut clock: Box<dyn Clock> = if sources.virtual_time {
        Box::new(VirtualClock::default())
    } else {
        Box::new(RealClock::new(Some(interrupt.as_fd())))
    };
    let asked = !sources.nodes.is_empty();
    // A trace must hold all that another run without a memory asks.
    let remembers = !sources.virtual_time && args.record.is_none() && !args.no_cache;
    let mut memory = cache::path()
        .filter(|_| remembers)
        .map(Memory::open)
        .unwrap_or_default();
    let mut snapshot = read_status(sources.nodes, &query, &mut memory, &mut *clock)?;
    if let Err(error) = memory.save() {
        log::warn!("{error}");
    }
    snapshot.failures.extend(sources.failures);
    log::info!("{} reports sent", snapshot.sent);

    let exit = judge(&snapshot, asked);
    match print(args, &snapshot) {
        // Nobody reads any more; how the reading ended counts all the same.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        Err(error) => {
            complain(&format_args!("standard output cannot be written: {error}"));
            return Ok(Exit::Failure);
        }
        Ok(()) => {}
    }
    let written = trace.map_or(Ok(()), |trace| trace.finish());
    match (written, &args.record) {
        (Err(error), Some(path)) => {
            complain(&format_args!("{} is incomplete: {error}", path.display()));
            Ok(exit.max(Exit::Failure))
        }
        _ => Ok(exit),
    }
}

fn query(args: &StatusArgs) -> Query {
    let wants = |field| args.fields.contains(&field);
    Query {
        wanted: Wanted {
            battery: wants(Field::Battery),
            name: wants(Field::FullName),
            firmware: wants(Field::Firmware),
            ..Wanted::default()
        },
        follow: false,
        names: wants(Field::Name) || !args.device.is_empty(),
        receiver_firmware: wants(Field::Firmware),
        devices: args.device.iter().map(|text| Selector::new(text)).collect(),
        timeout: args.timeout,
    }
}

/// Says on standard error what went wrong, and how the command ends for it.
fn judge(snapshot: &Snapshot, asked: bool) -> Exit {
    for failure in &snapshot.failures {
        complain(failure);
    }
    let denied = |failure: &Failure| {
        matches!(
            failure,
            Failure::Transport(TransportError::PermissionDenied { .. })
                | Failure::Usb(UsbError::PermissionDenied { .. })
        )
    };
    if snapshot.interrupted {
        return Exit::Interrupted;
    }
    // What could not be looked at may hold it.
    let looked = asked && snapshot.failures.is_empty();
    for selector in snapshot.unmatched.iter().filter(|_| looked) {
        complain(&format_args!(
            "no paired device is called “{selector}”; run solar-status without --device to see all"
        ));
    }
    if snapshot.failures.iter().any(denied) {
        return Exit::NoPermission;
    }
    if !snapshot.failures.is_empty() {
        return Exit::Failure;
    }
    if !snapshot.unmatched.is_empty() && asked {
        return Exit::NoDevice;
    }
    if !snapshot.devices.is_empty() {
        return Exit::Ok;
    }
    if !asked {
        complain(&NO_RECEIVER);
    } else if let Some(receiver) = snapshot.receivers.iter().find(|it| it.paired > Some(0)) {
        complain(&format_args!(
            "{} is a {} whose records of its paired devices this version cannot read yet",
            receiver.node,
            receiver.model.name()
        ));
    } else {
        complain(&"no device is paired with the receiver");
    }
    Exit::NoDevice
}

fn print(args: &StatusArgs, snapshot: &Snapshot) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &Document::of(snapshot))?;
        writeln!(out)?;
    } else {
        let color = match args.color {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto => {
                out.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|it| it.is_empty())
            }
        };
        let width = rustix::termios::tcgetwinsize(&out)
            .ok()
            .map(|size| usize::from(size.ws_col));
        let width = width.filter(|columns| *columns > 0);
        table::print(
            &mut out,
            snapshot,
            table::Style::of_environment(color, width),
        )?;
    }
    out.flush()
}
