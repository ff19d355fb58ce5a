//! `monitor` via the daemon.

use rustix::process::Signal;
use serde_json::Value;
use test_support::bus::{Bus, NOWHERE};
use test_support::program::stderr;

use crate::daemon_harness::{Follower, Harness};
use crate::fake::{Fake, press_light_key};

#[test]
fn a_waking_keyboard_is_printed_as_without_the_daemon() {
    let bus = Bus::open();
    let _daemon = bus.serve(&["--simulate"]);
    let mut monitor = bus.monitor(&["--device", "K800"]);
    let found = "Unifying Receiver AF4F95EA  found, 3 of 6 slots used, simulated";
    assert_eq!(monitor.line(), found);
    // It wakes four seconds after the daemon's start.
    let mut lines = vec![monitor.line()];
    while !lines.last().unwrap().ends_with("battery full, discharging") {
        lines.push(monitor.line());
        assert_ne!(lines.last().unwrap(), "", "{lines:?}");
    }
    let all = [
        "K800      found, offline",
        "K800      online",
        "K800      battery full, discharging",
    ];
    // On a busy machine it may already be awake.
    assert!(lines == all || lines[0] != all[0], "{lines:?}");
}

#[test]
fn signals_are_printed_as_lines() {
    let bus = Bus::open();
    let daemon = Fake::on(&bus);
    let mut monitor = bus.monitor(&[]);
    assert_eq!(
        monitor.line(),
        "K750      found",
        "the unknown presence is omitted"
    );
    // Any connection can send such a signal; only the daemon's counts.
    press_light_key(&bus.connect());
    daemon.change("Presence", "online".into());
    assert_eq!(monitor.line(), "K750      online");
    daemon.press_light_key();
    assert_eq!(monitor.line(), "K750      light key pressed");
    daemon.change("Lux", 320_i32.into());
    assert_eq!(
        monitor.line(),
        "K750      320 lux? (good)",
        "the value is untrusted"
    );
    daemon.change("Lux", 320_i32.into());
    daemon.change("Warmth", "cosy".into());
    daemon.remove_device();
    assert_eq!(monitor.line(), "K750      gone");
    daemon.press_light_key();
    daemon.add_device();
    assert_eq!(monitor.line(), "K750      found");
}

#[test]
fn json_output_has_one_object_per_line() {
    let bus = Bus::open();
    let _daemon = bus.serve(&["--simulate"]);
    let text = bus.stdout(&["monitor", "--json", "--duration", "0.2", "--device", "K750"]);
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let events: Vec<&Value> = lines.iter().map(|line| &line["event"]).collect();
    assert_eq!(events, ["receiver-added", "device-added"]);
    assert_eq!(lines[1]["device"]["light"]["lux"], 12);
}

/// The next line about a device; a daemon may own its name slightly before its device is on the
/// bus.
fn next_found(monitor: &mut Follower) -> String {
    let line = monitor.line();
    if line == "K750      gone" {
        return monitor.line();
    }
    line
}

#[test]
fn a_restarted_daemon_is_followed_and_missing_devices_are_reported() {
    let bus = Bus::open();
    let daemon = Fake::with_presence(&bus, "online");
    let mut monitor = bus.monitor(&[]);
    assert_eq!(monitor.line(), "K750      found");
    drop(daemon);
    let daemon = Fake::with_presence(&bus, "offline");
    assert_eq!(next_found(&mut monitor), "K750      found, offline");
    drop(daemon);
    let _daemon = Fake::without_devices(&bus);
    assert_eq!(monitor.line(), "K750      gone");
    monitor.process.signal(Signal::TERM);
    let (status, errors) = monitor.end();
    assert_eq!(status, Some(130));
    let left = "solar-status: solar-statusd left the system bus";
    assert_eq!(
        errors.lines().filter(|line| *line == left).count(),
        2,
        "{errors}"
    );
}

/// The start and the end of a daemon are reported over different connections, in any order.
#[test]
fn none_of_many_restarts_in_sequence_is_missed() {
    let bus = Bus::open();
    let mut monitor = bus.monitor(&["--bus", "system"]);
    for _ in 0..200 {
        let daemon = Fake::on(&bus);
        assert_eq!(next_found(&mut monitor), "K750      found");
        drop(daemon);
    }
}

#[test]
fn with_a_bus_option_the_first_daemon_is_waited_for() {
    let bus = Bus::open();
    let mut monitor = bus.monitor(&["--bus", "system"]);
    let daemon = Fake::on(&bus);
    assert_eq!(monitor.line(), "K750      found");
    drop((daemon, monitor));
    // A bus that never existed is an error.
    let arguments = ["monitor", "--bus", NOWHERE];
    let output = bus.solar_status(&arguments);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(stderr(&output).contains("there is no bus"), "{output:?}");
}

#[test]
fn a_signal_ends_monitor() {
    let bus = Bus::open();
    let _daemon = bus.serve(&["--simulate"]);
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let mut monitor = bus.monitor(&[]);
        assert_ne!(monitor.line(), "");
        monitor.process.signal(signal);
        assert_eq!(monitor.end(), (Some(130), String::new()), "{signal:?}");
    }
}

#[test]
fn without_devices_monitor_waits_for_one() {
    let bus = Bus::open();
    let _daemon = Fake::without_devices(&bus);
    let output = bus.solar_status(&["monitor", "--duration", "0.1"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(stderr(&output).contains("waiting for one to be plugged in"));
}
