//! Devices set apart: those with a separate id because another device has the same model and serial
//! number.

use std::time::Duration;

use super::Memory;
use super::entry::{Apart, Entry};
use hidpp_proto::units::Timestamp;

/// How long a separate id stays valid after the two devices last answered in turn. If both ids are
/// in use for longer without that, the separation was a mistake.
const APART: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The age of that proof from which on both devices are polled again, if they are up, to renew it.
const APART_RENEWED: Duration = Duration::from_secs(24 * 60 * 60);

impl Memory {
    /// Records that two devices with the same serial number were seen at the same time: the device
    /// with `id` is not the one with the id `from`.
    pub(in crate::manager) fn set_apart(&mut self, id: &str, from: &str, now: Timestamp) {
        let before = self.apart(id).filter(|(_, it)| it.from == from);
        // A time in the future was recorded while the clock was wrong.
        if before.is_none_or(|(_, it)| it.at > now) || self.is_apart_due(id, now) {
            let from = from.to_owned();
            self.update(id, |entry| entry.apart = Some(Apart { from, at: now }));
        }
    }

    /// Whether the proof for a device set apart, last seen at `seen`, is due for renewal.
    pub(in crate::manager) fn is_apart_due(&self, id: &str, seen: Timestamp) -> bool {
        let apart = self.apart(id);
        apart.is_some_and(|(_, it)| seen.since(it.at) >= APART_RENEWED)
    }

    /// Whether a device is set apart under this id. No longer so if both ids were in use for longer
    /// than [`APART`] after the two devices were last seen together.
    pub(in crate::manager) fn is_apart(&self, id: &str) -> bool {
        let Some((entry, apart)) = self.apart(id) else {
            return false;
        };
        let other = self.devices.get(&apart.from).and_then(|it| it.seen);
        let both = entry.seen.min(other);
        both.is_none_or(|seen| seen.since(apart.at) < APART)
    }

    /// The device of an id was online at the same time as that of the unit id it reports: they are
    /// different devices.
    pub(in crate::manager) fn refuse(&mut self, id: &str, unit: &str, now: Timestamp) {
        let from = unit.to_owned();
        self.update(id, |entry| entry.refused = Some(Apart { from, at: now }));
    }

    /// Whether the device of an id from a pairing record may be that of a unit id that it reports: no
    /// other pairing record has that id or was joined with it, and they were not online at the same
    /// time recently.
    pub(in crate::manager) fn can_be_joined(&self, unit: &str, id: &str, now: Timestamp) -> bool {
        let refused = self.devices.get(id).and_then(|it| it.refused.as_ref());
        let refused = refused.filter(|it| it.from == unit && it.at <= now);
        // Once joined, the unit id is an alias of the id of the pairing record.
        let owner = self.resolve(unit);
        let is_free = owner == id || (owner == unit && !self.is_paired(unit));
        is_free && refused.is_none_or(|it| now.since(it.at) >= APART)
    }

    /// The id that a device would have if it were not set apart: the same for all devices with one
    /// serial number.
    pub(in crate::manager) fn without_place<'a>(&'a self, id: &'a str) -> &'a str {
        self.apart(id).map_or(id, |(_, apart)| &apart.from)
    }

    fn apart(&self, id: &str) -> Option<(&Entry, &Apart)> {
        let entry = self.devices.get(id)?;
        Some((entry, entry.apart.as_ref()?))
    }
}
