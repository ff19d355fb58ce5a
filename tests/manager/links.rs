//! A device with several links is one device, and two devices with the same serial number are two.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hidpp_proto::feature::solar_dashboard::LightMeasure;
use hidpp_proto::session::Wanted;
use hidpp_proto::units::{Percent, Timestamp};
use hidpp_proto::wire::Slot;
use hidpp_sim::device::Device as Firmware;
use hidpp_sim::direct::DirectDevice;
use hidpp_sim::family::Family;
use hidpp_sim::receiver::Receiver;
use hidpp_sim::{Plugged, catalogue};
use solar_status::clock::VirtualClock;
use solar_status::device::{Change, Device, Link, Presence};
use solar_status::manager::{Command, Memory, MonitorEvent, OpenNode, Snapshot, read_status};

use crate::desk::{Shared, hours, in_slot, query};
use crate::follow_harness::FollowHarness;

/// G903: 4087 on a receiver, C091 on its cable.
const MOUSE: &str = "G903 LS";
const CABLE: u16 = 0xC091;

const RECEIVERS: [&str; 4] = [
    "/dev/hidraw0",
    "/dev/hidraw1",
    "/dev/hidraw2",
    "/dev/hidraw3",
];
const CABLES: [&str; 8] = [
    "/dev/hidraw10",
    "/dev/hidraw11",
    "/dev/hidraw12",
    "/dev/hidraw13",
    "/dev/hidraw14",
    "/dev/hidraw15",
    "/dev/hidraw16",
    "/dev/hidraw17",
];

/// The seconds per step, after which all its consequences are complete.
const STEP: u64 = 30;

fn receiver(number: u8) -> Receiver {
    Receiver::new([0xA0, 0, 0, number])
}

fn paired(serial: [u8; 4]) -> Firmware {
    catalogue::find(MOUSE).unwrap().paired(serial).unwrap()
}

fn cable(path: &'static str, serial: [u8; 4]) -> Shared {
    let device = DirectDevice::usb(CABLE, paired(serial).protocol);
    Shared::new(path, Plugged::Direct(device))
}

/// The devices as reported up to a second.
pub(crate) fn devices_of(events: &[(u64, MonitorEvent)], until: u64) -> BTreeMap<String, Device> {
    let mut there = BTreeMap::new();
    for (_, event) in events.iter().filter(|(second, _)| *second <= until) {
        let MonitorEvent::Change(change) = event else {
            continue;
        };
        match &**change {
            Change::DeviceAdded(device) => {
                let before = there.insert(device.id.clone(), device.clone());
                assert!(before.is_none(), "{} is added twice", device.id);
            }
            Change::DeviceChanged(device, _) | Change::DeviceRead(device) => {
                let before = there.insert(device.id.clone(), device.clone());
                assert!(before.is_some(), "{} was not added", device.id);
            }
            Change::DeviceRemoved(device) => {
                assert!(there.remove(&device.id).is_some(), "{}", device.id);
            }
            _ => {}
        }
    }
    there
}

fn links(device: &Device) -> BTreeSet<Link> {
    device.links().map(|(link, _)| link.clone()).collect()
}

#[test]
fn a_mouse_with_three_channels_on_one_receiver_is_one_mouse() {
    // An MX Master 3S with all Easy-Switch channels on one Bolt receiver has one unit id in three
    // slots (OpenLogi 1560 and 963).
    let mouse = || {
        let mouse = catalogue::find("MX Master 3S").unwrap();
        mouse.paired([0x5A, 0x11, 0x22, 0x33]).unwrap()
    };
    let receiver = Receiver::of(Family::BOLT, [0xCA, 0, 0, 1])
        .with(1, mouse().asleep())
        .with(2, mouse())
        .with(3, mouse().asleep());
    let desk = Shared::new("/dev/hidraw0", Plugged::Receiver(receiver));
    let mut harness = FollowHarness::new();
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at(STEP, move |now| {
        // It switches to its third channel.
        handle.act(|receiver| receiver.sleep(now, 2));
        handle.act(|receiver| receiver.wake(now, 3));
    });
    let events = harness.follow(2 * STEP);
    for (second, slot) in [(STEP - 1, 2), (2 * STEP, 3)] {
        let devices = devices_of(&events, second);
        let [device] = &*devices.values().collect::<Vec<_>>() else {
            panic!("{devices:#?}")
        };
        assert_eq!(device.id, "B034-5A112233");
        assert!(device.is_online());
        assert_eq!(device.slot().map(Slot::get), Some(slot));
        let others: Vec<_> = device.other_links.iter().map(|it| it.presence).collect();
        assert_eq!(others, [Presence::Offline; 2]);
        assert!(device.battery.is_some());
    }
    let snapshot = desk.read(Timestamp::START, &mut harness.memory);
    assert_eq!(snapshot.devices.len(), 1);
    assert_eq!(in_slot(&snapshot, 3).id, "B034-5A112233");
}

#[test]
fn a_mouse_that_returns_while_its_receiver_link_is_polled_is_online() {
    // Found by `joining::random_steps_never_split_or_merge_devices`. A mouse moves to Bluetooth, and
    // its receiver has not noticed: that link is polled. The mouse is back before the timeout.
    let mouse = || {
        let mouse = catalogue::find("MX Master 3S").unwrap();
        mouse.paired([0xD0, 0, 0, 1]).unwrap()
    };
    let receiver = Receiver::of(Family::BOLT, [0xCA, 0, 0, 1])
        .with(1, mouse())
        .with(2, mouse().asleep());
    let desk = Shared::new(RECEIVERS[0], Plugged::Receiver(receiver));
    let bluetooth = DirectDevice::bluetooth(0xB034, mouse().protocol);
    let bluetooth = Shared::new(CABLES[0], Plugged::Direct(bluetooth));
    let bluetooth = bluetooth.with_address("e4:5f:01:02:03:01");
    let mut harness = FollowHarness::new();
    harness.port.plug(&desk);
    let (port, handle, node) = (harness.port.clone(), desk.clone(), bluetooth.clone());
    harness.at(STEP, move |_| {
        handle.act(|receiver| receiver.set_silent(1, true));
        port.plug(&node);
    });
    let (port, handle) = (harness.port.clone(), desk.clone());
    harness.at(STEP + 1, move |now| {
        port.unplug(&bluetooth);
        handle.act(|receiver| {
            receiver.set_silent(1, false);
            receiver.sleep(now, 1);
            receiver.wake(now, 1);
        });
    });
    // The mouse in slot 2 is a clone.
    harness.at(2 * STEP, move |now| {
        desk.act(|receiver| _ = receiver.wake(now, 2));
    });
    let events = harness.follow(3 * STEP);
    for second in STEP..2 * STEP {
        let devices = devices_of(&events, second);
        let [device] = &*devices.values().collect::<Vec<_>>() else {
            panic!("{devices:#?}")
        };
        assert!(device.is_online(), "second {second}");
    }
    assert_eq!(ids(&events, 3 * STEP).len(), 2);
}

#[test]
fn plugging_in_a_cable_changes_neither_id_nor_name() {
    let serial = [0x3D, 0x7D, 0, 0x18];
    let desk = Shared::new(
        RECEIVERS[0],
        Plugged::Receiver(receiver(1).with(1, paired(serial))),
    );
    let plug = cable(CABLES[0], serial);
    plug.act_direct(|device| {
        device.set_charge(Timestamp::START, Percent::new(80).unwrap());
    });
    let mut harness = FollowHarness::new();
    harness.port.plug(&desk);
    let port = harness.port.clone();
    let (node, handle) = (plug.clone(), desk.clone());
    harness.at(STEP, move |now| {
        port.plug(&node);
        handle.act(|receiver| receiver.sleep(now, 1));
    });
    let port = harness.port.clone();
    harness.at(2 * STEP, move |now| {
        port.unplug(&plug);
        desk.act(|receiver| receiver.wake(now, 1));
    });
    let events = harness.follow(3 * STEP);
    let at = |second| {
        let devices = devices_of(&events, second);
        let [device] = &*devices.values().cloned().collect::<Vec<_>>() else {
            panic!("{devices:#?}")
        };
        assert_eq!(device.id, "4087-3D7D0018");
        assert!(device.is_online());
        device.clone()
    };
    let (before, plugged, after) = (at(STEP - 1), at(2 * STEP - 1), at(3 * STEP));
    assert_eq!(plugged.name, before.name);
    assert_eq!(plugged.kind, before.kind);
    assert!(plugged.link.is_usb());
    assert_eq!(plugged.receiver(), None);
    assert_eq!(links(&plugged).len(), 2);
    assert_eq!(after.link, before.link);
    assert_eq!(after.other_links, []);
}

#[test]
fn links_are_joined_although_unit_id_and_serial_number_differ() {
    // M720: its unit id differs from the serial number on receivers (as Solaar issue 2005 shows for
    // another mouse), so the identity is read on both links.
    let serial = [0xD0, 0, 0, 1];
    let mouse = catalogue::find("M720 Triathlon")
        .unwrap()
        .paired(serial)
        .unwrap();
    for firmware in [false, true] {
        let bluetooth = DirectDevice::bluetooth(0xB015, mouse.protocol.clone());
        let bluetooth = Shared::new(CABLES[0], Plugged::Direct(bluetooth));
        let receiver = receiver(1).with(1, mouse.clone());
        let desk = Shared::new(RECEIVERS[0], Plugged::Receiver(receiver));
        let mut harness = FollowHarness::new();
        harness.query.wanted |= Wanted::FIRMWARE.when(firmware);
        harness.port.plug(&desk);
        let port = harness.port.clone();
        let (handle, node) = (desk.clone(), bluetooth.clone());
        harness.at(STEP, move |now| {
            handle.act(|receiver| receiver.sleep(now, 1));
            port.plug(&node);
        });
        let (port, handle, node) = (harness.port.clone(), desk.clone(), bluetooth.clone());
        harness.at(2 * STEP, move |now| {
            port.unplug(&node);
            handle.act(|receiver| receiver.wake(now, 1));
        });
        let port = harness.port.clone();
        let (handle, node) = (desk.clone(), bluetooth.clone());
        harness.at(3 * STEP, move |now| {
            handle.act(|receiver| receiver.sleep(now, 1));
            port.plug(&node);
        });
        let events = harness.follow(4 * STEP);
        let ids = |second| devices_of(&events, second).into_keys().collect::<Vec<_>>();
        assert_eq!(ids(STEP - 1), ["405E-D0000001"]);
        // It cannot be read while asleep on the receiver; with firmware enabled, it was read
        // before.
        let alone = "405E-2FFFFFFE";
        let expected: &[&str] = if firmware {
            &["405E-D0000001"]
        } else {
            &[alone, "405E-D0000001"]
        };
        assert_eq!(ids(2 * STEP - 1), expected);
        assert_eq!(ids(3 * STEP - 1), ["405E-D0000001"]);
        assert_eq!(ids(4 * STEP), ["405E-D0000001"]);
        assert_eq!(
            links(&devices_of(&events, 4 * STEP)["405E-D0000001"]).len(),
            2
        );
    }
}

#[test]
fn a_device_that_claims_the_identity_of_another_does_not_take_over_its_id() {
    // Both are on receivers: the second reports the first one's model and number as its unit id.
    let (victim, hostile) = (paired([0xD0, 0, 0, 1]), paired([0xD0, 0, 0, 2]));
    let hostile = Firmware::new(hostile.identity, victim.protocol.clone());
    let desk = Shared::new(
        RECEIVERS[0],
        Plugged::Receiver(receiver(1).with(1, victim.asleep()).with(2, hostile)),
    );
    let mut harness = FollowHarness::new();
    harness.query.wanted |= Wanted::FIRMWARE;
    harness.port.plug(&desk);
    for _ in 0..2 {
        let events = harness.follow(STEP);
        let expected = ["4087-D0000001", "4087-D0000002"];
        let ids: Vec<String> = devices_of(&events, STEP).into_keys().collect();
        assert_eq!(ids, expected);
        let moved = events.iter().filter(|(_, event)| {
            matches!(event, MonitorEvent::Change(change) if matches!(**change, Change::Identified { .. }))
        });
        assert_eq!(moved.count(), 0);
        harness.port.plug(&desk);
    }
}

/// M720: on Bluetooth it is known by its unit id, `405E-2FFFFFFE` of the first, and on receivers by a
/// serial number that differs (as Solaar issue 2005 shows of another mouse).
fn office_mouse(number: u8) -> Firmware {
    let mouse = catalogue::find("M720 Triathlon").unwrap();
    mouse.paired([0xD0, 0, 0, number]).unwrap()
}

fn on_bluetooth(mouse: &Firmware) -> Shared {
    let mouse = DirectDevice::bluetooth(0xB015, mouse.protocol.clone());
    Shared::new(CABLES[0], Plugged::Direct(mouse))
}

/// A receiver with this mouse.
fn desk_of(mouse: Firmware) -> Shared {
    let receiver = receiver(1).with(1, mouse);
    Shared::new(RECEIVERS[0], Plugged::Receiver(receiver))
}

/// How often what is kept of another id moved to that of a pairing record.
fn joins(events: &[(u64, MonitorEvent)]) -> usize {
    let is_join = |event: &MonitorEvent| match event {
        MonitorEvent::Change(change) => {
            matches!(&**change, Change::Identified { to, .. } if to.starts_with("405E-D"))
        }
        _ => false,
    };
    events.iter().filter(|(_, event)| is_join(event)).count()
}

#[test]
fn a_faked_pairing_record_takes_nothing_of_a_mouse_in_use_on_bluetooth() {
    // SECURITY.md, "A hostile dongle or device". The hostile receiver has a record of the same model,
    // and its device states the unit id of the mouse.
    let mouse = office_mouse(1);
    let hostile = Firmware::new(office_mouse(9).identity, mouse.protocol.clone());
    let (bluetooth, desk) = (on_bluetooth(&mouse), desk_of(hostile));
    let mut harness = FollowHarness::new();
    harness.port.plug(&bluetooth);
    let (port, node) = (harness.port.clone(), desk.clone());
    harness.at(STEP, move |_| port.plug(&node));
    // The mouse is switched off, and the hostile device connects once more.
    let (port, node) = (harness.port.clone(), bluetooth.clone());
    harness.at(2 * STEP, move |_| port.unplug(&node));
    let hand = desk.clone();
    harness.at(2 * STEP + 5, move |now| {
        hand.act(|receiver| {
            receiver.sleep(now, 1);
            receiver.wake(now, 1);
        });
    });
    let events = harness.follow(3 * STEP);
    let both = ["405E-2FFFFFFE", "405E-D0000009"];
    assert_eq!(ids(&events, 2 * STEP - 1), both);
    assert_eq!(ids(&events, 3 * STEP), both[1..]);
    assert_eq!(joins(&events), 0);
    // The next run remembers it, whichever comes first.
    let memory = harness.memory;
    let mut harness = FollowHarness::new();
    (harness.memory, harness.start) = (memory, hours(1));
    harness.port.plug(&desk);
    let port = harness.port.clone();
    harness.at(3600 + STEP, move |_| port.plug(&bluetooth));
    let events = harness.follow(3600 + 2 * STEP);
    assert_eq!(ids(&events, 3600 + 2 * STEP), both);
    assert_eq!(joins(&events), 0);
    // It may have been a mistake: after a month it is looked at again.
    let memory = harness.memory;
    let month = 31 * 24;
    let mut harness = FollowHarness::new();
    (harness.memory, harness.start) = (memory, hours(month));
    harness.port.plug(&desk);
    let events = harness.follow(month * 3600 + STEP);
    assert_eq!(joins(&events), 1);
}

/// The ids that data moved to, from those of other links.
fn identified(events: &[(u64, MonitorEvent)]) -> Vec<&str> {
    let to = events.iter().filter_map(|(_, event)| match event {
        MonitorEvent::Change(change) => match &**change {
            Change::Identified { to, .. } => Some(&**to),
            _ => None,
        },
        _ => None,
    });
    to.collect()
}

#[test]
fn a_unit_id_that_was_joined_is_not_joined_with_a_second_pairing_record() {
    // SECURITY.md, "A hostile dongle or device". The serial number in the faked record sorts before
    // and after that of the mouse.
    for hostile in [1, 9] {
        for is_in_use in [false, true] {
            let mouse = office_mouse(5);
            let faked = Firmware::new(office_mouse(hostile).identity, mouse.protocol.clone());
            let (bluetooth, desk) = (on_bluetooth(&mouse), desk_of(mouse));
            let second = receiver(2).with(1, faked);
            let second = Shared::new(RECEIVERS[1], Plugged::Receiver(second));
            let mut harness = FollowHarness::new();
            bluetooth.read(Timestamp::START, &mut harness.memory);
            harness.port.plug(&desk);
            let (port, node) = (harness.port.clone(), bluetooth.clone());
            harness.at(STEP, move |now| {
                desk.act(|receiver| receiver.sleep(now, 1));
                if is_in_use {
                    port.plug(&node);
                }
            });
            let port = harness.port.clone();
            harness.at(2 * STEP, move |_| port.plug(&second));
            let (port, node) = (harness.port.clone(), bluetooth.clone());
            harness.at(3 * STEP, move |_| {
                if is_in_use {
                    port.unplug(&node);
                }
                // Paired again, it has another address.
                port.plug(&node.with_address("e4:5f:01:02:03:05"));
            });
            let events = harness.follow(4 * STEP);
            let (own, faked) = ("405E-D0000005", format!("405E-D000000{hostile}"));
            assert!(identified(&events).iter().all(|to| *to == own));
            let devices = devices_of(&events, 4 * STEP);
            assert_eq!(devices.len(), 2, "{devices:#?}");
            assert_eq!(links(&devices[own]).len(), 2);
            assert_eq!(links(&devices[&faked]).len(), 1);
        }
    }
}

#[test]
fn one_of_two_simultaneous_claims_on_a_unit_id_is_granted() {
    // Until the mouse is known to be asleep on Bluetooth, both wait.
    let mouse = office_mouse(5);
    let bluetooth = on_bluetooth(&mouse);
    let mut harness = FollowHarness::new();
    bluetooth.read(Timestamp::START, &mut harness.memory);
    bluetooth.act_direct(|device| _ = device.sleep(Timestamp::START));
    harness.port.plug(&bluetooth);
    for number in [2, 1] {
        let claimant = Firmware::new(office_mouse(number).identity, mouse.protocol.clone());
        let receiver = receiver(number).with(1, claimant);
        let desk = Shared::new(RECEIVERS[usize::from(number)], Plugged::Receiver(receiver));
        harness.port.plug(&desk);
    }
    let events = harness.follow(STEP);
    assert_eq!(joins(&events), 1);
    assert_eq!(ids(&events, STEP), ["405E-D0000001", "405E-D0000002"]);
}

#[test]
fn a_faked_pairing_record_is_not_faster_than_a_mouse_on_bluetooth() {
    // SECURITY.md, "A hostile dongle or device". The mouse is known from an earlier run and takes
    // almost a second per answer; the hostile receiver is plugged in at the same time.
    for second in [0, STEP] {
        let mouse = office_mouse(1);
        let hostile = Firmware::new(office_mouse(9).identity, mouse.protocol.clone());
        let (bluetooth, desk) = (on_bluetooth(&mouse), desk_of(hostile));
        let mut harness = FollowHarness::new();
        bluetooth.read(Timestamp::START, &mut harness.memory);
        bluetooth.act_direct(|device| device.latency = Duration::from_millis(900));
        let port = harness.port.clone();
        harness.at(second, move |_| {
            port.plug(&desk);
            port.plug(&bluetooth);
        });
        let events = harness.follow(second + STEP);
        let both = ["405E-2FFFFFFE", "405E-D0000009"];
        assert_eq!(ids(&events, second + STEP), both);
        assert_eq!(joins(&events), 0);
    }
}

#[test]
fn a_faked_pairing_record_takes_nothing_while_access_to_bluetooth_is_denied() {
    // SECURITY.md, "A hostile dongle or device". udev sets the permissions of the mouse's node late.
    let mouse = office_mouse(1);
    let hostile = Firmware::new(office_mouse(9).identity, mouse.protocol.clone());
    let (bluetooth, desk) = (on_bluetooth(&mouse), desk_of(hostile.asleep()));
    let mut harness = FollowHarness::new();
    bluetooth.read(Timestamp::START, &mut harness.memory);
    harness.port.plug(&desk);
    let port = harness.port.clone();
    harness.at(STEP, move |_| {
        *port.denials.borrow_mut() = 8;
        port.plug(&bluetooth);
    });
    harness.at(STEP + 1, move |now| {
        desk.act(|receiver| _ = receiver.wake(now, 1));
    });
    let events = harness.follow(2 * STEP);
    assert_eq!(ids(&events, 2 * STEP), ["405E-2FFFFFFE", "405E-D0000009"]);
    assert_eq!(joins(&events), 0);
}

#[test]
fn a_device_set_apart_is_still_joined_by_its_unit_id() {
    // Two mice with one serial number. The second reports the unit id of one known on Bluetooth, and
    // is set apart while it is unknown whether that is in use.
    let mouse = office_mouse(1);
    let clone = Firmware::new(office_mouse(9).identity, mouse.protocol.clone());
    let bluetooth = on_bluetooth(&mouse);
    let mut harness = FollowHarness::new();
    bluetooth.read(Timestamp::START, &mut harness.memory);
    bluetooth.act_direct(|device| _ = device.sleep(Timestamp::START));
    let desks = [(1, office_mouse(9)), (2, clone)].map(|(number, mouse)| {
        let receiver = receiver(number).with(1, mouse.asleep());
        let desk = Shared::new(RECEIVERS[usize::from(number)], Plugged::Receiver(receiver));
        harness.port.plug(&desk);
        desk
    });
    let port = harness.port.clone();
    harness.at(STEP, move |_| {
        // Access is denied until second 6.
        *port.denials.borrow_mut() = 8;
        port.plug(&bluetooth);
    });
    for (second, desk) in (STEP + 1..).zip(desks.into_iter().rev()) {
        harness.at(second, move |now| {
            desk.act(|receiver| _ = receiver.wake(now, 1));
        });
    }
    let events = harness.follow(2 * STEP);
    let apart = "405E-D0000009-A0000002-1";
    for second in [STEP + 5, 2 * STEP] {
        assert_eq!(ids(&events, second), ["405E-D0000009", apart]);
    }
    assert_eq!(links(&devices_of(&events, 2 * STEP)[apart]).len(), 2);
}

#[test]
fn a_mouse_that_left_bluetooth_is_joined_though_its_node_stays() {
    // BlueZ keeps the node of a device that disconnected (`UserspaceHID=persist`).
    let mouse = office_mouse(1);
    let (bluetooth, desk) = (on_bluetooth(&mouse), desk_of(mouse.asleep()));
    let mut harness = FollowHarness::new();
    harness.port.plug(&bluetooth);
    harness.port.plug(&desk);
    let hand = desk.clone();
    harness.at(STEP, move |now| {
        bluetooth.act_direct(|device| _ = device.sleep(now));
        hand.act(|receiver| _ = receiver.wake(now, 1));
    });
    let events = harness.follow(2 * STEP);
    assert_eq!(
        ids(&events, STEP - 1),
        ["405E-2FFFFFFE", "405E-D0000001"],
        "asleep on the receiver it cannot be asked"
    );
    assert_eq!(ids(&events, STEP + 10), ["405E-D0000001"]);
    assert_eq!(joins(&events), 1);
}

#[test]
fn one_reading_joins_and_refuses_in_the_same_way() {
    for is_hostile in [false, true] {
        let mouse = office_mouse(1);
        let paired = if is_hostile {
            Firmware::new(office_mouse(9).identity, mouse.protocol.clone())
        } else {
            mouse.clone()
        };
        let (bluetooth, desk) = (on_bluetooth(&mouse), desk_of(paired));
        let start = Timestamp::START;
        let mut memory = Memory::default();
        assert_eq!(bluetooth.read(start, &mut memory).devices.len(), 1);
        if !is_hostile {
            bluetooth.act_direct(|device| _ = device.sleep(start));
        }
        let nodes = [&bluetooth, &desk].map(|node| OpenNode {
            info: node.info(),
            transport: Box::new(node.clone()),
        });
        let mut clock = VirtualClock::at(start);
        let snapshot = read_status(nodes.into(), &query(false), &mut memory, &mut clock).unwrap();
        let ids: BTreeSet<&str> = snapshot.devices.iter().map(|it| &*it.id).collect();
        let expected: &[&str] = if is_hostile {
            &["405E-2FFFFFFE", "405E-D0000009"]
        } else {
            &["405E-D0000001"]
        };
        assert_eq!(ids, expected.iter().copied().collect());
    }
}

/// A device on a cable that claims the model and serial number of the K750 in slot 1, optionally
/// with its own solar dashboard.
fn impostor(has_dashboard: bool) -> Shared {
    let mut entry = catalogue::find(MOUSE).unwrap();
    entry.model = Some([0x40, 0x02, 0xC0, 0x91, 0, 0]);
    if has_dashboard {
        let keyboard = catalogue::find("K750").unwrap();
        entry.battery = keyboard.battery;
        let dashboard = keyboard.features.into_iter().find(|it| it.id == 0x4301);
        entry.features.extend(dashboard);
    }
    let firmware = entry.paired([0xD0, 0, 0, 1]).unwrap();
    let device = DirectDevice::usb(CABLE, firmware.protocol);
    Shared::new(CABLES[0], Plugged::Direct(device))
}

const KEYBOARD: &str = "4002-D0000001";

fn light(series: Option<(u8, u8)>) -> Command {
    Command::MeasureLight {
        device: KEYBOARD.to_owned(),
        series: series.map(|(reports, period_s)| LightMeasure { reports, period_s }),
    }
}

#[test]
fn light_is_measured_on_the_link_with_the_receivers_identity() {
    for has_dashboard in [false, true] {
        let hostile = impostor(has_dashboard);
        let desk = Shared::receiver(&["K750"]);
        let mut harness = FollowHarness::new();
        harness.port.plug(&desk);
        let (port, node) = (harness.port.clone(), hostile.clone());
        harness.at(STEP, move |_| port.plug(&node));
        harness.send_command_at(2 * STEP, light(Some((60, 1))));
        harness.send_command_at(3 * STEP, light(None));
        let handle = hostile.clone();
        harness.at(2 * STEP - 1, move |_| _ = handle.take_requests());
        let events = harness.follow(4 * STEP);
        let device = &devices_of(&events, 4 * STEP)[KEYBOARD];
        // The values come from the cable, because it reports charging; the light does not.
        assert!(device.link.is_usb());
        let series = desk.series_requested(1).split_off(1);
        assert_eq!(series, ["60 60 x 1 s", "90 0 x 0 s"]);
        assert_eq!(hostile.take_requests(), Vec::<String>::new());
        let at = device.light.unwrap().at.since_start().as_secs();
        assert!((3 * STEP - 2..=3 * STEP).contains(&at), "{at}");
    }
}

#[test]
fn a_series_is_cancelled_on_the_link_that_it_leaves() {
    // It starts on the cable while the keyboard is asleep; after waking, the keyboard is used
    // instead.
    let (cable, desk) = (impostor(true), Shared::receiver(&["K750"]));
    desk.act(|receiver| receiver.sleep(Timestamp::START, 1));
    let mut harness = FollowHarness::new();
    harness.port.plug(&desk);
    harness.port.plug(&cable);
    harness.send_command_at(STEP, light(Some((100, 1))));
    let handle = desk.clone();
    harness.at(2 * STEP, move |now| {
        _ = handle.act(|receiver| receiver.wake(now, 1));
    });
    let handle = cable.clone();
    harness.at(2 * STEP + 1, move |_| {
        let requests = handle.take_requests();
        assert!(
            requests.iter().any(|it| it.ends_with("64 01 00")),
            "{requests:?}"
        );
    });
    harness.send_command_at(2 * STEP + 2, light(Some((100, 1))));
    let handle = cable.clone();
    harness.at(2 * STEP + 3, move |_| {
        let requests = handle.take_requests();
        assert!(
            requests.len() == 1 && requests[0].ends_with("00 00 00"),
            "{requests:?}"
        );
    });
    harness.follow(3 * STEP);
    assert!(
        desk.series_requested(1)
            .contains(&"62 100 x 1 s".to_owned())
    );
}

#[test]
fn two_cables_with_one_serial_number_are_two_devices() {
    let serial = [0xD0, 0, 0, 1];
    let mut harness = FollowHarness::new();
    for (path, port) in [(CABLES[0], "1"), (CABLES[1], "2")] {
        harness.port.plug(&cable(path, serial).at_port(port));
    }
    // The report must not be delayed until the next report from a device.
    let events = harness.follow(20 * STEP);
    let devices = devices_of(&events, 5);
    let ids: Vec<&str> = devices.keys().map(String::as_str).collect();
    let other = "4087-D0000001-usb-0000:00:14.0-2-input2";
    assert_eq!(ids, ["4087-D0000001", other]);
    // The other one keeps its id even when it is alone.
    let memory = harness.memory;
    let mut harness = FollowHarness::new();
    harness.memory = memory;
    harness.port.plug(&cable(CABLES[1], serial).at_port("2"));
    let events = harness.follow(20 * STEP);
    let ids: Vec<String> = devices_of(&events, 5).into_keys().collect();
    assert_eq!(ids, [other]);
}

#[test]
fn the_last_charge_is_kept_when_its_link_is_removed() {
    let serial = [0x3D, 0x7D, 0, 0x18];
    let desk = Shared::new(
        RECEIVERS[0],
        Plugged::Receiver(receiver(1).with(1, paired(serial))),
    );
    let plug = cable(CABLES[0], serial);
    let mut harness = FollowHarness::new();
    harness.port.plug(&desk);
    let (port, node, handle) = (harness.port.clone(), plug.clone(), desk.clone());
    harness.at(STEP, move |now| {
        handle.act(|receiver| receiver.sleep(now, 1));
        node.act_direct(|device| _ = device.set_charge(now, Percent::new(40).unwrap()));
        port.plug(&node);
    });
    let port = harness.port.clone();
    harness.at(2 * STEP, move |_| port.unplug(&plug));
    let events = harness.follow(3 * STEP);
    let percent = |second| {
        let devices = devices_of(&events, second);
        let battery = devices["4087-3D7D0018"].battery.unwrap();
        battery.percent.unwrap().get()
    };
    let (before, wired) = (percent(STEP - 1), percent(2 * STEP - 1));
    assert!(before > wired, "{before} {wired}");
    assert_eq!(percent(3 * STEP), wired);
    // The cache has the same value.
    let snapshot = desk.read(
        Timestamp::from_start(Duration::from_secs(4 * STEP)),
        &mut harness.memory,
    );
    let battery = in_slot(&snapshot, 1).battery.unwrap();
    assert_eq!(battery.percent.unwrap().get(), wired);
}

#[test]
fn a_reported_identity_causes_one_request_to_each_device_of_its_model() {
    // A device on a cable reports the model of an M705, which has HID++ 1.0 and no identity to
    // report, and of an M525, which has feature 0003 without a unit id.
    for (name, least) in [("M705 (M-R0009)", 0), ("M525", 1)] {
        let entry = catalogue::find(name).unwrap();
        let [high, low] = entry.product().to_be_bytes();
        let mut hostile = catalogue::find(MOUSE).unwrap();
        hostile.model = Some([high, low, 0xC0, 0x91, 0, 0]);
        let hostile = hostile.paired([0xD0, 0, 0, 9]).unwrap();
        let hostile = DirectDevice::usb(CABLE, hostile.protocol);
        let hostile = Shared::new(CABLES[0], Plugged::Direct(hostile)).at_port("1");
        let desk = Shared::receiver(&[name]);
        let mut harness = FollowHarness::new();
        harness.port.plug(&desk);
        let handle = desk.clone();
        harness.at(STEP - 1, move |_| _ = handle.take_requests());
        let (port, node) = (harness.port.clone(), hostile.clone());
        harness.at(STEP, move |_| port.plug(&node));
        let events = harness.follow(3 * STEP);
        assert_eq!(devices_of(&events, 3 * STEP).len(), 2, "{name}");
        let asked = desk.take_radio();
        assert!(
            asked.len() >= least && asked.len() <= 2,
            "{name}: {asked:?}"
        );
        assert!(harness.wakes_between(2 * STEP, 3 * STEP) < 5, "{name}");
    }
}

#[test]
fn devices_with_the_same_serial_number_are_two_once_both_answer() {
    let serial = [0xD0, 0, 0, 1];
    let clones = receiver(1).with(1, paired(serial)).with(2, paired(serial));
    let desk = Shared::new(RECEIVERS[0], Plugged::Receiver(clones));
    let mut memory = Memory::default();
    let start = Timestamp::START;
    let ids = |snapshot: &Snapshot| {
        let slots = snapshot.devices.iter();
        slots
            .map(|it| (it.slot().map(Slot::get), it.id.clone()))
            .collect::<Vec<_>>()
    };
    let expected = [
        (Some(1), "4087-D0000001".to_owned()),
        (Some(2), "4087-D0000001-A0000001-2".to_owned()),
    ];
    assert_eq!(ids(&desk.read(start, &mut memory)), expected);
    // This is cached, even while one of them sleeps.
    desk.act(|receiver| receiver.sleep(start, 2));
    assert_eq!(ids(&desk.read(start, &mut memory)), expected);
    // Devices never seen at the same time look like one.
    let mut nothing = Memory::default();
    assert_eq!(desk.read(start, &mut nothing).devices.len(), 1);
}

/// The id of a device if its serial number is already the id of another one.
fn apart(serial: u8, receiver: u8) -> String {
    format!("4087-D000000{serial}-A000000{receiver}-1")
}

fn ids(events: &[(u64, MonitorEvent)], until: u64) -> Vec<String> {
    devices_of(events, until).into_keys().collect()
}

#[test]
fn the_clone_found_first_keeps_the_id() {
    let serial = [0xD0, 0, 0, 1];
    for (first, second) in [(1, 2), (2, 1)] {
        let desks = [first, second].map(|number| {
            let receiver = receiver(number).with(1, paired(serial));
            Shared::new(RECEIVERS[usize::from(number)], Plugged::Receiver(receiver))
        });
        let mut harness = FollowHarness::new();
        harness.port.plug(&desks[0]);
        let (port, node) = (harness.port.clone(), desks[1].clone());
        harness.at(STEP, move |_| port.plug(&node));
        let events = harness.follow(2 * STEP);
        assert_eq!(ids(&events, STEP - 1), ["4087-D0000001"]);
        assert_eq!(ids(&events, 2 * STEP), ["4087-D0000001", &apart(1, second)]);
        let devices = devices_of(&events, 2 * STEP);
        let receiver = format!("A000000{first}");
        assert_eq!(devices["4087-D0000001"].receiver(), Some(&*receiver));
    }
}

#[test]
fn an_id_with_a_place_expires_if_both_links_are_used_but_never_together() {
    let serial = [0xD0, 0, 0, 1];
    let day = |day: u64| hours(24 * day);
    let clones = receiver(1).with(1, paired(serial)).with(2, paired(serial));
    let desk = Shared::new(RECEIVERS[0], Plugged::Receiver(clones));
    // The day, which slots are awake, and the expected number of devices.
    for steps in [
        // Seen together again, they remain two.
        vec![
            (0, [true, true], 2),
            (20, [true, true], 2),
            (45, [true, false], 2),
            (46, [false, true], 2),
            (47, [true, false], 2),
        ],
        // One of them is unused, which proves nothing.
        vec![
            (0, [true, true], 2),
            (31, [true, false], 2),
            (60, [true, false], 2),
        ],
        // Both are used, but never together: they are one device. Seen together, they become two
        // again.
        vec![
            (0, [true, true], 2),
            (31, [true, false], 2),
            (32, [false, true], 2),
            (33, [true, false], 1),
            (34, [true, true], 2),
            (35, [true, false], 2),
        ],
    ] {
        let mut memory = Memory::default();
        for (on, awake, expected) in steps {
            let at = day(on);
            for (slot, awake) in (1..).zip(awake) {
                desk.act(|receiver| {
                    if awake {
                        receiver.wake(at, slot)
                    } else {
                        receiver.sleep(at, slot)
                    }
                });
            }
            let snapshot = desk.read(at, &mut memory);
            assert_eq!(snapshot.devices.len(), expected, "day {on}");
        }
    }
}

#[test]
fn an_id_with_a_place_is_not_renewed_by_stale_replies() {
    // docs/devices.md, Links. Slots 1 and 2 have clones, slot 3 has another device.
    let half_day = 12 * 3600;
    for is_used in [true, false] {
        let serial = [0xD0, 0, 0, 1];
        let clones = receiver(1).with(1, paired(serial)).with(2, paired(serial));
        let clones = clones.with(3, paired([0xD0, 0, 0, 2]));
        let desk = Shared::new(RECEIVERS[0], Plugged::Receiver(clones));
        let mut harness = FollowHarness::new();
        harness.port.plug(&desk);
        let handle = desk.clone();
        harness.at(4 * half_day, move |_| _ = handle.take_requests());
        for count in 1..=80 {
            let handle = desk.clone();
            let charge = Percent::new(if count % 2 == 0 { 60 } else { 61 }).unwrap();
            harness.at(count * half_day, move |now| {
                // After a day both clones get requests again.
                if is_used || count <= 3 {
                    handle.act(|receiver| receiver.set_charge(now, 2, charge));
                }
                handle.act(|receiver| receiver.set_charge(now, 3, charge));
            });
        }
        let end = 80 * half_day + STEP;
        let events = harness.follow(end);
        assert_eq!(ids(&events, end).len(), 3);
        let asked = desk.take_radio();
        let asked = asked.iter().filter(|it| it.starts_with("10 01")).count();
        let expected = if is_used { 20..=80 } else { 0..=0 };
        assert!(expected.contains(&asked), "{is_used}: {asked}");
        let found = if is_used { 3 } else { 2 };
        for (day, used, expected) in [(41, 1, 3), (42, 2, 3), (43, 1, found)] {
            let at = hours(24 * day);
            desk.act(|receiver| {
                receiver.sleep(at, 3 - used);
                receiver.wake(at, used);
            });
            let snapshot = desk.read(at, &mut harness.memory);
            let count = snapshot.devices.len();
            assert_eq!(count, expected, "{is_used}, day {day}");
        }
    }
}

#[test]
fn a_busy_link_does_not_delay_requests_to_other_devices() {
    // The second clone of the first serial number connects but does not answer; those of the second
    // number, in a later slot, connect a second later and do answer.
    let clones = |number: u8| {
        let clone = || paired([0xD0, 0, 0, number]).asleep();
        let receiver = receiver(number).with(1, clone()).with(2, clone());
        Shared::new(RECEIVERS[usize::from(number)], Plugged::Receiver(receiver))
    };
    let (busy, others) = (clones(1), clones(2));
    let mut harness = FollowHarness::new();
    for desk in [&busy, &others] {
        harness.port.plug(desk);
        let handle = desk.clone();
        harness.at(10, move |now| {
            handle.act(|receiver| receiver.wake(now, 1));
        });
    }
    harness.at(STEP, move |now| {
        busy.act(|receiver| {
            receiver.set_silent(2, true);
            receiver.wake(now, 2);
        });
    });
    harness.at(STEP + 1, move |now| {
        others.act(|receiver| receiver.wake(now, 2));
    });
    let events = harness.follow(2 * STEP);
    let second = "4087-D0000002-A0000002-2".to_owned();
    let found = (STEP..2 * STEP).find(|it| ids(&events, *it).contains(&second));
    assert_eq!(found, Some(STEP + 1));
}

#[test]
fn the_next_device_at_a_port_does_not_take_over_the_id_of_the_last() {
    // The first has no serial number, so its id contains the port.
    let charged = |serial, charge| {
        let node = cable(CABLES[0], serial).at_port("4");
        node.act_direct(|device| {
            device.set_charge(Timestamp::START, Percent::new(charge).unwrap());
        });
        node
    };
    let (last, next) = (charged([0; 4], 12), charged([0xD0, 0, 0, 1], 80));
    let mut harness = FollowHarness::new();
    harness.port.plug(&last);
    for (second, from, to) in [(STEP, &last, &next), (2 * STEP, &next, &last)] {
        let (port, from, to) = (harness.port.clone(), from.clone(), to.clone());
        harness.at(second, move |_| {
            port.unplug(&from);
            port.plug(&to);
        });
    }
    let events = harness.follow(3 * STEP);
    let by_port = "C091-usb-0000:00:14.0-4-input2";
    assert_eq!(ids(&events, STEP - 1), [by_port]);
    assert_eq!(ids(&events, 2 * STEP - 1), ["4087-D0000001"]);
    assert_eq!(ids(&events, 3 * STEP), [by_port]);
    assert!(!events.iter().any(|(_, event)| matches!(event,
        MonitorEvent::Change(change) if matches!(**change, Change::Identified { .. }))));
}

#[test]
fn an_identity_request_missed_by_an_absent_device_is_retried_on_its_return() {
    // M720: its identity is read on the receiver once it is known on Bluetooth. At that moment it
    // has left the receiver.
    let mouse = catalogue::find("M720 Triathlon").unwrap();
    let mouse = mouse.paired([0xD0, 0, 0, 1]).unwrap();
    let bluetooth = DirectDevice::bluetooth(0xB015, mouse.protocol.clone());
    let bluetooth = Shared::new(CABLES[0], Plugged::Direct(bluetooth));
    let desk = Shared::new(RECEIVERS[0], Plugged::Receiver(receiver(1).with(1, mouse)));
    let mut harness = FollowHarness::new();
    harness.port.plug(&desk);
    let (port, handle, node) = (harness.port.clone(), desk.clone(), bluetooth.clone());
    harness.at(STEP, move |_| {
        handle.act(|receiver| receiver.set_silent(1, true));
        port.plug(&node);
    });
    let handle = desk.clone();
    harness.at(2 * STEP, move |now| {
        handle.act(|receiver| {
            receiver.sleep(now, 1);
            receiver.set_silent(1, false);
        });
    });
    let handle = desk.clone();
    let (port, node) = (harness.port.clone(), bluetooth.clone());
    harness.at(3 * STEP, move |now| {
        port.unplug(&node);
        desk.act(|receiver| receiver.wake(now, 1));
    });
    let port = harness.port.clone();
    harness.at(4 * STEP, move |now| {
        handle.act(|receiver| receiver.sleep(now, 1));
        port.plug(&bluetooth);
    });
    let events = harness.follow(5 * STEP);
    let before = ["405E-2FFFFFFE", "405E-D0000001"];
    assert_eq!(ids(&events, 3 * STEP - 1), before);
    assert_eq!(ids(&events, 5 * STEP), ["405E-D0000001"]);
    let devices = devices_of(&events, 5 * STEP);
    assert_eq!(links(&devices["405E-D0000001"]).len(), 2);
}

#[test]
fn a_device_that_is_not_selected_gets_only_identity_requests() {
    let serial = |number| [0xD0, 0, 0, number];
    let desk = Shared::new(
        RECEIVERS[0],
        Plugged::Receiver(receiver(1).with(1, paired(serial(1)))),
    );
    let (wanted, other) = (
        cable(CABLES[0], serial(1)).at_port("1"),
        cable(CABLES[1], serial(2)).at_port("2"),
    );
    let mut harness = FollowHarness::new();
    harness.query.devices = vec!["D0000001".parse().unwrap()];
    for node in [&desk, &wanted, &other] {
        harness.port.plug(node);
    }
    let events = harness.follow(STEP);
    let devices = devices_of(&events, STEP);
    assert_eq!(devices.keys().collect::<Vec<_>>(), ["4087-D0000001"]);
    assert_eq!(links(&devices["4087-D0000001"]).len(), 2);
    assert!(devices["4087-D0000001"].battery.is_some());
    // A ping, the lookup of feature 0003, and its identity.
    assert_eq!(other.take_requests().len(), 3);
    assert!(wanted.take_requests().len() > 3);
}

#[test]
fn quick_changes_of_the_channel_do_not_create_a_second_device() {
    let serial = [0xD0, 0, 0, 1];
    let desks = [1, 2].map(|number| {
        let receiver = receiver(number).with(1, paired(serial).asleep());
        Shared::new(RECEIVERS[usize::from(number)], Plugged::Receiver(receiver))
    });
    let mut harness = FollowHarness::new();
    for desk in &desks {
        harness.port.plug(desk);
    }
    for change in 0..40 {
        let [here, there] = [change % 2, (change + 1) % 2].map(|it| desks[it].clone());
        // The receiver reports the previous link as up until the device is back.
        harness.at_time(
            Duration::from_millis(10_000 + 300 * change as u64),
            move |now| {
                there.act(|receiver| receiver.set_silent(1, true));
                here.act(|receiver| {
                    receiver.set_silent(1, false);
                    receiver.sleep(now, 1);
                    receiver.wake(now, 1);
                });
            },
        );
    }
    let events = harness.follow(4 * STEP);
    for second in 10..4 * STEP {
        assert_eq!(ids(&events, second), ["4087-D0000001"], "second {second}");
    }
}

#[test]
fn a_clone_that_comes_and_goes_does_not_affect_the_other() {
    let serial = [0xD0, 0, 0, 1];
    let mut harness = FollowHarness::new();
    let (steady, flapping) = (
        cable(CABLES[0], serial).at_port("1"),
        cable(CABLES[1], serial).at_port("2"),
    );
    harness.port.plug(&steady);
    for turn in 0..50_u64 {
        let (port, node) = (harness.port.clone(), flapping.clone());
        harness.at(10 + 2 * turn, move |_| port.plug(&node));
        let (port, node) = (harness.port.clone(), flapping.clone());
        harness.at(11 + 2 * turn, move |_| port.unplug(&node));
    }
    let handle = steady.clone();
    harness.at(9, move |_| _ = handle.take_requests());
    let events = harness.follow(120);
    let known = ["4087-D0000001", "4087-D0000001-usb-0000:00:14.0-2-input2"];
    for second in 9..120 {
        let ids = ids(&events, second);
        assert!(
            ids == known || ids == known[..1],
            "second {second}: {ids:?}"
        );
    }
    assert_eq!(steady.take_requests(), Vec::<String>::new());
}

#[test]
fn three_clones_that_wake_together_are_three_devices() {
    let clone = || paired([0xD0, 0, 0, 1]).asleep();
    for (second, third) in [0, 1000, 30_000]
        .into_iter()
        .flat_map(|second| (0..400).step_by(8).map(move |gap| (second, second + gap)))
    {
        let receiver = receiver(1)
            .with(1, clone())
            .with(2, clone())
            .with(3, clone());
        let desk = Shared::new(RECEIVERS[0], Plugged::Receiver(receiver));
        let mut harness = FollowHarness::new();
        harness.port.plug(&desk);
        for (slot, millis) in [(1, 0), (2, second), (3, third)] {
            let handle = desk.clone();
            let since = Duration::from_millis(10_000 + millis);
            harness.at_time(since, move |now| {
                _ = handle.act(|receiver| receiver.wake(now, slot));
            });
        }
        let events = harness.follow(3 * STEP);
        assert_eq!(
            ids(&events, 3 * STEP).len(),
            3,
            "{second} {third} {:#?}",
            desk.take_radio()
        );
    }
}
