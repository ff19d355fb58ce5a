//! Where the entries come from: solar-statusd, its files, or the simulation.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::tz::TimeZone;
use log::info;

use super::args::HistoryArgs;
use super::simulated::{self, SimulationError};
use super::subject::Subject;
use crate::bus::Bus;
use crate::cli::{complain, value_text};
use crate::client::daemon::{Daemon, NoDaemon};
use crate::client::deadline::Limits;
use crate::client::history::HistoryRefused;
use crate::device::{Device, Link};
use crate::history::{self, HistoryError};
use crate::manager::Memory;
use hidpp_proto::units::Timestamp;

/// The state directory of the system's solar-statusd.
const STATE: &str = "/var/lib/solar-status";

/// The timeout for a bus and the daemon to answer, and for the daemon to send everything.
const PATIENCE: Duration = Duration::from_secs(5);
const LONG_PATIENCE: Duration = Duration::from_secs(60);

/// Why there are no entries.
#[derive(Debug, thiserror::Error)]
pub(super) enum SourceError {
    #[error(transparent)]
    NoDaemon(#[from] NoDaemon),
    #[error(transparent)]
    Refused(#[from] HistoryRefused),
    #[error(transparent)]
    History(#[from] HistoryError),
    /// No recorded files in the directory of `--state`.
    #[error(
        "there is no history in {path}: name the directory that solar-statusd has as its --state",
        path = .0.display()
    )]
    Nothing(PathBuf),
    /// Neither a daemon nor recorded files.
    #[error(
        "no solar-statusd answered, and there is no history in {path}: start solar-statusd to record \
         one (solar-status history --simulate shows what to expect)",
        path = .0.display()
    )]
    NothingRuns(PathBuf),
    /// There are files, without permission to read them.
    #[error(
        "no permission to read {path}: start solar-statusd (it serves the history to all users) \
         or run this as root",
        path = .0.display()
    )]
    Forbidden(PathBuf),
    #[error(transparent)]
    Simulation(#[from] SimulationError),
}

/// Returns all devices with their entries from that time.
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
            daemon.bus(),
            daemon.owner()
        ));
        let histories = daemon.histories(since, Limits::timeout(LONG_PATIENCE))?;
        let subject = |(device, entries)| Subject { device, entries };
        histories.into_iter().map(subject).collect()
    } else {
        say(&format_args!(
            "no solar-statusd answered: read the files in {STATE}"
        ));
        files(Path::new(STATE), since).map_err(|error| match error {
            SourceError::Nothing(folder) => SourceError::NothingRuns(folder),
            error => error,
        })?
    };
    for subject in &mut subjects {
        subject
            .entries
            .retain(|entry| (since..=until).contains(&entry.at));
    }
    // Files do not contain slots, so no other order is the same for all sources.
    subjects.sort_by_key(|it| {
        (
            value_text::name(&it.device).to_lowercase(),
            it.device.id.clone(),
        )
    });
    Ok(subjects)
}

/// Connects to the daemon, if one runs.
fn daemon(args: &HistoryArgs) -> Result<Option<Daemon>, NoDaemon> {
    if let Some(bus) = &args.bus {
        return Daemon::on(bus.clone(), Limits::timeout(PATIENCE)).map(Some);
    }
    let tries = [Bus::System, Bus::Session].into_iter();
    let mut answers = tries.map(|bus| Daemon::on(bus, Limits::timeout(PATIENCE)));
    Ok(answers.find_map(|answer| answer.inspect_err(|error| info!("{error}")).ok()))
}

/// Reads the files below a state directory. History files contain ids; names come from the daemon's
/// cache.
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
            "{strange} of the files in {} were skipped: this version cannot read them as histories \
             (RUST_LOG=info names them)",
            folder.display()
        ));
    }
    let memory = Memory::open(state.join("devices.json"));
    let mut subjects = Vec::new();
    for id in ids {
        let entries = history::read(&folder, &id, since)?;
        // The connection is neither recorded nor shown.
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
