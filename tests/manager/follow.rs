//! Following devices: they come and go, sleep and wake, discharge and charge, and no request is
//! sent for values that they report on their own.

use std::collections::BTreeSet;
use std::time::Duration;

use hidpp_proto::units::{Lux, Percent};
use hidpp_sim::battery::State;
use hidpp_sim::catalogue;
use hidpp_sim::scenario::{self, K750, K800, M705};
use hidpp_sim::{Firmware, Plugged};
use solar_status::device::{Change, Device, Presence};
use solar_status::manager::MonitorEvent;

use crate::desk::{SIX, Shared, hours, in_slot, percent};
use crate::follow_harness::{FollowHarness, assert_lines, words};

pub(crate) fn desk() -> Shared {
    Shared::new("/dev/hidraw0", Plugged::Receiver(scenario::desk()))
}

/// The last reported state of the device with this name.
pub(crate) fn last<'a>(events: &'a [(u64, MonitorEvent)], name: &str) -> &'a Device {
    let devices = events.iter().rev().filter_map(|(_, event)| match event {
        MonitorEvent::Change(change) => match &**change {
            Change::DeviceAdded(it) | Change::DeviceChanged(it, _) => Some(it),
            _ => None,
        },
        MonitorEvent::Failure(_) | MonitorEvent::Unreadable(_) | MonitorEvent::Settled { .. } => {
            None
        }
    });
    let mut named = devices.filter(|it| it.name.as_deref() == Some(name));
    named.next().unwrap()
}

#[test]
fn receivers_with_the_same_serial_number_are_distinguished() {
    let mut harness = FollowHarness::new();
    let [one, other] = ["/dev/hidraw0", "/dev/hidraw4"]
        .map(|path| Shared::new(path, Plugged::Receiver(scenario::desk())));
    harness.port.plug(&one);
    harness.port.plug(&other);
    let port = harness.port.clone();
    harness.at(10, move |_| port.unplug(&other));
    let events = harness.follow(20);
    let (mut there, mut most) = (BTreeSet::new(), 0);
    for (_, event) in &events {
        let MonitorEvent::Change(change) = event else {
            continue;
        };
        match &**change {
            Change::DeviceAdded(it) => assert!(there.insert(it.link.clone()), "{it:?}"),
            Change::DeviceRemoved(it) => assert!(there.remove(&it.link), "{it:?}"),
            _ => {}
        }
        most = most.max(there.len());
    }
    // The K800 sleeps, so nothing reveals that there are two of it.
    assert_eq!((most, there.len()), (5, 3), "{:?}", words(&events));
}

#[test]
fn present_devices_are_reported_once_and_read() {
    let mut harness = FollowHarness::new();
    harness.port.plug(&desk());
    let events = harness.follow(80);
    let mut words = words(&events);
    words[1..].sort();
    assert_eq!(words, ["0 + receiver", "0 + K800", "0 + M705", "1 + K750"]);
    assert_eq!(percent(last(&events, "K750")), Some(57));
    assert_eq!(last(&events, "K800").presence, Presence::Offline);
}

#[test]
fn a_device_was_last_seen_when_its_receiver_lost_the_link() {
    let mut harness = FollowHarness::new();
    let desk = Shared::receiver(&["M525"]);
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at(3600, move |now| {
        handle.act(|receiver| receiver.sleep(now, 1));
    });
    let events = harness.follow(7200);
    let mouse = last(&events, "M525");
    assert_eq!(mouse.presence, Presence::Offline);
    let seen = mouse.seen.unwrap();
    assert!(
        (hours(1)..hours(1) + Duration::from_secs(1)).contains(&seen),
        "{seen:?}"
    );
}

#[test]
fn without_events_the_manager_never_wakes_up() {
    let mut harness = FollowHarness::new();
    let desk = Shared::receiver(&["M525", "M705 (M-R0009)", "PRO X"]);
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at(10, move |_| _ = handle.take_requests());
    harness.follow(3600);
    assert_eq!(harness.wakes_between(10, 3599), 0);
    // The shutdown clears the flag of the M705, which was clear before.
    let mut sent = desk.take_radio();
    sent.retain(|report| !report.starts_with("10 02 8"));
    assert_eq!(sent, Vec::<String>::new());
}

#[test]
fn every_kind_of_battery_reports_its_changes() {
    for (slot, name) in (1..).zip(SIX) {
        let mut harness = FollowHarness::new();
        let desk = Shared::receiver(&SIX);
        harness.port.plug(&desk);
        let handle = desk.clone();
        harness.at(10, move |now| {
            handle.take_requests();
            handle.act(|receiver| receiver.set_charge(now, slot, Percent::new(40).unwrap()));
        });
        let events = harness.follow(120);
        let lines = words(&events);
        let changed: Vec<&String> = lines.iter().filter(|it| it.contains("battery")).collect();
        assert_eq!(changed.len(), 1, "{name}: {lines:?}");
        let asked = desk.take_radio();
        let readings = asked.iter().filter(|it| !it[6..].starts_with('8')).count();
        // A jump is read again; a K750's broadcast comes on its own every 90 s.
        assert!(readings <= 3, "{name}: {asked:?}");
    }
}

#[test]
fn repeated_wake_up_notifications_cause_one_reading() {
    let mut harness = FollowHarness::new();
    let desk = desk();
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at(10, move |now| {
        handle.take_requests();
        handle.act(|receiver| receiver.switch_on(now, K800));
    });
    let events = harness.follow(60);
    assert_lines(&events, &["10 K800 presence"]);
    assert_eq!(
        last(&events, "K800").battery.unwrap().level.unwrap().name(),
        "full"
    );
    let asked: Vec<String> = desk
        .take_radio()
        .into_iter()
        .filter(|report| report.starts_with("10 03"))
        .collect();
    // Its first notification is the reading: the register is not read.
    let count = |request: &str| asked.iter().filter(|it| it.starts_with(request)).count();
    assert_eq!(count("10 03 80 00 10"), 1, "{asked:?}");
    assert_eq!(count("10 03 81 07"), 0, "{asked:?}");
}

#[test]
fn a_device_that_falls_asleep_keeps_its_values() {
    let mut harness = FollowHarness::new();
    let desk = desk();
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at(10, move |now| {
        _ = handle.act(|receiver| receiver.sleep(now, M705));
    });
    let events = harness.follow(20);
    assert_lines(&events, &["10 M705 presence"]);
    assert_eq!(last(&events, "M705").presence, Presence::Offline);
    assert_eq!(percent(last(&events, "M705")), Some(65));
}

#[test]
fn the_k750_reports_charge_light_and_light_key() {
    let mut harness = FollowHarness::new();
    let desk = desk();
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at(10, move |now| {
        handle.act(|receiver| {
            receiver.set_sun(now, K750, Lux(300));
            receiver.press_light_key(now, K750)
        });
    });
    let other = desk.clone();
    // Another program requests a measurement.
    harness.at(20, move |now| {
        other.act(|receiver| {
            receiver.set_sun(now, K750, Lux(320));
            receiver.output_report(now, &[0x10, 0x01, 0x09, 0x0B, 0x01, 0x01, 0x00]);
        });
    });
    let events = harness.follow(30);
    // The event of the key has no light value: it is measured afterwards.
    assert_lines(
        &events,
        &["10 K750 key", "11 K750 battery light", "21 K750 light"],
    );
    assert_eq!(last(&events, "K750").light.unwrap().lux, Lux(320));
}

#[test]
fn a_keyboard_that_wakes_is_measured_again() {
    let mut harness = FollowHarness::new();
    let desk = desk();
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at(10, move |now| {
        _ = handle.act(|receiver| receiver.switch_off(now, K750));
    });
    let handle = desk.clone();
    harness.at(20, move |now| {
        handle.act(|receiver| {
            receiver.set_sun(now, K750, Lux(80));
            receiver.switch_on(now, K750)
        });
    });
    let events = harness.follow(40);
    assert_eq!(last(&events, "K750").presence, Presence::Online);
    assert_eq!(
        last(&events, "K750").light.unwrap().lux,
        Lux(80),
        "measured after waking"
    );
}

#[test]
fn a_new_device_in_a_free_slot_is_found() {
    let mut harness = FollowHarness::new();
    let desk = desk();
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at(10, move |now| {
        let m525 = catalogue::find("M525")
            .unwrap()
            .paired([1, 2, 3, 4])
            .unwrap();
        handle.act(|receiver| receiver.pair(now, 4, m525));
    });
    let events = harness.follow(30);
    assert_lines(&events, &["10 + M525"]);
    assert_eq!(percent(last(&events, "M525")), Some(90));
    assert_eq!(last(&events, "M525").serial.as_deref(), Some("01020304"));
}

#[test]
fn a_new_device_in_a_slot_is_not_mistaken_for_the_old_one() {
    let mut harness = FollowHarness::new();
    let desk = desk();
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at(10, move |now| {
        let m525 = catalogue::find("M525")
            .unwrap()
            .paired([1, 2, 3, 4])
            .unwrap();
        handle.act(|receiver| {
            receiver.unpair(now, M705);
            receiver.pair(now, M705, m525)
        });
    });
    let events = harness.follow(30);
    assert_lines(&events, &["10 - M705", "10 + M525"]);
}

#[test]
fn receivers_are_followed_as_they_come_and_go() {
    let mut harness = FollowHarness::new();
    let desk = desk();
    let (port, handle) = (harness.port.clone(), desk.clone());
    harness.at(10, move |_| port.plug(&handle));
    let (port, handle) = (harness.port.clone(), desk.clone());
    harness.at(20, move |_| port.unplug(&handle));
    let (port, handle) = (harness.port.clone(), desk.clone());
    harness.at(30, move |now| {
        handle.act(|receiver| receiver.power_cycle(now));
        port.plug(&handle);
    });
    let events = harness.follow(60);
    let lines = words(&events);
    for expected in [
        "10 + receiver",
        "11 + K750",
        "20 - K750",
        "20 - receiver",
        "30 + receiver",
        "31 + K750",
    ] {
        assert!(
            lines.contains(&expected.to_owned()),
            "{expected}: {lines:?}"
        );
    }
    assert_eq!(percent(last(&events, "K750")), Some(57));
}

#[test]
fn opening_a_node_is_retried_until_its_permissions_are_set() {
    let mut harness = FollowHarness::new();
    *harness.port.denials.borrow_mut() = 3;
    harness.port.plug(&desk());
    let events = harness.follow(10);
    assert!(
        words(&events).iter().any(|it| it.ends_with("+ K750")),
        "{:?}",
        words(&events)
    );
    assert_eq!(*harness.port.opened.borrow(), 1);
}

#[test]
fn a_node_whose_permissions_are_set_late_is_read() {
    let mut harness = FollowHarness::new();
    *harness.port.denials.borrow_mut() = usize::MAX;
    harness.port.plug(&desk());
    let denials = std::rc::Rc::clone(&harness.port.denials);
    // The user installs the udev rule.
    harness.at(100, move |_| *denials.borrow_mut() = 0);
    let events = words(&harness.follow(600));
    assert!(events[0].contains("udev rule"), "{events:?}");
    assert!(events.iter().any(|it| it.ends_with("+ K750")), "{events:?}");
}

#[test]
fn a_permanently_denied_node_is_reported_once_with_a_remedy() {
    let mut harness = FollowHarness::new();
    *harness.port.denials.borrow_mut() = usize::MAX;
    harness.port.plug(&desk());
    let events = words(&harness.follow(3600));
    assert_eq!(events.len(), 1, "{events:?}");
    assert!(events[0].contains("udev rule"), "{events:?}");
}

#[test]
fn the_shutdown_restores_every_notification_flag() {
    let mut harness = FollowHarness::new();
    let desk = desk();
    let before = desk.act(|receiver| receiver.flags());
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at(10, move |_| {
        assert_ne!(
            handle.act(|receiver| receiver.flags()),
            before,
            "notifications are enabled"
        );
    });
    harness.follow(20);
    assert_eq!(desk.act(|receiver| receiver.flags()), before);
    let flags = desk.act(|receiver| match &receiver.device(M705).unwrap().protocol {
        hidpp_sim::device::Protocol::Registers(registers) => registers.flags(),
        hidpp_sim::device::Protocol::Features(_) => panic!("an M705 has registers"),
    });
    assert_eq!(flags, [0; 3]);
}

#[test]
fn charging_is_reported_when_it_begins_and_ends() {
    let mut harness = FollowHarness::new();
    let desk = Shared::receiver(&["MX Master"]);
    harness.port.plug(&desk);
    for (second, state) in [
        (10, State::Charging),
        (20, State::Charged),
        (30, State::Discharging),
    ] {
        let handle = desk.clone();
        harness.at(second, move |now| {
            handle.act(|receiver| receiver.set_charging(now, 1, state));
        });
    }
    let events = harness.follow(40);
    let lines = words(&events);
    for second in [10, 20, 30] {
        let changed = format!("{second} MX Master battery");
        assert!(lines.contains(&changed), "{changed}: {lines:?}");
    }
}

#[test]
fn a_failing_node_is_reopened_with_a_backoff() {
    let mut harness = FollowHarness::new();
    let desk = desk();
    harness.port.plug(&desk);
    // Access is revoked and granted again, as when the active session changes; nothing is
    // unplugged.
    let handle = desk.clone();
    harness.at(10, move |_| handle.set_gone(true));
    let handle = desk.clone();
    harness.at(12, move |_| handle.set_gone(false));
    let events = harness.follow(200);
    let lines = words(&events);
    let found = lines.iter().filter(|it| it.ends_with("+ K750")).count();
    assert_eq!(found, 2, "{lines:?}");
    assert!(
        *harness.port.opened.borrow() <= 4,
        "the backoff limits the attempts"
    );
}

#[test]
fn a_device_that_was_switched_off_reports_its_battery_again() {
    // Its notification flags are cleared at power-up.
    let mut harness = FollowHarness::new();
    let desk = Shared::receiver(&["K520"]);
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at(10, move |now| {
        _ = handle.act(|receiver| receiver.switch_off(now, 1));
    });
    let handle = desk.clone();
    harness.at(20, move |now| {
        _ = handle.act(|receiver| receiver.switch_on(now, 1));
    });
    let handle = desk.clone();
    harness.at(30, move |now| {
        handle.act(|receiver| receiver.set_charge(now, 1, Percent::new(25).unwrap()));
    });
    let events = harness.follow(40);
    assert_lines(&events, &["30 K520 battery"]);
    assert_eq!(
        last(&events, "K520").battery.unwrap().level.unwrap().name(),
        "low"
    );
}

#[test]
fn a_bluetooth_mouse_that_wakes_is_read() {
    let mut harness = FollowHarness::new();
    let entries = catalogue::devices();
    let entry = entries
        .iter()
        .find(|entry| entry.codename == "MX Master 4")
        .unwrap();
    let mouse = Shared::new(
        "/dev/hidraw5",
        Plugged::Direct(entry.direct([0xD0, 0, 0, 1]).unwrap()),
    );
    harness.port.plug(&mouse);
    let handle = mouse.clone();
    harness.at(10, move |now| {
        handle.act_direct(|mouse| _ = mouse.sleep(now));
    });
    let handle = mouse.clone();
    harness.at(20, move |now| {
        handle.act_direct(|mouse| {
            mouse.set_charge(now, Percent::new(40).unwrap());
            mouse.wake(now);
        });
    });
    let events = harness.follow(40);
    assert_eq!(
        percent(last(&events, "MX Master 4")),
        Some(40),
        "{:?}",
        words(&events)
    );
}

#[test]
fn the_last_received_value_is_cached() {
    let mut harness = FollowHarness::new();
    let desk = Shared::receiver(&["PRO X"]);
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at(10, move |now| {
        handle.act(|receiver| receiver.set_charge(now, 1, Percent::new(66).unwrap()));
    });
    let handle = desk.clone();
    harness.at(20, move |now| {
        _ = handle.act(|receiver| receiver.sleep(now, 1));
    });
    harness.follow(30);
    let asleep = desk.read(hours(1), &mut harness.memory);
    assert_eq!(percent(in_slot(&asleep, 1)), Some(66));
}

#[test]
fn a_flag_that_the_kernel_driver_also_sets_is_kept() {
    let mut harness = FollowHarness::new();
    let desk = Shared::receiver(&["K520"]);
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at(10, move |now| {
        // The kernel driver writes the same flag.
        let request = [0x10, 0x01, 0x80, 0x00, 0x10, 0x00, 0x00];
        handle.act(|receiver| receiver.output_report(now, &request));
    });
    harness.follow(20);
    let flags = desk.act(|receiver| match &receiver.device(1).unwrap().protocol {
        hidpp_sim::device::Protocol::Registers(registers) => registers.flags(),
        hidpp_sim::device::Protocol::Features(_) => panic!("a K520 has registers"),
    });
    assert_eq!(flags, [0x10, 0x00, 0x00]);
}
