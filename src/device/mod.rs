//! The model of receivers and devices: what identifies them, and the last known battery and light.

mod battery;
mod change;
mod doubt;
mod identity;
mod joined;
mod light;
mod model;
mod name;
mod named;
mod preferences;
mod receiver;
#[cfg(test)]
pub(crate) mod samples;
mod selection;
mod selector;
mod sources;
mod time_left;

pub use battery::{Battery, BatteryLevel, BatterySource, ChargeState, Fault, ValueKind};
pub use change::{Change, Changed};
pub use doubt::is_odd;
pub use identity::{apart_id, device_id, direct_id, direct_serial, headset_id, serial_in, unit_id};
pub use joined::join;
pub use light::{Light, LightLevel};
pub use model::Model;
pub use preferences::{AlertLimits, ChargeLimits, Preferences};
pub use receiver::{ReceiverFamily, ReceiverModel, is_mute_receiver};
pub use selection::Selection;
pub use selector::{Candidate, Match, Selector, SelectorError};
pub use time_left::{Confidence, TimeBasis, TimeLeft, TimeLeftUntil, rounding_step};

pub use hidpp_proto::feature::DeviceKind;
pub use hidpp_proto::feature::solar_dashboard::CHARGING_ABOVE;

use std::time::Duration;

use hidpp_proto::feature::root::ProtocolVersion;
use hidpp_proto::feature::{FirmwareVersion, pairing_information};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{Slot, Wpid};

pub(crate) use named::named;
use pairing_information::PowerSwitch;

/// When the last values of an absent device become stale: older ones raise no alert, and a device
/// that was not reachable for longer is not shown in bars. A day, so that a device that is used
/// once a day, at any hour, stays, and one that was put away disappears.
pub const STALE: Duration = Duration::from_secs(24 * 60 * 60);

/// A receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receiver {
    /// Identifies it across replugs: its serial number, or its USB ids and node.
    pub id: String,
    /// The kind of receiver.
    pub model: ReceiverModel,
    /// USB vendor id.
    pub vendor: u16,
    /// USB product id.
    pub product: u16,
    /// Its node.
    pub node: String,
    /// Its serial number, or the unique id of a Bolt receiver.
    pub serial: Option<String>,
    /// Its firmware.
    pub firmware: Option<FirmwareVersion>,
    /// How many devices it can be paired with.
    pub slots: Option<u8>,
    /// How many it is paired with.
    pub paired: Option<u8>,
}

impl Receiver {
    /// How many of its slots are used: `3 of 6 slots used`; `None`: unknown.
    ///
    /// A Powerplay pad occupies one more than its receiver reports; then `2 paired`.
    pub fn slot_usage(&self) -> Option<String> {
        let paired = self.paired?;
        Some(match self.slots {
            Some(slots) if paired <= slots => format!("{paired} of {slots} slots used"),
            _ => format!("{paired} paired"),
        })
    }
}

named! {
    /// Whether a device can be reached.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Presence {
        /// It answered.
        Online => "online",
        /// It is paired but asleep, switched off or out of range.
        Offline => "offline",
        /// No request was sent to it, or the request failed.
        Unknown => "unknown",
    }
}

/// How a device is connected.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Link {
    /// Through a receiver.
    Paired {
        /// The [`Receiver::id`].
        receiver: String,
        /// Its slot there.
        slot: Slot,
    },
    /// With its own node.
    Direct {
        /// Its node.
        node: String,
        /// What it is plugged into: `usb`, `bluetooth`.
        bus: String,
        /// Product id on that bus.
        product: u16,
    },
}

impl Link {
    /// The [`Receiver::id`] of its receiver, if it has one.
    pub fn receiver(&self) -> Option<&str> {
        match self {
            Self::Paired { receiver, .. } => Some(receiver),
            Self::Direct { .. } => None,
        }
    }

    /// The slot on a receiver, if the link is one.
    pub const fn slot(&self) -> Option<Slot> {
        match self {
            Self::Paired { slot, .. } => Some(*slot),
            Self::Direct { .. } => None,
        }
    }

    /// Whether it is a device's own USB connection, which is never out of range: a cable, or the
    /// dongle of a headset.
    pub fn is_usb(&self) -> bool {
        matches!(self, Self::Direct { bus, .. } if bus == "usb")
    }
}

/// A link of a device other than the one its values come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherLink {
    /// How the device can be connected.
    pub link: Link,
    /// Whether it is connected by this link, too.
    pub presence: Presence,
}

/// A device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Identifies it across replugs and links; see [`device_id`], [`unit_id`] and [`direct_id`].
    pub id: String,
    /// The link its values come from: the one that is up, or else the one that was up last.
    pub link: Link,
    /// Its other links: pairings with other receivers or in other slots, cables, Bluetooth.
    pub other_links: Vec<OtherLink>,
    /// Its name as its receiver or the system stores it; a receiver may have truncated it.
    pub stored_name: Option<String>,
    /// Its best name ([`Self::best_name`]): mostly the stored one.
    pub name: Option<String>,
    /// Its own, full name, if it was read.
    pub full_name: Option<String>,
    /// Its kind.
    pub kind: Option<DeviceKind>,
    /// The model, of a device behind a receiver.
    pub wpid: Option<Wpid>,
    /// Its serial number.
    pub serial: Option<String>,
    /// Its version of HID++.
    pub protocol: Option<ProtocolVersion>,
    /// Its firmware.
    pub firmware: Option<FirmwareVersion>,
    /// Where its power switch is.
    pub power_switch: Option<PowerSwitch>,
    /// Whether it can be reached.
    pub presence: Presence,
    /// When it was last known to be reachable.
    pub seen: Option<Timestamp>,
    /// Whether it has a battery that can be read; `None`: not known.
    pub has_battery: Option<bool>,
    /// Its battery, as last known.
    pub battery: Option<Battery>,
    /// The light on it, as last measured.
    pub light: Option<Light>,
    /// How long its battery lasts, or takes until it is full, if a history is recorded; see
    /// [`Self::time_left`].
    pub forecast: Option<TimeLeft>,
    /// What the user's configuration states about it, where it is shown.
    pub preferences: Preferences,
}

impl Device {
    /// A device with an id and a link; everything else is unknown.
    pub const fn new(id: String, link: Link) -> Self {
        Self {
            id,
            link,
            other_links: Vec::new(),
            stored_name: None,
            name: None,
            full_name: None,
            kind: None,
            wpid: None,
            serial: None,
            protocol: None,
            firmware: None,
            power_switch: None,
            presence: Presence::Unknown,
            seen: None,
            has_battery: None,
            battery: None,
            light: None,
            forecast: None,
            preferences: Preferences::NONE,
        }
    }

    /// Whether it can be reached.
    pub const fn is_online(&self) -> bool {
        matches!(self.presence, Presence::Online)
    }

    /// Whether it is charged by light and measures it: its battery was read from the solar
    /// dashboard (feature 4301), or its light is known, whichever came first.
    pub fn is_solar(&self) -> bool {
        let source = self.battery.map(|it| it.source);
        source == Some(BatterySource::SOLAR) || self.light.is_some()
    }

    /// When it was last known to be reachable, or a value of it was read, whichever is later.
    pub fn last_sign(&self) -> Option<Timestamp> {
        let battery = self.battery.map(|it| it.at);
        let light = self.light.map(|it| it.at);
        self.seen.max(battery).max(light)
    }

    /// The name to show: the one that the user gave it, or else its own.
    pub fn shown_name(&self) -> Option<&str> {
        let alias = self.preferences.alias.as_deref();
        alias.or(self.name.as_deref())
    }

    /// All its links with their presence, the one its values come from first.
    pub fn links(&self) -> impl Iterator<Item = (&Link, Presence)> {
        let others = self.other_links.iter().map(|it| (&it.link, it.presence));
        std::iter::once((&self.link, self.presence)).chain(others)
    }

    /// The [`Receiver::id`] of its receiver, if it has one.
    pub fn receiver(&self) -> Option<&str> {
        self.link.receiver()
    }

    /// Its place on its receiver, if it has one.
    pub const fn slot(&self) -> Option<Slot> {
        self.link.slot()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_receiver_uses_more_slots_than_it_has() {
        let used = |paired, slots| {
            let receiver = Receiver {
                id: "AF4F95EA".into(),
                model: ReceiverModel::of(0x046D, 0xC53A).unwrap(),
                vendor: 0x046D,
                product: 0xC53A,
                node: "/dev/hidraw0".into(),
                serial: None,
                firmware: None,
                slots,
                paired,
            };
            receiver.slot_usage()
        };
        assert_eq!(used(Some(0), Some(6)).unwrap(), "0 of 6 slots used");
        assert_eq!(used(Some(2), Some(1)).unwrap(), "2 paired", "a Powerplay");
        assert_eq!(used(Some(2), None).unwrap(), "2 paired");
        assert_eq!(used(None, Some(6)), None);
    }
}
