//! Unreadable hardware is named while devices are followed: once, after a settle delay.

use hidpp_proto::wire::descriptor::Capabilities;
use hidpp_sim::Plugged;
use hidpp_sim::scenario;
use solar_status::transport::{NodeEvent, NodeInfo};

use crate::desk::Shared;
use crate::follow_harness::{FollowHarness, words};

/// An interface of a device at this port, without HID++.
fn plain(port: u8, number: u8, product: u16) -> NodeInfo {
    let path = format!("/dev/hidraw{port}{number}");
    NodeInfo {
        phys: Some(format!("usb-0000:00:14.0-{port}/input{number}")),
        ..NodeInfo::new(&path, 0x046D, product, Capabilities::NONE)
    }
}

/// The devices named, with the second.
fn named(mut harness: FollowHarness, seconds: u64) -> Vec<String> {
    let events = words(&harness.follow(seconds));
    events.into_iter().filter(|it| it.contains('?')).collect()
}

#[test]
fn unreadable_devices_present_at_the_start_are_named_before_settled() {
    // Solaar issues 1350 (C542) and 2628 (G710+), HeadsetControl issue 224 (G435).
    let harness = FollowHarness::new();
    for (port, product) in [(1, 0xC542), (2, 0xC24D), (3, 0x0ACB)] {
        for number in [0, 1] {
            let node = plain(port, number, product);
            harness.port.push_event(NodeEvent::Appeared(node));
        }
    }
    assert_eq!(
        named(harness, 10),
        [
            "0 ? Wireless Receiver (046D:C542) is plugged in and cannot be read: it does not speak HID++",
            "0 ? G710+ Mechanical Gaming Keyboard (046D:C24D) is plugged in and cannot be read: \
             it does not speak HID++",
            "0 ? G435 Wireless Gaming Headset (046D:0ACB) is plugged in and cannot be read: \
             it does not speak HID++",
        ]
    );
}

#[test]
fn unreadable_devices_plugged_in_later_are_named_after_a_settle_delay() {
    let mut harness = FollowHarness::new();
    let port = harness.port.clone();
    harness.at(5, move |_| {
        for number in [0, 1] {
            port.push_event(NodeEvent::Appeared(plain(1, number, 0xC24D)));
        }
    });
    let again = harness.port.clone();
    harness.at(20, move |_| {
        let nodes = [0, 1].map(|number| plain(1, number, 0xC24D));
        for node in &nodes {
            again.push_event(NodeEvent::Disappeared(node.id.clone()));
        }
        for node in nodes {
            again.push_event(NodeEvent::Appeared(node));
        }
    });
    let seconds: Vec<String> = named(harness, 60)
        .iter()
        .filter_map(|it| Some(it.split_once(' ')?.0.to_owned()))
        .collect();
    assert_eq!(seconds, ["6", "21"]);
}

#[test]
fn the_other_interfaces_of_a_receiver_are_not_named() {
    let mut harness = FollowHarness::new();
    let desk = Shared::new("/dev/hidraw2", Plugged::Receiver(scenario::desk()));
    let port = harness.port.clone();
    let keyboard = plain(1, 0, 0xC52B);
    harness.at(5, move |_| {
        port.push_event(NodeEvent::Appeared(keyboard));
        let mut info = desk.info();
        info.phys = Some("usb-0000:00:14.0-1/input2".to_owned());
        port.plug_as(&desk, info);
    });
    assert_eq!(named(harness, 20), [""; 0]);
}
