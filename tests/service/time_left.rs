//! The time left, from a recorded history over the bus to each front end: in hours of use and in
//! days.

use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hidpp_proto::units::{Percent, Timestamp};
use serde_json::Value;
use solar_status::device::ChargeState;
use solar_status::history::{History, Sample};
use tempfile::TempDir;
use test_support::bus::Bus;
use test_support::client::{Client, DEVICE, NAME, UPOWER, UPOWER_DEVICE};

use crate::daemon::{Daemon, SOLAR_STATUS};

const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;

/// The simulated device with this name.
fn simulated(desk: &str, name: &str) -> Value {
    let document: Value = serde_json::from_str(&SOLAR_STATUS.stdout(&[desk, "--json"])).unwrap();
    let devices = document["devices"].as_array().unwrap();
    let device = devices.iter().find(|device| device["name"] == name);
    device.unwrap().clone()
}

/// A state directory in which a device recorded these charges this many seconds ago; `None`: it was
/// switched off.
fn recorded(id: &str, charges: impl Iterator<Item = (u64, Option<f64>)>) -> TempDir {
    let state = tempfile::tempdir().unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let at = |ago: u64| Timestamp::from_start(Duration::from_secs(now.as_secs() - ago));
    let mut history = History::open(state.path().join("history"), Timestamp::START).unwrap();
    let mut last = None;
    for (ago, charge) in charges {
        last = charge.or(last);
        let percent = last.map(|it| format!("{it:.0}").parse().unwrap());
        let sample = Sample {
            charge: percent.and_then(Percent::new),
            voltage: None,
            light: None,
            state: ChargeState::Discharging,
            online: charge.is_some(),
        };
        history.record(id, at(ago), &sample).unwrap();
    }
    state
}

/// A daemon with these arguments and this state directory.
fn start(bus: &Bus, client: &Client, arguments: &[&str], state: &TempDir) -> Daemon {
    let state = state.path().to_str().unwrap();
    let daemon = Daemon::start(bus.address(), &[arguments, &["--state", state]].concat());
    let name = arguments.get(2).copied().unwrap_or(NAME);
    client.wait_for_name(name);
    daemon
}

/// The output of `solar-status` about the daemon's devices.
fn status(bus: &Bus, arguments: &[&str]) -> String {
    let output = SOLAR_STATUS.run(&[&["--bus", bus.address()], arguments].concat());
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// One percent per day for 25 days, down to the charge of the simulated M705.
fn month_of_a_mouse() -> TempDir {
    let mouse = simulated("--simulate", "M705");
    assert_eq!(mouse["battery"]["percent"], 65);
    let id = mouse["id"].as_str().unwrap();
    let charge = |hour: u32| Some(90.0 - f64::from(hour) / 24.0);
    let hours = 25 * 24;
    recorded(
        id,
        (0..hours).map(|hour| (HOUR * u64::from(hours - hour), charge(hour))),
    )
}

/// The numbers and words of a device's time left.
fn time_left(client: &Client, path: &str) -> ([u64; 3], [String; 3]) {
    let value = |name: &str| {
        let value = client.value(path, DEVICE, name).unwrap();
        value.trim_matches('"').to_owned()
    };
    let numbers = ["TimeLeftLow", "TimeLeft", "TimeLeftHigh"];
    let words = ["TimeLeftUntil", "TimeLeftBasis", "TimeLeftConfidence"];
    (
        numbers.map(|name| value(name).parse().unwrap()),
        words.map(value),
    )
}

#[test]
fn a_mouse_that_loses_one_percent_a_day_has_a_time_left_in_days() {
    let state = month_of_a_mouse();
    let bus = Bus::open();
    let client = Client::of(&bus);
    let _daemon = start(&bus, &client, &["--simulate"], &state);
    let path = client.enumerate();
    let path = path.iter().find(|it| it.contains("101B")).unwrap();
    let ([low, best, high], words) = time_left(&client, path);
    assert!((62..=66).contains(&(best / DAY)), "{best}");
    assert!(low < best && best < high, "{low} {best} {high}");
    assert_eq!(words, ["empty", "calendar", "fair"]);
    let seconds = client.value(path, UPOWER_DEVICE, "TimeToEmpty").unwrap();
    // The displayed time is rounded to days.
    let seconds: u64 = seconds.parse().unwrap();
    assert!(seconds.abs_diff(best) <= DAY, "{seconds} {best}");
    let days = format!("{} days", seconds.div_ceil(DAY));
    let table = status(&bus, &["--color", "never"]);
    assert!(table.contains(&format!("about {days} left (")), "{table}");
    let left = status(&bus, &["--format", "{name}[ {left}]", "--device", "M705"]);
    assert_eq!(left, format!("M705 {days}\n"));
    // The other devices have no history, and no output claims a time left.
    let k750 = client.enumerate();
    let k750 = k750.iter().find(|it| it.contains("4002")).unwrap();
    let (numbers, words) = time_left(&client, k750);
    assert_eq!(numbers, [0; 3]);
    assert_eq!(words, ["", "", ""]);
    assert_eq!(
        client.value(k750, UPOWER_DEVICE, "TimeToEmpty").unwrap(),
        "0"
    );
}

#[test]
fn a_headset_has_a_time_left_in_hours_of_use() {
    let headset = simulated("--simulate=full", "G733 Gaming Headset");
    let id = headset["id"].as_str().unwrap();
    let percent = headset["battery"]["percent"].as_f64().unwrap();
    // Ten evenings of four hours with a loss of 10 % each; the last one ends at the charge of the
    // simulation, and each starts with the same charge. An entry every quarter of an hour.
    let evenings = (0_u32..10).rev().flat_map(|evening| {
        (0_u32..=16).rev().map(move |quarter| {
            let ago = u64::from(evening) * DAY + u64::from(quarter) * HOUR / 4 + 60;
            let charge = percent + f64::from(quarter) * 2.5 / 4.0;
            (ago, Some(charge).filter(|_| quarter > 0 || evening == 0))
        })
    });
    let state = recorded(id, evenings);
    let bus = Bus::open();
    let client = Client::of(&bus);
    let _daemon = start(&bus, &client, &["--simulate=full"], &state);
    let path = client.enumerate();
    let path = path.iter().find(|it| it.contains("0AB5")).unwrap();
    let ([low, best, high], words) = time_left(&client, path);
    assert_eq!(words[..2], ["empty", "use"]);
    // 2.5 % per hour.
    let expected = percent / 2.5 * 3600.0;
    assert!(
        (Duration::from_secs(best).as_secs_f64() / expected - 1.0).abs() < 0.1,
        "{best} {expected}"
    );
    assert!(low < best && best < high, "{low} {best} {high}");
    let document: Value = serde_json::from_str(&status(&bus, &["--json", "--device", id])).unwrap();
    let left = &document["devices"][0]["time_left"];
    assert_eq!(left["basis"], "use");
    // The displayed time is rounded, by at most a twentieth.
    let shown = left["best_s"].as_u64().unwrap();
    assert!(shown.abs_diff(best) <= best / 40, "{shown} {best}");
    let seconds = client.value(path, UPOWER_DEVICE, "TimeToEmpty").unwrap();
    assert_eq!(seconds, shown.to_string());
    let left = status(&bus, &["--format", "{left}", "--device", id]);
    assert_eq!(left, format!("{} h of use\n", shown / HOUR));
}

/// Prints model, `TimeToEmpty` and `TimeToFull` of each device as libupower-glib reports them.
const LIBRARY: &str = "
import gi
gi.require_version('UPowerGlib', '1.0')
from gi.repository import UPowerGlib
for device in UPowerGlib.Client.new().get_devices():
    print(device.props.model, device.props.time_to_empty, device.props.time_to_full)
";

/// `upower -d` (0.99.20) prints the two times only for batteries and UPSes, not for a mouse: it
/// must still show the device, and the library must report the times.
#[test]
fn the_upower_library_reports_the_time_to_empty() {
    let state = month_of_a_mouse();
    let bus = Bus::open();
    let client = Client::of(&bus);
    let arguments = ["--simulate", "--bus-name", UPOWER];
    let _daemon = start(&bus, &client, &arguments, &state);
    let output = |program: &str, arguments: &[&str]| {
        let output = Command::new(program)
            .args(arguments)
            .env("DBUS_SYSTEM_BUS_ADDRESS", bus.address())
            .env("LC_ALL", "C.UTF-8")
            .output()
            .unwrap_or_else(|error| panic!("{program}: {error}; tests/setup.sh installs it"));
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let text = output("upower", &["-d"]);
    assert!(text.contains("model:                M705\n"), "{text}");
    assert!(!text.contains("time to"), "{text}");
    let text = output("/usr/bin/python3", &["-c", LIBRARY]);
    let times = text.lines().find_map(|line| line.strip_prefix("M705 "));
    let (empty, full) = times.and_then(|it| it.split_once(' ')).unwrap();
    let days = empty.parse::<u64>().unwrap() / DAY;
    assert!((62..=66).contains(&days), "{text}");
    assert_eq!(full, "0");
}
