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

mod apart;
mod document;
mod entry;
mod file;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use log::{debug, info, warn};

pub use file::MemoryError;

use crate::device::Device;
use crate::transport::NodeId;
use entry::Entry;
use file::{Found, find, write};
use hidpp_proto::session::Known;
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::Wpid;

/// Where features stand is looked up again after this time: a new firmware may have moved them.
const BELIEVED: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How many devices are remembered, more than any desk has; those not seen for longest are dropped.
const MOST_DEVICES: usize = 1000;

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
    /// Ids that pairing records gave since the start. They are not kept, but see [`Entry::paired`].
    paired: BTreeSet<String>,
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

    /// The id of the device that has this id by a link alone: another one if it was identified.
    pub(super) fn resolve(&self, link_id: &str) -> String {
        let mut devices = self.devices.iter();
        let found = devices.find(|(_, entry)| entry.aliases.iter().any(|it| it == link_id));
        found.map_or_else(|| link_id.to_owned(), |(id, _)| id.clone())
    }

    /// The models of devices that were identified on a cable or Bluetooth, as their ids have them.
    pub(super) fn identified_models(&self) -> impl Iterator<Item = &str> {
        let devices = self.devices.iter();
        let identified = devices.filter(|(_, entry)| !entry.aliases.is_empty());
        identified.filter_map(|(id, _)| Some(id.split_once('-')?.0))
    }

    /// A receiver's pairing record gives this id.
    pub(super) fn on_paired(&mut self, id: &str) {
        if self.paired.len() < MOST_DEVICES {
            self.paired.insert(id.to_owned());
        }
    }

    fn is_paired(&self, id: &str) -> bool {
        self.paired.contains(id) || self.devices.get(id).is_some_and(|it| it.paired)
    }

    /// A device with this id by a link alone was identified: what is remembered under it belongs to
    /// the other id, if the device owns it. `false`: that is known, or what is kept under the first id
    /// stays there. It also stays where a receiver knows a device by the first id: any device can state
    /// any identity, and must not take over what is kept of another.
    ///
    /// A pairing record is believed: of a device that no receiver knows by the first id, and that is not
    /// in use on Bluetooth, a hostile receiver can take over what is kept, and for good. `SECURITY.md`
    /// states that limit.
    pub(super) fn identify(&mut self, link_id: &str, id: &str, owns: bool) -> bool {
        let known = self.devices.get(id);
        let is_known = known.is_some_and(|it| it.aliases.iter().any(|it| it == link_id));
        if is_known || self.is_paired(link_id) {
            return false;
        }
        let before = owns.then(|| self.devices.remove(link_id)).flatten();
        let entry = self.devices.entry(id.to_owned()).or_default();
        if let Some(before) = before {
            entry.absorb(before);
            self.touched.insert(link_id.to_owned());
        }
        entry.add_alias(link_id);
        self.touched.insert(id.to_owned());
        self.bound();
        owns
    }

    /// Whether something is remembered under this id.
    pub(super) fn knows(&self, id: &str) -> bool {
        self.devices.contains_key(id)
    }

    /// Gives a device what is remembered of it, and returns what need not be asked where it has this
    /// product id.
    pub(super) fn recall(&self, device: &mut Device, model: Option<Wpid>, now: Timestamp) -> Known {
        let Some(entry) = self.devices.get(&device.id) else {
            return Known::default();
        };
        let learnt = entry.learnt(model).map(|(at, known)| (at, known.clone()));
        let entry = entry.clone();
        device.stored_name = device.stored_name.take().or(entry.name);
        device.full_name = entry.full_name;
        device.name = device.best_name();
        device.kind = device.kind.or(entry.kind);
        device.firmware = entry.firmware;
        device.seen = entry.seen;
        device.has_battery = entry.has_battery;
        device.battery = entry.battery;
        device.light = entry.light;
        let Some((checked, mut known)) = learnt else {
            return Known::default();
        };
        device.protocol = known.protocol;
        // A time far ahead is from a clock that was wrong.
        let apart = now.since(checked).max(checked.since(now));
        if apart > BELIEVED {
            // An identity does not change with the firmware.
            let mut lasting = Known::default();
            lasting.identified = known.identified;
            lasting.nameless = known.nameless;
            return lasting;
        }
        known.remembered = true;
        known
    }

    /// Tells what a device of this id is called and is, for those who only show it.
    pub fn describe(&self, device: &mut Device) {
        if let Some(entry) = self.devices.get(&device.id) {
            device.stored_name.clone_from(&entry.name);
            device.full_name.clone_from(&entry.full_name);
            device.name = device.best_name();
            device.kind = entry.kind;
        }
    }

    /// Remembers where the features of a device stand, and what else need not be asked.
    pub(super) fn keep_known(&mut self, id: &str, known: &Known, now: Timestamp) {
        self.update(id, |entry| {
            // What was only remembered was not checked.
            let before = entry.learnt(known.model).filter(|_| known.remembered);
            let checked = before.map_or(now, |(checked, _)| checked);
            let mut known = known.clone();
            known.remembered = false;
            entry.learn(checked, known);
        });
    }

    /// Remembers what a device is, and its last values.
    pub(super) fn keep(&mut self, device: &Device) {
        let paired = self.is_paired(&device.id);
        self.update(&device.id, |entry| {
            entry.paired = paired;
            entry.seen = device.seen;
            entry.name.clone_from(&device.stored_name);
            entry.full_name.clone_from(&device.full_name);
            entry.kind = device.kind;
            entry.firmware = device.firmware;
            entry.has_battery = device.has_battery;
            entry.battery = device.battery;
            entry.light = device.light;
        });
    }

    fn update(&mut self, id: &str, update: impl FnOnce(&mut Entry)) {
        let before = self.devices.get(id);
        let mut entry = before.cloned().unwrap_or_default();
        update(&mut entry);
        if before != Some(&entry) {
            self.devices.insert(id.to_owned(), entry);
            self.touched.insert(id.to_owned());
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

    /// Forgets what was learnt of a device where it has this product id: it was wrong.
    pub(super) fn forget(&mut self, id: &str, model: Option<Wpid>) {
        if self.knows(id) {
            self.update(id, |entry| {
                let mut known = Known::default();
                known.model = model;
                entry.learn(Timestamp::START, known);
            });
        }
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
