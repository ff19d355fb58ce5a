//! Checked against Home Assistant's documentation of MQTT discovery, `sensor.mqtt` and
//! `binary_sensor.mqtt`.

use std::collections::BTreeMap;
use std::process::Stdio;

use rustix::process::Signal;
use serde_json::Value;
use solar_status::device::{BatteryLevel, Presence, ValueKind};
use test_support::process::Process;

use crate::devices::{NAMES, mouse, odd, rendered, with};
use crate::program::{SOLAR_STATUS, desk, full, stdout};

/// The keys that each mapping may have.
const ROOT: &[&str] = &[
    "device",
    "origin",
    "components",
    "state_topic",
    "availability_topic",
];
const DEVICE: &[&str] = &[
    "identifiers",
    "name",
    "manufacturer",
    "model",
    "model_id",
    "serial_number",
    "sw_version",
];
const ORIGIN: &[&str] = &["name", "sw_version"];
const COMPONENT: &[&str] = &[
    "platform",
    "unique_id",
    "name",
    "device_class",
    "value_template",
    "unit_of_measurement",
    "state_class",
    "options",
    "expire_after",
];

/// Device classes with their units; flags and words have none.
const CLASSES: &[(&str, &str, Option<&str>)] = &[
    ("sensor", "battery", Some("%")),
    ("sensor", "voltage", Some("V")),
    ("sensor", "illuminance", Some("lx")),
    ("sensor", "enum", None),
    ("sensor", "timestamp", None),
    ("binary_sensor", "battery_charging", None),
    ("binary_sensor", "connectivity", None),
];

fn keys_are_among(mapping: &Value, keys: &[&str]) {
    for key in mapping.as_object().unwrap().keys() {
        assert!(keys.contains(&key.as_str()), "{key} is not documented");
    }
}

/// Topics with their payloads; each topic is checked.
fn messages(lines: &str) -> BTreeMap<String, String> {
    let mut messages = BTreeMap::new();
    for line in lines.lines() {
        let (topic, payload) = line.split_once(' ').unwrap();
        assert!(!topic.contains(['+', '#', '$', '\0']), "{topic}");
        messages.insert(topic.to_owned(), payload.to_owned());
    }
    messages
}

/// Checks a discovery document against its state; returns the components by key.
fn components(topic: &str, messages: &BTreeMap<String, String>) -> BTreeMap<String, Value> {
    let parts: Vec<&str> = topic.split('/').collect();
    let ["homeassistant", "device", object, "config"] = parts[..] else {
        panic!("{topic}");
    };
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    assert!(object.chars().all(allowed), "{object}");
    let config: Value = serde_json::from_str(&messages[topic]).unwrap();
    keys_are_among(&config, ROOT);
    keys_are_among(&config["device"], DEVICE);
    keys_are_among(&config["origin"], ORIGIN);
    assert!(config["origin"]["name"].is_string(), "required");
    assert!(config["device"]["identifiers"][0].is_string(), "required");
    let availability = &messages[config["availability_topic"].as_str().unwrap()];
    assert!(["online", "offline"].contains(&availability.as_str()));
    let state: Value =
        serde_json::from_str(&messages[config["state_topic"].as_str().unwrap()]).unwrap();
    let components: BTreeMap<String, Value> =
        serde_json::from_value(config["components"].clone()).unwrap();
    for component in components.values() {
        keys_are_among(component, COMPONENT);
        assert!(component["unique_id"].as_str().unwrap().starts_with(object));
        let (platform, class) = (&component["platform"], &component["device_class"]);
        let unit = component.get("unit_of_measurement").and_then(Value::as_str);
        let known = CLASSES
            .iter()
            .any(|it| platform == it.0 && class == it.1 && unit == it.2);
        assert!(known, "{component}");
        let template = component["value_template"].as_str().unwrap();
        let key = template
            .strip_prefix("{{ value_json.")
            .unwrap()
            .strip_suffix(" }}")
            .unwrap();
        let value = state.get(key).unwrap();
        match (platform.as_str().unwrap(), component.get("options")) {
            ("binary_sensor", _) => {
                assert!(
                    value == "ON" || value == "OFF" || value.is_null(),
                    "{value}"
                );
            }
            (_, Some(options)) => assert!(options.as_array().unwrap().contains(value)),
            _ if class == "timestamp" => assert!(is_time(value), "{value}"),
            _ => assert!(value.is_number(), "{value}"),
        }
    }
    components
}

/// A UTC time as Home Assistant requires it for the class `timestamp`, or null.
fn is_time(value: &Value) -> bool {
    let is_utc = |text: &str| text.len() == "2025-11-23T14:30:00Z".len() && text.ends_with('Z');
    value.is_null() || value.as_str().is_some_and(is_utc)
}

/// The component keys of the only device.
fn of_one(lines: &str) -> Vec<String> {
    let messages = messages(lines);
    let topic = messages.keys().find(|it| it.ends_with("/config")).unwrap();
    components(topic, &messages).into_keys().collect()
}

#[test]
fn a_k750_has_charge_light_and_voltage() {
    let lines = desk("hass");
    let messages = messages(&lines);
    let topic = "homeassistant/device/solar_status_4002_392A0750/config";
    let components: Vec<String> = components(topic, &messages).into_keys().collect();
    assert_eq!(
        components,
        [
            "battery",
            "charge_read",
            "charging",
            "connected",
            "lux",
            "voltage"
        ]
    );
    let state: Value = serde_json::from_str(&messages["solar-status/4002_392A0750/state"]).unwrap();
    assert_eq!((&state["percent"], &state["lux"]), (&57.into(), &12.into()));
    let mut before = Vec::new();
    for line in lines.lines() {
        let topic = line.split_once(' ').unwrap().0;
        if topic.ends_with("/state") {
            assert!(
                before
                    .last()
                    .is_some_and(|it: &String| it.ends_with("/config")),
                "discovery must precede the state"
            );
        }
        before.push(topic.to_owned());
    }
}

#[test]
fn steps_are_words_and_unknown_values_have_no_component() {
    let steps = with("steps", |battery| {
        battery.percent = None;
        battery.level = Some(BatteryLevel::Good);
        battery.value_kind = ValueKind::Steps;
    });
    assert_eq!(
        of_one(&rendered("hass", &[steps])),
        ["charge_read", "charging", "connected", "level"]
    );
    let unknown: Vec<_> = odd()
        .into_iter()
        .filter(|it| it.battery.is_none())
        .collect();
    assert_eq!(of_one(&rendered("hass", &unknown[..1])), ["connected"]);
}

#[test]
fn the_charge_of_an_absent_device_has_its_reading_time() {
    let charge_read = |presence| {
        let mut device = mouse("M705", 50);
        device.presence = presence;
        let state: Value = messages(&rendered("hass", &[device]))
            .iter()
            .find(|(topic, _)| topic.ends_with("/state"))
            .map(|(_, payload)| serde_json::from_str(payload).unwrap())
            .unwrap();
        state["charge_read"].clone()
    };
    assert_eq!(
        charge_read(Presence::Online),
        Value::Null,
        "an online device has a current charge"
    );
    assert_eq!(charge_read(Presence::Offline), "2025-11-23T12:13:20Z");
}

#[test]
fn messages_are_well_formed_for_every_device() {
    let named = NAMES.map(|name| mouse(name, 50));
    let mut bluetooth = mouse("M", 50);
    bluetooth.id = "B034-E4:5F:01:02:03:04+#/".to_owned();
    let rendered = |devices: &[_]| rendered("hass", devices);
    for lines in [
        rendered(&named),
        rendered(&odd()),
        rendered(&[bluetooth]),
        full("hass"),
    ] {
        let messages = messages(&lines);
        let configs = messages.keys().filter(|it| it.ends_with("/config"));
        assert_eq!(configs.clone().count() * 3, messages.len());
        for topic in configs {
            components(topic, &messages);
        }
    }
    assert_eq!(rendered(&[]), "");
}

/// Without this, Home Assistant shows the last values as current for ever.
#[test]
fn a_stream_that_ends_by_a_signal_declares_its_devices_unavailable() {
    for signal in [Signal::INT, Signal::TERM] {
        let mut stream =
            SOLAR_STATUS.command(&["--simulate", "--format", "hass", "--watch", "--direct"]);
        let mut stream = Process::start(stream.stdout(Stdio::piped()));
        let mut lines = stream.lines();
        let available = lines
            .by_ref()
            .filter(|it| it.ends_with("/availability online\n"));
        assert_eq!(available.take(3).count(), 3);
        stream.signal(signal);
        let gone = lines.filter(|it| it.ends_with("/availability offline\n"));
        assert_eq!(gone.count(), 3, "{signal:?}");
    }
}

#[test]
fn a_stream_has_only_changed_messages() {
    let stream = [
        "--simulate",
        "--format",
        "hass",
        "--watch",
        "--duration",
        "60",
    ];
    let mut messages = BTreeMap::new();
    for line in stdout(&stream).lines() {
        let (topic, payload) = line.split_once(' ').unwrap();
        let before = messages.insert(topic.to_owned(), payload.to_owned());
        assert_ne!(before.as_deref(), Some(payload), "{topic}");
    }
    assert_eq!(messages.len(), 9, "three devices");
    for (topic, payload) in &messages {
        if topic.ends_with("/availability") {
            assert_eq!(payload, "offline", "the stream has ended");
        }
        if topic.ends_with("/config") {
            let components = components(topic, &messages).into_values();
            for component in components {
                assert_eq!(component["expire_after"], 1800, "{component}");
            }
        }
    }
}
