//! Where the entries come from: solar-statusd, the files it wrote, or the simulation.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::tz::TimeZone;
use log::{info, warn};
use zbus::{Connection, block_on};

use super::args::HistoryArgs;
use super::simulated::{self, SimulationError};
use super::subject::Subject;
use crate::bus::entries::{Row, entry};
use crate::bus::{self, Bus, DEVICE_INTERFACE};
use crate::cli::complain;
use crate::client::daemon::{Daemon, NoDaemon, in_order};
use crate::client::deadline::Limits;
use crate::device::{Device, Link};
use crate::history::{self, Entry, HistoryError};
use crate::manager::{Memory, Outcome, within};
use crate::units::Timestamp;

/// Where solar-statusd of the system keeps its state.
const STATE: &str = "/var/lib/solar-status";

/// A bus, with the daemon on it, has so long to answer, and so long to tell everything.
const PATIENCE: Duration = Duration::from_secs(5);
const LONG_PATIENCE: Duration = Duration::from_secs(60);

/// How many entries of a device are taken from a daemon. A history of ours has a tenth of it; every
/// entry is a point of the picture.
const MOST_ENTRIES: usize = 100_000;

/// Why there are no entries.
#[derive(Debug, thiserror::Error)]
pub(super) enum SourceError {
    #[error(transparent)]
    NoDaemon(#[from] NoDaemon),
    /// The daemon does not tell its history.
    #[error("solar-statusd on {bus} does not tell its history: {source}")]
    Refused { bus: Bus, source: zbus::Error },
    /// It takes too long.
    #[error("solar-statusd on {0} does not tell its history in time; try again")]
    Slow(Bus),
    #[error(transparent)]
    History(#[from] HistoryError),
    /// Nobody records.
    #[error(
        "no solar-statusd runs, and there is no history in {path}: start solar-statusd, which \
         records it (solar-status history --simulate shows what to expect)",
        path = .0.display()
    )]
    Nothing(PathBuf),
    /// The files are there, for others.
    #[error(
        "{path} may not be read: start solar-statusd, which tells everybody its history, or ask \
         as root",
        path = .0.display()
    )]
    Forbidden(PathBuf),
    #[error(transparent)]
    Simulation(#[from] SimulationError),
}

/// All devices with what was recorded of them in that time.
pub(super) fn subjects(
    args: &HistoryArgs,
    (since, until): (Timestamp, Timestamp),
    zone: &TimeZone,
) -> Result<Vec<Subject>, SourceError> {
    let say = |what: &dyn std::fmt::Display| {
        if args.verbose {
            complain(what);
        }
    };
    let mut subjects = if args.simulate {
        simulated::subjects(until, zone)?
    } else if let Some(state) = &args.state {
        say(&format_args!("read the files in {}", state.display()));
        files(state, since)?
    } else if let Some(daemon) = daemon(args)? {
        say(&format_args!(
            "asked solar-statusd on {} ({})",
            daemon.bus, daemon.owner
        ));
        told(daemon, since)?
    } else {
        say(&format_args!(
            "no solar-statusd answers: read the files in {STATE}"
        ));
        files(Path::new(STATE), since)?
    };
    for subject in &mut subjects {
        subject
            .entries
            .retain(|entry| (since..=until).contains(&entry.at));
    }
    Ok(subjects)
}

/// The daemon, where one runs.
fn daemon(args: &HistoryArgs) -> Result<Option<Daemon>, NoDaemon> {
    if let Some(bus) = &args.bus {
        return Daemon::on(bus.clone(), false, Limits::timeout(PATIENCE)).map(Some);
    }
    let tries = [Bus::System, Bus::Session].into_iter();
    let mut answers = tries.map(|bus| Daemon::on(bus, false, Limits::timeout(PATIENCE)));
    Ok(answers.find_map(|answer| answer.inspect_err(|error| info!("{error}")).ok()))
}

/// What a daemon tells.
fn told(daemon: Daemon, since: Timestamp) -> Result<Vec<Subject>, SourceError> {
    let Daemon {
        bus,
        owner,
        connection,
        stream,
        objects,
    } = daemon;
    // Nobody reads it, and once it is full no answer comes through.
    drop(stream);
    let asked = bus.clone();
    let ask = move || {
        let mut subjects = Vec::new();
        for (path, interfaces) in in_order(objects) {
            let Some(device) = interfaces.get(DEVICE_INTERFACE).and_then(bus::device) else {
                continue;
            };
            let entries = block_on(entries(&connection, &owner, path.as_str(), since))?;
            subjects.push(Subject { device, entries });
        }
        Ok(subjects)
    };
    match within("bus", LONG_PATIENCE, ask).map_err(NoDaemon::from)? {
        Outcome::Late => Err(SourceError::Slow(asked)),
        Outcome::Died => Err(NoDaemon::Died(asked).into()),
        Outcome::Ended(told) => told.map_err(|source| SourceError::Refused { bus: asked, source }),
    }
}

/// All pages of a device.
async fn entries(
    connection: &Connection,
    owner: &str,
    path: &str,
    since: Timestamp,
) -> zbus::Result<Vec<Entry>> {
    let mut all = Vec::new();
    let mut since = since.since_start().as_secs();
    loop {
        let interface = Some(DEVICE_INTERFACE);
        let call = connection.call_method(Some(owner), path, interface, "GetEntries", &since);
        let rows: Vec<Row> = call.await?.body().deserialize()?;
        let room = MOST_ENTRIES - all.len();
        all.extend(rows.iter().take(room).map(entry));
        match rows.last() {
            Some(_) if all.len() == MOST_ENTRIES => {
                warn!("{path}: more than {MOST_ENTRIES} entries, the later ones are left out");
                return Ok(all);
            }
            Some(last) if last.0 >= since => since = last.0.saturating_add(1),
            _ => return Ok(all),
        }
    }
}

/// What the files below a state directory tell. They know ids; names are remembered beside them.
fn files(state: &Path, since: Timestamp) -> Result<Vec<Subject>, SourceError> {
    let folder = state.join("history");
    let ids = history::devices(&folder).map_err(|error| match error {
        HistoryError::Io { source, .. } if source.kind() == io::ErrorKind::NotFound => {
            SourceError::Nothing(folder.clone())
        }
        HistoryError::Io { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
            SourceError::Forbidden(folder.clone())
        }
        error => error.into(),
    })?;
    let there = fs::read_dir(&folder).into_iter().flatten().flatten();
    let there =
        there.filter(|file| Path::new(&file.file_name()).extension() == Some("jsonl".as_ref()));
    let strange = there.count().saturating_sub(ids.len());
    if strange > 0 {
        complain(&format_args!(
            "{strange} of the files in {} are left out: they are no histories that this version knows \
             (RUST_LOG=info says which)",
            folder.display()
        ));
    }
    let memory = Memory::open(state.join("devices.json"));
    let mut subjects = Vec::new();
    for id in ids {
        let entries = history::read(&folder, &id, since)?;
        // Where it is connected is not recorded, and not shown.
        let nowhere = Link::Direct {
            node: String::new(),
            bus: String::new(),
            product: 0,
        };
        let mut device = Device::new(id, nowhere);
        memory.describe(&mut device);
        subjects.push(Subject { device, entries });
    }
    Ok(subjects)
}
