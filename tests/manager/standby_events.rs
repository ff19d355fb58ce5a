//! Standby: the node is closed, the kernel driver reports activity, and the device is then polled.

use std::time::Duration;

use hidpp_proto::units::{Lux, Percent};
use hidpp_sim::scenario::{K750, M705};
use hidpp_sim::{Plugged, catalogue};
use solar_status::device::{Change, Presence};
use solar_status::manager::{Command, MonitorEvent};
use solar_status::transport::{NodeEvent, Supply};

use crate::desk::{Shared, percent};
use crate::follow::{desk, last};
use crate::follow_harness::{FollowHarness, assert_lines, words};
use crate::kernel::{RECEIVER, expect_in_use, harness, plug_driven, supply};

#[test]
fn after_discovery_the_node_is_closed_and_the_manager_never_wakes_up() {
    let mut harness = harness();
    let desk = Shared::receiver(&["M525", "M705 (M-R0009)", "PRO X"]);
    plug_driven(&harness.port, &desk);
    let handle = desk.clone();
    harness.at(10, move |now| {
        handle.take_requests();
        // Key presses do not reach the closed node.
        assert!(handle.act(|receiver| receiver.type_keys(now, 1, &[4; 100])));
    });
    expect_in_use(&mut harness, 11, 0);
    let events = harness.follow(3600);
    assert_eq!(harness.wakes_between(12, 3599), 0);
    assert_eq!(desk.take_requests(), Vec::<String>::new());
    assert_eq!(percent(last(&events, "PRO X")), Some(71));
    assert_eq!(*harness.port.opened.borrow(), 1);
}

#[test]
fn scheduled_light_measurements_open_the_node() {
    let mut harness = harness();
    harness.query.light_every = Some(Duration::from_secs(600));
    let desk = Shared::receiver(&["K750"]);
    plug_driven(&harness.port, &desk);
    expect_in_use(&mut harness, 500, 0);
    expect_in_use(&mut harness, 610, 0);
    harness.follow(1900);
    let each = ["0 1 x 1 s", "601 1 x 1 s", "1202 1 x 1 s", "1803 1 x 1 s"];
    assert_eq!(desk.series_requested(1), each);
    assert_eq!(*harness.port.opened.borrow(), 4);
}

#[test]
fn without_standby_the_node_stays_open() {
    let mut harness = FollowHarness::new();
    plug_driven(&harness.port, &Shared::receiver(&["M525"]));
    expect_in_use(&mut harness, 3599, 1);
    harness.follow(3600);
    assert_eq!(*harness.port.opened.borrow(), 1);
}

#[test]
fn repeated_power_supply_events_cause_one_reading() {
    for (name, after) in [
        ("M525", 20),
        ("M705 (M-R0009)", 40),
        ("G703", 40),
        ("PRO X", 40),
    ] {
        let mut harness = harness();
        let desk = Shared::receiver(&[name]);
        plug_driven(&harness.port, &desk);
        let (handle, port) = (desk.clone(), harness.port.clone());
        harness.at(10, move |now| {
            handle.take_requests();
            handle.act(|receiver| receiver.set_charge(now, 1, Percent::new(after).unwrap()));
            // The kernel's charge of an M705 does not change.
            for _ in 0..3 {
                port.push_event(NodeEvent::Supply(supply(1, 57, false)));
            }
        });
        expect_in_use(&mut harness, 20, 0);
        let events = harness.follow(100);
        let lines = words(&events);
        let changes: Vec<&String> = lines.iter().filter(|it| it.contains(" battery")).collect();
        assert_eq!(changes.len(), 1, "{name}: {lines:?}");
        assert_eq!(*harness.port.opened.borrow(), 2, "{name}");
        // A jump is read again.
        let sent = desk.take_requests();
        assert!(sent.len() <= 2, "{name}: {sent:?}");
    }
}

#[test]
fn a_device_lost_to_the_kernel_is_offline_and_gets_no_request_until_it_is_back() {
    let mut harness = harness();
    let desk = desk();
    plug_driven(&harness.port, &desk);
    let (handle, port) = (desk.clone(), harness.port.clone());
    harness.at(10, move |now| {
        handle.take_requests();
        handle.act(|receiver| receiver.sleep(now, M705));
        port.push_event(NodeEvent::Supply(supply(M705, 65, true)));
    });
    let handle = desk.clone();
    harness.at(100, move |_| {
        assert_eq!(handle.take_requests(), Vec::<String>::new());
    });
    let (handle, port) = (desk.clone(), harness.port.clone());
    harness.at(101, move |now| {
        handle.act(|receiver| receiver.wake(now, M705));
        port.push_event(NodeEvent::Supply(supply(M705, 65, false)));
        port.push_event(NodeEvent::Supply(supply(M705, 65, false)));
    });
    let events = harness.follow(200);
    assert_lines(&events, &["10 M705 presence", "101 M705 presence"]);
    assert_eq!(last(&events, "M705").presence, Presence::Online);
    assert_eq!(desk.take_requests(), ["10 02 81 0d 00 00 00"]);
}

#[test]
fn only_a_changed_charge_causes_a_reading_of_a_k750() {
    let mut harness = harness();
    let desk = desk();
    plug_driven(&harness.port, &desk);
    let (handle, port) = (desk.clone(), harness.port.clone());
    harness.at(10, move |_| {
        handle.take_requests();
        // The kernel only guesses whether it is charging.
        port.push_event(NodeEvent::Supply(supply(K750, 57, false)));
    });
    let (handle, port) = (desk.clone(), harness.port.clone());
    harness.at(20, move |now| {
        assert_eq!(handle.take_requests(), Vec::<String>::new());
        handle.act(|receiver| {
            receiver.set_charge(now, K750, Percent::new(58).unwrap());
            receiver.set_sun(now, K750, Lux(80))
        });
        port.push_event(NodeEvent::Supply(supply(K750, 58, false)));
    });
    expect_in_use(&mut harness, 30, 0);
    let events = harness.follow(40);
    let k750 = last(&events, "K750");
    assert_eq!(
        (percent(k750), k750.light.unwrap().lux),
        (Some(58), Lux(80))
    );
    assert_eq!(desk.take_requests().len(), 1, "one measurement");
}

#[test]
fn a_k750_that_was_switched_off_and_on_is_measured_although_the_kernel_reports_it_lost() {
    let mut harness = harness();
    let desk = desk();
    plug_driven(&harness.port, &desk);
    let (handle, port) = (desk.clone(), harness.port.clone());
    harness.at(10, move |now| {
        handle.act(|receiver| receiver.switch_off(now, K750));
        port.push_event(NodeEvent::Supply(supply(K750, 57, true)));
    });
    let (handle, port) = (desk.clone(), harness.port.clone());
    harness.at(20, move |now| {
        handle.take_requests();
        handle.act(|receiver| {
            receiver.set_sun(now, K750, Lux(80));
            receiver.switch_on(now, K750)
        });
        port.push_event(NodeEvent::Supply(supply(K750, 57, true)));
    });
    expect_in_use(&mut harness, 30, 0);
    let events = harness.follow(40);
    let k750 = last(&events, "K750");
    assert_eq!(k750.presence, Presence::Online);
    assert_eq!(k750.light.unwrap().lux, Lux(80));
    let measured = desk.take_requests();
    let measured = measured.iter().filter(|it| it.starts_with("10 01 09 0"));
    assert_eq!(measured.count(), 1);
}

#[test]
fn the_light_key_is_received_on_the_keyboards_own_node() {
    let mut harness = harness();
    let desk = desk();
    plug_driven(&harness.port, &desk);
    let handle = desk.clone();
    harness.at(10, move |now| {
        handle.act(|receiver| {
            receiver.set_sun(now, K750, Lux(300));
            receiver.press_light_key(now, K750)
        });
    });
    expect_in_use(&mut harness, 9, 0);
    expect_in_use(&mut harness, 20, 0);
    let events = harness.follow(30);
    assert_lines(&events, &["10 K750 key", "11 K750 battery light"]);
}

#[test]
fn a_command_opens_the_node_until_it_is_done() {
    let mut harness = harness();
    let desk = desk();
    plug_driven(&harness.port, &desk);
    let (handle, commands) = (desk.clone(), harness.commands.clone());
    harness.at(20, move |now| {
        handle.take_requests();
        handle.act(|receiver| receiver.set_charge(now, M705, Percent::new(64).unwrap()));
        commands.push(Command::Refresh("101B-1C5E0705".to_owned()));
    });
    expect_in_use(&mut harness, 9, 0);
    expect_in_use(&mut harness, 30, 0);
    let events = harness.follow(40);
    assert_eq!(percent(last(&events, "M705")), Some(64));
    assert_eq!(*harness.port.opened.borrow(), 2);
}

#[test]
fn a_bluetooth_mouse_is_followed_with_its_node_closed() {
    let mut harness = harness();
    let entries = catalogue::devices();
    let entry = entries.iter().find(|it| it.codename == "MX Master 4");
    let mouse = entry.unwrap().direct([0xD0, 0, 0, 1]).unwrap();
    let mouse = Shared::new(RECEIVER, Plugged::Direct(mouse));
    let battery = |charge| Supply {
        place: mouse.info().place(),
        ..supply(1, charge, false)
    };
    harness.port.plug(&mouse);
    harness.port.push_event(NodeEvent::Supply(battery(45)));
    expect_in_use(&mut harness, 9, 0);
    let (handle, port, word) = (mouse.clone(), harness.port.clone(), battery(40));
    harness.at(10, move |now| {
        handle.act_direct(|mouse| _ = mouse.set_charge(now, Percent::new(40).unwrap()));
        port.push_event(NodeEvent::Supply(word));
    });
    expect_in_use(&mut harness, 20, 0);
    let events = harness.follow(30);
    let mut charges = events.iter().filter_map(|(_, event)| match event {
        MonitorEvent::Change(change) => match &**change {
            Change::DeviceAdded(it) | Change::DeviceChanged(it, _) => percent(it),
            _ => None,
        },
        MonitorEvent::Failure(_) | MonitorEvent::Unreadable(_) | MonitorEvent::Settled { .. } => {
            None
        }
    });
    assert_eq!(charges.next_back(), Some(40));
}
