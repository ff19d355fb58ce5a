//! Devices that are connected but not in use: their receiver delays the first message to them by
//! 1.1 to 1.9 s (recordings of an M705, a Performance MX, a G603 and an Anywhere MX).

use std::time::Duration;

use hidpp_proto::session::LONGEST_STATUS;
use hidpp_proto::units::Timestamp;
use hidpp_sim::device::Protocol;
use hidpp_sim::patience::Patience;
use hidpp_sim::receiver::Receiver;
use hidpp_sim::scenario::{K750, M705};
use hidpp_sim::{Plugged, catalogue};
use solar_status::clock::VirtualClock;
use solar_status::device::Presence;
use solar_status::manager::{Failure, Memory, OpenNode, Query, Snapshot, read_status};

use crate::desk::{SIX, Shared, hours, in_slot, percent, query};
use crate::follow::{desk, last};
use crate::follow_harness::FollowHarness;

/// Makes all devices idle, with this delay of the first reply in milliseconds.
fn make_idle(desk: &Shared, first: u64) {
    desk.act(|receiver| {
        receiver.latency.first = Duration::from_millis(first);
        let slots: Vec<u8> = receiver.slots().collect();
        for slot in slots {
            receiver.rest(slot);
        }
    });
}

#[test]
fn a_status_reads_idle_devices_with_as_many_messages_as_devices_in_use() {
    let radio = |first: Option<u64>| {
        let desk = Shared::receiver(&SIX);
        if let Some(first) = first {
            make_idle(&desk, first);
        }
        let snapshot = desk.read(hours(1), &mut Memory::default());
        for slot in 1..=6 {
            let device = in_slot(&snapshot, slot);
            assert_eq!(device.presence, Presence::Online, "{first:?}: {device:?}");
            assert!(device.battery.is_some(), "{first:?}: {device:?}");
        }
        assert!(snapshot.failures.is_empty(), "{:?}", snapshot.failures);
        desk.take_radio().len()
    };
    let in_use = radio(None);
    for first in [1131, 1316, 1668, 1937, 2050, 2900] {
        assert_eq!(radio(Some(first)), in_use, "{first}");
    }
}

/// A receiver with six connected devices that never reply.
fn silent(path: &'static str, number: u8) -> Shared {
    let mut receiver = Receiver::new([0xA0, 0, 0, number]);
    for (slot, name) in (1..).zip(SIX) {
        let device = catalogue::find(name).unwrap();
        receiver = receiver.with(slot, device.paired([0xD0, number, 0, slot]).unwrap());
        receiver.set_silent(slot, true);
    }
    Shared::new(path, Plugged::Receiver(receiver))
}

fn read_within(timeout: Duration, desks: &[Shared]) -> Snapshot {
    let query = Query {
        timeout,
        ..query(false)
    };
    let opened = desks.iter().map(|desk| OpenNode {
        info: desk.info(),
        transport: Box::new(desk.clone()),
    });
    let mut clock = VirtualClock::at(hours(1));
    read_status(opened.collect(), &query, &mut Memory::default(), &mut clock).unwrap()
}

#[test]
fn devices_unfinished_at_the_timeout_are_unknown_and_not_offline() {
    // All get requests for 3 s, then each alone for 3 s: three are finished after 12 s.
    let desk = silent("/dev/hidraw0", 1);
    let snapshot = read_within(Duration::from_secs(13), &[desk]);
    let devices = snapshot.devices.iter();
    let unfinished = devices.filter(|device| device.presence == Presence::Unknown);
    let unfinished: Vec<String> = unfinished.map(|device| device.id.clone()).collect();
    assert_eq!(unfinished.len(), 3);
    let [Failure::TimedOut { devices, .. }] = &snapshot.failures[..] else {
        panic!("{:?}", snapshot.failures);
    };
    assert_eq!(*devices, unfinished);
}

#[test]
fn silent_devices_on_several_receivers_are_given_up_within_the_default_timeout() {
    let desks = [
        silent("/dev/hidraw0", 1),
        silent("/dev/hidraw1", 2),
        silent("/dev/hidraw2", 3),
    ];
    let snapshot = read_within(LONGEST_STATUS, &desks);
    assert!(snapshot.failures.is_empty(), "{:?}", snapshot.failures);
    assert_eq!(snapshot.devices.len(), 18);
    for device in &snapshot.devices {
        assert_eq!(device.presence, Presence::Offline, "{device:?}");
    }
    let took = snapshot.at.since(hours(1));
    assert!(took < Duration::from_secs(22), "{took:?}");
}

#[test]
fn following_reads_idle_devices_and_the_shutdown_clears_their_flags() {
    for first in [1131, 1668, 1937] {
        let desk = desk();
        make_idle(&desk, first);
        let mut harness = FollowHarness::new();
        harness.port.plug(&desk);
        // At the shutdown the mouse is idle again, and its notification flag is cleared.
        let events = harness.follow(60);
        assert_eq!(percent(last(&events, "M705")), Some(65), "{first}");
        assert_eq!(percent(last(&events, "K750")), Some(57), "{first}");
        let flags = desk.act(|receiver| match &receiver.device(M705).unwrap().protocol {
            Protocol::Registers(registers) => registers.flags(),
            Protocol::Features(_) => panic!("an M705 has registers"),
        });
        assert_eq!(flags, [0; 3], "{first}");
    }
}

#[test]
fn a_receiver_that_drops_messages_is_cached_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("devices.json");
    let desk = Shared::receiver(&SIX);
    desk.act(|receiver| receiver.patience = Patience::Dropping(1));
    let mut memory = Memory::open(path.clone());
    let cold = desk.read(hours(1), &mut memory);
    memory.save().unwrap();
    desk.take_radio();

    let warm = desk.read(hours(2), &mut Memory::open(path));
    for snapshot in [&cold, &warm] {
        for slot in 1..=6 {
            assert_eq!(in_slot(snapshot, slot).presence, Presence::Online, "{slot}");
        }
    }
    // One request per device, and none was dropped.
    assert_eq!(desk.take_radio().len(), 6);
    let took = warm.at.since(hours(2));
    assert!(took < Duration::from_millis(1300), "{took:?}");
}

#[test]
fn a_device_that_wakes_while_another_is_delayed_is_read_immediately() {
    let desk = desk();
    make_idle(&desk, 1937);
    let mut harness = FollowHarness::new();
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at_time(Duration::from_millis(500), move |now: Timestamp| {
        handle.act(|receiver| receiver.wake(now, 3));
        handle.act(|receiver| receiver.wake(now, K750));
    });
    let events = harness.follow(1);
    let k800 = last(&events, "K800");
    assert_eq!(k800.presence, Presence::Online);
    assert!(k800.battery.is_some(), "{k800:?}");
}
