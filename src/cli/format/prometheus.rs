//! Prometheus: all devices in its text format, for the textfile collector of `node_exporter`.
//!
//! Source: <https://prometheus.io/docs/instrumenting/exposition_formats/>, text format 0.0.4. The
//! output is valid `OpenMetrics` text too: metrics are not mixed, and `# EOF` ends them. Base units
//! follow <https://prometheus.io/docs/practices/naming/>: a ratio, volts, seconds since 1970.
//! Unknown values have no sample.

use std::fmt::Write as _;

use super::entry::by_id;
use super::escape::label;
use crate::cli::value_text;
use crate::device::{Battery, BatteryLevel, ChargeState, Device, Link, Presence};
use crate::text;
use hidpp_proto::feature::DeviceKind;
use hidpp_proto::units::{Percent, Timestamp};

const LEVELS: [BatteryLevel; 4] = [
    BatteryLevel::Critical,
    BatteryLevel::Low,
    BatteryLevel::Good,
    BatteryLevel::Full,
];

/// A metric: its name after `solar_status_`, its help text, and its value for a device.
type Metric = (&'static str, &'static str, fn(&Device) -> Option<String>);

const METRICS: &[Metric] = &[
    (
        "device_online",
        "Whether the device is reachable; a sleeping one is not.",
        |device| match device.presence {
            Presence::Online => Some(flag(true)),
            Presence::Offline => Some(flag(false)),
            Presence::Unknown => None,
        },
    ),
    (
        "device_last_seen_timestamp_seconds",
        "When the device was last known to be reachable.",
        |device| device.seen.map(seconds),
    ),
    (
        "battery_charge_ratio",
        "The charge, from 0 to 1.",
        |device| {
            let percent = device.battery?.percent?;
            Some(format!("{}", f64::from(Percent::get(percent)) / 100.0))
        },
    ),
    (
        "battery_charging",
        "Whether the battery is being charged.",
        |device| match device.battery?.state {
            ChargeState::Unknown => None,
            state => Some(flag(state == ChargeState::Charging)),
        },
    ),
    (
        "battery_voltage_volts",
        "The voltage of the battery.",
        |device| {
            Some(format!(
                "{}",
                f64::from(device.battery?.voltage?.0) / 1000.0
            ))
        },
    ),
    (
        "battery_read_timestamp_seconds",
        "When the charge was read.",
        |device| {
            let battery = device.battery.as_ref().filter(|it| it.reports_charge())?;
            Some(seconds(battery.charge_at))
        },
    ),
    (
        "light_lux",
        "The light last measured by a solar keyboard.",
        |device| Some(device.light?.lux.0.to_string()),
    ),
    (
        "light_read_timestamp_seconds",
        "When the light was measured.",
        |device| Some(seconds(device.light?.at)),
    ),
];

pub(super) fn render(devices: &[Device]) -> String {
    let devices = by_id(devices);
    let mut text = String::new();
    head(&mut text, "device_info", "The identity of the device.");
    for device in &devices {
        sample(&mut text, "device_info", &identity(device), "1");
    }
    for (name, help, value) in METRICS {
        let values = devices.iter().filter_map(|it| Some((it, value(it)?)));
        let mut values = values.peekable();
        if values.peek().is_some() {
            head(&mut text, name, help);
        }
        for (device, value) in values {
            sample(&mut text, name, &labels(device), &value);
        }
    }
    levels(&mut text, &devices);
    text.push_str("# EOF\n");
    text
}

/// Levels are a state set in the form of `OpenMetrics`: the current one is 1, the others are 0.
fn levels(text: &mut String, devices: &[&Device]) {
    const NAME: &str = "battery_level";
    let level = |battery: &Battery| battery.level;
    let level = |device: &&Device| device.battery.as_ref().and_then(level);
    let reported = devices.iter().filter_map(|it| Some((it, level(it)?)));
    for (number, (device, reported)) in reported.enumerate() {
        if number == 0 {
            head(
                text,
                NAME,
                "The charge as a level, if the device reports one.",
            );
        }
        for level in LEVELS {
            let mut labels = labels(device);
            labels.push(("level", level.name().to_owned()));
            sample(text, NAME, &labels, &flag(level == reported));
        }
    }
}

fn head(text: &mut String, name: &str, help: &str) {
    // Writing to a string cannot fail.
    _ = writeln!(text, "# HELP solar_status_{name} {help}");
    _ = writeln!(text, "# TYPE solar_status_{name} gauge");
}

fn sample(text: &mut String, name: &str, labels: &[(&str, String)], value: &str) {
    let labels = labels.iter();
    let labels = labels.map(|(name, value)| format!("{name}=\"{}\"", label(value)));
    let labels = labels.collect::<Vec<_>>().join(",");
    _ = writeln!(text, "solar_status_{name}{{{labels}}} {value}");
}

/// The labels of each sample of a device.
fn labels(device: &Device) -> Vec<(&'static str, String)> {
    let mut labels = vec![
        ("id", value_text::id(&device.id).into_owned()),
        ("name", value_text::name(device)),
    ];
    let kind = device.kind.and_then(DeviceKind::name);
    labels.extend(kind.map(|kind| ("kind", kind.to_owned())));
    labels
}

/// The other properties of a device that do not change.
fn identity(device: &Device) -> Vec<(&'static str, String)> {
    let mut labels = labels(device);
    let serial = device.serial.as_deref().and_then(text::name);
    labels.extend(serial.map(|serial| ("serial", serial)));
    labels.extend(device.wpid.map(|wpid| ("wpid", wpid.to_string())));
    match &device.link {
        Link::Paired { receiver, .. } => {
            labels.push(("connection", "receiver".to_owned()));
            labels.push(("receiver", value_text::id(receiver).into_owned()));
        }
        Link::Direct { bus, .. } => labels.push(("connection", text::line(bus))),
    }
    let firmware = device.firmware;
    labels.extend(firmware.map(|firmware| ("firmware", firmware.to_string())));
    labels
}

fn flag(is_so: bool) -> String {
    u8::from(is_so).to_string()
}

/// Seconds since 1970 (in a simulation, since its start), with three decimals.
fn seconds(at: Timestamp) -> String {
    let since = at.since_start();
    format!("{}.{:03}", since.as_secs(), since.subsec_millis())
}
