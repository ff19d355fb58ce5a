//! What reading once and following share: the signals that end them, the trace, the cache.

use std::io;
use std::os::fd::OwnedFd;
use std::os::raw::c_int;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

use super::exit::Exit;
use super::options::{CommonArgs, Field};
use super::{cache, complain};
use crate::capture::TraceFile;
use crate::manager::{Memory, Query};
use hidpp_proto::session::Wanted;

/// The signals with which the user or the system ends the program.
pub(super) const ENDING: [c_int; 3] = [SIGINT, SIGTERM, SIGHUP];

/// Returns a stream that becomes readable on a signal to end the program.
pub(super) fn interrupt() -> io::Result<UnixStream> {
    let (interrupt, handler) = UnixStream::pair()?;
    on_signals(|| Ok(handler.try_clone()?.into()))?;
    Ok(interrupt)
}

/// Makes each signal that ends the program write a byte, `X`, to a descriptor.
pub(super) fn on_signals(descriptor: impl Fn() -> io::Result<OwnedFd>) -> io::Result<()> {
    for signal in ENDING {
        signal_hook::low_level::pipe::register(signal, descriptor()?)?;
    }
    Ok(())
}

/// Opens the trace to be recorded, if one was requested.
pub(super) fn open_trace(args: &CommonArgs) -> Result<Option<TraceFile>, String> {
    let Some(path) = &args.source.record else {
        return Ok(None);
    };
    TraceFile::create(path)
        .map(Some)
        .map_err(|error| format!("{} cannot be written: {error}", path.display()))
}

/// Completes the trace. Returns `exit`, or a failure if the trace is incomplete.
pub(super) fn finish_trace(args: &CommonArgs, trace: Option<TraceFile>, exit: Exit) -> Exit {
    let written = trace.map_or(Ok(()), |trace| trace.finish());
    match (written, &args.source.record) {
        (Err(error), Some(path)) => {
            complain(&format_args!("{} is incomplete: {error}", path.display()));
            exit.max(Exit::Failure)
        }
        _ => exit,
    }
}

/// Opens the cache of what is known of the devices; simulated ones are not cached.
pub(super) fn memory(args: &CommonArgs, real_devices: bool) -> Memory {
    // A trace must contain all requests that another run without a cache sends.
    let remembers = real_devices && args.source.record.is_none() && !args.source.no_cache;
    let path = cache::path().filter(|_| remembers);
    path.map(Memory::open).unwrap_or_default()
}

/// Returns what to request. `timeout` applies to reading once: following has time.
pub(super) fn query(args: &CommonArgs, follow: bool, timeout: Duration) -> Query {
    let reads = |field| args.reads(field);
    Query {
        wanted: Wanted::BATTERY.when(reads(Field::Battery))
            | Wanted::NAME.when(reads(Field::FullName))
            | Wanted::FIRMWARE.when(reads(Field::Firmware)),
        follow,
        names: reads(Field::Name) || !args.device.is_empty() || args.config.content.has_sections(),
        receiver_firmware: reads(Field::Firmware),
        devices: args.selectors(),
        timeout,
        quiet: false,
        light_every: None,
    }
}
