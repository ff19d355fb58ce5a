use std::collections::HashMap;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use log::warn;

use super::entry::{Entry, HEARTBEAT, Sample, Span};
use super::error::HistoryError;
use super::file::{DeviceFile, Stamp};
use crate::units::Timestamp;

/// More than this nobody has; of more, the one not written for longest is removed.
const MOST_DEVICES: usize = 200;

/// Light and voltage never stand still: they are written no oftener than this.
const SELDOM: Duration = Duration::from_secs(60);

/// Held by the process that writes.
const LOCK: &str = "lock";

/// The history of all devices, for the one process that writes it.
#[derive(Debug)]
pub struct History {
    directory: PathBuf,
    opened: Timestamp,
    written: HashMap<String, Written>,
    /// The lock ends with the process, however that ends.
    lock: File,
}

/// What was written of a device last.
#[derive(Debug)]
struct Written {
    at: Timestamp,
    sample: Sample,
}

impl History {
    /// Opens the history in a directory, made if it is missing; `now` is of the clock of the
    /// devices' readings.
    pub fn open(directory: PathBuf, now: Timestamp) -> Result<Self, HistoryError> {
        let writing = |source| HistoryError::writing(&directory, source);
        fs::create_dir_all(&directory).map_err(writing)?;
        let path = directory.join(LOCK);
        let lock = File::create(&path).map_err(|source| HistoryError::writing(&path, source))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(HistoryError::InUse { path: directory }),
            Err(TryLockError::Error(source)) => return Err(HistoryError::writing(&path, source)),
        }
        DeviceFile::remove_leftovers(&directory).map_err(writing)?;
        Ok(Self {
            directory,
            opened: now,
            written: HashMap::new(),
            lock,
        })
    }

    /// Records what is known of a device, if it is news; what is not is recorded again once an
    /// hour. So it may be told at every change, and must be told at least that often.
    pub fn record(
        &mut self,
        device: &str,
        at: Timestamp,
        sample: &Sample,
    ) -> Result<(), HistoryError> {
        let written = self.written.get(device);
        if written.is_some_and(|written| !written.is_news(at, sample)) {
            return Ok(());
        }
        let known = written
            .and_then(|written| written.sample.light)
            .map_or(self.opened, |light| light.at);
        let fresh = sample.light.filter(|light| light.at > known);
        let entry = Entry {
            at,
            span: Span::Moment,
            charge: sample.charge,
            voltage: sample.voltage,
            light: fresh.map(|light| light.lux),
            state: sample.state,
            online: sample.online,
        };
        let file = DeviceFile::of(&self.directory, device);
        if !file.exists() {
            self.make_room()?;
        }
        file.append(&entry)?;
        let sample = *sample;
        self.written
            .insert(device.to_owned(), Written { at, sample });
        Ok(())
    }

    /// What is recorded of a device since then, sorted by time.
    pub fn read(&self, device: &str, since: Timestamp) -> Result<Vec<Entry>, HistoryError> {
        read(&self.directory, device, since)
    }

    /// Makes room for one more file.
    fn make_room(&mut self) -> Result<(), HistoryError> {
        let mut files = files(&self.directory)?;
        files.sort_by_key(|(_, written)| *written);
        let too_many = (files.len() + 1).saturating_sub(MOST_DEVICES);
        for (file, _) in files.iter().take(too_many) {
            warn!(
                "too many devices: the history of {:?} is removed",
                file.device()
            );
            file.remove()?;
            self.written.remove(file.device());
        }
        Ok(())
    }
}

impl Drop for History {
    /// To close the file is not enough: a child just forked has it open until it executes.
    fn drop(&mut self) {
        if let Err(error) = self.lock.unlock() {
            warn!("{} stays locked: {error}", self.directory.display());
        }
    }
}

impl Written {
    /// Whether a sample is to be written after this one.
    fn is_news(&self, at: Timestamp, sample: &Sample) -> bool {
        let before = &self.sample;
        if (sample.charge, sample.state, sample.online)
            != (before.charge, before.state, before.online)
        {
            return true;
        }
        let moved = sample.voltage != before.voltage
            || sample.light.map(|it| it.lux) != before.light.map(|it| it.lux);
        let interval = if moved { SELDOM } else { HEARTBEAT };
        // A clock that was set back begins anew.
        at < self.at || at.since(self.at) >= interval
    }
}

/// What is recorded of a device since then, sorted by time; nothing, of an unknown one. It does not
/// matter whether somebody writes it meanwhile.
pub fn read(directory: &Path, device: &str, since: Timestamp) -> Result<Vec<Entry>, HistoryError> {
    let mut entries = DeviceFile::of(directory, device).read()?;
    entries.retain(|entry| entry.at >= since);
    Ok(entries)
}

/// What the file of a device has become, as far as can be seen without reading it: two that are
/// equal are of the same contents. `None`: there is none.
pub fn stamp(directory: &Path, device: &str) -> Option<Stamp> {
    DeviceFile::of(directory, device).stamp()
}

/// The ids of all devices with a history in a directory. What is none is left out: the log says why.
pub fn devices(directory: &Path) -> Result<Vec<String>, HistoryError> {
    let files = files(directory)?;
    let mut ids: Vec<String> = files
        .iter()
        .map(|(file, _)| file.device().to_owned())
        .collect();
    ids.sort();
    Ok(ids)
}

fn files(directory: &Path) -> Result<Vec<(DeviceFile, SystemTime)>, HistoryError> {
    DeviceFile::all(directory).map_err(|source| HistoryError::reading(directory, source))
}
