//! 73 real devices, each simulated from its dump, discovered and read: the result must match the
//! dump.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test panics on the first failure"
)]

use std::collections::BTreeMap;
use std::time::Duration;

use hidpp_proto::feature::DeviceKind;
use hidpp_proto::session::Wanted;
use hidpp_sim::catalogue::{Connection, Entry, devices};
use hidpp_sim::device::Kind;
use hidpp_sim::family::Family;
use hidpp_sim::receiver::Receiver;
use hidpp_sim::{Plugged, scenario};
use solar_status::clock::VirtualClock;
use solar_status::device::{ChargeState, Device, Link, Presence, ValueKind};
use solar_status::manager::{Memory, OpenNode, Query, Snapshot, read_status};
use solar_status::nodes::{SimulatedNode, node_of, numbered};
use solar_status::transport::NodeInfo;

/// The slot of a Powerplay's pad.
const PAD: u8 = 7;

/// A row of `dumps.txt`, which was made from the dumps, independently of the simulator's list.
struct Dump {
    product: &'static str,
    connection: &'static str,
    kind: &'static str,
    source: &'static str,
    charge: &'static str,
    state: &'static str,
    name: &'static str,
}

fn dumps() -> Vec<Dump> {
    let rows = include_str!("dumps.txt").lines();
    let rows = rows.filter(|line| !line.starts_with('#'));
    rows.map(|row| {
        let cells: Vec<&str> = row.split(" | ").collect();
        let [product, connection, kind, source, charge, state, name] = cells[..] else {
            panic!("{row}");
        };
        Dump {
            product,
            connection,
            kind,
            source,
            charge,
            state,
            name,
        }
    })
    .collect()
}

fn query() -> Query {
    Query::once(Wanted::BATTERY, Duration::from_secs(30))
}

fn read(nodes: Vec<(NodeInfo, Plugged)>) -> Snapshot {
    let nodes = nodes.into_iter().map(|(info, plugged)| OpenNode {
        info,
        transport: Box::new(SimulatedNode(plugged)),
    });
    let (mut memory, mut clock) = (Memory::default(), VirtualClock::default());
    read_status(nodes.collect(), &query(), &mut memory, &mut clock).unwrap()
}

/// The device alone on a receiver, or on its own node.
fn alone(entry: &Entry) -> Plugged {
    let serial = [0xD0, 0x00, 0x00, 0x01];
    if let Some(device) = entry.direct(serial) {
        return Plugged::Direct(device);
    }
    let (family, slot) = match (entry.connection, entry.product(), entry.kind) {
        (Connection::Pad(_), ..) => (Family::of(0x046D, 0xC53A).unwrap(), PAD),
        (_, 0xB000.., _) => (Family::BOLT, 1),
        (_, ..=0xFF, Kind::Keyboard) => (Family::MHZ_27, 3),
        (_, ..=0xFF, _) => (Family::MHZ_27, 1),
        _ => (Family::UNIFYING, 1),
    };
    let receiver = Receiver::of(family, [0xA0, 0x00, 0x00, 0x01]);
    Plugged::Receiver(receiver.with(slot, entry.paired(serial).unwrap()))
}

/// The name of the battery source that corresponds to the dump's.
fn source(dump: &Dump) -> Option<&'static str> {
    match (dump.source, dump.charge) {
        // A corded keyboard: Solaar names a register because the keyboard speaks HID++ 1.0.
        ("none", _) | ("register", "unknown") => None,
        ("register", charge) if charge.ends_with('%') => Some("register 0D"),
        ("register", _) => Some("register 07"),
        // Solaar does not read 1002 either.
        ("1000+1002", _) => Some("1000"),
        (source, _) => Some(source),
    }
}

const fn value_kind(source: &str) -> ValueKind {
    match source.as_bytes() {
        b"1001" | b"1F20" => ValueKind::Voltage,
        b"1000" | b"register 07" => ValueKind::Steps,
        _ => ValueKind::Percent,
    }
}

/// The number before a unit: `4058` of `89 % 4058 mV` and `mV`.
fn number(text: &str, unit: &str) -> Option<u16> {
    let (before, _) = text.split_once(&format!(" {unit}"))?;
    before.split(' ').next_back()?.parse().ok()
}

fn assert_as_dumped(device: &Device, dump: &Dump) {
    let name = dump.name;
    if dump.kind != "?" {
        let kind = device.kind.and_then(DeviceKind::name);
        // The pad of a Powerplay reports itself as a touchpad.
        let expected = if name == "Candy companion chip" {
            "charging pad"
        } else {
            dump.kind
        };
        assert_eq!(kind, Some(expected), "{name}");
    }
    let Some(source) = source(dump) else {
        assert_eq!(
            (device.has_battery, device.battery),
            (Some(false), None),
            "{name}"
        );
        assert_eq!(device.presence, Presence::Online, "{name}");
        return;
    };
    if (dump.source, dump.charge) == ("1F20", "unknown") {
        assert_eq!(device.presence, Presence::Offline, "{name} is switched off");
        assert_eq!(device.battery, None, "{name}");
        return;
    }
    assert_eq!(device.presence, Presence::Online, "{name}");
    let battery = device
        .battery
        .unwrap_or_else(|| panic!("{name}: no battery"));
    assert_eq!(battery.source.name(), source, "{name}");
    assert_eq!(battery.value_kind, value_kind(source), "{name}");
    assert!(battery.trusted, "{name}");
    match dump.state {
        "discharging" => assert_eq!(battery.state, ChargeState::Discharging, "{name}"),
        "charging" => assert_eq!(battery.state, ChargeState::Charging, "{name}"),
        _ => {}
    }
    if let Some(voltage) = number(dump.charge, "mV") {
        assert_eq!(battery.voltage.map(|it| it.0), Some(voltage), "{name}");
        // Solaar's curves changed over its versions; only the G733's dump has the current one.
        let estimate = battery.percent.map(|it| u16::from(it.get()));
        match (dump.state, dump.product) {
            ("charging", _) => assert_eq!(estimate, None, "{name}"),
            (_, "0AB5") => assert_eq!(estimate, number(dump.charge, "%")),
            _ => assert!(estimate.is_some(), "{name}"),
        }
    } else if let Some(percent) = number(dump.charge, "%") {
        let read = battery.percent.map(|it| u16::from(it.get()));
        assert_eq!(read, Some(percent), "{name}");
    } else if dump.charge != "unknown" {
        let level = battery.level.map(solar_status::device::BatteryLevel::name);
        assert_eq!(level, Some(dump.charge), "{name}");
    }
}

#[test]
fn every_device_is_found_and_its_values_match_its_dump() {
    let (entries, dumps) = (devices(), dumps());
    assert_eq!((entries.len(), dumps.len()), (73, 73));
    for (entry, dump) in entries.iter().zip(&dumps) {
        assert_eq!(entry.name, dump.name);
        assert_eq!(
            format!("{:04X}", entry.product()),
            dump.product,
            "{}",
            dump.name
        );
        let plugged = alone(entry);
        let snapshot = read(vec![(node_of(&plugged, "alone"), plugged)]);
        assert!(
            snapshot.failures.is_empty(),
            "{}: {:?}",
            dump.name,
            snapshot.failures
        );
        let [device] = &snapshot.devices[..] else {
            panic!("{}: {:?}", dump.name, snapshot.devices);
        };
        assert_as_dumped(device, dump);
        let connection = match (
            &device.link,
            device.slot().map(hidpp_proto::wire::Slot::get),
        ) {
            (_, Some(PAD)) => "pad",
            (_, Some(_)) => "receiver",
            (Link::Direct { bus, .. }, None) => bus,
            (Link::Paired { .. }, None) => panic!("{device:?}"),
        };
        assert_eq!(connection, dump.connection, "{}", dump.name);
    }
}

#[test]
fn all_devices_are_found_and_read_on_one_desk() {
    let snapshot = read(numbered("simulated", scenario::full()));
    assert!(snapshot.failures.is_empty(), "{:?}", snapshot.failures);
    assert_eq!(snapshot.devices.len(), 73);
    let mut sources: BTreeMap<&str, usize> = BTreeMap::new();
    for device in &snapshot.devices {
        let source = match (device.battery, device.presence) {
            (Some(battery), _) => battery.source.name(),
            (None, Presence::Offline) => "offline",
            (None, _) => "none",
        };
        *sources.entry(source).or_default() += 1;
    }
    // 73 dumps, minus the sleeping ones: K800, G613, G502 X PLUS, MX KEYS S, MX Anywhere 3, a
    // headset.
    let expected = [
        ("1000", 37),
        ("1001", 3),
        ("1004", 9),
        ("1F20", 2),
        ("4301", 1),
        ("none", 9),
        ("offline", 6),
        ("register 07", 4),
        ("register 0D", 2),
    ];
    assert_eq!(sources, BTreeMap::from(expected));
    let ids: std::collections::BTreeSet<_> = snapshot.devices.iter().map(|it| &it.id).collect();
    assert_eq!(ids.len(), 73, "no two devices share an id");
}
