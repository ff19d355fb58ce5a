//! The members of the objects, their types, and the names of errors.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::process::{Command, Stdio};

use test_support::bus::Bus;
use test_support::client::{Client, DEVICE, ROOT, UPOWER, UPOWER_DEVICE};
use test_support::signal::error_name;
use test_support::snapshot;
use test_support::tools::installed;
use zbus::Variant;

use crate::desk::{Desk, Hardware};
use crate::introspection::{interface, members};

/// The introspection data of upowerd; the source is in the file.
const TABLE: &str = include_str!("upower-0.99.20.xml");

const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
const RECEIVER: &str = "org.solarstatus.Receiver1";
const K750: &str = "/org/solarstatus/Monitor1/devices/hidpp_4002_392A0750";
const DISPLAY: &str = "/org/solarstatus/Monitor1/devices/DisplayDevice";

const UPOWERD: [&str; 3] = [
    "/usr/libexec/upowerd",
    "/usr/lib/upower/upowerd",
    "/usr/lib/upowerd",
];

fn the_desk(bus: &Bus) -> (Client, Desk) {
    let client = Client::of(bus);
    let desk = Desk::serve(bus, &client, &[Hardware::desk()]);
    (client, desk)
}

#[test]
fn every_member_has_the_name_types_and_access_of_upowers() {
    let bus = Bus::open();
    let (client, _desk) = the_desk(&bus);
    for (path, of) in [
        (ROOT, UPOWER),
        (K750, UPOWER_DEVICE),
        (DISPLAY, UPOWER_DEVICE),
    ] {
        let ours = members(&client.introspect(path), of);
        assert_eq!(ours, members(TABLE, of), "{path}");
    }
    assert_eq!(
        members(TABLE, UPOWER_DEVICE).len(),
        33,
        "30 values, 3 methods"
    );
}

#[test]
fn the_table_equals_the_real_upowerds_introspection() {
    let program = installed(&UPOWERD).expect("there is no upowerd; tests/setup.sh installs it");
    let bus = Bus::open();
    let mut client = Client::of(&bus);
    client.service = UPOWER.to_owned();
    let mut upowerd = Command::new(program)
        .env("DBUS_SYSTEM_BUS_ADDRESS", bus.address())
        .env("UPOWER_HISTORY_DIR", std::env::temp_dir())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    client.wait_for_name(UPOWER);
    let root = "/org/freedesktop/UPower";
    let version = client.value(root, UPOWER, "DaemonVersion").unwrap();
    let display = format!("{root}/devices/DisplayDevice");
    for (path, of) in [(root, UPOWER), (&display, UPOWER_DEVICE)] {
        let real = members(&client.introspect(path), of);
        let table = members(TABLE, of);
        if version.contains("0.99.20") {
            assert_eq!(real, table);
        } else {
            // Later versions only add members.
            let gone: BTreeSet<_> = table.difference(&real).collect();
            assert!(gone.is_empty(), "upowerd {version} has no {gone:?}");
        }
    }
    upowerd.kill().unwrap();
    upowerd.wait().unwrap();
}

#[test]
fn the_interfaces_equal_the_files_in_packaging() {
    let bus = Bus::open();
    let (client, _desk) = the_desk(&bus);
    let file = |of: &str, objects: &[(&str, &str)]| {
        let mut text = format!(
            "<!DOCTYPE node PUBLIC \"-//freedesktop//DTD D-BUS Object Introspection 1.0//EN\"\n \
             \"http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd\">\n\
             <!-- {of}. Written by the service itself: cargo test the_interfaces -->\n<node>\n"
        );
        for (path, name) in objects {
            text += interface(&client.introspect(path), name);
        }
        text += "</node>\n";
        text
    };
    let receiver = format!("{ROOT}/receivers/AF4F95EA");
    for (name, of, objects) in [
        (
            "org.solarstatus.Monitor1",
            "The members of the root object and of devices that UPower has too",
            &[(ROOT, UPOWER), (K750, UPOWER_DEVICE)][..],
        ),
        (
            DEVICE,
            "The additional members of devices",
            &[(K750, DEVICE)],
        ),
        (
            RECEIVER,
            "The members of receivers",
            &[(receiver.as_str(), RECEIVER)],
        ),
    ] {
        let path = format!("packaging/dbus/{name}.xml");
        snapshot::assert_is(&path, &file(of, objects));
    }
}

#[test]
fn errors_have_the_names_that_programs_expect() {
    let bus = Bus::open();
    let (client, _desk) = the_desk(&bus);
    let get = |path: &str, of: &str, name: &str| {
        error_name(client.call::<_, zbus::OwnedVariant>(path, PROPERTIES, "Get", &(of, name)))
    };
    let set = |name: &str| {
        let body = (UPOWER_DEVICE, name, Variant::from(5.0));
        error_name(client.call::<_, ()>(K750, PROPERTIES, "Set", &body))
    };
    let history = |kind: &str| {
        let body = (kind, 0_u32, 10_u32);
        error_name(client.call::<_, Vec<(u32, f64, u32)>>(K750, UPOWER_DEVICE, "GetHistory", &body))
    };
    let statistics = |path: &str, kind: &str| {
        error_name(client.call::<_, Vec<(f64, f64)>>(path, UPOWER_DEVICE, "GetStatistics", &kind))
    };
    let call =
        |path: &str, of: &str, name: &str| error_name(client.call::<_, ()>(path, of, name, &()));
    let measure = |path: &str, count: u32, period: u32| {
        error_name(client.call::<_, ()>(path, DEVICE, "MeasureLight", &(count, period)))
    };
    let m705 = "/org/solarstatus/Monitor1/devices/hidpp_101B_1C5E0705";
    let k800 = "/org/solarstatus/Monitor1/devices/hidpp_2010_FB841B86";
    let mut text = String::new();
    for (what, error) in [
        ("an unknown value", get(K750, UPOWER_DEVICE, "Nope")),
        (
            "a value of an unknown interface",
            get(K750, "org.example.No", "Percentage"),
        ),
        (
            "a value of an unknown object",
            get("/org/example", UPOWER_DEVICE, "Percentage"),
        ),
        (
            "a battery that was never seen",
            get(k800, UPOWER_DEVICE, "Percentage"),
        ),
        ("setting a value", set("Percentage")),
        ("an unknown method", call(K750, UPOWER_DEVICE, "Nope")),
        (
            "a method of an unknown interface",
            call(K750, "org.example.No", "Nope"),
        ),
        (
            "a method of an unknown object",
            call("/org/example", UPOWER_DEVICE, "Refresh"),
        ),
        (
            "arguments of wrong types",
            call(K750, UPOWER_DEVICE, "GetStatistics"),
        ),
        ("an unknown history", history("nope")),
        ("unknown statistics", statistics(K750, "nope")),
        (
            "statistics of the display device",
            statistics(DISPLAY, "charging"),
        ),
        ("light of a mouse", measure(m705, 1, 1)),
        ("light of a sleeping keyboard", measure(k800, 1, 1)),
        ("light without end", measure(K750, u32::MAX, 1)),
    ] {
        writeln!(text, "{what}: {error}").unwrap();
    }
    snapshot::assert_is("tests/service/snapshots/errors.txt", &text);
}
