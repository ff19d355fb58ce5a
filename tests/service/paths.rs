//! Each device has its own object path, and keeps it.

use std::collections::BTreeSet;

use hidpp_sim::device::Device;
use hidpp_sim::receiver::Receiver;
use hidpp_sim::{catalogue, scenario};
use test_support::bus::Bus;
use test_support::client::{Client, DEVICE, UPOWER_DEVICE};
use test_support::signal::error_name;

use crate::desk::{Desk, Hardware};

const CLONE: [u8; 4] = [0xD0, 0, 0, 1];

fn mouse(serial: [u8; 4]) -> Device {
    catalogue::find("M525").unwrap().paired(serial).unwrap()
}

fn receiver(number: u8) -> Receiver {
    Receiver::new([0xA0, 0, 0, number])
}

/// The path, receiver and slot of each device.
fn places(client: &Client) -> BTreeSet<(String, String, String)> {
    let paths = client.enumerate().into_iter().map(|path| {
        let value = |name| client.value(&path, DEVICE, name).unwrap();
        (path.clone(), value("Receiver"), value("Slot"))
    });
    paths.collect()
}

#[test]
fn paths_are_the_same_after_sleep_replug_and_restart() {
    let bus = Bus::open();
    let client = Client::of(&bus);
    let hardware = Hardware::desk();
    let all_hardware = std::slice::from_ref(&hardware);
    let mut desk = Desk::serve(&bus, &client, all_hardware);
    let before = places(&client);
    assert_eq!(before.len(), 2);
    let k750 = client.enumerate().pop().unwrap();

    hardware.act(|desk, now| desk.sleep(now, scenario::K750));
    client.wait_for_value(&k750, "Presence", "\"offline\"");
    assert_eq!(places(&client), before);
    hardware.act(|desk, now| desk.wake(now, scenario::K750));
    client.wait_for_value(&k750, "Presence", "\"online\"");
    assert_eq!(places(&client), before);

    desk.unplug(&hardware);
    client.wait_for("removal", |it| it.member == "DeviceRemoved");
    client.wait_for("removal", |it| it.member == "DeviceRemoved");
    assert_eq!(places(&client).len(), 0);
    let error = error_name(client.values(&k750, UPOWER_DEVICE));
    assert_eq!(error, "org.freedesktop.DBus.Error.UnknownObject");
    desk.plug(&hardware);
    client.wait_for("device", |it| it.member == "DeviceAdded");
    client.wait_for("device", |it| it.member == "DeviceAdded");
    assert_eq!(places(&client), before);

    // A client from before continues with the new daemon.
    assert!(desk.stop().is_ok());
    let _desk = Desk::serve(&bus, &client, all_hardware);
    assert_eq!(places(&client), before);
}

#[test]
fn devices_with_the_same_serial_number_on_two_receivers_do_not_collide() {
    let bus = Bus::open();
    let client = Client::of(&bus);
    let all_hardware = [1, 2].map(|number| {
        let path = format!("/dev/hidraw{number}");
        Hardware::receiver(&path, receiver(number).with(1, mouse(CLONE)))
    });
    let mut desk = Desk::serve(&bus, &client, &all_hardware);
    let before = places(&client);
    assert_eq!(before.len(), 2, "{before:?}");

    // A change of one device is reported for that device.
    let percent = hidpp_proto::units::Percent::new(5).unwrap();
    let [_, second] = &all_hardware;
    second.act(|receiver, now| receiver.set_charge(now, 1, percent));
    let signal = client.wait_for("change", |it| it.changed().contains_key("Percentage"));
    assert_eq!(
        client.value(&signal.path, DEVICE, "Receiver").unwrap(),
        "\"A0000002\""
    );

    assert!(desk.stop().is_ok());
    let _desk = Desk::serve(&bus, &client, &all_hardware);
    assert_eq!(places(&client), before);
}

#[test]
fn devices_without_a_serial_number_do_not_collide() {
    let bus = Bus::open();
    let client = Client::of(&bus);
    let all_hardware = [1, 2].map(|number| {
        let path = format!("/dev/hidraw{number}");
        let receiver = receiver(number)
            .with(1, mouse([0; 4]))
            .with(2, mouse([0; 4]));
        Hardware::receiver(&path, receiver)
    });
    let mut desk = Desk::serve(&bus, &client, &all_hardware);
    let before = places(&client);
    assert_eq!(before.len(), 4, "{before:?}");
    let serials: BTreeSet<String> = before
        .iter()
        .map(|(path, ..)| client.value(path, UPOWER_DEVICE, "Serial").unwrap())
        .collect();
    assert_eq!(
        serials.len(),
        4,
        "programs distinguish devices by it: {serials:?}"
    );
    assert!(desk.stop().is_ok());
    let _desk = Desk::serve(&bus, &client, &all_hardware);
    assert_eq!(places(&client), before);
}

#[test]
fn a_new_device_in_a_slot_is_a_new_object() {
    let bus = Bus::open();
    let client = Client::of(&bus);
    let hardware = Hardware::receiver("/dev/hidraw1", receiver(1).with(1, mouse(CLONE)));
    let _desk = Desk::serve(&bus, &client, std::slice::from_ref(&hardware));
    let before = client.enumerate();
    hardware.act(|receiver, now| {
        receiver.unpair(now, 1);
        receiver.pair(now, 1, mouse([0xD0, 0, 0, 2]))
    });
    let gone = client
        .wait_for("removal", |it| it.member == "DeviceRemoved")
        .object();
    let come = client
        .wait_for("device", |it| it.member == "DeviceAdded")
        .object();
    assert_eq!(before, std::slice::from_ref(&gone));
    assert_ne!(gone, come);
    assert_eq!(client.enumerate(), [come]);
}
