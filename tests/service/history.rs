//! The history over the bus has the same entries as the files.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hidpp_proto::units::{Lux, Millivolts, Percent, Timestamp};
use serde_json::Value;
use solar_status::bus::entries::{Row, entry};
use solar_status::device::{ChargeState, Light};
use solar_status::history::{History, Sample, read};
use tempfile::TempDir;
use test_support::bus::Bus;
use test_support::client::{Client, DEVICE, NAME};
use test_support::program::stderr;
use test_support::signal::error_name;

use crate::daemon::{Daemon, SOLAR_STATUS};

const K750: &str = "/org/solarstatus/Monitor1/devices/hidpp_4002_392A0750";
const ID: &str = "4002-392A0750";

/// How many entries were recorded before the daemon started.
const BEFORE: u32 = 4000;

/// A state directory with weeks of history, one entry every ten minutes.
fn weeks() -> TempDir {
    let state = tempfile::tempdir().unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let start = now.checked_sub(Duration::from_secs(600) * BEFORE).unwrap();
    let start = Timestamp::from_start(Duration::from_secs(start.as_secs()));
    let mut history = History::open(state.path().join("history"), start).unwrap();
    for step in 1..BEFORE {
        let at = start + Duration::from_secs(600) * step;
        let sample = Sample {
            charge: Percent::new(u8::try_from(90 - step / 100).unwrap()),
            voltage: Some(Millivolts(2600)),
            light: Some(Light {
                lux: Lux(u16::try_from(step % 500).unwrap()),
                trusted: true,
                at,
            }),
            state: ChargeState::Discharging,
            online: true,
        };
        history.record(ID, at, &sample).unwrap();
    }
    state
}

fn start(bus: &Bus, client: &Client, state: Option<&Path>) -> Daemon {
    let mut arguments = vec!["--simulate"];
    if let Some(state) = state {
        arguments.extend(["--state", state.to_str().unwrap()]);
    }
    let daemon = Daemon::start(bus.address(), &arguments);
    client.wait_for_name(NAME);
    daemon
}

/// One page, as returned by a single call.
fn page(client: &Client, since: u64) -> Vec<Row> {
    client.call(K750, DEVICE, "GetEntries", &since).unwrap()
}

/// All entries from a time on, page by page, as the documentation of the call describes.
fn all_pages(client: &Client, mut since: u64) -> Vec<Row> {
    let mut rows = Vec::new();
    loop {
        let page = page(client, since);
        assert!(page.len() <= 1000, "{}", page.len());
        let Some(last) = page.last() else {
            return rows;
        };
        since = last.0 + 1;
        rows.extend(page);
    }
}

#[test]
fn entries_over_the_bus_equal_those_of_the_file() {
    let state = weeks();
    let bus = Bus::open();
    let client = Client::of(&bus);
    let _daemon = start(&bus, &client, Some(state.path()));
    // The daemon may be writing: its reply equals the file before or after it.
    let file = || read(&state.path().join("history"), ID, Timestamp::START).unwrap();
    let before = file();
    assert!(before.len() >= 3000, "{}", before.len());
    let rows = all_pages(&client, 0);
    let entries: Vec<_> = rows.iter().map(entry).collect();
    assert!(entries.starts_with(&before));
    assert!(file().starts_with(&entries));
    let middle = rows.get(2000).unwrap().0;
    let rest = all_pages(&client, middle);
    assert!(rest.starts_with(rows.get(2000..).unwrap()));
    assert_eq!(page(&client, u64::MAX), []);
}

#[test]
fn the_program_prints_the_same_history_via_the_bus_and_from_files() {
    let state = weeks();
    let bus = Bus::open();
    let client = Client::of(&bus);
    let _daemon = start(&bus, &client, Some(state.path()));
    let show = |arguments: &[&str]| {
        let all = ["history", "--json", "--since", "8w", "--device", ID];
        let output = SOLAR_STATUS.run(&[&all, arguments].concat());
        assert!(output.status.success(), "{output:?}");
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        document.pointer("/devices/0").unwrap().clone()
    };
    let shown = show(&["--bus", bus.address()]);
    let read = show(&["--state", state.path().to_str().unwrap()]);
    let entries = |of: &Value| of.get("entries").unwrap().as_array().unwrap().clone();
    assert!(entries(&read).starts_with(&entries(&shown)));
    assert!(entries(&shown).len() >= 3000);
    assert_eq!(shown.get("name"), Some(&Value::from("K750")));
    assert!(
        shown
            .pointer("/forecast/days_left/best")
            .unwrap()
            .is_number()
    );
}

#[test]
fn a_daemon_without_a_history_returns_an_error() {
    let bus = Bus::open();
    let client = Client::of(&bus);
    let _daemon = start(&bus, &client, None);
    let refused = client.call::<_, Vec<Row>>(K750, DEVICE, "GetEntries", &0_u64);
    assert_eq!(error_name(refused), "org.solarstatus.Error.NotSupported");
    let output = SOLAR_STATUS.run(&["history", "--bus", bus.address()]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let errors = stderr(&output);
    assert!(errors.contains("runs without --state"), "{errors}");
}

#[test]
fn entries_recorded_before_a_device_was_identified_are_moved() {
    // A K380 on Bluetooth, identified by its node and later by its unit id.
    let (before, after) = ("B342-simulated-22", "B342-D0000001");
    let state = tempfile::tempdir().unwrap();
    let directory = state.path().join("history");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let sample = Sample {
        charge: Percent::new(77),
        voltage: None,
        light: None,
        state: ChargeState::Discharging,
        online: true,
    };
    let mut history = History::open(directory.clone(), Timestamp::START).unwrap();
    for (id, hours) in [(after, 5), (before, 4), (after, 3), (before, 2)] {
        let at = Timestamp::from_start(now.checked_sub(Duration::from_secs(3600 * hours)).unwrap());
        history.record(id, at, &sample).unwrap();
        // A new writer records each sample, although it is unchanged.
        history = {
            drop(history);
            History::open(directory.clone(), Timestamp::START).unwrap()
        };
    }
    drop(history);
    let bus = Bus::open();
    let client = Client::of(&bus);
    let arguments = ["--simulate=full", "--state", state.path().to_str().unwrap()];
    let _daemon = Daemon::start(bus.address(), &arguments);
    client.wait_for_name(NAME);
    let charges = read(&directory, after, Timestamp::START).unwrap();
    let earlier = charges.iter().filter(|it| it.charge == Percent::new(77));
    assert_eq!(earlier.count(), 4, "{charges:#?}");
    assert!(charges.is_sorted_by_key(|entry| entry.at));
    assert_eq!(read(&directory, before, Timestamp::START).unwrap(), []);
    assert!(!directory.join(format!("{before}.jsonl")).exists());
}

#[test]
fn the_history_of_many_devices_is_shown() {
    let bus = Bus::open();
    let client = Client::of(&bus);
    let state = tempfile::tempdir().unwrap();
    let arguments = ["--simulate=full", "--state", state.path().to_str().unwrap()];
    let _daemon = Daemon::start(bus.address(), &arguments);
    client.wait_for_name(NAME);
    let output = SOLAR_STATUS.run(&["history", "--json", "--bus", bus.address()]);
    assert!(output.status.success(), "{output:?}");
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let devices = document.get("devices").unwrap().as_array().unwrap();
    // Two or more replies per device: more than zbus queues for a reader.
    assert!(devices.len() > 40, "{}", devices.len());
}
