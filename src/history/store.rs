use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use log::warn;

use super::entry::{Entry, HEARTBEAT, Sample, Span};
use super::error::HistoryError;
use super::file::{DeviceFile, Stamp};
use super::lock::Lock;
use hidpp_proto::units::Timestamp;

/// The number of files, more than any desk has devices; the one not written for longest is removed.
const MOST_DEVICES: usize = 200;

/// The minimum interval between entries with only light or voltage changed, which change
/// constantly.
const SELDOM: Duration = Duration::from_secs(60);

/// The history of all devices, for the one process that writes it.
#[derive(Debug)]
pub struct History {
    directory: PathBuf,
    opened: Timestamp,
    written: HashMap<String, Written>,
    /// `None`: the directory could not be created or locked yet.
    lock: Option<Lock>,
}

/// Whether an entry was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It was written to the file.
    Written,
    /// The sample was not due for recording.
    NotDue,
}

/// The last written sample of a device.
#[derive(Debug)]
struct Written {
    at: Timestamp,
    sample: Sample,
}

impl History {
    /// The history in a directory, which is not accessed before [`Self::prepare`]; `now` must be of
    /// the same clock as the devices' readings.
    pub fn new(directory: PathBuf, now: Timestamp) -> Self {
        Self {
            directory,
            opened: now,
            written: HashMap::new(),
            lock: None,
        }
    }

    /// The same, with the directory prepared.
    pub fn open(directory: PathBuf, now: Timestamp) -> Result<Self, HistoryError> {
        let mut history = Self::new(directory, now);
        history.prepare()?;
        Ok(history)
    }

    /// Creates the directory if it is missing, and locks it. Both are done again if the directory
    /// was removed or replaced.
    pub fn prepare(&mut self) -> Result<(), HistoryError> {
        if let Some(lock) = &self.lock {
            if lock.is_in_place()? {
                return Ok(());
            }
            self.lock = None;
            // The files may be gone, too.
            self.written.clear();
        }
        let writing = |source| HistoryError::writing(&self.directory, source);
        fs::create_dir_all(&self.directory).map_err(writing)?;
        let lock = Lock::take(&self.directory)?;
        DeviceFile::remove_leftovers(&self.directory).map_err(writing)?;
        self.lock = Some(lock);
        Ok(())
    }

    /// Whether an error concerns the directory or its lock, and not the file of one device.
    pub fn concerns_all(&self, error: &HistoryError) -> bool {
        let path = error.path();
        path == self.directory || path == Lock::path_in(&self.directory)
    }

    /// Records the values of a device if they changed; unchanged values once an hour. It can be
    /// called at every change, and must be called at least once an hour. After an error, the next
    /// call retries.
    pub fn record(
        &mut self,
        device: &str,
        at: Timestamp,
        sample: &Sample,
    ) -> Result<Recorded, HistoryError> {
        let written = self.written.get(device);
        if written.is_some_and(|written| !written.is_due(at, sample)) {
            return Ok(Recorded::NotDue);
        }
        self.prepare()?;
        let written = self.written.get(device);
        let file = DeviceFile::of(&self.directory, device);
        if written.is_none() {
            file.report_damage();
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
        if !file.exists() {
            self.make_room()?;
        }
        file.append(&entry)?;
        self.note(device, at, *sample);
        Ok(Recorded::Written)
    }

    /// Records that nothing is known from this time until now, because the computer was suspended, so
    /// that the gap does not count as use: a device that was online is recorded as offline.
    pub fn interrupt(&mut self, device: &str, at: Timestamp) -> Result<Recorded, HistoryError> {
        let Some(written) = self.written.get(device) else {
            return Ok(Recorded::NotDue);
        };
        if !written.sample.online || at < written.at {
            return Ok(Recorded::NotDue);
        }
        let away = Sample {
            online: false,
            ..written.sample
        };
        self.record(device, at, &away)
    }

    /// Merges the history of a device into that of another id: they turned out to be one device.
    pub fn join(&mut self, from: &str, to: &str, now: Timestamp) -> Result<(), HistoryError> {
        let other = DeviceFile::of(&self.directory, from);
        if from == to || !other.exists() {
            return Ok(());
        }
        self.prepare()?;
        DeviceFile::of(&self.directory, to).absorb(&other, now)?;
        self.written.remove(from);
        Ok(())
    }

    fn note(&mut self, device: &str, at: Timestamp, sample: Sample) {
        self.written
            .insert(device.to_owned(), Written { at, sample });
        // Bounded like the files, but separately: others can remove files.
        if self.written.len() > MOST_DEVICES {
            let oldest = self.written.iter().min_by_key(|(_, it)| it.at);
            if let Some(oldest) = oldest.map(|(device, _)| device.clone()) {
                self.written.remove(&oldest);
            }
        }
    }

    /// The entries of a device since then, sorted by time.
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

impl Written {
    /// Whether a sample is due for recording after this one.
    fn is_due(&self, at: Timestamp, sample: &Sample) -> bool {
        let before = &self.sample;
        if (sample.charge, sample.state, sample.online)
            != (before.charge, before.state, before.online)
        {
            return true;
        }
        let moved = sample.voltage != before.voltage
            || sample.light.map(|it| it.lux) != before.light.map(|it| it.lux);
        let interval = if moved { SELDOM } else { HEARTBEAT };
        // After the clock was set back, the interval starts again.
        at < self.at || at.since(self.at) >= interval
    }
}

/// Reads the entries of a device since then, sorted by time; none for an unknown device. Another
/// process may write the file concurrently.
pub fn read(directory: &Path, device: &str, since: Timestamp) -> Result<Vec<Entry>, HistoryError> {
    let mut entries = DeviceFile::of(directory, device).read()?;
    entries.retain(|entry| entry.at >= since);
    Ok(entries)
}

/// The stamp of a device's file, taken without reading it: equal stamps mean equal contents.
/// `None`: there is no file.
pub fn stamp(directory: &Path, device: &str) -> Option<Stamp> {
    DeviceFile::of(directory, device).stamp()
}

/// The ids of all devices with a history in a directory. Other files are skipped and logged.
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
