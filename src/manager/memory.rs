//! What is remembered of devices from one run to the next: where their features stand, what they
//! are called, and their last values.
//!
//! It saves requests, and knows devices that sleep. Nothing in it is believed blindly: an answer
//! that does not fit, or a value that leaps, makes the session ask from the start. An entry is for
//! one device, not for its model and firmware: learning the firmware costs more requests than it
//! would save.
//!
//! The file is a JSON document (`document.rs`), replaced atomically. What else can be there:
//!
//! - A file of a newer schema, or something that is not a regular file, is left alone, and nothing
//!   is saved until it is moved away.
//! - A damaged file, one of an unknown older schema, one that is too long, and one that this user
//!   cannot read are renamed to `devices.json.damaged` before a new file is written. Of a damaged
//!   file the entries with a sound checksum are used.
//! - Where the file is missing or damaged, everything that this process knows is written, not only
//!   what it learnt since it started.
//!
//! Each save waits for the disk (fsync) before the rename, so that a power cut leaves the old file
//! or the new one; one that was killed leaves a temporary file, which a later save removes.

mod document;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use log::{debug, info, warn};
use serde::{Deserialize, Serialize};

use crate::device::{Battery, Device, Light};
use crate::feature::{DeviceKind, FirmwareVersion};
use crate::session::Known;
use crate::storage::{regular, replace, replace_damaged};
use crate::transport::NodeId;
use crate::units::Timestamp;
use document::{Contents, Newer};

/// Where features stand is looked up again after this time: a new firmware may have moved them.
const BELIEVED: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How many devices are remembered, more than any desk has; those not seen for longest are dropped.
const MOST_DEVICES: usize = 1000;

/// A longer file is not one of ours.
const LONGEST: u64 = 4 << 20;

/// What is remembered.
#[derive(Debug, Default)]
pub struct Memory {
    /// Where it is kept; `None`: nowhere.
    path: Option<PathBuf>,
    devices: BTreeMap<String, Entry>,
    /// What was learnt or found wrong since it was last saved.
    touched: BTreeSet<String>,
    /// Which plugging has which receiver's serial number. It is not kept.
    receivers: BTreeMap<String, NodeId>,
    /// The file could not be used at the last attempt, and that was logged.
    failing: bool,
}

/// Whether a file was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It was.
    Written,
    /// Nothing was different.
    NoNews,
}

/// Why nothing is kept.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// The file cannot be written.
    #[error("{path} cannot be written: {source}", path = .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file cannot be read, and is left alone.
    #[error("{path} cannot be read and is left alone: {source}", path = .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file is of a newer version of this program.
    #[error(
        "{path} has schema {schema} of a newer version and is left alone, so nothing is \
         remembered: update solar-status, or move it away",
        path = .path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        schema: u32,
    },
}

/// What was found in the place of the file.
enum Found {
    Nothing,
    Document(Contents),
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Entry {
    /// When it was asked where its features stand.
    checked: Timestamp,
    known: Known,
    seen: Option<Timestamp>,
    name: Option<String>,
    full_name: Option<String>,
    kind: Option<DeviceKind>,
    firmware: Option<FirmwareVersion>,
    has_battery: Option<bool>,
    battery: Option<Battery>,
    light: Option<Light>,
}

impl Memory {
    /// Reads what is remembered in a file; from one that is missing, nothing. Why a file cannot be
    /// used is logged.
    pub fn open(path: PathBuf) -> Self {
        let mut memory = Self::default();
        match find(&path) {
            Ok(Found::Nothing) => {}
            Ok(Found::Document(contents)) => {
                if let Some(damage) = contents.damage {
                    info!("{} is damaged: {damage}", path.display());
                }
                memory.devices = contents.devices;
            }
            Err(error) => {
                memory.failing = true;
                warn!("{error}");
            }
        }
        memory.path = Some(path);
        memory
    }

    /// Whether a receiver is the first that is there with its serial number; clones have the same.
    pub(super) fn claim(&mut self, serial: &str, node: &NodeId) -> bool {
        self.receivers
            .entry(serial.to_owned())
            .or_insert_with(|| node.clone())
            == node
    }

    /// A receiver is gone; another may have its serial number.
    pub(super) fn release(&mut self, node: &NodeId) {
        self.receivers.retain(|_, of| of != node);
    }

    /// Gives a device what is remembered of it, and says what need not be asked.
    pub(super) fn recall(&self, device: &mut Device, now: Timestamp) -> Known {
        let Some(entry) = self.devices.get(&device.id) else {
            return Known::default();
        };
        let entry = entry.clone();
        device.name = device.name.take().or(entry.name);
        device.full_name = entry.full_name;
        device.kind = device.kind.or(entry.kind);
        device.firmware = entry.firmware;
        device.protocol = entry.known.protocol;
        device.seen = entry.seen;
        device.has_battery = entry.has_battery;
        device.battery = entry.battery;
        device.light = entry.light;
        // A time far ahead was told by a clock that was wrong.
        let apart = now.since(entry.checked).max(entry.checked.since(now));
        if apart > BELIEVED {
            return Known::default();
        }
        Known {
            remembered: true,
            ..entry.known
        }
    }

    /// Tells what a device of this id is called and is, for those who only show it.
    pub fn describe(&self, device: &mut Device) {
        if let Some(entry) = self.devices.get(&device.id) {
            device.name.clone_from(&entry.name);
            device.full_name.clone_from(&entry.full_name);
            device.kind = entry.kind;
        }
    }

    /// Remembers what is known of a device now.
    pub(super) fn keep(&mut self, device: &Device, known: &Known, now: Timestamp) {
        let before = self.devices.get(&device.id);
        // What was only remembered was not checked.
        let checked = before
            .filter(|_| known.remembered)
            .map_or(now, |before| before.checked);
        let entry = Entry {
            checked,
            known: Known {
                remembered: false,
                ..known.clone()
            },
            seen: device.seen,
            name: device.name.clone(),
            full_name: device.full_name.clone(),
            kind: device.kind,
            firmware: device.firmware,
            has_battery: device.has_battery,
            battery: device.battery,
            light: device.light,
        };
        if before != Some(&entry) {
            self.devices.insert(device.id.clone(), entry);
            self.touched.insert(device.id.clone());
            self.bound();
        }
    }

    /// Drops what is too much; where nothing can be saved, that is all that bounds it.
    fn bound(&mut self) {
        for id in drop_unseen(&mut self.devices) {
            self.touched.remove(&id);
        }
        if self.touched.len() > MOST_DEVICES {
            self.touched.retain(|id| self.devices.contains_key(id));
        }
    }

    /// Forgets a device whose entry was wrong.
    pub(super) fn forget(&mut self, id: &str) {
        self.devices.remove(id);
        self.touched.insert(id.to_owned());
    }

    /// Whether it is kept in a file.
    pub(super) const fn is_kept(&self) -> bool {
        self.path.is_some()
    }

    /// Writes what became different, together with what other programs wrote meanwhile. At any time
    /// the file is there as a whole, the old one or the new one.
    pub fn save(&mut self) -> Result<Saved, MemoryError> {
        let Some(path) = self.path.clone().filter(|_| !self.touched.is_empty()) else {
            return Ok(Saved::NoNews);
        };
        let (before, damage) = match find(&path)? {
            Found::Nothing => (None, None),
            Found::Document(contents) => (Some(contents.devices), contents.damage),
        };
        let mut devices = match &before {
            Some(devices) if damage.is_none() => devices.clone(),
            found => {
                let mut devices = self.devices.clone();
                devices.extend(found.clone().unwrap_or_default());
                devices
            }
        };
        for id in &self.touched {
            match self.devices.get(id) {
                Some(entry) => _ = devices.insert(id.clone(), entry.clone()),
                None => _ = devices.remove(id),
            }
        }
        drop_unseen(&mut devices);
        let is_news = damage.is_some() || before.as_ref() != Some(&devices);
        if is_news {
            write(&path, &devices, damage).map_err(|source| MemoryError::Write { path, source })?;
        }
        self.touched.clear();
        Ok(if is_news {
            Saved::Written
        } else {
            Saved::NoNews
        })
    }

    /// Saves it, and logs the first of several failures, and their end.
    pub fn save_or_log(&mut self) {
        match self.save() {
            Ok(Saved::NoNews) => {}
            Ok(Saved::Written) => {
                if let Some(path) = self.path.as_ref().filter(|_| self.failing) {
                    warn!("{} is written again", path.display());
                }
                self.failing = false;
            }
            Err(error) if self.failing => debug!("{error}"),
            Err(error) => {
                self.failing = true;
                warn!("{error}");
            }
        }
    }
}

/// Drops the devices that were not seen for longest, if there are too many. Returns their ids.
fn drop_unseen(devices: &mut BTreeMap<String, Entry>) -> Vec<String> {
    let mut dropped = Vec::new();
    while devices.len() > MOST_DEVICES {
        let unseen = devices.iter().min_by_key(|(_, entry)| entry.seen);
        let Some(id) = unseen.map(|(id, _)| id.clone()) else {
            break;
        };
        devices.remove(&id);
        dropped.push(id);
    }
    dropped
}

/// Reads a file. Errors are those for which it is left alone.
fn find(path: &Path) -> Result<Found, MemoryError> {
    let text = match regular::read(path, LONGEST) {
        Ok(text) => text,
        Err(error) => {
            return match error.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Ok(Found::Nothing),
                io::ErrorKind::PermissionDenied | io::ErrorKind::FileTooLarge => {
                    Ok(Found::Document(Contents {
                        damage: Some(format!("it cannot be read: {error}")),
                        ..Contents::default()
                    }))
                }
                // Not a regular file; or the system failed, and the file may be fine.
                _ => Err(MemoryError::Read {
                    path: path.to_owned(),
                    source: error,
                }),
            };
        }
    };
    let contents = document::parse(&text).map_err(|Newer(schema)| MemoryError::Newer {
        path: path.to_owned(),
        schema,
    })?;
    Ok(Found::Document(contents))
}

/// Writes a file; a damaged one is kept under another name.
fn write(path: &Path, devices: &BTreeMap<String, Entry>, damage: Option<String>) -> io::Result<()> {
    let text = document::write(devices)?;
    let Some(damage) = damage else {
        return replace(path, text.as_bytes());
    };
    let kept = replace_damaged(path, text.as_bytes())?;
    warn!(
        "{} was damaged ({damage}): it is kept as {}",
        path.display(),
        kept.display()
    );
    Ok(())
}
