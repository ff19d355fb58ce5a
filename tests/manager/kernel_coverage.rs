//! Kernel coverage: a node is closed while the kernel driver covers all its devices, as they come
//! and go.

use hidpp_proto::units::Percent;
use hidpp_sim::catalogue;
use hidpp_sim::scenario::{K750, K800, M705};
use proptest::prelude::*;
use solar_status::device::Presence;
use solar_status::transport::NodeEvent;

use crate::desk::{Shared, percent};
use crate::follow::{desk, last};
use crate::follow_harness::{assert_lines, words};
use crate::kernel::{child, expect_in_use, harness, plug_driven, product, supply};

#[test]
fn with_one_uncovered_device_the_node_stays_open() {
    let mut harness = harness();
    let desk = Shared::receiver(&["M525", "PRO X"]);
    harness.port.plug(&desk);
    harness
        .port
        .push_event(NodeEvent::Supply(supply(1, 90, false)));
    let handle = desk.clone();
    harness.at(10, move |now| {
        assert!(handle.act(|receiver| receiver.set_charge(now, 2, Percent::new(60).unwrap())));
    });
    expect_in_use(&mut harness, 3599, 1);
    let events = harness.follow(3600);
    assert_lines(&events, &["10 PRO X battery"]);
    assert_eq!(harness.wakes_between(20, 3599), 0);
}

#[test]
fn a_device_asleep_at_first_is_read_when_its_power_supply_appears() {
    let mut harness = harness();
    let desk = desk();
    plug_driven(&harness.port, &desk);
    expect_in_use(&mut harness, 9, 0);
    let (handle, port) = (desk.clone(), harness.port.clone());
    harness.at(10, move |now| {
        handle.act(|receiver| receiver.wake(now, K800));
        port.push_event(NodeEvent::Supply(supply(K800, 101, false)));
    });
    expect_in_use(&mut harness, 20, 0);
    let events = harness.follow(30);
    let k800 = last(&events, "K800");
    assert_eq!(k800.presence, Presence::Online);
    assert_eq!(k800.battery.unwrap().level.unwrap().name(), "full");
}

#[test]
fn a_wake_up_without_a_notification_is_detected_within_an_hour() {
    // The kernel driver could not read its battery and then reports nothing.
    let mut harness = harness();
    let desk = desk();
    plug_driven(&harness.port, &desk);
    let handle = desk.clone();
    harness.at(60, move |now| {
        handle.act(|receiver| receiver.wake(now, K800));
    });
    let events = harness.follow(3700);
    assert_eq!(last(&events, "K800").presence, Presence::Online);
}

#[test]
fn a_keyboards_own_node_without_permission_is_optional() {
    let mut harness = harness();
    let desk = desk();
    plug_driven(&harness.port, &desk);
    let denials = harness.port.denials.clone();
    // When all requests are done and the receiver's node is about to be closed.
    harness.at(1, move |_| *denials.borrow_mut() = 1);
    expect_in_use(&mut harness, 20, 0);
    let events = harness.follow(600);
    assert_eq!(
        words(&events).len(),
        4,
        "only the receiver and its devices: {:?}",
        words(&events)
    );
}

#[test]
fn an_unpaired_device_is_removed_and_its_slot_gets_no_request() {
    let mut harness = harness();
    let desk = desk();
    plug_driven(&harness.port, &desk);
    let m705 = product(&desk, M705);
    let (handle, port) = (desk.clone(), harness.port.clone());
    harness.at(10, move |now| {
        handle.take_requests();
        handle.act(|receiver| receiver.unpair(now, M705));
        port.push_event(NodeEvent::Disappeared(child(M705, m705).id));
        port.push_event(NodeEvent::Supply(supply(M705, 65, false)));
        port.push_event(NodeEvent::SupplyGone(supply(M705, 65, false).id));
    });
    expect_in_use(&mut harness, 30, 0);
    let events = harness.follow(40);
    assert_lines(&events, &["10 - M705"]);
    assert_eq!(desk.take_radio(), Vec::<String>::new());
}

#[test]
fn a_new_device_is_found_through_its_node() {
    let mut harness = harness();
    let desk = desk();
    plug_driven(&harness.port, &desk);
    let (handle, port) = (desk.clone(), harness.port.clone());
    harness.at(10, move |now| {
        let m525 = catalogue::find("M525").unwrap().paired([1, 2, 3, 4]);
        handle.act(|receiver| receiver.pair(now, 4, m525.unwrap()));
        port.push_event(NodeEvent::Appeared(child(4, product(&handle, 4))));
        port.push_event(NodeEvent::Supply(supply(4, 101, false)));
    });
    expect_in_use(&mut harness, 30, 0);
    let events = harness.follow(40);
    assert_lines(&events, &["10 + M525"]);
    assert_eq!(percent(last(&events, "M525")), Some(90));
}

#[test]
fn the_node_of_a_receiver_without_devices_stays_open_to_detect_the_first() {
    let mut harness = harness();
    let desk = Shared::receiver(&[]);
    harness.port.plug(&desk);
    expect_in_use(&mut harness, 20, 1);
    let handle = desk.clone();
    harness.at(30, move |now| {
        let m525 = catalogue::find("M525").unwrap().paired([1, 2, 3, 4]);
        handle.act(|receiver| receiver.pair(now, 4, m525.unwrap()));
    });
    let events = harness.follow(40);
    assert_lines(&events, &["30 + M525"]);
    assert_eq!(desk.act(|receiver| receiver.flags()), [0; 3]);
}

#[test]
fn a_device_paired_with_an_occupied_slot_replaces_the_old_one() {
    let mut harness = harness();
    let desk = desk();
    plug_driven(&harness.port, &desk);
    let m705 = product(&desk, M705);
    let (handle, port) = (desk.clone(), harness.port.clone());
    harness.at(10, move |now| {
        let m525 = catalogue::find("M525").unwrap().paired([1, 2, 3, 4]);
        handle.act(|receiver| receiver.pair(now, M705, m525.unwrap()));
        port.push_event(NodeEvent::Disappeared(child(M705, m705).id));
        port.push_event(NodeEvent::SupplyGone(supply(M705, 65, false).id));
        port.push_event(NodeEvent::Appeared(child(M705, product(&handle, M705))));
    });
    let events = harness.follow(40);
    assert_lines(&events, &["10 - M705", "10 + M525"]);
}

#[test]
fn a_device_that_loses_its_power_supply_is_followed_on_the_open_node() {
    let mut harness = harness();
    let desk = Shared::receiver(&["M525"]);
    plug_driven(&harness.port, &desk);
    let port = harness.port.clone();
    harness.at(10, move |_| {
        port.push_event(NodeEvent::SupplyGone(supply(1, 57, false).id));
    });
    expect_in_use(&mut harness, 9, 0);
    expect_in_use(&mut harness, 100, 1);
    let port = harness.port.clone();
    harness.at(200, move |_| {
        port.push_event(NodeEvent::Supply(supply(1, 57, false)));
    });
    expect_in_use(&mut harness, 300, 0);
    harness.follow(400);
}

#[test]
fn notification_flags_are_cleared_before_a_node_is_closed() {
    let mut harness = harness();
    let desk = Shared::receiver(&["M705 (M-R0009)"]);
    plug_driven(&harness.port, &desk);
    let handle = desk.clone();
    harness.at(10, move |_| {
        assert_eq!(handle.act(|receiver| receiver.flags()), [0; 3]);
    });
    // No longer covered, it needs its notifications again.
    let port = harness.port.clone();
    harness.at(20, move |_| {
        port.push_event(NodeEvent::SupplyGone(supply(1, 57, false).id));
    });
    let handle = desk.clone();
    harness.at(40, move |_| {
        assert_eq!(handle.act(|receiver| receiver.flags()), [0, 1, 0]);
    });
    harness.follow(60);
    assert_eq!(desk.act(|receiver| receiver.flags()), [0; 3]);
}

#[test]
fn a_node_that_loses_its_permissions_is_removed_until_it_can_be_opened() {
    let mut harness = harness();
    let desk = Shared::receiver(&["M525"]);
    plug_driven(&harness.port, &desk);
    let (port, denials) = (harness.port.clone(), harness.port.denials.clone());
    harness.at(10, move |_| {
        *denials.borrow_mut() = 8;
        port.push_event(NodeEvent::Supply(supply(1, 57, false)));
    });
    let events = harness.follow(60);
    let lines = words(&events);
    let of_m525: Vec<&str> = lines
        .iter()
        .filter_map(|it| it.split_once(' ').filter(|(_, it)| it.contains("M525")))
        .map(|(_, it)| it)
        .collect();
    assert_eq!(of_m525, ["+ M525", "- M525", "+ M525"], "{lines:?}");
    let failures = lines.iter().filter(|it| it.contains('!')).count();
    assert_eq!(failures, 1, "{lines:?}");
}

#[test]
fn a_reappearing_keyboard_node_is_followed_again() {
    let mut harness = harness();
    let desk = desk();
    plug_driven(&harness.port, &desk);
    let (port, k750) = (harness.port.clone(), product(&desk, K750));
    harness.at(10, move |_| {
        port.push_event(NodeEvent::Disappeared(child(K750, k750).id));
        port.push_event(NodeEvent::Appeared(child(K750, k750)));
    });
    let handle = desk.clone();
    harness.at(30, move |now| {
        assert!(handle.act(|receiver| receiver.press_light_key(now, K750)));
    });
    let events = harness.follow(40);
    assert_lines(&events, &["30 K750 key"]);
}

/// An event that the kernel may send at any time about a slot, even an empty one.
fn any_word(kind: u8, slot: u8, charge: u8, product: u16) -> NodeEvent {
    match kind {
        0 => NodeEvent::SupplyGone(supply(slot, charge, false).id),
        1 => NodeEvent::Disappeared(child(slot, product).id),
        2 => NodeEvent::Appeared(child(slot, product)),
        3 => NodeEvent::Supply(supply(slot, charge, true)),
        _ => NodeEvent::Supply(supply(slot, charge, false)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_kernel_events_lose_no_device_and_cause_no_request_to_an_empty_slot(
        kernel_events in proptest::collection::vec((5_u64..60, 0_u8..6, 1_u8..=6, 0_u8..=101), 0..40),
    ) {
        let mut harness = harness();
        let desk = desk();
        plug_driven(&harness.port, &desk);
        for (second, kind, slot, charge) in kernel_events {
            let (port, handle) = (harness.port.clone(), desk.clone());
            let product = if slot <= K800 { product(&handle, slot) } else { 0x4002 };
            harness.at(second, move |_| port.push_event(any_word(kind, slot, charge, product)));
        }
        // Finally the kernel covers all of them again, and no further events occur.
        let port = harness.port.clone();
        let all: Vec<(u8, u16)> = [K750, M705, K800].map(|slot| (slot, product(&desk, slot))).into();
        harness.at(100, move |_| for (slot, product) in all {
            port.push_event(NodeEvent::Appeared(child(slot, product)));
            port.push_event(NodeEvent::Supply(supply(slot, 50, false)));
        });
        expect_in_use(&mut harness, 120, 0);
        let events = harness.follow(130);
        let lines = words(&events);
        let lost = lines.iter().any(|it| it.contains(" - ") || it.contains(" ! "));
        prop_assert!(!lost, "{lines:?}");
        let to_empty = desk.take_radio().into_iter().find(|it| !matches!(&it[3..5], "01" | "02" | "03"));
        prop_assert_eq!(to_empty, None);
    }
}
