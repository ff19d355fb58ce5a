//! What is remembered of devices from one run to the next: where their features stand, what they
//! are called, and their last values.
//!
//! It saves requests, and tells of devices that sleep. Nothing in it is believed blindly: an
//! answer that does not fit, or a value that leaps, makes the session ask from the start. An entry
//! is for one device, not for its model and firmware: to learn the firmware costs more requests
//! than it would save.
//!
//! The file is a JSON document, replaced as a whole; one that cannot be read is left out and
//! written anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use log::{debug, info};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::device::{Battery, Device, Light};
use crate::feature::{DeviceKind, FirmwareVersion};
use crate::session::Known;
use crate::text;
use crate::transport::NodeId;
use crate::units::Timestamp;

/// The version of the file's format.
const SCHEMA: u32 = 1;

/// Where features stand is looked up again after this time: a new firmware may have moved them.
const BELIEVED: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// More than this nobody has; the longest unseen are dropped.
const MOST_DEVICES: usize = 1000;

/// A longer file is none of ours.
const LONGEST: u64 = 4 << 20;

/// What is remembered.
#[derive(Debug, Default)]
pub struct Memory {
    /// Where it is kept; `None`: nowhere.
    path: Option<PathBuf>,
    devices: BTreeMap<String, Entry>,
    /// What was learnt or found wrong since it was read.
    touched: BTreeSet<String>,
    /// Which plugging has which receiver's serial number. It is not kept.
    receivers: BTreeMap<String, NodeId>,
}

/// Why it could not be kept.
#[derive(Debug, thiserror::Error)]
#[error("{path} cannot be written: {source}", path = .path.display())]
pub struct MemoryError {
    path: PathBuf,
    source: io::Error,
}

#[derive(Debug, Deserialize, Serialize)]
struct File {
    schema: u32,
    devices: BTreeMap<String, Value>,
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
    /// Reads what is remembered in a file; from one that is missing or damaged, nothing.
    pub fn open(path: PathBuf) -> Self {
        let devices = read(&path).unwrap_or_default();
        Self {
            path: Some(path),
            devices,
            ..Self::default()
        }
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
        }
    }

    /// Forgets a device whose entry was wrong.
    pub(super) fn forget(&mut self, id: &str) {
        self.devices.remove(id);
        self.touched.insert(id.to_owned());
    }

    /// Whether there is anything to be saved.
    fn is_changed(&self) -> bool {
        self.path.is_some() && !self.touched.is_empty()
    }

    /// Writes what became different, beside what other programs wrote meanwhile. The file is
    /// there as a whole at any time, the old one or the new one.
    pub fn save(&mut self) -> Result<(), MemoryError> {
        let Some(path) = self.path.clone().filter(|_| self.is_changed()) else {
            return Ok(());
        };
        let mut devices = read(&path).unwrap_or_default();
        for id in &self.touched {
            match self.devices.get(id) {
                Some(entry) => _ = devices.insert(id.clone(), entry.clone()),
                None => _ = devices.remove(id),
            }
        }
        while devices.len() > MOST_DEVICES {
            let unseen = devices.iter().min_by_key(|(_, entry)| entry.seen);
            let Some(id) = unseen.map(|(id, _)| id.clone()) else {
                break;
            };
            devices.remove(&id);
        }
        write(&path, &devices).map_err(|source| MemoryError { path, source })?;
        self.touched.clear();
        Ok(())
    }
}

fn read(path: &Path) -> Option<BTreeMap<String, Entry>> {
    let mut text = Vec::new();
    let taken = fs::File::open(path).and_then(|file| file.take(LONGEST).read_to_end(&mut text));
    match taken {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => {
            info!("{} cannot be read: {error}", path.display());
            return None;
        }
    }
    let file: File = match serde_json::from_slice(&text) {
        Ok(file) => file,
        Err(error) => {
            info!("{} is damaged and not used: {error}", path.display());
            return None;
        }
    };
    if file.schema != SCHEMA {
        debug!("{} is of another version: {}", path.display(), file.schema);
        return None;
    }
    let entries = file.devices.into_iter().filter_map(|(id, value)| {
        match serde_json::from_value::<Entry>(value) {
            Ok(entry) => Some((id, displayable(entry))),
            Err(error) => {
                info!("{}: the entry {id} is damaged: {error}", path.display());
                None
            }
        }
    });
    Some(entries.collect())
}

/// An entry with names that can be shown: anybody may have written the file.
fn displayable(entry: Entry) -> Entry {
    Entry {
        name: entry.name.as_deref().and_then(text::name),
        full_name: entry.full_name.as_deref().and_then(text::name),
        ..entry
    }
}

fn write(path: &Path, devices: &BTreeMap<String, Entry>) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    let values = devices
        .iter()
        .map(|(id, entry)| Ok((id.clone(), serde_json::to_value(entry)?)))
        .collect::<Result<_, serde_json::Error>>()?;
    let file = File {
        schema: SCHEMA,
        devices: values,
    };
    let mut temporary = tempfile::Builder::new()
        .prefix(".devices-")
        .permissions(fs::Permissions::from_mode(0o600))
        .tempfile_in(folder)?;
    serde_json::to_writer(&mut temporary, &file)?;
    temporary.write_all(b"\n")?;
    temporary.as_file().sync_all()?;
    temporary.persist(path).map_err(|error| error.error)?;
    Ok(())
}
