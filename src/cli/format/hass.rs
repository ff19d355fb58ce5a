//! Home Assistant over MQTT: one line per message with topic, blank and payload, all retained.
//!
//! Source: <https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery>, device discovery: one
//! document for each device with its components (Home Assistant 2024.12 and newer). A value that is
//! `null` in the state becomes `None` in a template, which both `sensor.mqtt` and
//! `binary_sensor.mqtt` take for unknown.
//!
//! A device is available while it is known, also while it sleeps, since its last charge is of
//! interest then. Its component `connected` is off while it sleeps. A stream declares its devices
//! unavailable when it ends; if that message is lost, as in a power failure, their values expire
//! (`expire_after`), because a stream prints them again before that.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::entry::by_id;
use crate::cli::{json, value_text};
use crate::device::{BatteryLevel, ChargeState, Device, Presence};
use crate::text;
use hidpp_proto::units::{Lux, Percent, Timestamp};

const AVAILABLE: &str = "online";
const NOT_AVAILABLE: &str = "offline";

/// How often a stream prints unchanged values again. A message per device costs little.
const REPEAT: Duration = Duration::from_secs(600);
/// When Home Assistant discards values that were not repeated: two repetitions may be lost.
const EXPIRE_AFTER: Duration = Duration::from_secs(1800);

/// The messages of a stream, of which only changed ones are printed, or of a single run.
#[derive(Debug, Default)]
pub(super) struct Topics {
    printed: BTreeMap<String, String>,
    /// When the values are due again; `None`: before the first of them, and in a single run.
    repeat: Option<Timestamp>,
    is_stream: bool,
}

/// The values of a device; unknown ones are `null`.
#[derive(Serialize)]
struct Values {
    percent: Option<Percent>,
    /// When the charge was read, if the device is not online; an online device's charge is current.
    charge_read: Option<String>,
    level: Option<&'static str>,
    state: Option<&'static str>,
    charging: Option<&'static str>,
    /// Volts.
    voltage: Option<f64>,
    lux: Option<Lux>,
    light: Option<&'static str>,
    online: Option<&'static str>,
}

impl Topics {
    /// The messages of a stream, whose values expire unless it repeats them.
    pub(super) fn of_stream() -> Self {
        Self {
            is_stream: true,
            ..Self::default()
        }
    }

    /// Returns when there are lines to print even if nothing changes; `None`: never.
    pub(super) const fn repeats(&self) -> Option<Timestamp> {
        self.repeat
    }

    /// Returns the lines that changed since the last call, or are due again. Devices that are no
    /// longer given become unavailable.
    pub(super) fn lines(
        &mut self,
        devices: &[Device],
        at: Timestamp,
    ) -> serde_json::Result<String> {
        let is_due = self.repeat.is_some_and(|due| at >= due);
        if self.is_stream && (is_due || self.repeat.is_none()) {
            self.repeat = Some(at + REPEAT);
        }
        let expiry = self.is_stream.then_some(EXPIRE_AFTER);
        let mut now = Vec::new();
        for device in by_id(devices) {
            let topics = Names::of(device);
            // Discovery precedes the values that it describes.
            let config = config(device, &topics, expiry)?;
            now.push((topics.config, config, false));
            now.push((topics.state, json::to_string(&Values::of(device))?, is_due));
            now.push((topics.availability, AVAILABLE.to_owned(), false));
        }
        for (topic, payload) in &self.printed {
            let gone = payload == AVAILABLE && !now.iter().any(|(it, ..)| it == topic);
            if gone {
                now.push((topic.clone(), NOT_AVAILABLE.to_owned(), false));
            }
        }
        let mut lines = String::new();
        for (topic, payload, is_due) in now {
            if is_due || self.printed.get(&topic) != Some(&payload) {
                lines.extend([&topic, " ", &payload, "\n"]);
                self.printed.insert(topic, payload);
            }
        }
        Ok(lines)
    }
}

/// The topics of a device.
struct Names {
    /// The device's id in the characters allowed in topics and ids.
    key: String,
    config: String,
    state: String,
    availability: String,
}

impl Names {
    fn of(device: &Device) -> Self {
        let allowed = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let id: String = device.id.chars().map(allowed).collect();
        let key = format!("solar_status_{id}");
        Self {
            config: format!("homeassistant/device/{key}/config"),
            state: format!("solar-status/{id}/state"),
            availability: format!("solar-status/{id}/availability"),
            key,
        }
    }
}

impl Values {
    fn of(device: &Device) -> Self {
        let battery = device.battery.as_ref();
        let on = |is_so| if is_so { "ON" } else { "OFF" };
        let state = battery.map(|battery| battery.state);
        let known = state.filter(|it| *it != ChargeState::Unknown);
        Self {
            percent: battery.and_then(|it| it.percent),
            charge_read: battery
                .filter(|it| !device.is_online() && it.reports_charge())
                .and_then(|it| value_text::utc(it.charge_at)),
            level: battery.and_then(|it| it.level).map(BatteryLevel::name),
            state: state.and_then(ChargeState::name),
            charging: known.map(|it| on(it == ChargeState::Charging)),
            voltage: battery
                .and_then(|it| it.voltage)
                .map(|it| f64::from(it.0) / 1000.0),
            lux: device.light.map(|light| light.lux),
            light: device.light.map(|light| light.level().name()),
            online: match device.presence {
                Presence::Online => Some(on(true)),
                Presence::Offline => Some(on(false)),
                Presence::Unknown => None,
            },
        }
    }
}

/// Returns the discovery document of a device.
fn config(device: &Device, topics: &Names, expiry: Option<Duration>) -> serde_json::Result<String> {
    let mut identity = Map::new();
    identity.insert("identifiers".into(), json!([topics.key]));
    identity.insert("name".into(), value_text::name(device).into());
    identity.insert("manufacturer".into(), "Logitech".into());
    let optional = [
        (
            "model",
            device
                .full_name
                .as_ref()
                .or(device.name.as_ref())
                .and_then(|it| text::name(it)),
        ),
        ("model_id", device.wpid.map(|wpid| wpid.to_string())),
        (
            "serial_number",
            device.serial.as_deref().and_then(text::name),
        ),
        ("sw_version", device.firmware.map(|it| it.to_string())),
    ];
    for (key, value) in optional {
        identity.extend(value.map(|value| (key.to_owned(), value.into())));
    }
    json::to_string(&json!({
        "device": identity,
        "origin": {
            "name": env!("CARGO_PKG_NAME"),
            "sw_version": env!("CARGO_PKG_VERSION"),
        },
        "components": components(device, &topics.key, expiry),
        "state_topic": topics.state,
        "availability_topic": topics.availability,
    }))
}

/// Returns the components of a device: those with a known value.
fn components(device: &Device, key: &str, expiry: Option<Duration>) -> Map<String, Value> {
    let mut components = Map::new();
    let mut add = |name: &str, mut component: Value, value: &str| {
        if let Some(component) = component.as_object_mut() {
            component.insert("unique_id".into(), format!("{key}_{name}").into());
            let template = format!("{{{{ value_json.{value} }}}}");
            component.insert("value_template".into(), template.into());
            let expiry = expiry.map(|it| it.as_secs().into());
            component.extend(expiry.map(|seconds| ("expire_after".to_owned(), seconds)));
        }
        components.insert(name.to_owned(), component);
    };
    let sensor = |name: &str, class: &str, unit: &str| {
        json!({
            "platform": "sensor", "name": name, "device_class": class,
            "unit_of_measurement": unit, "state_class": "measurement",
        })
    };
    let flag = |name: &str, class: &str| json!({ "platform": "binary_sensor", "name": name, "device_class": class });
    add("connected", flag("Connected", "connectivity"), "online");
    if let Some(battery) = device.battery {
        if battery.percent.is_some() {
            add("battery", sensor("Battery", "battery", "%"), "percent");
        } else if battery.level.is_some() {
            let level = json!({
                "platform": "sensor", "name": "Battery level", "device_class": "enum",
                "options": ["critical", "low", "good", "full"],
            });
            add("level", level, "level");
        }
        if battery.reports_charge() {
            let read = json!({
                "platform": "sensor", "name": "Charge read", "device_class": "timestamp",
            });
            add("charge_read", read, "charge_read");
        }
        if battery.state != ChargeState::Unknown {
            add("charging", flag("Charging", "battery_charging"), "charging");
        }
        if battery.voltage.is_some() {
            add("voltage", sensor("Voltage", "voltage", "V"), "voltage");
        }
    }
    if device.light.is_some() {
        add("lux", sensor("Light", "illuminance", "lx"), "lux");
    }
    components
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::Link;

    fn devices() -> [Device; 1] {
        let link = Link::Direct {
            node: "/dev/hidraw3".to_owned(),
            bus: "usb".to_owned(),
            product: 0xC08D,
        };
        [Device::new("C08D-1".to_owned(), link)]
    }

    fn availability(word: &str) -> String {
        format!("solar-status/C08D_1/availability {word}\n")
    }

    #[test]
    fn a_removed_device_is_not_available_until_it_returns() {
        let mut topics = Topics::of_stream();
        let mut lines = |devices: &[Device]| topics.lines(devices, Timestamp::START).unwrap();
        assert_eq!(lines(&devices()).lines().count(), 3);
        assert_eq!(lines(&devices()), "");
        assert_eq!(lines(&[]), availability("offline"));
        assert_eq!(lines(&[]), "");
        assert_eq!(lines(&devices()), availability("online"));
    }

    #[test]
    fn a_stream_repeats_values_before_they_expire() {
        let mut topics = Topics::of_stream();
        let mut at = Timestamp::START;
        assert_eq!(topics.lines(&devices(), at).unwrap().lines().count(), 3);
        for _ in 0..3 {
            let due = topics.repeats().unwrap();
            assert!(due.since(at) < EXPIRE_AFTER / 2);
            let just_before = due.since(at).checked_sub(Duration::from_millis(1)).unwrap();
            assert_eq!(topics.lines(&devices(), at + just_before).unwrap(), "");
            at = due;
            let lines = topics.lines(&devices(), at).unwrap();
            assert!(lines.starts_with("solar-status/C08D_1/state {"), "{lines}");
            assert_eq!(lines.lines().count(), 1);
        }
    }

    #[test]
    fn a_single_run_does_not_repeat_values_so_they_do_not_expire() {
        let mut topics = Topics::default();
        let lines = topics.lines(&devices(), Timestamp::START).unwrap();
        assert!(!lines.contains("expire_after"), "{lines}");
        assert_eq!(topics.repeats(), None);
    }
}
