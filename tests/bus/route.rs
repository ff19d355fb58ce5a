//! The choice between the daemon and the devices, and how `--verbose` reports it.

use std::os::unix::net::UnixListener;
use std::process::Output;

use solar_status::bus;
use test_support::bus::{Bus, NOWHERE};
use test_support::program::stderr;
use zbus::block_on;

use crate::daemon_harness::{Harness, closed_bus, solar_status};

/// The first line on standard error. Devices of this machine, if there are any, may add more lines.
fn first_line(output: &Output) -> String {
    let error = stderr(output);
    let line = error.lines().next().unwrap_or_default();
    let message = line.strip_prefix("solar-status: ");
    message.unwrap_or(line).to_owned()
}

fn verbose(system: &str, session: &str, arguments: &[&str]) -> String {
    let mut command = solar_status(system, session, arguments);
    first_line(&command.arg("--verbose").output().unwrap())
}

#[test]
fn the_system_bus_takes_precedence_over_the_session_bus() {
    let [system, session] = [Bus::open(), Bus::open()];
    let (first, second) = (system.address(), session.address());
    let _user = session.serve(&["--simulate"]);
    let message = verbose(first, second, &[]);
    assert!(message.starts_with("asked solar-statusd on the session bus (:1."));
    let _root = system.serve(&["--simulate"]);
    let message = verbose(first, second, &[]);
    assert!(message.starts_with("asked solar-statusd on the system bus (:1."));
    let message = verbose(first, second, &["--bus", "session"]);
    assert!(message.starts_with("asked solar-statusd on the session bus (:1."));
    let message = verbose(NOWHERE, NOWHERE, &["--bus", second]);
    assert!(message.starts_with(&format!("asked solar-statusd on the bus at {second} (:1.")));
}

#[test]
fn options_select_the_devices_instead_of_the_daemon() {
    let bus = Bus::open();
    let _daemon = bus.serve(&["--simulate"]);
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("desk.trace");
    let trace = trace.to_str().unwrap();
    let recorded = verbose(bus.address(), NOWHERE, &["--simulate", "--record", trace]);
    assert_eq!(recorded, "asked the devices directly (--simulate)");
    for (arguments, option) in [
        (&["--direct", "--simulate"][..], "--direct"),
        (&["--simulate"], "--simulate"),
        (&["--no-cache"], "--no-cache"),
        (&["--replay", trace], "--replay"),
        (&["--transport", "hidraw"], "--transport"),
    ] {
        let message = verbose(bus.address(), NOWHERE, arguments);
        let expected = format!("asked the devices directly ({option})");
        assert_eq!(message, expected);
    }
}

#[test]
fn without_a_daemon_the_devices_are_asked_directly() {
    let bus = Bus::open();
    let no_daemon = "asked the devices directly (no solar-statusd on the system or session bus)";
    assert_eq!(verbose(bus.address(), bus.address(), &[]), no_daemon);
    assert_eq!(verbose(NOWHERE, NOWHERE, &[]), no_daemon);
}

#[test]
fn with_a_bus_option_a_missing_daemon_is_an_error() {
    let bus = Bus::open();
    for (arguments, message) in [
        (["--bus", "system"], "no solar-statusd on the system bus"),
        (
            ["--bus", "session"],
            "there is no bus at unix:path=/nonexistent/bus, where the session bus should be",
        ),
    ] {
        let output = bus.solar_status(&arguments);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert_eq!(first_line(&output), message);
    }
}

#[test]
fn a_hanging_daemon_is_skipped_after_a_timeout() {
    let bus = Bus::open();
    // It owns the name and never replies.
    let hanging = bus.connect();
    block_on(hanging.request_name(bus::NAME)).unwrap();
    let owner = hanging.unique_name().unwrap();
    let why = format!("solar-statusd on the system bus ({owner}) does not answer");
    let message = verbose(bus.address(), NOWHERE, &["--timeout", "1"]);
    let expected = format!("asked the devices directly ({why}; there is no bus at {NOWHERE}, ");
    assert!(message.starts_with(&expected), "{message}");
    let output = bus.solar_status(&["--timeout", "0.5", "--bus", "system"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(first_line(&output), why);
}

#[test]
fn a_hanging_bus_is_skipped_after_a_timeout() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("bus");
    let _never_answers = UnixListener::bind(&socket).unwrap();
    let address = format!("unix:path={}", socket.display());
    let message = verbose(&address, NOWHERE, &["--timeout", "1"]);
    assert!(
        message.contains("the system bus does not answer"),
        "{message}"
    );
}

#[test]
fn a_bus_that_rejects_calls_is_reported_and_the_devices_are_asked() {
    let bus = closed_bus();
    let _daemon = bus.serve(&["--simulate"]);
    let message = verbose(bus.address(), NOWHERE, &[]);
    let expected =
        "asked the devices directly (solar-statusd on the system bus cannot be queried: ";
    assert!(message.starts_with(expected), "{message}");
}

#[test]
fn a_bus_option_conflicts_with_options_for_the_devices() {
    for other in [
        &["--direct"][..],
        &["--simulate"],
        &["--no-cache"],
        &["--replay", "x"],
        &["--transport", "usb"],
        &["--record", "x"],
    ] {
        let output = solar_status(NOWHERE, NOWHERE, &[&["--bus", "session"], other].concat())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{other:?}");
    }
}
