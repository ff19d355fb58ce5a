//! The start and the end of the daemon, and its notifications to systemd.

use std::os::unix::net::UnixDatagram;
use std::time::Duration;

use hidpp_sim::scenario;
use rustix::process::Signal;
use solar_status::service::{BusError, ServiceError};
use tempfile::TempDir;
use test_support::bus::{Broker, Bus};
use test_support::client::{Client, DEVICE, NAME, UPOWER};
use test_support::wait::{PATIENCE, until};

use crate::daemon::Daemon;
use crate::desk::{Desk, Hardware};

/// Every program may call, none may own a name: the default policy of dbus-daemon.
const DEFAULT_POLICY: &str = r#"
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
  </policy>"#;

const K750: &str = "/org/solarstatus/Monitor1/devices/hidpp_4002_392A0750";

/// `DBUS_NAME_FLAG_REPLACE_EXISTING`, without waiting in line.
const REPLACE: u32 = 2 | 4;

/// `DBUS_REQUEST_NAME_REPLY_EXISTS`: the name has an owner, which keeps it.
const EXISTS: u32 = 3;

/// The last line on standard error of a daemon that fails.
fn complaint(bus: &str, args: &[&str]) -> String {
    let (status, errors) = Daemon::start(bus, args).wait();
    assert_eq!(status.code(), Some(1), "{errors:?}");
    errors.last().unwrap().clone()
}

#[test]
fn a_second_daemon_names_the_first_and_exits() {
    let bus = Bus::open();
    let client = Client::of(&bus);
    let _first = Daemon::start(bus.address(), &["--simulate"]);
    client.wait_for_name(NAME);
    let message = complaint(bus.address(), &["--simulate"]);
    let expected = format!("solar-statusd: the name {NAME} is taken on this bus by :1.");
    assert!(message.starts_with(&expected), "{message}");
    assert!(
        message.contains("solar-statusd is already running"),
        "{message}"
    );
}

#[test]
fn upowerd_is_not_replaced() {
    let bus = Bus::open();
    let upowerd = Client::of(&bus);
    // Like upowerd, which allows its replacement.
    let allow_replacement = 1_u32;
    let taken: u32 = upowerd
        .ask_bus("RequestName", &(UPOWER, allow_replacement))
        .unwrap();
    assert_eq!(taken, 1);
    let message = complaint(bus.address(), &["--simulate", "--bus-name", UPOWER]);
    assert!(
        message.contains("upowerd is running and is not replaced"),
        "{message}"
    );
    let owner: String = upowerd.ask_bus("GetNameOwner", &UPOWER).unwrap();
    assert_eq!(owner, upowerd.connection.unique_name().unwrap().as_str());
}

#[test]
fn the_name_cannot_be_taken_over() {
    let bus = Bus::open();
    let client = Client::of(&bus);
    let _desk = Desk::serve(&bus, &client, &[Hardware::desk()]);
    let outcome: u32 = client.ask_bus("RequestName", &(NAME, REPLACE)).unwrap();
    assert_eq!(outcome, EXISTS);
    assert!(!client.enumerate().is_empty());
}

#[test]
fn a_policy_that_denies_the_name_is_reported() {
    // The default policy of dbus-daemon: no program may own a name.
    let bus = Bus::start(Broker::DbusDaemon, DEFAULT_POLICY, &[]);
    let message = complaint(bus.address(), &["--simulate"]);
    let expected = format!("solar-statusd: the bus refused the name {NAME}");
    assert!(message.starts_with(&expected), "{message}");
    assert!(message.contains("policy"), "{message}");
}

#[test]
fn a_missing_bus_is_reported_and_the_daemon_exits() {
    for address in ["unix:path=/nonexistent/socket", "nonsense"] {
        let message = complaint(address, &["--simulate"]);
        let expected = format!("solar-statusd: the bus at {address} cannot be reached");
        assert!(message.starts_with(&expected), "{message}");
    }
}

#[test]
fn when_the_bus_ends_the_daemon_exits_with_an_error_for_systemd() {
    let mut bus = Bus::open();
    let client = Client::of(&bus);
    let daemon = Daemon::start(bus.address(), &["--simulate"]);
    client.wait_for_name(NAME);
    bus.kill();
    let (status, errors) = daemon.wait();
    assert_eq!(status.code(), Some(1));
    assert_eq!(errors, ["solar-statusd: the bus closed the connection"]);
}

#[test]
fn when_the_bus_ends_notification_flags_are_restored() {
    let mut bus = Bus::open();
    let client = Client::of(&bus);
    let hardware = Hardware::desk();
    let mut desk = Desk::serve(&bus, &client, std::slice::from_ref(&hardware));
    bus.kill();
    let ended = desk.wait();
    let lost = matches!(ended, Err(ServiceError::Bus(BusError::Lost)));
    assert!(lost, "{ended:?}");
    assert_eq!(hardware.act(|receiver, _| receiver.flags()), [0; 3]);
}

#[test]
fn signals_end_the_daemon_without_an_error() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let bus = Bus::open();
        let client = Client::of(&bus);
        let daemon = Daemon::start(bus.address(), &["--simulate"]);
        client.wait_for_name(NAME);
        daemon.signal(signal);
        let (status, errors) = daemon.wait();
        assert_eq!(status.code(), Some(0), "{signal:?}");
        assert!(errors.is_empty(), "{errors:?}");
    }
}

#[test]
fn the_shutdown_restores_flags_and_cancels_the_series() {
    let bus = Bus::open();
    let client = Client::of(&bus);
    let hardware = Hardware::desk();
    let mut desk = Desk::serve(&bus, &client, std::slice::from_ref(&hardware));
    assert_ne!(hardware.act(|receiver, _| receiver.flags()), [0; 3]);
    client
        .call::<_, ()>(K750, DEVICE, "MeasureLight", &(60_u32, 1_u32))
        .unwrap();
    client.wait_for("measurement", |it| it.changed().contains_key("LightTime"));
    hardware.take_requests(scenario::K750);
    assert!(desk.stop().is_ok());
    assert_eq!(hardware.act(|receiver, _| receiver.flags()), [0; 3]);
    assert_eq!(hardware.take_series(scenario::K750), ["00 00"]);
}

#[test]
fn systemd_gets_ready_status_watchdog_and_stopping_notifications() {
    let bus = Bus::open();
    let client = Client::of(&bus);
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let env = [
        ("NOTIFY_SOCKET", path.to_str().unwrap()),
        ("WATCHDOG_USEC", "400000"),
    ];
    let daemon = Daemon::start_with(bus.address(), &["--simulate"], &env);
    let mut buffer = [0; 256];
    let mut next = || {
        let length = socket.recv(&mut buffer).unwrap();
        String::from_utf8_lossy(buffer.get(..length).unwrap())
            .trim()
            .to_owned()
    };
    let mut messages = vec![next()];
    while messages.last().unwrap() != "READY=1" {
        messages.push(next());
    }
    // It is ready when it owns its name.
    assert!(client.ask_bus::<_, bool>("NameHasOwner", &NAME).unwrap());
    let mut pings = 0;
    while pings < 5 {
        let message = next();
        pings += usize::from(message == "WATCHDOG=1");
        messages.push(message);
    }
    assert!(
        messages
            .iter()
            .any(|it| it == "STATUS=3 devices, 1 receivers"),
        "{messages:?}"
    );
    daemon.signal(Signal::TERM);
    while messages.last().unwrap() != "STOPPING=1" {
        messages.push(next());
    }
    assert_eq!(daemon.wait().0.code(), Some(0));
}

#[test]
fn the_daemon_runs_without_a_writable_state_directory() {
    let dir = TempDir::new().unwrap();
    // A file instead of the directory: not even root can create files below it.
    let state = dir.path().join("state");
    std::fs::write(&state, "").unwrap();
    let bus = Bus::open();
    let client = Client::of(&bus);
    let args = ["--simulate", "--state", state.to_str().unwrap()];
    let daemon = Daemon::start(bus.address(), &args);
    client.wait_for_name(NAME);
    assert!(!client.enumerate().is_empty());
    daemon.signal(Signal::TERM);
    let (status, errors) = daemon.wait();
    assert_eq!(status.code(), Some(0), "{errors:?}");
    let count = |what: &str| errors.iter().filter(|it| it.contains(what)).count();
    // Both are attempted more than once: after the devices were read, and at the end.
    assert_eq!(
        (count("no history is written"), count("devices.json")),
        (1, 1),
        "{errors:#?}"
    );
}

#[test]
fn devices_are_read_again_when_logind_reports_the_resume() {
    let bus = Bus::open();
    let client = Client::of(&bus);
    let logind = Client::without_broadcasts(&bus);
    let name = "org.freedesktop.login1";
    // logind starts after the daemon, which must follow the owner of the name.
    let hardware = Hardware::desk();
    let _desk = Desk::serve(&bus, &client, std::slice::from_ref(&hardware));
    let owner: String = client.ask_bus("GetNameOwner", &NAME).unwrap();
    let _: u32 = logind.ask_bus("RequestName", &(name, 0_u32)).unwrap();
    hardware.take_requests(scenario::M705);
    let wakes =
        |from: &Client| from.broadcast("org.freedesktop.login1.Manager", "PrepareForSleep", &false);
    // Forged signals, broadcast and unicast, cause no request to the mouse.
    wakes(&client);
    client.signal_to(
        &owner,
        "org.freedesktop.login1.Manager",
        "PrepareForSleep",
        &false,
    );
    client.signals_until_quiet(Duration::from_millis(1500));
    assert_eq!(hardware.take_requests(scenario::M705), [""; 0]);
    logind.broadcast("org.freedesktop.login1.Manager", "PrepareForSleep", &true);
    wakes(&logind);
    until("requests to the mouse", || {
        !hardware.take_requests(scenario::M705).is_empty()
    });
}
