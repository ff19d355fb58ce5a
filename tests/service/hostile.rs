//! Hostile and careless clients: the service stays small and serves the others.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use hidpp_proto::units::Percent;
use hidpp_sim::scenario;
use test_support::bus::Bus;
use test_support::client::{Client, DEVICE, NAME, UPOWER_DEVICE};
use test_support::signal::error_name;
use zbus::{Message, block_on};

use crate::daemon::Daemon;
use crate::desk::{Desk, Hardware};

const K750: &str = "/org/solarstatus/Monitor1/devices/hidpp_4002_392A0750";
const M705: &str = "/org/solarstatus/Monitor1/devices/hidpp_101B_1C5E0705";
const K800: &str = "/org/solarstatus/Monitor1/devices/hidpp_2010_FB841B86";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

/// The limit on the service's memory under attack, in kB. Undisturbed, a debug build uses about 12
/// MB.
const RSS_AT_MOST: u64 = 40_000;

fn percent(charge: u8) -> Percent {
    Percent::new(charge).unwrap()
}

#[test]
fn values_are_returned_without_delay_while_the_hardware_hangs() {
    let bus = Bus::open();
    let client = Client::of(&bus);
    let hardware = Hardware::desk();
    let _desk = Desk::serve(&bus, &client, std::slice::from_ref(&hardware));
    hardware.block(true);
    hardware.act(|desk, now| desk.wake(now, scenario::K800));
    client
        .call::<_, ()>(M705, UPOWER_DEVICE, "Refresh", &())
        .unwrap();
    let mut took = Vec::new();
    for (path, interface) in [
        (K750, DEVICE),
        (K750, UPOWER_DEVICE),
        (M705, DEVICE),
        (M705, UPOWER_DEVICE),
    ] {
        for name in client.values(path, interface).unwrap().keys() {
            let start = Instant::now();
            client.value(path, interface, name).unwrap();
            took.push(start.elapsed());
        }
    }
    took.sort();
    let median = took.get(took.len() / 2).unwrap();
    assert!(*median < Duration::from_millis(50), "{took:?}");
    assert!(took.len() > 120, "{} values", took.len());
    hardware.block(false);
}

#[test]
fn a_flood_of_calls_delays_neither_the_hardware_nor_other_clients() {
    let bus = Bus::open();
    let client = Client::of(&bus);
    let hardware = Hardware::desk();
    let _desk = Desk::serve(&bus, &client, std::slice::from_ref(&hardware));
    hardware.take_requests(2);
    let flood = Flood::begin(&bus);
    for (path, interface, member) in [
        (M705, UPOWER_DEVICE, "Refresh"),
        (M705, DEVICE, "Nonsense"),
        ("/org/example", DEVICE, "Nonsense"),
    ] {
        flood.send_many(3000, path, interface, member, &());
    }
    flood.send_many(3000, K750, DEVICE, "MeasureLight", &(60_u32, 1_u32));
    // Changes are still published, and other clients get replies.
    for charge in [40, 39, 38] {
        hardware.act(|desk, now| desk.set_charge(now, scenario::M705, percent(charge)));
        client.wait_for_value(M705, "Percentage", &charge.to_string());
        client.values(K750, UPOWER_DEVICE).unwrap();
    }
    let asked = hardware.take_requests(2);
    assert!(
        asked.len() <= 4,
        "the mouse was asked {}: {asked:?}",
        asked.len()
    );
}

#[test]
fn a_flood_of_calls_does_not_accumulate_in_memory() {
    let bus = Bus::open();
    let client = Client::of(&bus);
    let daemon = Daemon::start(bus.address(), &["--simulate"]);
    client.wait_for_name(NAME);
    let before = daemon.status("VmRSS:");
    let flood = Flood::begin(&bus);
    flood.send_many(10_000, K750, PROPERTIES, "GetAll", &UPOWER_DEVICE);
    flood.send_many(10_000, M705, UPOWER_DEVICE, "Refresh", &());
    flood.send_many(10_000, K750, DEVICE, "MeasureLight", &(60_u32, 1_u32));
    client.values(K750, UPOWER_DEVICE).unwrap();
    let peak = daemon.status("VmHWM:");
    assert!(peak < RSS_AT_MOST, "{before} kB before, {peak} kB at most");
}

#[test]
fn a_client_that_never_reads_does_not_delay_others() {
    let bus = Bus::open();
    let client = Client::of(&bus);
    let daemon = Daemon::start(bus.address(), &["--simulate"]);
    client.wait_for_name(NAME);
    let mut mute = Mute::connect(&bus);
    mute.send(
        "/org/freedesktop/DBus",
        "org.freedesktop.DBus",
        "org.freedesktop.DBus",
        "AddMatch",
        &"type='signal'",
    );
    for _ in 0..10_000 {
        mute.send(K750, NAME, PROPERTIES, "GetAll", &UPOWER_DEVICE);
    }
    client.values(K750, UPOWER_DEVICE).unwrap();
    client.wait_for_device(K800);
    let peak = daemon.status("VmHWM:");
    assert!(peak < RSS_AT_MOST, "{peak} kB at most");
}

#[test]
fn forged_signals_have_no_effect_and_delay_no_client() {
    let bus = Bus::open();
    let client = Client::of(&bus);
    let hardware = Hardware::desk();
    let mut desk = Desk::serve(&bus, &client, std::slice::from_ref(&hardware));
    let owner: String = client.ask_bus("GetNameOwner", &NAME).unwrap();
    let stranger = Client::without_broadcasts(&bus);
    client
        .call::<_, ()>(K750, DEVICE, "MeasureLight", &(60_u32, 1_u32))
        .unwrap();
    client.wait_for("measurement", |signal| {
        signal.changed().contains_key("LightTime")
    });
    hardware.take_requests(scenario::K750);
    let caller = client.connection.unique_name().unwrap().to_string();
    for _ in 0..500 {
        let manager = "org.freedesktop.login1.Manager";
        stranger.signal_to(&owner, manager, "PrepareForSleep", &false);
        let bus = "org.freedesktop.DBus";
        stranger.signal_to(&owner, bus, "NameLost", &NAME);
        stranger.signal_to(
            &owner,
            bus,
            "NameOwnerChanged",
            &(caller.as_str(), caller.as_str(), ""),
        );
        stranger.signal_to(&owner, PROPERTIES, "PropertiesChanged", &"nonsense");
    }
    client.values(K750, UPOWER_DEVICE).unwrap();
    // The series continues, and no request was repeated.
    client.wait_for("measurement", |signal| {
        signal.changed().contains_key("LightTime")
    });
    let asked = hardware.take_requests(scenario::K750);
    assert!(asked.is_empty(), "{asked:?}");
    assert!(desk.stop().is_ok());
}

#[test]
fn invalid_arguments_are_rejected_and_use_no_memory() {
    let bus = Bus::open();
    let client = Client::of(&bus);
    let daemon = Daemon::start(bus.address(), &["--simulate"]);
    client.wait_for_name(NAME);
    // Names of a thousand and of eight million letters, and types that no interface declares.
    let history = |name: &str| {
        let body = (name, 0_u32, 0_u32);
        error_name(client.call::<_, ()>(K750, UPOWER_DEVICE, "GetHistory", &body))
    };
    let value = |name: &str| error_name(client.value(K750, UPOWER_DEVICE, name));
    let long = "x".repeat(1000);
    assert_eq!(history(&long), "org.freedesktop.UPower.GeneralError");
    assert_eq!(value(&long), "org.freedesktop.DBus.Error.UnknownProperty");
    let longer = "x".repeat(8_000_000);
    let too_long = "org.freedesktop.DBus.Error.LimitsExceeded";
    assert_eq!(history(&longer), too_long);
    assert_eq!(value(&longer), too_long);
    let nested = vec![vec![(1_u8, "a", vec![zbus::Variant::from(1.5)])]];
    for member in ["MeasureLight", "Refresh", "GetStatistics"] {
        _ = client.call::<_, ()>(K750, DEVICE, member, &nested);
        _ = client.call::<_, ()>(K750, UPOWER_DEVICE, member, &nested);
    }
    client.values(K750, UPOWER_DEVICE).unwrap();
    let after = daemon.status("VmRSS:");
    assert!(after < RSS_AT_MOST, "{after} kB");
}

/// A client that calls without waiting for replies.
struct Flood(Client);

impl Flood {
    fn begin(bus: &Bus) -> Self {
        Self(Client::without_broadcasts(bus))
    }

    fn send_many<B>(&self, times: usize, path: &str, interface: &str, member: &str, body: &B)
    where
        B: serde::Serialize + zbus::wire::DynamicType,
    {
        let call = || {
            let message = Message::method_call(path, member);
            let message = message.destination(NAME);
            message.interface(interface).build(body).unwrap()
        };
        for _ in 0..times {
            block_on(self.0.connection.send(&call())).unwrap();
        }
    }
}

/// A client that never reads its socket.
struct Mute(UnixStream);

impl Mute {
    fn connect(bus: &Bus) -> Self {
        let path = bus.address().trim_start_matches("unix:path=");
        let path = path.split(',').next().unwrap();
        let mut stream = UnixStream::connect(path).unwrap();
        // The bus takes the user from the socket's credentials.
        write!(stream, "\0AUTH EXTERNAL\r\nDATA\r\n").unwrap();
        let answers = BufReader::new(&stream).lines();
        let accepted = answers.map_while(Result::ok).any(|it| it.starts_with("OK"));
        assert!(accepted, "the bus rejects the authentication");
        write!(stream, "BEGIN\r\n").unwrap();
        let mut mute = Self(stream);
        let bus = "org.freedesktop.DBus";
        mute.send("/org/freedesktop/DBus", bus, bus, "Hello", &());
        mute
    }

    fn send<B>(&mut self, path: &str, to: &str, interface: &str, member: &str, body: &B)
    where
        B: serde::Serialize + zbus::wire::DynamicType,
    {
        let message = Message::method_call(path, member);
        let message = message.destination(to).interface(interface);
        let message = message.build(body).unwrap();
        self.0.write_all(message.data().bytes()).unwrap();
    }
}
