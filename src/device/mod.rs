//! Facts about receivers and devices: what identifies them, and what was last known of battery and
//! light.

mod battery;
mod change;
mod doubt;
mod identity;
mod joined;
mod light;
mod model;
mod name;
mod named;
mod receiver;
#[cfg(test)]
pub(crate) mod samples;
mod selector;
mod sources;
mod time_left;

pub use battery::{Battery, BatteryLevel, BatterySource, ChargeState, Fault, ValueKind};
pub use change::{Change, Changed};
pub use doubt::is_odd;
pub use identity::{apart_id, device_id, direct_id, direct_serial, serial_in, unit_id};
pub use joined::join;
pub use light::{Light, LightLevel};
pub use model::Model;
pub use receiver::{ReceiverFamily, ReceiverModel, is_mute_receiver};
pub use selector::Selector;
pub use time_left::{Confidence, TimeBasis, TimeLeft, TimeLeftUntil};

pub use hidpp_proto::feature::DeviceKind;
pub use hidpp_proto::feature::solar_dashboard::CHARGING_ABOVE;

use std::time::Duration;

use hidpp_proto::feature::root::ProtocolVersion;
use hidpp_proto::feature::{FirmwareVersion, pairing_information};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{Slot, Wpid};

pub(crate) use named::named;
use pairing_information::PowerSwitch;

/// How old the last values of an absent device may be to say anything about now: older ones raise no
/// alert, and a device without a sign of life for longer is not shown in bars. A day, so that what is
/// used once a day, at whatever hour, stays, and what was put away goes.
pub const STALE: Duration = Duration::from_secs(24 * 60 * 60);

/// A receiver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receiver {
    /// Names it across replugs: its serial number, or its USB ids and node.
    pub id: String,
    /// What sort of receiver it is.
    pub model: ReceiverModel,
    /// USB vendor id.
    pub vendor: u16,
    /// USB product id.
    pub product: u16,
    /// Where it is.
    pub node: String,
    /// Its serial number, or what a Bolt receiver has instead.
    pub serial: Option<String>,
    /// Its firmware.
    pub firmware: Option<FirmwareVersion>,
    /// How many devices it can be paired with.
    pub slots: Option<u8>,
    /// How many it is paired with.
    pub paired: Option<u8>,
}

named! {
    /// Whether a device can be talked to.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Presence {
        /// It answered.
        Online => "online",
        /// It is paired but asleep, switched off or out of range.
        Offline => "offline",
        /// It was not asked, or asking failed.
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
        /// Its place there.
        slot: Slot,
    },
    /// On a node of its own.
    Direct {
        /// Where it is.
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

    /// The place on a receiver, if it is one.
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

/// A link of a device that its values do not come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherLink {
    /// How the device can be connected.
    pub link: Link,
    /// Whether it is, as well.
    pub presence: Presence,
}

/// A device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Names it across replugs, whatever it is connected by; see [`device_id`], [`unit_id`] and
    /// [`direct_id`].
    pub id: String,
    /// The link its values come from: the one that is up, or else the one that was last.
    pub link: Link,
    /// Its other links: pairings with other receivers or in other slots, cables, Bluetooth.
    pub other_links: Vec<OtherLink>,
    /// Its name as its receiver or the system stores it; a receiver may have cut it off.
    pub stored_name: Option<String>,
    /// Its best name ([`Self::best_name`]): mostly the stored one.
    pub name: Option<String>,
    /// Its own, full name, if it was asked for it.
    pub full_name: Option<String>,
    /// What sort of device it is.
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
    /// Whether it can be talked to.
    pub presence: Presence,
    /// When it last gave a sign of life.
    pub seen: Option<Timestamp>,
    /// Whether it has a battery that can be read; `None`: that is not known.
    pub has_battery: Option<bool>,
    /// Its battery, as last known.
    pub battery: Option<Battery>,
    /// The light on it, as last measured.
    pub light: Option<Light>,
    /// How long its battery lasts, or takes until it is full, where a history is kept; see
    /// [`Self::time_left`].
    pub forecast: Option<TimeLeft>,
}

impl Device {
    /// A device of which nothing else is known.
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
        }
    }

    /// Whether it can be talked to.
    pub const fn is_online(&self) -> bool {
        matches!(self.presence, Presence::Online)
    }

    /// Whether it is charged by light and measures it: its battery was read from the solar
    /// dashboard (feature 4301), or its light is known, whichever came first.
    pub fn is_solar(&self) -> bool {
        let source = self.battery.map(|it| it.source);
        source == Some(BatterySource::SOLAR) || self.light.is_some()
    }

    /// When it last gave a sign of life, or a value of it was read, whichever is later.
    pub fn last_sign(&self) -> Option<Timestamp> {
        let battery = self.battery.map(|it| it.at);
        let light = self.light.map(|it| it.at);
        self.seen.max(battery).max(light)
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
