//! The JSON document: an interface, so its names and units change only with its schema number.
//!
//! What is not known is `null`. Ids are strings: `wpid`, `vendor_id` and `product_id` four
//! hexadecimal digits, serial numbers eight.

use serde::Serialize;

use crate::device::{Battery, BatteryLevel, Device, Light, Presence, Receiver};
use crate::feature::DeviceKind;
use crate::feature::pairing_information::PowerSwitch;
use crate::manager::Snapshot;
use crate::units::{Lux, Millivolts, Percent, Timestamp};
use crate::wire::Slot;

/// The number of the schema this program writes.
pub const SCHEMA: u32 = 1;

/// Everything one reading found out.
#[derive(Debug, Serialize)]
pub struct Document {
    schema: u32,
    receivers: Vec<ReceiverEntry>,
    devices: Vec<DeviceEntry>,
}

#[derive(Debug, Serialize)]
struct ReceiverEntry {
    id: String,
    name: &'static str,
    /// `unifying`, `bolt`, `lightspeed`, `nano`, `27mhz` or null.
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
    kind: Option<&'static str>,
    wpid: Option<String>,
    serial: Option<String>,
    /// The `id` of its receiver.
    /// null: the device has a node of its own.
    receiver: Option<String>,
    slot: Option<u8>,
    /// `1.0`, `2.0`, `4.5`
    protocol: Option<String>,
    firmware: Option<String>,
    power_switch: Option<&'static str>,
    /// null: it was not asked.
    online: Option<bool>,
    battery: Option<BatteryEntry>,
    light: Option<LightEntry>,
}

#[derive(Debug, Serialize)]
struct BatteryEntry {
    percent: Option<Percent>,
    /// `critical`, `low`, `good` or `full`, from a source that tells steps.
    level: Option<&'static str>,
    /// What `percent` will be next, from a device that tells its steps beforehand.
    next_percent: Option<Percent>,
    /// `discharging`, `charging`, `full`, `not charging`, `charging error` or null.
    state: Option<&'static str>,
    external_power: Option<bool>,
    voltage_mv: Option<Millivolts>,
    /// The feature (`4301`) or register (`register 0D`) it was read from.
    source: &'static str,
    /// `percent`, `steps` or `voltage`: how exact the charge is.
    value_kind: &'static str,
    /// Whether the device vouched for the value.
    trusted: bool,
    age_s: f64,
    /// More than `age_s` where the charge was kept from an earlier reading; null without a charge.
    charge_age_s: Option<f64>,
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
    /// The document of a snapshot.
    pub fn of(snapshot: &Snapshot) -> Self {
        Self {
            schema: SCHEMA,
            receivers: snapshot.receivers.iter().map(ReceiverEntry::of).collect(),
            devices: snapshot
                .devices
                .iter()
                .map(|it| DeviceEntry::of(it, snapshot.at))
                .collect(),
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
            serial: receiver.serial.clone(),
            firmware: receiver.firmware.map(|firmware| firmware.to_string()),
            slots: receiver.slots,
            paired: receiver.paired,
        }
    }
}

impl DeviceEntry {
    fn of(device: &Device, now: Timestamp) -> Self {
        Self {
            id: device.id.clone(),
            name: device.name.clone(),
            kind: device.kind.and_then(DeviceKind::name),
            wpid: device.wpid.map(|wpid| wpid.to_string()),
            serial: device.serial.clone(),
            receiver: device.receiver().map(str::to_owned),
            slot: device.slot().map(Slot::get),
            protocol: device.protocol.map(|version| version.to_string()),
            firmware: device.firmware.map(|firmware| firmware.to_string()),
            power_switch: device.power_switch.and_then(PowerSwitch::name),
            online: match device.presence {
                Presence::Online => Some(true),
                Presence::Offline => Some(false),
                Presence::Unknown => None,
            },
            battery: device
                .battery
                .as_ref()
                .map(|battery| BatteryEntry::of(battery, now)),
            light: device
                .light
                .as_ref()
                .map(|light| LightEntry::of(light, now)),
        }
    }
}

impl BatteryEntry {
    fn of(battery: &Battery, now: Timestamp) -> Self {
        Self {
            percent: battery.percent,
            level: battery.level.map(BatteryLevel::name),
            next_percent: battery.next,
            state: battery.state.name(),
            external_power: battery.external_power,
            voltage_mv: battery.voltage,
            source: battery.source.name(),
            value_kind: battery.value_kind.name(),
            trusted: battery.trusted,
            age_s: age(now, battery.at),
            charge_age_s: battery.tells_charge().then(|| age(now, battery.charge_at)),
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

/// Seconds, to the tenth.
fn age(now: Timestamp, at: Timestamp) -> f64 {
    (now.since(at).as_secs_f64() * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::feature::battery_level_status::read_level;
    use crate::wire::tests::report;

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

        let never_told = BatteryEntry::of(&charging, at(60));
        assert_eq!(never_told.charge_age_s, None);
    }
}
