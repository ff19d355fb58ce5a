//! Devices with an id of their own because another one has their model and serial number.

use std::time::Duration;

use super::Memory;
use super::entry::{Apart, Entry};
use hidpp_proto::units::Timestamp;

/// How long an id with its place holds after its device and the other one of the same model and serial
/// number last answered in turn. If both are in use for longer without that, it was a mistake.
const APART: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How old that time gets before both are asked again, as far as they are up, and it is noted again.
const APART_RENEWED: Duration = Duration::from_secs(24 * 60 * 60);

impl Memory {
    /// The devices of two ids were seen at the same time, though they have one serial number: that of
    /// the first id is not that of the second.
    pub(in crate::manager) fn set_apart(&mut self, id: &str, from: &str, now: Timestamp) {
        let before = self.apart(id).filter(|(_, it)| it.from == from);
        // A time ahead is from a clock that was wrong.
        if before.is_none_or(|(_, it)| it.at > now) || self.is_apart_due(id, now) {
            let from = from.to_owned();
            self.update(id, |entry| entry.apart = Some(Apart { from, at: now }));
        }
    }

    /// Whether it is time to look again whether a device with a place in its id is another one: it was
    /// seen at this time.
    pub(in crate::manager) fn is_apart_due(&self, id: &str, seen: Timestamp) -> bool {
        let apart = self.apart(id);
        apart.is_some_and(|(_, it)| seen.since(it.at) >= APART_RENEWED)
    }

    /// Whether the device at a place is known to be another one than that of the id without the place.
    /// It is not any more when both ids were in use long after the two were last seen together.
    pub(in crate::manager) fn is_apart(&self, id: &str) -> bool {
        let Some((entry, apart)) = self.apart(id) else {
            return false;
        };
        let other = self.devices.get(&apart.from).and_then(|it| it.seen);
        let both = entry.seen.min(other);
        both.is_none_or(|seen| seen.since(apart.at) < APART)
    }

    /// The device of an id was seen at the same time as that of a unit id it states: it is another one.
    pub(in crate::manager) fn refuse(&mut self, id: &str, unit: &str, now: Timestamp) {
        let from = unit.to_owned();
        self.update(id, |entry| entry.refused = Some(Apart { from, at: now }));
    }

    /// Whether the device of an id from a pairing record may be that of a unit id that it states: no
    /// pairing record has that id, and they were not seen at the same time lately.
    pub(in crate::manager) fn can_be_joined(&self, unit: &str, id: &str, now: Timestamp) -> bool {
        let refused = self.devices.get(id).and_then(|it| it.refused.as_ref());
        let refused = refused.filter(|it| it.from == unit && it.at <= now);
        !self.is_paired(unit) && refused.is_none_or(|it| now.since(it.at) >= APART)
    }

    /// The id that a device would have without its place: what devices of one serial number have in
    /// common.
    pub(in crate::manager) fn without_place<'a>(&'a self, id: &'a str) -> &'a str {
        self.apart(id).map_or(id, |(_, apart)| &apart.from)
    }

    fn apart(&self, id: &str) -> Option<(&Entry, &Apart)> {
        let entry = self.devices.get(id)?;
        Some((entry, entry.apart.as_ref()?))
    }
}
