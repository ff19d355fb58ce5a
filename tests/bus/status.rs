//! The status via the daemon, compared with the status of the same devices without it.

use serde_json::Value;
use test_support::bus::Bus;
use test_support::program::stderr;

use crate::daemon_harness::Harness;
use crate::fake::Fake;

/// All fields: the daemon reads all of them.
const ALL: &str = "name,battery,full-name,firmware";

/// A document without ages: those of the daemon are real, those of a simulation are virtual.
fn document(text: &str) -> Value {
    let mut document = serde_json::from_str(text).unwrap();
    drop_ages(&mut document);
    document
}

fn drop_ages(value: &mut Value) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                if key.ends_with("age_s") && value.is_number() {
                    *value = "some".into();
                }
                drop_ages(value);
            }
        }
        Value::Array(values) => values.iter_mut().for_each(drop_ages),
        _ => {}
    }
}

/// A table without its last column, the age.
fn table(text: &str) -> String {
    let heading = text.lines().find(|line| line.ends_with("READ")).unwrap();
    let width = heading.chars().count() - "READ".len();
    let cut = |line: &str| {
        let is_device = line.starts_with("  ");
        let width = if is_device { width } else { usize::MAX };
        line.chars().take(width).collect()
    };
    let lines: Vec<String> = text.lines().map(cut).collect();
    lines.join("\n")
}

#[test]
fn the_daemon_serves_a_trace_recorded_by_the_command_line() {
    let bus = Bus::open();
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("desk.trace");
    let trace = trace.to_str().unwrap();
    let recorded = bus.stdout(&["--simulate", "--record", trace]);
    let _daemon = bus.serve(&["--replay", trace]);
    assert_eq!(table(&bus.stdout(&[])), table(&recorded));
}

#[test]
fn a_check_via_the_daemon_equals_that_of_the_devices() {
    let bus = Bus::open();
    let directly = bus.stdout(&["check", "--simulate"]);
    let _daemon = bus.serve(&["--simulate"]);
    assert_eq!(bus.stdout(&["check"]), directly);
}

#[test]
fn the_status_via_the_daemon_equals_that_of_the_devices() {
    // The sleeping K800 of this desk wakes four seconds after the start: on a busy machine the
    // status may be too late, and another daemon is started.
    let bus = Bus::open();
    let tries = 0..10;
    let seen = tries.map(|_| {
        let _daemon = bus.serve(&["--simulate"]);
        [bus.stdout(&[]), bus.stdout(&["--json"])]
    });
    let asleep = |seen: &[String; 2]| seen[1].contains(r#""online": false"#);
    let [shown, json] = seen.into_iter().find(asleep).unwrap();
    let direct = bus.stdout(&["--simulate"]);
    assert_eq!(table(&shown), table(&direct));
    let direct = bus.stdout(&["--simulate", "--json"]);
    assert_eq!(document(&json), document(&direct));
}

#[test]
fn each_of_73_devices_is_the_same_via_the_daemon_and_directly() {
    let bus = Bus::open();
    let _daemon = bus.serve(&["--simulate=full"]);
    // The firmware would be a column after the ages.
    let fields = "name,battery,full-name";
    let shown = bus.stdout(&["--fields", fields]);
    let direct = bus.stdout(&["--fields", fields, "--simulate=full"]);
    assert_eq!(table(&shown), table(&direct));
    let json = bus.stdout(&["--fields", ALL, "--json"]);
    let direct = bus.stdout(&["--fields", ALL, "--json", "--simulate=full"]);
    assert_eq!(document(&json), document(&direct));
}

#[test]
fn only_the_requested_fields_are_printed() {
    let bus = Bus::open();
    let _daemon = bus.serve(&["--simulate"]);
    let device = |arguments: &[&str]| {
        let text = bus.stdout(&[arguments, &["--json", "--device", "K750"]].concat());
        let document: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(document["devices"].as_array().unwrap().len(), 1, "{text}");
        (
            document["devices"][0].clone(),
            document["receivers"][0].clone(),
        )
    };
    let (k750, receiver) = device(&[]);
    assert_eq!(k750["name"], "K750");
    assert_eq!(k750["firmware"], Value::Null);
    assert_eq!(receiver["firmware"], Value::Null);
    let (k750, receiver) = device(&["--fields", "full-name,firmware"]);
    assert_eq!(k750["name"], "Wireless Solar Keyboard K750");
    assert_eq!(k750["battery"], Value::Null);
    assert!(k750["firmware"].is_string(), "{k750}");
    assert!(receiver["firmware"].is_string(), "{receiver}");
    let nameless = document(&bus.stdout(&["--fields", "battery", "--json"]));
    assert_eq!(nameless["devices"][0]["name"], Value::Null);
    assert_eq!(nameless["devices"][0]["light"]["lux"], 12);
}

#[test]
fn an_unknown_device_is_exit_status_3() {
    let bus = Bus::open();
    let _daemon = bus.serve(&["--simulate"]);
    let output = bus.solar_status(&["--device", "K751"]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let message = "solar-status: no device matches “K751”; similar: “K750”; \
                   run solar-status without --device to see all\n";
    assert_eq!(stderr(&output), message);
    let direct = bus.solar_status(&["--device", "K751", "--simulate"]);
    assert_eq!(stderr(&direct), message, "read directly");
}

#[test]
fn the_daemon_and_the_devices_themselves_are_selected_from_alike() {
    let bus = Bus::open();
    let _daemon = bus.serve(&["--simulate=full"]);
    for selector in [
        "1",
        "slot:2",
        "headset",
        "K380",
        "receiver:bolt",
        "M5",
        "name:K7",
    ] {
        let chosen = |origin: &[&str]| {
            let arguments = [&["--json", "--device", selector], origin].concat();
            document(&bus.stdout(&arguments))
        };
        let (served, read) = (chosen(&[]), chosen(&["--simulate=full"]));
        let ids = |document: &Value, of: &str| {
            let all = document[of].as_array().unwrap().iter();
            let mut ids: Vec<String> = all.map(|it| it["id"].to_string()).collect();
            ids.sort();
            ids
        };
        for of in ["devices", "receivers"] {
            assert_eq!(ids(&served, of), ids(&read, of), "{selector}: {of}");
        }
        assert!(!ids(&served, "devices").is_empty(), "{selector}");
    }
}

#[test]
fn without_devices_the_message_is_that_without_a_daemon() {
    let bus = Bus::open();
    let _daemon = Fake::without_devices(&bus);
    let output = bus.solar_status(&[]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(stderr(&output).contains("no Logitech receiver or device found"));
}
