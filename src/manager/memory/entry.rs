//! The cache entry of one device.

use serde::{Deserialize, Serialize};

use crate::device::{Battery, Light};
use hidpp_proto::feature::{DeviceKind, FirmwareVersion};
use hidpp_proto::session::Known;
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::Wpid;

/// The number of link ids stored per device; the oldest are dropped. A Bluetooth address can change
/// with each pairing.
const MOST_ALIASES: usize = 16;

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(super) struct Entry {
    /// When its feature indexes were looked up.
    pub(super) checked: Timestamp,
    pub(super) known: Known,
    /// The same for links on which it has a different product id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) elsewhere: Vec<Learnt>,
    /// Whether its id was derived from a receiver's pairing record.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) paired: bool,
    /// Its link-based ids, which were in use before it was identified.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) aliases: Vec<String>,
    /// Why it has a separate id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) apart: Option<Apart>,
    /// A unit id that it reported, but that belongs to another device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) refused: Option<Apart>,
    pub(super) seen: Option<Timestamp>,
    /// The name stored by its receiver or the system.
    pub(super) name: Option<String>,
    pub(super) full_name: Option<String>,
    pub(super) kind: Option<DeviceKind>,
    pub(super) firmware: Option<FirmwareVersion>,
    pub(super) has_battery: Option<bool>,
    pub(super) battery: Option<Battery>,
    pub(super) light: Option<Light>,
}

/// The device differs from the one with another id, although model and serial number or unit id are
/// the same.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Apart {
    /// The id of the other.
    pub(super) from: String,
    /// When both were last seen at the same time.
    pub(super) at: Timestamp,
}

/// What was learnt about a device on one kind of link.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Learnt {
    /// When its feature indexes were looked up.
    pub(super) checked: Timestamp,
    pub(super) known: Known,
}

impl Entry {
    /// What was learnt on links with this product id.
    pub(super) fn learnt(&self, model: Option<Wpid>) -> Option<(Timestamp, &Known)> {
        if self.known.model == model {
            return Some((self.checked, &self.known));
        }
        let learnt = self.elsewhere.iter().find(|it| it.known.model == model)?;
        Some((learnt.checked, &learnt.known))
    }

    /// Stores what was learnt, replacing the data for the same product id.
    pub(super) fn learn(&mut self, checked: Timestamp, known: Known) {
        if self.known.model == known.model || self.known == Known::default() {
            (self.checked, self.known) = (checked, known);
            return;
        }
        self.elsewhere.retain(|it| it.known.model != known.model);
        self.elsewhere.push(Learnt { checked, known });
        if self.elsewhere.len() > MOST_ALIASES {
            self.elsewhere.remove(0);
        }
    }

    pub(super) fn add_alias(&mut self, alias: &str) {
        self.aliases.retain(|it| it != alias);
        self.aliases.push(alias.to_owned());
        if self.aliases.len() > MOST_ALIASES {
            self.aliases.remove(0);
        }
    }

    /// Merges the entry of another id of the same device.
    pub(super) fn absorb(&mut self, other: Self) {
        let both = [other.battery, self.battery].into_iter().flatten();
        self.battery = both.max_by_key(|it| it.at);
        let both = [other.light, self.light].into_iter().flatten();
        self.light = both.max_by_key(|it| it.at);
        self.seen = self.seen.max(other.seen);
        self.name = self.name.take().or(other.name);
        self.full_name = self.full_name.take().or(other.full_name);
        self.kind = self.kind.or(other.kind);
        self.firmware = self.firmware.or(other.firmware);
        self.has_battery = self.has_battery.max(other.has_battery);
        self.paired |= other.paired;
        for alias in &other.aliases {
            self.add_alias(alias);
        }
        self.learn(other.checked, other.known);
        for learnt in other.elsewhere {
            self.learn(learnt.checked, learnt.known);
        }
    }
}
