//! How the daemon begins and ends, and what it tells systemd.

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
use crate::desk::{Desk, Thing};

/// Every program may call, and none may own a name: what dbus-daemon has by default.
const DEFAULT_POLICY: &str = r#"
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
  </policy>"#;

const K750: &str = "/org/solarstatus/Monitor1/devices/hidpp_4002_392A0750";

/// `DBUS_NAME_FLAG_REPLACE_EXISTING`, without waiting in line.
const REPLACE: u32 = 2 | 4;

/// `DBUS_REQUEST_NAME_REPLY_EXISTS`: somebody has it and keeps it.
const EXISTS: u32 = 3;

/// The daemon's last line, of one that fails.
fn complaint(bus: &str, args: &[&str]) -> String {
    let (status, errors) = Daemon::start(bus, args).wait();
    assert_eq!(status.code(), Some(1), "{errors:?}");
    errors.last().unwrap().clone()
}

#[test]
fn a_second_daemon_says_who_is_there_and_ends() {
    let bus = Bus::open();
    let client = Client::of(&bus);
    let _first = Daemon::start(bus.address(), &["--simulate"]);
    client.wait_for_name(NAME);
    let told = complaint(bus.address(), &["--simulate"]);
    let expected = format!("solar-statusd: the name {NAME} is taken on this bus by :1.");
    assert!(told.starts_with(&expected), "{told}");
    assert!(told.contains("solar-statusd runs already"), "{told}");
}

#[test]
fn upowerd_is_not_replaced() {
    let bus = Bus::open();
    let upowerd = Client::of(&bus);
    // As upowerd does, which lets anybody replace it.
    let allow_replacement = 1_u32;
    let taken: u32 = upowerd
        .ask_bus("RequestName", &(UPOWER, allow_replacement))
        .unwrap();
    assert_eq!(taken, 1);
    let told = complaint(bus.address(), &["--simulate", "--bus-name", UPOWER]);
    assert!(
        told.contains("upowerd runs here, and is not replaced"),
        "{told}"
    );
    let owner: String = upowerd.ask_bus("GetNameOwner", &UPOWER).unwrap();
    assert_eq!(owner, upowerd.connection.unique_name().unwrap().as_str());
}

#[test]
fn nobody_takes_the_name_away() {
    let bus = Bus::open();
    let client = Client::of(&bus);
    let _desk = Desk::serve(&bus, &client, &[Thing::desk()]);
    let outcome: u32 = client.ask_bus("RequestName", &(NAME, REPLACE)).unwrap();
    assert_eq!(outcome, EXISTS);
    assert!(!client.enumerate().is_empty());
}

#[test]
fn a_bus_that_forbids_the_name_is_told_of() {
    // What dbus-daemon has by default: nobody owns anything.
    let bus = Bus::start(Broker::DbusDaemon, DEFAULT_POLICY, &[]);
    let told = complaint(bus.address(), &["--simulate"]);
    let expected = format!("solar-statusd: the bus does not give the name {NAME}");
    assert!(told.starts_with(&expected), "{told}");
    assert!(told.contains("policy"), "{told}");
}

#[test]
fn without_a_bus_it_says_so_and_ends() {
    for address in ["unix:path=/nonexistent/socket", "nonsense"] {
        let told = complaint(address, &["--simulate"]);
        let expected = format!("solar-statusd: the bus at {address} cannot be reached");
        assert!(told.starts_with(&expected), "{told}");
    }
}

#[test]
fn when_the_bus_ends_it_ends_and_systemd_may_start_it_again() {
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
fn when_the_bus_ends_the_hardware_is_put_in_order() {
    let mut bus = Bus::open();
    let client = Client::of(&bus);
    let thing = Thing::desk();
    let mut desk = Desk::serve(&bus, &client, std::slice::from_ref(&thing));
    bus.kill();
    let ended = desk.wait();
    let lost = matches!(ended, Err(ServiceError::Bus(BusError::Lost)));
    assert!(lost, "{ended:?}");
    assert_eq!(thing.act(|receiver, _| receiver.flags()), [0; 3]);
}

#[test]
fn signals_end_it_in_order() {
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
fn at_the_end_flags_are_as_before_and_no_series_goes_on() {
    let bus = Bus::open();
    let client = Client::of(&bus);
    let thing = Thing::desk();
    let mut desk = Desk::serve(&bus, &client, std::slice::from_ref(&thing));
    assert_ne!(thing.act(|receiver, _| receiver.flags()), [0; 3]);
    client
        .call::<_, ()>(K750, DEVICE, "MeasureLight", &(60_u32, 1_u32))
        .unwrap();
    client.wait_for("measurement", |it| it.changed().contains_key("LightTime"));
    thing.take_requests(scenario::K750);
    assert!(desk.stop().is_ok());
    assert_eq!(thing.act(|receiver, _| receiver.flags()), [0; 3]);
    assert_eq!(thing.take_series(scenario::K750), ["00 00"]);
}

#[test]
fn systemd_is_told_what_it_wants_to_know() {
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
    let mut heard = vec![next()];
    while heard.last().unwrap() != "READY=1" {
        heard.push(next());
    }
    // It is ready when its name is there.
    assert!(client.ask_bus::<_, bool>("NameHasOwner", &NAME).unwrap());
    let mut pings = 0;
    while pings < 5 {
        let told = next();
        pings += usize::from(told == "WATCHDOG=1");
        heard.push(told);
    }
    assert!(
        heard.iter().any(|it| it == "STATUS=3 devices, 1 receivers"),
        "{heard:?}"
    );
    daemon.signal(Signal::TERM);
    while heard.last().unwrap() != "STOPPING=1" {
        heard.push(next());
    }
    assert_eq!(daemon.wait().0.code(), Some(0));
}

#[test]
fn a_state_directory_that_cannot_be_written_is_no_reason_to_end() {
    let dir = TempDir::new().unwrap();
    // A file in its place: it is no directory for anybody, root included.
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
    let told = |what: &str| errors.iter().filter(|it| it.contains(what)).count();
    // Both are tried more than once: when all were asked, and at the end.
    assert_eq!(
        (told("no history is written"), told("devices.json")),
        (1, 1),
        "{errors:#?}"
    );
}

#[test]
fn after_sleep_devices_are_asked_again_when_logind_says_so() {
    let bus = Bus::open();
    let client = Client::of(&bus);
    let logind = Client::deaf(&bus);
    let name = "org.freedesktop.login1";
    // It comes after the daemon: whoever has the name then counts.
    let thing = Thing::desk();
    let _desk = Desk::serve(&bus, &client, std::slice::from_ref(&thing));
    let owner: String = client.ask_bus("GetNameOwner", &NAME).unwrap();
    let _: u32 = logind.ask_bus("RequestName", &(name, 0_u32)).unwrap();
    thing.take_requests(scenario::M705);
    let wakes =
        |from: &Client| from.broadcast("org.freedesktop.login1.Manager", "PrepareForSleep", &false);
    // Of somebody else, to all and to us alone: the mouse is left alone.
    wakes(&client);
    client.signal_to(
        &owner,
        "org.freedesktop.login1.Manager",
        "PrepareForSleep",
        &false,
    );
    client.heard_until_quiet(Duration::from_millis(1500));
    assert_eq!(thing.take_requests(scenario::M705), [""; 0]);
    logind.broadcast("org.freedesktop.login1.Manager", "PrepareForSleep", &true);
    wakes(&logind);
    until("requests to the mouse", || {
        !thing.take_requests(scenario::M705).is_empty()
    });
}
