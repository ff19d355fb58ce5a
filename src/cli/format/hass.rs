//! Home Assistant over MQTT: one line per message with topic, blank and payload, all retained.
//!
//! Source: <https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery>, device discovery: one
//! document for each device with its components (Home Assistant 2024.12 and newer). A value that is
//! `null` in the state becomes `None` in a template, which both `sensor.mqtt` and
//! `binary_sensor.mqtt` take for unknown.
//!
//! A device is available while it is known, also while it sleeps, since its last charge is of
//! interest then. Its component `connected` is off while it sleeps.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::entry::by_id;
use crate::cli::{json, value_text};
use crate::device::{BatteryLevel, ChargeState, Device, Presence};
use crate::text;
use hidpp_proto::units::{Lux, Percent};

const AVAILABLE: &str = "online";
const NOT_AVAILABLE: &str = "offline";

/// The messages printed so far, so that only changed ones are printed again.
#[derive(Debug, Default)]
pub(super) struct Topics(BTreeMap<String, String>);

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
    /// Returns the lines that changed since the last call.
    pub(super) fn changed_lines(&mut self, devices: &[Device]) -> serde_json::Result<String> {
        let mut now = Vec::new();
        for device in by_id(devices) {
            let topics = Names::of(device);
            // Discovery precedes the values that it describes.
            now.push((topics.config.clone(), config(device, &topics)?));
            now.push((topics.state, json::to_string(&Values::of(device))?));
            now.push((topics.availability, AVAILABLE.to_owned()));
        }
        for (topic, payload) in &self.0 {
            let gone = payload == AVAILABLE && !now.iter().any(|(it, _)| it == topic);
            if gone {
                now.push((topic.clone(), NOT_AVAILABLE.to_owned()));
            }
        }
        let mut lines = String::new();
        for (topic, payload) in now {
            if self.0.get(&topic) != Some(&payload) {
                lines.extend([&topic, " ", &payload, "\n"]);
                self.0.insert(topic, payload);
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
fn config(device: &Device, topics: &Names) -> serde_json::Result<String> {
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
        "components": components(device, &topics.key),
        "state_topic": topics.state,
        "availability_topic": topics.availability,
    }))
}

/// Returns the components of a device: those with a known value.
fn components(device: &Device, key: &str) -> Map<String, Value> {
    let mut components = Map::new();
    let mut add = |name: &str, mut component: Value, value: &str| {
        if let Some(component) = component.as_object_mut() {
            component.insert("unique_id".into(), format!("{key}_{name}").into());
            let template = format!("{{{{ value_json.{value} }}}}");
            component.insert("value_template".into(), template.into());
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

    #[test]
    fn a_removed_device_is_not_available_until_it_returns() {
        let link = Link::Direct {
            node: "/dev/hidraw3".to_owned(),
            bus: "usb".to_owned(),
            product: 0xC08D,
        };
        let device = [Device::new("C08D-1".to_owned(), link)];
        let mut topics = Topics::default();
        let mut changed_lines = |devices: &[Device]| topics.changed_lines(devices).unwrap();
        assert_eq!(changed_lines(&device).lines().count(), 3);
        assert_eq!(changed_lines(&device), "");
        let availability = |word| format!("solar-status/C08D_1/availability {word}\n");
        assert_eq!(changed_lines(&[]), availability("offline"));
        assert_eq!(changed_lines(&[]), "");
        assert_eq!(changed_lines(&device), availability("online"));
    }
}
