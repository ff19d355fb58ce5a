//! What is remembered of one device.

use serde::{Deserialize, Serialize};

use crate::device::{Battery, Light};
use hidpp_proto::feature::{DeviceKind, FirmwareVersion};
use hidpp_proto::session::Known;
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::Wpid;

/// How many link ids are remembered of one device; those learnt first are dropped. A Bluetooth
/// address can change with each pairing.
const MOST_ALIASES: usize = 16;

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub(super) struct Entry {
    /// When it was asked where its features stand.
    pub(super) checked: Timestamp,
    pub(super) known: Known,
    /// The same for links on which it has another product id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) elsewhere: Vec<Learnt>,
    /// Whether a receiver's pairing record gives its id.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) paired: bool,
    /// Its ids by links alone, which were in use before it was identified.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) aliases: Vec<String>,
    /// Why it has an id with its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) apart: Option<Apart>,
    /// A unit id that it stated and that belongs to another device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) refused: Option<Apart>,
    pub(super) seen: Option<Timestamp>,
    /// As its receiver or the system stores it.
    pub(super) name: Option<String>,
    pub(super) full_name: Option<String>,
    pub(super) kind: Option<DeviceKind>,
    pub(super) firmware: Option<FirmwareVersion>,
    pub(super) has_battery: Option<bool>,
    pub(super) battery: Option<Battery>,
    pub(super) light: Option<Light>,
}

/// The device is another one than that of an id, with the same model and serial number or unit id.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Apart {
    /// The id of the other.
    pub(super) from: String,
    /// When both were last seen at the same time.
    pub(super) at: Timestamp,
}

/// What was learnt of a device on one kind of link.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Learnt {
    /// When it was asked where its features stand.
    pub(super) checked: Timestamp,
    pub(super) known: Known,
}

impl Entry {
    /// What was learnt where it has this product id.
    pub(super) fn learnt(&self, model: Option<Wpid>) -> Option<(Timestamp, &Known)> {
        if self.known.model == model {
            return Some((self.checked, &self.known));
        }
        let learnt = self.elsewhere.iter().find(|it| it.known.model == model)?;
        Some((learnt.checked, &learnt.known))
    }

    /// Replaces what was learnt where it has the same product id.
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

    /// Takes over what is remembered under another id of the same device.
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
