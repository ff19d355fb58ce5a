//! The device cache, kept from one run to the next: feature indexes, names and last values.
//!
//! It saves requests, and provides the values of sleeping devices. Cached data is verified: an
//! inconsistent answer, or an implausible jump of a value, makes the session look everything up
//! again. Entries are per device, not per model and firmware: reading the firmware version costs
//! more requests than sharing would save.
//!
//! The file is a JSON document (`document.rs`), replaced atomically. Other cases:
//!
//! - A file of a newer schema, or something that is not a regular file, is left alone, and nothing
//!   is saved until it is moved away.
//! - A damaged file, one of an unknown older schema, one that is too long, and one that this user
//!   cannot read are renamed to `devices.json.damaged` before a new file is written. The entries of
//!   a damaged file that have a valid checksum are used.
//! - If the file is missing or damaged, all entries of this process are written, not only those
//!   changed since it started.
//!
//! Each save waits for the disk (fsync) before the rename, so that a power cut leaves either the
//! old or the new file. A save that was killed leaves a temporary file, which a later save removes.

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

/// The age at which cached feature indexes are stale and looked up again: a firmware update may
/// have moved features.
const STALE_AFTER: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The number of devices stored, more than any desk has; those not seen for longest are dropped.
const MOST_DEVICES: usize = 1000;

/// The device cache.
#[derive(Debug, Default)]
pub struct Memory {
    /// The file; `None`: in memory only.
    path: Option<PathBuf>,
    devices: BTreeMap<String, Entry>,
    /// The ids of entries changed since the last save.
    touched: BTreeSet<String>,
    /// The node that holds each receiver serial number. Not saved.
    receivers: BTreeMap<String, NodeId>,
    /// The ids derived from pairing records in this run. Saved only as [`Entry::paired`].
    paired: BTreeSet<String>,
    /// Whether the last use of the file failed, which was logged.
    failing: bool,
}

/// Whether a file was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It was written.
    Written,
    /// Nothing had changed.
    Unchanged,
}

impl Memory {
    /// Reads the cache from a file. It is empty if the file is missing; if the file cannot be used,
    /// the reason is logged.
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

    /// Claims a receiver's serial number for a node. Returns `false` if another present node has
    /// it: cloned receivers share a serial number.
    pub(super) fn claim(&mut self, serial: &str, node: &NodeId) -> bool {
        self.receivers
            .entry(serial.to_owned())
            .or_insert_with(|| node.clone())
            == node
    }

    /// Releases the serial number of a receiver that was removed.
    pub(super) fn release(&mut self, node: &NodeId) {
        self.receivers.retain(|_, of| of != node);
    }

    /// The id of the device with this link-based id; a different one if it was identified.
    pub(super) fn resolve(&self, link_id: &str) -> String {
        let mut devices = self.devices.iter();
        let found = devices.find(|(_, entry)| entry.aliases.iter().any(|it| it == link_id));
        found.map_or_else(|| link_id.to_owned(), |(id, _)| id.clone())
    }

    /// The models of devices that were identified by cable or Bluetooth, as in their ids.
    pub(super) fn identified_models(&self) -> impl Iterator<Item = &str> {
        let devices = self.devices.iter();
        let identified = devices.filter(|(_, entry)| !entry.aliases.is_empty());
        identified.filter_map(|(id, _)| Some(id.split_once('-')?.0))
    }

    /// An id was derived from a receiver's pairing record.
    pub(super) fn on_paired(&mut self, id: &str) {
        if self.paired.len() < MOST_DEVICES {
            self.paired.insert(id.to_owned());
        }
    }

    fn is_paired(&self, id: &str) -> bool {
        self.paired.contains(id) || self.devices.get(id).is_some_and(|it| it.paired)
    }

    /// A device with the link-based id `link_id` was identified as `id`: if it `owns` the entry of
    /// the former, that entry is merged into the one of `id`. Returns `false` if the identification
    /// was known, or if the entry stays where it is. The entry also stays if a receiver has a
    /// pairing record for `link_id`: any device can claim any identity, and must not take over the
    /// data of another.
    ///
    /// Pairing records are trusted: if no receiver has one for `link_id`, and that device is not in
    /// use on Bluetooth, a hostile receiver can permanently take over the entry. `SECURITY.md`
    /// documents this limit.
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

    /// Whether there is an entry for this id.
    pub(super) fn knows(&self, id: &str) -> bool {
        self.devices.contains_key(id)
    }

    /// Fills a device from its entry, and returns what need not be requested again on links with
    /// this product id.
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
        // A time far in the future was recorded while the clock was wrong.
        let apart = now.since(checked).max(checked.since(now));
        if apart > STALE_AFTER {
            // An identity does not change with the firmware.
            let mut lasting = Known::default();
            lasting.identified = known.identified;
            lasting.nameless = known.nameless;
            return lasting;
        }
        known.remembered = true;
        known
    }

    /// Fills in the name and kind of a device from its entry, for display only.
    pub fn describe(&self, device: &mut Device) {
        if let Some(entry) = self.devices.get(&device.id) {
            device.stored_name.clone_from(&entry.name);
            device.full_name.clone_from(&entry.full_name);
            device.name = device.best_name();
            device.kind = entry.kind;
        }
    }

    /// Stores the feature indexes of a device, and what else need not be requested again.
    pub(super) fn keep_known(&mut self, id: &str, known: &Known, now: Timestamp) {
        self.update(id, |entry| {
            // Cached data that was only reused keeps its age.
            let before = entry.learnt(known.model).filter(|_| known.remembered);
            let checked = before.map_or(now, |(checked, _)| checked);
            let mut known = known.clone();
            known.remembered = false;
            entry.learn(checked, known);
        });
    }

    /// Stores the description and the last values of a device.
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

    /// Enforces the size limits, also while nothing can be saved.
    fn bound(&mut self) {
        for id in drop_unseen(&mut self.devices) {
            self.touched.remove(&id);
        }
        if self.touched.len() > MOST_DEVICES {
            self.touched.retain(|id| self.devices.contains_key(id));
        }
    }

    /// Discards what was learnt about a device on links with this product id: it was wrong.
    pub(super) fn forget(&mut self, id: &str, model: Option<Wpid>) {
        if self.knows(id) {
            self.update(id, |entry| {
                let mut known = Known::default();
                known.model = model;
                entry.learn(Timestamp::START, known);
            });
        }
    }

    /// Whether it is saved to a file.
    pub(super) const fn is_kept(&self) -> bool {
        self.path.is_some()
    }

    /// Saves changed entries, merged with what other processes wrote in the meantime. The file is
    /// replaced atomically.
    pub fn save(&mut self) -> Result<Saved, MemoryError> {
        let Some(path) = self.path.clone().filter(|_| !self.touched.is_empty()) else {
            return Ok(Saved::Unchanged);
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
        let changed = damage.is_some() || before.as_ref() != Some(&devices);
        if changed {
            write(&path, &devices, damage).map_err(|source| MemoryError::Write { path, source })?;
        }
        self.touched.clear();
        Ok(if changed {
            Saved::Written
        } else {
            Saved::Unchanged
        })
    }

    /// Saves it. Logs the first of consecutive failures as a warning, and recovery.
    pub fn save_or_log(&mut self) {
        match self.save() {
            Ok(Saved::Unchanged) => {}
            Ok(Saved::Written) => {
                if let Some(path) = self.path.as_ref().filter(|_| self.failing) {
                    warn!("{} can be written again", path.display());
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

/// Drops the devices not seen for longest, if there are too many. Returns their ids.
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
