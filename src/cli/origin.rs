//! The origin of the data: solar-statusd if it runs, otherwise the devices themselves.

use log::info;

use super::complain;
use super::options::CommonArgs;
use crate::bus::Bus;
use crate::client::daemon::{Daemon, NoDaemon};
use crate::client::deadline::Limits;
use crate::client::follow::Origin;

/// Returns the option that requires reading the devices directly, if one was given.
pub(super) fn direct(args: &CommonArgs) -> Option<&'static str> {
    let options = [
        ("--direct", args.source.origin.direct),
        ("--simulate", args.source.simulate.is_some()),
        ("--record", args.source.record.is_some()),
        ("--no-cache", args.source.no_cache),
    ];
    options.into_iter().find(|it| it.1).map(|it| it.0)
}

/// Returns the buses on which to look for the daemon, in this order; empty if the devices are to be
/// read directly.
pub(super) fn buses(args: &CommonArgs) -> Vec<Bus> {
    match &args.source.origin.bus {
        Some(bus) => vec![bus.clone()],
        None if direct(args).is_some() => Vec::new(),
        None => vec![Bus::System, Bus::Session],
    }
}

/// Connects to the daemon; `None`: read the devices directly. Each bus has to answer within these
/// limits.
pub(super) fn daemon(
    args: &CommonArgs,
    direct: Option<&'static str>,
    limits: Limits<'_>,
) -> Result<Option<Daemon>, NoDaemon> {
    let buses = if direct.is_some() {
        Vec::new()
    } else {
        buses(args)
    };
    match Daemon::first(&buses, limits) {
        Ok(daemon) => {
            let (bus, owner) = (daemon.bus().clone(), daemon.owner().to_owned());
            report_origin(args, direct, &Origin::Daemon { bus, owner });
            Ok(Some(daemon))
        }
        Err(mut why) => {
            let is_final = |it: &mut NoDaemon| {
                args.source.origin.bus.is_some() || matches!(it, NoDaemon::Interrupted(_))
            };
            if let Some(error) = why.pop_if(is_final) {
                return Err(error);
            }
            report_origin(args, direct, &Origin::Fallback(why));
            Ok(None)
        }
    }
}

/// With `--verbose`, prints whether the daemon or the devices are asked, and why.
pub(super) fn report_origin(args: &CommonArgs, direct: Option<&'static str>, origin: &Origin) {
    if let Origin::Fallback(why) = origin {
        for error in why {
            info!("{error}");
        }
    }
    if !args.source.origin.verbose {
        return;
    }
    match (origin, direct) {
        (Origin::Daemon { bus, owner }, _) => {
            complain(&format_args!("asked solar-statusd on {bus} ({owner})"));
        }
        (Origin::Fallback(_), Some(option)) => {
            complain(&format_args!("asked the devices directly ({option})"));
        }
        (Origin::Fallback(why), None) => {
            complain(&format_args!(
                "asked the devices directly ({})",
                reasons(why)
            ));
        }
    }
}

fn reasons(why: &[NoDaemon]) -> String {
    let is_absent = |it: &NoDaemon| matches!(it, NoDaemon::Absent(_) | NoDaemon::NoBus { .. });
    if why.iter().all(is_absent) {
        return "no solar-statusd on the system or session bus".to_owned();
    }
    let why: Vec<String> = why.iter().map(NoDaemon::to_string).collect();
    why.join("; ")
}
