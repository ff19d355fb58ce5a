//! Headsets that speak Centurion: behind their dongle, on a cable, and both.

use hidpp_proto::feature::DeviceKind;
use hidpp_proto::units::{Percent, Timestamp};
use hidpp_sim::Plugged;
use hidpp_sim::centurion::{CenturionNode, Charging};
use solar_status::device::{ChargeState, Device, Presence};
use solar_status::manager::Memory;

use crate::desk::{Shared, hours, percent};
use crate::follow_harness::FollowHarness;
use crate::links::devices_of;

const SERIAL: &str = "2413LZ0ABCD8";
const DONGLE: &str = "/dev/hidraw4";
const CABLE: &str = "/dev/hidraw5";

fn dongle(node: CenturionNode) -> Shared {
    Shared::new(DONGLE, Plugged::Centurion(node)).at_port("1")
}

fn cable() -> Shared {
    let node = CenturionNode::g522_cable(SERIAL);
    Shared::new(CABLE, Plugged::Centurion(node)).at_port("2")
}

fn only(devices: impl IntoIterator<Item = Device>) -> Device {
    let devices: Vec<Device> = devices.into_iter().collect();
    let [device] = &devices[..] else {
        panic!("{devices:?}");
    };
    device.clone()
}

/// The requests to the headset behind a dongle with report 50: through its bridge.
fn to_headset(desk: &Shared) -> Vec<String> {
    let mut requests = desk.take_requests();
    requests.retain(|it| it.starts_with("50 23") && it[15..].starts_with('1'));
    requests
}

#[test]
fn both_models_are_read_with_name_kind_charge_and_serial_number() {
    for (node, name, state) in [
        (
            CenturionNode::pro_x_2(SERIAL),
            "PRO X 2 LIGHTSPEED",
            ChargeState::Discharging,
        ),
        (
            CenturionNode::g522_dongle(SERIAL),
            "G522 LIGHTSPEED",
            ChargeState::Discharging,
        ),
        (
            CenturionNode::g522_cable(SERIAL),
            "G522 LIGHTSPEED",
            ChargeState::Charging,
        ),
    ] {
        let snapshot = dongle(node).read(hours(1), &mut Memory::default());
        assert!(snapshot.failures.is_empty(), "{:?}", snapshot.failures);
        let headset = only(snapshot.devices);
        assert_eq!(headset.name.as_deref(), Some(name));
        assert_eq!(headset.kind, Some(DeviceKind::Headset));
        assert_eq!(headset.presence, Presence::Online);
        assert_eq!(percent(&headset), Some(78));
        assert_eq!(headset.battery.unwrap().state, state);
        assert_eq!(headset.serial.as_deref(), Some(SERIAL));
        assert_eq!(headset.id, format!("0000-{SERIAL}"));
    }
}

#[test]
fn the_next_run_requests_connection_and_battery() {
    let desk = dongle(CenturionNode::g522_dongle(SERIAL));
    let mut memory = Memory::default();
    desk.read(hours(1), &mut memory);
    // Bridge, connection; then of the headset: battery and identity, looked up and read.
    assert_eq!(desk.take_requests().len(), 6);
    desk.read(hours(2), &mut memory);
    // Another headset may be on a dongle at this port, so its serial number is read again.
    assert_eq!(desk.take_requests().len(), 3);
}

#[test]
fn a_headset_that_is_off_is_sent_nothing() {
    let desk = dongle(CenturionNode::g522_dongle(SERIAL));
    let mut memory = Memory::default();
    desk.read(hours(1), &mut memory);
    desk.act_centurion(|node| node.switch(Timestamp::START, false));
    desk.miss(hours(2));
    desk.take_requests();
    let snapshot = desk.read(hours(2), &mut memory);
    assert!(snapshot.failures.is_empty(), "{:?}", snapshot.failures);
    let headset = only(snapshot.devices);
    assert_eq!(headset.presence, Presence::Offline);
    assert_eq!(to_headset(&desk), [""; 0]);
}

#[test]
fn a_headset_is_followed_by_events() {
    let desk = dongle(CenturionNode::g522_dongle(SERIAL).switched_off());
    let mut harness = FollowHarness::new();
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at(60, move |now| {
        assert_eq!(to_headset(&handle), [""; 0]);
        handle.act_centurion(|node| node.switch(now, true));
    });
    let handle = desk.clone();
    harness.at(120, move |now| {
        handle.take_requests();
        handle.act_centurion(|node| node.set_charging(now, Charging::Charging));
    });
    let handle = desk.clone();
    harness.at(180, move |now| {
        assert_eq!(handle.take_requests(), [""; 0]);
        handle.act_centurion(|node| node.switch(now, false));
    });
    let events = harness.follow(7200);
    let at = |second| only(devices_of(&events, second).into_values());
    assert_eq!(at(59).presence, Presence::Offline);
    assert_eq!(
        (at(119).presence, percent(&at(119))),
        (Presence::Online, Some(78))
    );
    assert_eq!(at(179).battery.unwrap().state, ChargeState::Charging);
    assert_eq!(at(7200).presence, Presence::Offline);
    assert_eq!(desk.take_requests(), [""; 0], "it is off");
}

#[test]
fn a_reading_is_repeated_every_ten_minutes_until_an_event_reports_a_charge() {
    let desk = dongle(CenturionNode::g522_dongle(SERIAL));
    let mut harness = FollowHarness::new();
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at(60, move |_| {
        handle.take_requests();
        handle.act_centurion(|node| node.set_charge(Percent::new(70).unwrap()));
    });
    let handle = desk.clone();
    harness.at(3000, move |now| {
        // After 600, 1200, 1800 and 2400 s.
        assert_eq!(handle.take_requests().len(), 4);
        handle.act_centurion(|node| {
            node.set_charge(Percent::new(69).unwrap());
            node.send_battery(now);
        });
    });
    let events = harness.follow(36_000);
    assert_eq!(desk.take_requests(), [""; 0]);
    let at = |second| percent(&only(devices_of(&events, second).into_values()));
    assert_eq!([at(599), at(620), at(3010)], [Some(78), Some(70), Some(69)]);
}

#[test]
fn dongle_and_cable_are_links_of_one_headset() {
    let (radio, cord) = (dongle(CenturionNode::g522_dongle(SERIAL)), cable());
    let mut harness = FollowHarness::new();
    harness.port.plug(&radio);
    let (port, handle) = (harness.port.clone(), cord.clone());
    harness.at(60, move |_| port.plug(&handle));
    let (port, handle) = (harness.port.clone(), cord.clone());
    harness.at(120, move |_| port.unplug(&handle));
    let events = harness.follow(180);
    let at = |second| only(devices_of(&events, second).into_values());
    assert_eq!(at(59).links().count(), 1);
    assert_eq!(at(119).links().count(), 2);
    assert_eq!(at(180).links().count(), 1);
    for second in [59, 119, 180] {
        assert_eq!(at(second).id, format!("0000-{SERIAL}"));
        assert_eq!(percent(&at(second)), Some(78));
    }
}
