//! The receiver's short name of a device and its own full one; and that neither is asked for twice.

use std::cell::RefCell;
use std::rc::Rc;

use solar_status::device::Device;
use solar_status::manager::{
    Memory, OpenNode, Query, Selector, Snapshot, VirtualClock, read_status,
};
use solar_status::session::Wanted;
use solar_status::sim::catalogue;
use solar_status::units::Timestamp;

use crate::desk::{Shared, hours, in_slot, query};
use crate::stage::Stage;

/// All that the daemon wants.
const ALL: Wanted = Wanted {
    battery: true,
    kind: true,
    name: true,
    firmware: true,
    ..Wanted::NOTHING
};

fn read(desk: &Shared, at: Timestamp, memory: &mut Memory) -> Snapshot {
    let query = Query {
        wanted: ALL,
        ..query(false)
    };
    let node = OpenNode {
        info: desk.info(),
        transport: Box::new(desk.clone()),
    };
    read_status(vec![node], &query, memory, &mut VirtualClock::at(at)).unwrap()
}

fn names(device: &Device) -> (Option<&str>, Option<&str>) {
    (device.name.as_deref(), device.full_name.as_deref())
}

#[test]
fn both_names_are_kept_and_remembered() {
    let desk = Shared::receiver(&["K750"]);
    let mut memory = Memory::default();
    let both = (Some("K750"), Some("Wireless Solar Keyboard K750"));
    let cold = read(&desk, hours(1), &mut memory);
    assert_eq!(names(in_slot(&cold, 1)), both);
    // Also by those who do not ask for the full one.
    let warm = desk.read(hours(2), &mut memory);
    assert_eq!(names(in_slot(&warm, 1)), both);
}

#[test]
fn what_is_remembered_of_name_and_firmware_is_not_asked_for_again() {
    let desk = Shared::receiver(&["K750", "PRO X", "M705 (M-R0009)"]);
    let mut memory = Memory::default();
    let cold = read(&desk, hours(1), &mut memory);
    assert!(desk.take_radio().len() > 20);
    let warm = read(&desk, hours(2), &mut memory);
    let mut asked = desk.take_radio();
    asked.sort();
    assert_eq!(
        asked,
        [
            "10 01 09 06 01 01 00",
            "10 02 06 16 00 00 00",
            "10 03 81 0d 00 00 00",
        ]
    );
    for slot in 1..=3 {
        let (cold, warm) = (in_slot(&cold, slot), in_slot(&warm, slot));
        assert!(cold.firmware.is_some());
        assert_eq!((names(warm), warm.firmware), (names(cold), cold.firmware));
    }
}

#[test]
fn firmware_is_read_again_after_a_week_and_the_name_is_not() {
    let desk = Shared::receiver(&["PRO X"]);
    let mut memory = Memory::default();
    read(&desk, hours(1), &mut memory);
    desk.take_radio();
    read(&desk, hours(1 + 8 * 24), &mut memory);
    // 0003 at 2 and 0005 at 3, as in every firmware since.
    let asked = desk.take_radio();
    let of = |feature: &str| {
        asked
            .iter()
            .filter(|it| it[6..].starts_with(feature))
            .count()
    };
    assert!(of("02 ") > 1, "{asked:?}");
    assert_eq!(of("03 "), 0, "{asked:?}");
}

#[test]
fn firmware_is_read_again_where_features_moved() {
    let desk = Shared::receiver(&["PRO X"]);
    let mut memory = Memory::default();
    read(&desk, hours(1), &mut memory);
    let mut entry = catalogue::find("PRO X").unwrap();
    entry.features.rotate_right(1);
    entry.firmware.clear();
    let moved = entry.paired([0xD0, 0, 0, 1]).unwrap();
    desk.act(|receiver| *receiver.device_mut(1).unwrap() = moved);
    desk.take_requests();
    let after = read(&desk, hours(2), &mut memory);
    assert!(after.failures.is_empty(), "{:?}", after.failures);
    let asked = desk.take_radio();
    let lookups = asked.iter().filter(|it| it.ends_with("00 03 00")).count();
    assert_eq!(lookups, 1, "where its firmware is told: {asked:?}");
}

#[test]
fn who_wakes_is_asked_for_its_battery_and_not_who_it_is() {
    let mut stage = Stage::new();
    stage.query.wanted = ALL;
    let desk = Shared::receiver(&["PRO X"]);
    stage.port.plug(&desk);
    for second in [10, 20] {
        let hand = desk.clone();
        stage.at(second, move |now| {
            hand.take_requests();
            hand.act(|receiver| {
                receiver.sleep(now, 1);
                receiver.wake(now, 1)
            });
        });
    }
    stage.follow(30);
    assert_eq!(desk.take_radio(), ["10 01 06 16 00 00 00"]);
}

/// What a PRO X is asked when it is found, and when it wakes.
fn found_and_woken(desk: &Shared) -> (Vec<String>, Vec<String>) {
    let mut stage = Stage::new();
    stage.query.wanted = ALL;
    stage.port.plug(desk);
    let (hand, found) = (desk.clone(), Rc::new(RefCell::new(Vec::new())));
    let keep = Rc::clone(&found);
    stage.at(10, move |now| {
        *keep.borrow_mut() = hand.take_radio();
        hand.act(|receiver| {
            receiver.sleep(now, 1);
            receiver.wake(now, 1)
        });
    });
    stage.follow(20);
    (found.take(), desk.take_radio())
}

#[test]
fn who_does_not_tell_its_firmware_is_asked_for_it_once() {
    let desk = Shared::receiver(&[]);
    let mut entry = catalogue::find("PRO X").unwrap();
    entry.firmware.clear();
    let device = entry.paired([0xD0, 0, 0, 1]).unwrap();
    desk.act(|receiver| receiver.pair(Timestamp::START, 1, device));
    let (found, woken) = found_and_woken(&desk);
    assert!(
        found.iter().any(|it| it.starts_with("10 01 02 0")),
        "{found:?}"
    );
    assert_eq!(woken, ["10 01 06 16 00 00 00"]);
}

#[test]
fn a_name_that_was_refused_for_once_is_asked_for_after_the_next_wake() {
    let desk = Shared::receiver(&["PRO X"]);
    desk.refuse("10 01 03 06", "11 01 FF 03 06 04");
    let (_, woken) = found_and_woken(&desk);
    assert!(
        woken.iter().any(|it| it.starts_with("10 01 03 0")),
        "{woken:?}"
    );
}

#[test]
fn a_device_is_chosen_by_either_name() {
    let desk = Shared::receiver(&["K750", "PRO X"]);
    let mut memory = Memory::default();
    read(&desk, hours(1), &mut memory);
    for name in ["k750", "solar keyboard"] {
        let mut query = query(false);
        query.devices = vec![Selector::new(name)];
        let node = OpenNode {
            info: desk.info(),
            transport: Box::new(desk.clone()),
        };
        let mut clock = VirtualClock::at(hours(2));
        let snapshot = read_status(vec![node], &query, &mut memory, &mut clock).unwrap();
        assert_eq!(snapshot.devices.len(), 1, "{name}");
        assert_eq!(in_slot(&snapshot, 1).name.as_deref(), Some("K750"));
    }
}
