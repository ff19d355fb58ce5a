//! Who is asked: solar-statusd where it runs, else the devices themselves.

use std::time::Duration;

use log::info;

use super::args::{CommonArgs, StatusArgs};
use super::complain;
use super::daemon::{Daemon, NoDaemon};
use crate::bus::Bus;

/// What means that the devices themselves are to be asked, if anything does.
pub(super) fn direct(args: &CommonArgs) -> Option<&'static str> {
    let options = [
        ("--direct", args.way.direct),
        ("--simulate", args.simulate.is_some()),
        ("--record", args.record.is_some()),
        ("--no-cache", args.no_cache),
    ];
    options.into_iter().find(|it| it.1).map(|it| it.0)
}

/// The same for a reading.
pub(super) fn direct_status(args: &StatusArgs) -> Option<&'static str> {
    let options = [
        ("--replay", args.replay.is_some()),
        ("--transport", args.transport.is_some()),
    ];
    let option = options.into_iter().find(|it| it.1).map(|it| it.0);
    option.or_else(|| direct(&args.common))
}

/// The daemon that is to be asked; `None`: the devices are. Each bus must answer in time.
pub(super) fn daemon(
    args: &CommonArgs,
    direct: Option<&'static str>,
    follow: bool,
    patience: Duration,
) -> Result<Option<Daemon>, NoDaemon> {
    let verbose = |what: String| {
        if args.way.verbose {
            complain(&what);
        }
    };
    let found = |daemon: Daemon| {
        verbose(format!(
            "asked solar-statusd on {} ({})",
            daemon.bus, daemon.owner
        ));
        daemon
    };
    if let Some(option) = direct {
        verbose(format!("asked the devices directly ({option})"));
        return Ok(None);
    }
    if let Some(bus) = &args.way.bus {
        return Daemon::on(bus.clone(), follow, patience).map(|it| Some(found(it)));
    }
    let mut why = Vec::new();
    for bus in [Bus::System, Bus::Session] {
        match Daemon::on(bus, follow, patience) {
            Ok(daemon) => return Ok(Some(found(daemon))),
            Err(error) => {
                info!("{error}");
                why.push(error);
            }
        }
    }
    verbose(format!("asked the devices directly ({})", reasons(&why)));
    Ok(None)
}

fn reasons(why: &[NoDaemon]) -> String {
    let nobody = |it: &NoDaemon| matches!(it, NoDaemon::Absent(_) | NoDaemon::NoBus { .. });
    if why.iter().all(nobody) {
        return "no solar-statusd on the system or session bus".to_owned();
    }
    let why: Vec<String> = why.iter().map(NoDaemon::to_string).collect();
    why.join("; ")
}
