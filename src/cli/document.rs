//! The JSON document: an interface, so its names and units change only with its schema number.
//!
//! Unknown values are `null`. Ids are strings: `wpid`, `vendor_id` and `product_id` have four
//! hexadecimal digits, serial numbers eight, the unique ids that Bolt receivers have instead
//! sixteen.

use serde::Serialize;

use crate::client::follow::DeviceEvent;
use crate::device::{
    Battery, BatteryLevel, Changed, Device, Light, Link, Presence, Receiver, TimeLeft,
};
use crate::manager::{Snapshot, Unreadable};
use crate::text;
use hidpp_proto::feature::DeviceKind;
use hidpp_proto::feature::pairing_information::PowerSwitch;
use hidpp_proto::units::{Lux, Millivolts, Percent, PercentPoints, Timestamp};
use hidpp_proto::wire::Slot;

/// The number of the schema this program writes.
pub const SCHEMA: u32 = 2;

/// The result of one reading of all receivers and devices.
#[derive(Debug, Serialize)]
pub struct Document {
    schema: u32,
    receivers: Vec<ReceiverEntry>,
    devices: Vec<DeviceEntry>,
    unreadable: Vec<UnreadableEntry>,
}

/// Hardware that is present and cannot be read.
#[derive(Debug, Serialize)]
struct UnreadableEntry {
    name: Option<String>,
    /// `usb`, `bluetooth`, or the code of another bus: `0018`.
    connection: String,
    vendor_id: String,
    product_id: String,
    /// One of its nodes.
    node: String,
    /// `no-hidpp`.
    reason: &'static str,
}

#[derive(Debug, Serialize)]
struct ReceiverEntry {
    id: String,
    name: &'static str,
    /// `unifying`, `bolt`, `lightspeed`, `nano`, `27mhz`, `bluetooth` or null.
    family: Option<&'static str>,
    vendor_id: String,
    product_id: String,
    node: String,
    serial: Option<String>,
    firmware: Option<String>,
    slots: Option<u8>,
    paired: Option<u8>,
}

#[derive(Debug, Serialize)]
struct DeviceEntry {
    id: String,
    name: Option<String>,
    /// The name from the configuration.
    alias: Option<String>,
    /// Whether the configuration hides it.
    hidden: bool,
    kind: Option<&'static str>,
    wpid: Option<String>,
    serial: Option<String>,
    /// `receiver`, `usb`, `bluetooth`, or the code of another bus: `0018`.
    connection: String,
    /// The `id` of its receiver; null for a device with a node of its own.
    receiver: Option<String>,
    slot: Option<u8>,
    /// Its own node and product id; null for a device on a receiver.
    node: Option<String>,
    product_id: Option<String>,
    /// All links. The first is the one the values come from and the fields above describe.
    links: Vec<LinkEntry>,
    /// `1.0`, `2.0`, `4.5`
    protocol: Option<String>,
    firmware: Option<String>,
    power_switch: Option<&'static str>,
    /// null: not asked.
    online: Option<bool>,
    /// Seconds since it was last known to be reachable.
    last_seen_age_s: Option<f64>,
    /// false: no readable battery.
    has_battery: Option<bool>,
    battery: Option<BatteryEntry>,
    light: Option<LightEntry>,
    /// How long the battery lasts, or how long until it is full.
    time_left: Option<TimeLeftEntry>,
}

#[derive(Debug, Serialize)]
struct LinkEntry {
    connection: String,
    receiver: Option<String>,
    slot: Option<u8>,
    node: Option<String>,
    product_id: Option<String>,
    online: Option<bool>,
}

#[derive(Debug, Serialize)]
struct BatteryEntry {
    percent: Option<Percent>,
    /// How far the real charge may be from `percent`, up or down, in percentage points, for a
    /// charge estimated from a voltage.
    percent_margin: Option<PercentPoints>,
    /// `critical`, `low`, `good` or `full`, from a source that reports levels.
    level: Option<&'static str>,
    /// The next value of `percent`, from a device that announces its steps.
    next_percent: Option<Percent>,
    /// `discharging`, `charging`, `full`, `not charging`, `charging error`, `invalid battery`,
    /// `thermal error`, `battery error` or null.
    state: Option<&'static str>,
    external_power: Option<bool>,
    voltage_mv: Option<Millivolts>,
    /// The feature (`4301`) or register (`register 0D`) it was read from.
    source: &'static str,
    /// `percent`, `steps` or `voltage`: how exact the charge is.
    value_kind: &'static str,
    /// Whether the device flagged the value as reliable.
    trusted: bool,
    age_s: f64,
    /// Larger than `age_s` if the charge was kept from an earlier reading; null without a charge.
    charge_age_s: Option<f64>,
}

#[derive(Debug, Serialize)]
struct TimeLeftEntry {
    /// `empty` or `full`.
    until: &'static str,
    /// `calendar`, or `use`: time in which the device is online and not charged.
    basis: &'static str,
    best_s: u64,
    /// The bounds of the range that is intended to contain the time in nine of ten cases.
    low_s: u64,
    high_s: u64,
    /// `good` or `fair`: how wide the range is.
    confidence: &'static str,
}

#[derive(Debug, Serialize)]
struct LightEntry {
    lux: Lux,
    /// `dark`, `poor`, `okay`, `good` or `excellent`.
    level: &'static str,
    trusted: bool,
    age_s: f64,
}

impl Document {
    /// Returns the document of a snapshot.
    pub fn of(snapshot: &Snapshot) -> Self {
        Self {
            schema: SCHEMA,
            receivers: snapshot.receivers.iter().map(ReceiverEntry::of).collect(),
            devices: snapshot
                .devices
                .iter()
                .map(|it| DeviceEntry::of(it, snapshot.at))
                .collect(),
            unreadable: snapshot
                .unreadable
                .iter()
                .map(UnreadableEntry::of)
                .collect(),
        }
    }
}

impl UnreadableEntry {
    fn of(unreadable: &Unreadable) -> Self {
        Self {
            name: unreadable.name.as_deref().and_then(text::name),
            connection: unreadable.bus.to_string(),
            vendor_id: format!("{:04X}", unreadable.vendor),
            product_id: format!("{:04X}", unreadable.product),
            node: unreadable.node.clone(),
            reason: unreadable.obstacle.name(),
        }
    }
}

impl ReceiverEntry {
    fn of(receiver: &Receiver) -> Self {
        Self {
            id: receiver.id.clone(),
            name: receiver.model.name(),
            family: receiver.model.family.name(),
            vendor_id: format!("{:04X}", receiver.vendor),
            product_id: format!("{:04X}", receiver.product),
            node: receiver.node.clone(),
            serial: receiver.serial.as_deref().and_then(text::name),
            firmware: receiver.firmware.map(|firmware| firmware.to_string()),
            slots: receiver.slots,
            paired: receiver.paired,
        }
    }
}

impl LinkEntry {
    fn of(link: &Link, presence: Presence) -> Self {
        let (connection, node, product_id) = match link {
            Link::Paired { .. } => ("receiver", None, None),
            Link::Direct { node, bus, product } => {
                (&**bus, Some(node.clone()), Some(format!("{product:04X}")))
            }
        };
        Self {
            connection: connection.to_owned(),
            receiver: link.receiver().map(str::to_owned),
            slot: link.slot().map(Slot::get),
            node,
            product_id,
            online: match presence {
                Presence::Online => Some(true),
                Presence::Offline => Some(false),
                Presence::Unknown => None,
            },
        }
    }
}

impl DeviceEntry {
    fn of(device: &Device, now: Timestamp) -> Self {
        let active = LinkEntry::of(&device.link, device.presence);
        let links = device
            .links()
            .map(|(link, presence)| LinkEntry::of(link, presence));
        Self {
            id: device.id.clone(),
            name: device.name.as_deref().and_then(text::name),
            alias: device.preferences.alias.clone(),
            hidden: device.preferences.is_hidden,
            kind: device.kind.and_then(DeviceKind::name),
            wpid: device.wpid.map(|wpid| wpid.to_string()),
            serial: device.serial.as_deref().and_then(text::name),
            connection: active.connection,
            receiver: active.receiver,
            slot: active.slot,
            node: active.node,
            product_id: active.product_id,
            links: links.collect(),
            protocol: device.protocol.map(|version| version.to_string()),
            firmware: device.firmware.map(|firmware| firmware.to_string()),
            power_switch: device.power_switch.and_then(PowerSwitch::name),
            online: active.online,
            last_seen_age_s: device.seen.map(|seen| age(now, seen)),
            has_battery: device.has_battery,
            battery: device
                .battery
                .as_ref()
                .map(|battery| BatteryEntry::of(battery, now)),
            light: device
                .light
                .as_ref()
                .map(|light| LightEntry::of(light, now)),
            time_left: device
                .time_left(now)
                .map(|left| TimeLeftEntry::of(left.rounded())),
        }
    }
}

impl BatteryEntry {
    fn of(battery: &Battery, now: Timestamp) -> Self {
        Self {
            percent: battery.percent,
            percent_margin: battery.margin,
            level: battery.level.map(BatteryLevel::name),
            next_percent: battery.next,
            state: battery.state.name(),
            external_power: battery.external_power,
            voltage_mv: battery.voltage,
            source: battery.source.name(),
            value_kind: battery.value_kind.name(),
            trusted: battery.trusted,
            age_s: age(now, battery.at),
            charge_age_s: battery
                .reports_charge()
                .then(|| age(now, battery.charge_at)),
        }
    }
}

impl TimeLeftEntry {
    fn of(left: TimeLeft) -> Self {
        Self {
            until: left.until.name(),
            basis: left.basis.name(),
            best_s: left.best.as_secs(),
            low_s: left.low.as_secs(),
            high_s: left.high.as_secs(),
            confidence: left.confidence().name(),
        }
    }
}

impl LightEntry {
    fn of(light: &Light, now: Timestamp) -> Self {
        Self {
            lux: light.lux,
            level: light.level().name(),
            trusted: light.trusted,
            age_s: age(now, light.at),
        }
    }
}

/// One change, as the monitor prints it.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    schema: u32,
    /// Seconds since 1970, rounded to the thousandth; in a simulation, since its start.
    time: f64,
    /// `receiver-added`, `receiver-changed`, `receiver-removed`, `device-added`, `device-changed`,
    /// `device-removed` or `light-key`.
    event: &'static str,
    /// With `device-changed`: `presence`, `battery`, `light`, `description`, `links`, `time-left`.
    changed: Option<Vec<&'static str>>,
    /// The device that changed, in its present state.
    device: Option<DeviceEntry>,
    /// The receiver that changed.
    receiver: Option<ReceiverEntry>,
}

impl Line {
    pub(super) fn of(change: &DeviceEvent, at: Timestamp) -> Self {
        let line = |event| Self {
            schema: SCHEMA,
            time: (at.since_start().as_secs_f64() * 1000.0).round() / 1000.0,
            event,
            changed: None,
            device: None,
            receiver: None,
        };
        let device = |event, device| Self {
            device: Some(DeviceEntry::of(device, at)),
            ..line(event)
        };
        let receiver = |event, receiver| Self {
            receiver: Some(ReceiverEntry::of(receiver)),
            ..line(event)
        };
        match change {
            DeviceEvent::ReceiverAdded(it) => receiver("receiver-added", it),
            DeviceEvent::ReceiverChanged(it) => receiver("receiver-changed", it),
            DeviceEvent::ReceiverRemoved(it) => receiver("receiver-removed", it),
            DeviceEvent::DeviceAdded(it) => device("device-added", it),
            DeviceEvent::DeviceChanged { now, what, .. } => Self {
                changed: Some(what.iter().map(|what| Changed::name(*what)).collect()),
                ..device("device-changed", now)
            },
            DeviceEvent::DeviceRemoved(it) => device("device-removed", it),
            DeviceEvent::LightKey(it) => device("light-key", it),
        }
    }
}

/// The age in seconds, rounded to the tenth.
fn age(now: Timestamp, at: Timestamp) -> f64 {
    (now.since(at).as_secs_f64() * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use hidpp_proto::feature::battery_level_status::read_level;
    use test_support::report;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_start(Duration::from_secs(seconds))
    }

    #[test]
    fn a_charge_that_was_kept_is_older_than_its_reading() {
        let level =
            |hex, seconds| Battery::from_level_status(&read_level(&report(hex)), None, at(seconds));
        let before = level("11 01 06 0B 5A 32 00 …", 0);
        let charging = level("11 01 06 0B 00 00 01 …", 50);
        let kept = BatteryEntry::of(&charging.after(Some(&before)), at(60));
        let (age, charge_age) = (Duration::from_secs(10), Duration::from_secs(60));
        assert_eq!(Duration::from_secs_f64(kept.age_s), age);
        assert_eq!(
            kept.charge_age_s.map(Duration::from_secs_f64),
            Some(charge_age)
        );
        assert_eq!(kept.percent, Percent::new(90));
        assert_eq!(kept.next_percent, Percent::new(50));

        let never_read = BatteryEntry::of(&charging, at(60));
        assert_eq!(never_read.charge_age_s, None);
    }
}
