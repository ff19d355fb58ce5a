//! Who is asked: solar-statusd where it runs, else the devices themselves.

use log::info;

use super::complain;
use super::daemon::{Daemon, NoDaemon};
use super::deadline::Limits;
use super::options::CommonArgs;
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

/// The buses on which the daemon may be, the one that is asked first at the start; none where the
/// devices themselves are to be asked.
pub(super) fn buses(args: &CommonArgs) -> Vec<Bus> {
    match &args.way.bus {
        Some(bus) => vec![bus.clone()],
        None if direct(args).is_some() => Vec::new(),
        None => vec![Bus::System, Bus::Session],
    }
}

/// The daemon that is to be asked; `None`: the devices are. Each bus must answer within these limits.
pub(super) fn daemon(
    args: &CommonArgs,
    direct: Option<&'static str>,
    follow: bool,
    limits: Limits<'_>,
) -> Result<Option<Daemon>, NoDaemon> {
    if let Some(option) = direct {
        tell(args, &format!("asked the devices directly ({option})"));
        return Ok(None);
    }
    if let Some(bus) = &args.way.bus {
        return daemon_on(args, bus.clone(), follow, limits).map(Some);
    }
    match first_daemon(args, follow, limits) {
        Ok(daemon) => Ok(Some(daemon)),
        Err(mut why) => {
            if let Some(interrupted) = why.pop_if(|it| matches!(it, NoDaemon::Interrupted(_))) {
                return Err(interrupted);
            }
            let reasons = reasons(&why);
            tell(args, &format!("asked the devices directly ({reasons})"));
            Ok(None)
        }
    }
}

/// The daemon on the first of the buses that has one; an error for each bus that was asked. The
/// last one says so where it was interrupted.
pub(super) fn first_daemon(
    args: &CommonArgs,
    follow: bool,
    limits: Limits<'_>,
) -> Result<Daemon, Vec<NoDaemon>> {
    let mut why = Vec::new();
    for bus in buses(args) {
        match daemon_on(args, bus, follow, limits) {
            Ok(daemon) => return Ok(daemon),
            Err(error) => {
                info!("{error}");
                let is_over = matches!(error, NoDaemon::Interrupted(_));
                why.push(error);
                if is_over {
                    break;
                }
            }
        }
    }
    Err(why)
}

/// The daemon on this bus.
pub(super) fn daemon_on(
    args: &CommonArgs,
    bus: Bus,
    follow: bool,
    limits: Limits<'_>,
) -> Result<Daemon, NoDaemon> {
    let daemon = Daemon::on(bus, follow, limits)?;
    let Daemon { bus, owner, .. } = &daemon;
    tell(args, &format!("asked solar-statusd on {bus} ({owner})"));
    Ok(daemon)
}

fn tell(args: &CommonArgs, what: &str) {
    if args.way.verbose {
        complain(&what);
    }
}

fn reasons(why: &[NoDaemon]) -> String {
    let nobody = |it: &NoDaemon| matches!(it, NoDaemon::Absent(_) | NoDaemon::NoBus { .. });
    if why.iter().all(nobody) {
        return "no solar-statusd on the system or session bus".to_owned();
    }
    let why: Vec<String> = why.iter().map(NoDaemon::to_string).collect();
    why.join("; ")
}
