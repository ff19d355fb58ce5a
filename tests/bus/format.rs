//! `--format` via the daemon and across its restarts.

use std::collections::HashMap;
use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::process::Signal;
use solar_status::cli::format::bars;
use test_support::bus::{Bus, NOWHERE};
use test_support::program::stderr;

use crate::daemon_harness::{Follower, Harness, follow, solar_status};
use crate::fake::Fake;

const STREAM: [&str; 3] = ["--watch", "--format", "{name} {presence}"];

fn end(stream: Follower) -> (Option<i32>, String) {
    stream.process.signal(Signal::TERM);
    stream.end()
}

#[test]
fn the_output_via_the_daemon_equals_that_of_the_devices() {
    let bus = Bus::open();
    let _daemon = bus.serve(&["--simulate"]);
    let format = ["--device", "K750", "--format"];
    for profile in bars() {
        let arguments = [&format[..], &[profile.as_str()]].concat();
        let direct = [&arguments[..], &["--simulate"]].concat();
        assert_eq!(bus.stdout(&arguments), bus.stdout(&direct), "{profile}");
    }
}

#[test]
fn a_restarted_daemon_is_followed() {
    let bus = Bus::open();
    let daemon = Fake::on(&bus);
    let mut stream = bus.follow(&STREAM);
    assert_eq!(stream.whole_line(), "K750 –\n");
    drop(daemon);
    let daemon = Fake::without_devices(&bus);
    let mut line = stream.whole_line();
    // On a very busy machine the restart may exceed the grace period.
    if line == "K750 offline\n" {
        line = stream.whole_line();
    }
    assert_eq!(line, "\n", "the device is gone");
    daemon.add_device();
    assert_eq!(stream.whole_line(), "K750 –\n");
    let (status, errors) = end(stream);
    assert_eq!(status, Some(130));
    assert!(errors.contains("solar-statusd left"), "{errors}");
}

#[test]
fn a_daemon_that_stays_away_leaves_its_devices_offline() {
    let bus = Bus::open();
    let daemon = Fake::on(&bus);
    let mut stream = bus.follow(&STREAM);
    assert_eq!(stream.whole_line(), "K750 –\n");
    drop(daemon);
    assert_eq!(stream.whole_line(), "K750 offline\n");
    let daemon = Fake::without_devices(&bus);
    assert_eq!(stream.whole_line(), "\n", "the device is gone");
    daemon.add_device();
    assert_eq!(stream.whole_line(), "K750 –\n");
    assert_eq!(end(stream).0, Some(130));
}

#[test]
fn a_stream_started_before_the_daemon_switches_over_to_it() {
    for on in [&[][..], &["--bus"]] {
        let bus = Bus::open();
        let address: &[&str] = if on.is_empty() { &[] } else { &[bus.address()] };
        let mut stream = bus.follow(&[&STREAM[..], on, address].concat());
        let _daemon = Fake::on(&bus);
        let mut line = stream.whole_line();
        // The first line may be empty or already show the device.
        while line != "K750 –\n" {
            assert_eq!(line, "\n");
            line = stream.whole_line();
        }
        assert_eq!(end(stream).0, Some(130));
    }
}

#[test]
fn a_bus_that_never_existed_is_an_error() {
    let arguments = [&STREAM[..], &["--bus", NOWHERE]].concat();
    let output = solar_status(NOWHERE, NOWHERE, &arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("there is no bus"), "{output:?}");
}

#[test]
fn a_stream_survives_the_end_of_a_bus_without_the_daemon() {
    let (bus, session) = (Bus::open(), Bus::open());
    let daemon = Fake::on(&bus);
    let arguments = [&STREAM[..], &["--verbose"]].concat();
    let mut stream = follow(bus.address(), session.address(), &arguments);
    assert_eq!(stream.whole_line(), "K750 –\n");
    drop(session);
    for presence in ["online", "offline"] {
        daemon.change("Presence", presence.into());
        assert_eq!(stream.whole_line(), format!("K750 {presence}\n"));
    }
    let (status, errors) = end(stream);
    assert_eq!(status, Some(130));
    assert_eq!(errors.lines().count(), 1, "asked once: {errors}");
}

#[test]
fn a_duration_ends_a_stream_while_the_daemon_is_away() {
    let bus = Bus::open();
    let daemon = Fake::on(&bus);
    let mut stream = bus.follow(&[&STREAM[..], &["--duration", "1"]].concat());
    assert_eq!(stream.whole_line(), "K750 –\n");
    drop(daemon);
    assert_eq!(stream.end().0, Some(1));
}

#[test]
fn an_absent_device_is_dropped_a_day_after_it_was_last_seen() {
    let (bus, lost) = (Bus::open(), Bus::open());
    let (daemon, lost_daemon) = (Fake::on(&bus), Fake::on(&lost));
    let mut streams = [bus.follow(&STREAM), lost.follow(&STREAM)];
    // The device is dropped at a full minute: soon, but late enough for the steps before it.
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    while !(10..=50).contains(&(60 - now().as_secs() % 60)) {
        sleep(Duration::from_secs(1));
    }
    let minute = Duration::from_secs((now().as_secs() / 60 + 1) * 60);
    let sign = (minute.as_secs() - 24 * 60 * 60) * 1_000_000;
    for (stream, daemon) in streams.iter_mut().zip([&daemon, &lost_daemon]) {
        assert_eq!(stream.whole_line(), "K750 –\n");
        let offline = [("Presence", "offline".into()), ("LastSeen", sign.into())];
        daemon.change_all(HashMap::from(offline));
        assert_eq!(stream.whole_line(), "K750 offline\n");
    }
    // No event occurs meanwhile, and in the second stream the daemon is away.
    drop(lost_daemon);
    for mut stream in streams {
        assert_eq!(stream.whole_line(), "\n");
        assert!(now() >= minute, "too soon");
        assert_eq!(end(stream).0, Some(130));
    }
}
