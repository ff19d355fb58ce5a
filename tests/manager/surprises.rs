//! Unusual events while following: lost notifications, slots that change their device unnoticed,
//! readings that jump at a bad moment.

use std::collections::BTreeSet;
use std::fmt::Write;

use hidpp_proto::units::{Percent, Timestamp};
use hidpp_sim::Plugged;
use hidpp_sim::catalogue;
use hidpp_sim::device::{Device, Protocol};
use hidpp_sim::receiver::Receiver;
use hidpp_sim::scenario::{self, K750, M705};
use solar_status::device::Change;
use solar_status::manager::{Memory, MonitorEvent};

use crate::desk::{Shared, hours};
use crate::follow_harness::{FollowHarness, words};

fn desk() -> Shared {
    Shared::new("/dev/hidraw0", Plugged::Receiver(scenario::desk()))
}

fn device(name: &str) -> Device {
    let entry = catalogue::find(name).unwrap();
    entry.paired([1, 2, 3, 4]).unwrap()
}

/// The notification flags of a HID++ 1.0 device.
fn flags(receiver: &Receiver, slot: u8) -> [u8; 3] {
    match &receiver.device(slot).unwrap().protocol {
        Protocol::Registers(registers) => registers.flags(),
        Protocol::Features(_) => panic!("the device has no registers"),
    }
}

const BATTERY_NOTICES: [u8; 3] = [0x10, 0, 0];

#[test]
fn battery_notifications_are_enabled_although_the_first_reading_jumps() {
    let desk = Shared::receiver(&["M705 (M-R0009)"]);
    let mut harness = FollowHarness::new();
    desk.read(Timestamp::START, &mut harness.memory);
    desk.act(|receiver| receiver.set_charge(Timestamp::START, 1, Percent::new(15).unwrap()));
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at(20, move |_| {
        assert_eq!(
            handle.act(|receiver| flags(receiver, 1)),
            BATTERY_NOTICES,
            "it was read twice, and its notifications are enabled"
        );
    });
    harness.follow(30);
}

#[test]
fn a_device_that_replaces_another_without_an_unpairing_event_ends_the_old_one() {
    let mut harness = FollowHarness::new();
    let desk = desk();
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at(10, move |now| {
        handle.take_requests();
        handle.act(|receiver| receiver.pair(now, M705, device("M525")));
    });
    let events = words(&harness.follow(30));
    let since: Vec<&String> = events.iter().filter(|it| it.starts_with("10 ")).collect();
    // The pairing is announced without a link, which comes up 100 ms later.
    let linked = ["10 M525 presence", "10 M525 battery description"];
    assert_eq!(since[..2], ["10 - M705", "10 + M525"]);
    assert_eq!(since[2..], linked);
    let mut radio = desk.take_radio();
    radio.retain(|report| report.starts_with("10 02 00 1"));
    assert_eq!(
        radio.len(),
        2,
        "one ping answered by the receiver, then one by the new device: {radio:?}"
    );
}

#[test]
fn a_hidpp_10_device_is_found_by_its_first_message() {
    // Its connection event was lost, as after switching to another computer and back.
    let mut harness = FollowHarness::new();
    let desk = desk();
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at(8, move |now| {
        handle.act(|receiver| receiver.pair(now, 4, device("M525")));
    });
    let handle = desk.clone();
    harness.at(9, move |now| {
        _ = handle.act(|receiver| receiver.unpair(now, 4));
    });
    let handle = desk.clone();
    harness.at(10, move |now| {
        handle.act(|receiver| {
            let flags = [0x10, 0xFF, 0x80, 0x00, 0, 0, 0];
            hidpp_sim::Firmware::output_report(receiver, now, &flags);
            receiver.pair(now, 4, device("K520"))
        });
        handle.inject("10 04 07 05 00 00 00");
    });
    let events = words(&harness.follow(30));
    assert!(events.contains(&"10 + K520".to_owned()), "{events:?}");
}

#[test]
fn the_record_of_an_unknown_slot_is_read_once_however_many_events_arrive() {
    let mut harness = FollowHarness::new();
    let desk = desk();
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at(10, move |_| _ = handle.take_requests());
    for second in 11..40 {
        let handle = desk.clone();
        harness.at(second, move |_| handle.inject("11 05 08 00 00 C3"));
    }
    let handle = desk.clone();
    harness.at(50, move |now| {
        handle.act(|receiver| receiver.pair(now, 5, device("M525")));
    });
    let events = words(&harness.follow(60));
    let mut records = desk.take_requests();
    records.retain(|it| it.starts_with("10 ff 83 b5 24"));
    assert_eq!(
        records.len(),
        2,
        "one for the first event, one for the pairing"
    );
    assert!(events.contains(&"50 + M525".to_owned()), "{events:?}");
}

#[test]
fn a_device_switched_off_and_on_quickly_gets_its_notifications_enabled_again() {
    let mut harness = FollowHarness::new();
    let desk = Shared::receiver(&["K520"]);
    harness.port.plug(&desk);
    for second in [10, 11] {
        let handle = desk.clone();
        harness.at(second, move |now| {
            handle.act(|receiver| {
                receiver.switch_off(now, 1);
                receiver.switch_on(now, 1)
            });
        });
    }
    let handle = desk.clone();
    harness.at(20, move |_| {
        assert_eq!(handle.act(|receiver| flags(receiver, 1)), BATTERY_NOTICES);
    });
    harness.follow(30);
}

#[test]
fn a_wake_up_reported_twice_within_a_second_causes_one_reading() {
    let mut harness = FollowHarness::new();
    let desk = Shared::receiver(&["PRO X"]);
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at(10, move |now| {
        handle.take_requests();
        handle.act(|receiver| {
            receiver.sleep(now, 1);
            receiver.wake(now, 1)
        });
    });
    let handle = desk.clone();
    harness.at(11, move |_| handle.inject("10 01 4B 01 00 00 00"));
    harness.follow(30);
    assert_eq!(desk.take_radio(), ["10 01 06 16 00 00 00"]);
}

#[test]
fn every_jump_is_verified_even_after_a_failed_verification() {
    // 1004 reports 15 % twice, first while the device cannot be read and then while it can: it has
    // 71 %.
    let mut harness = FollowHarness::new();
    let desk = Shared::receiver(&["PRO X"]);
    harness.port.plug(&desk);
    for (second, ignores_requests) in [(20, true), (40, false)] {
        let handle = desk.clone();
        harness.at(second, move |_| {
            handle.set_ignores_requests(ignores_requests);
            handle.inject("11 01 06 00 0F 02 00 00");
        });
    }
    let events = words(&harness.follow(50));
    assert!(
        events.iter().all(|it| !it.contains("battery")),
        "{events:?}"
    );
}

/// Asserts that every removed device was added before, and that none is added twice.
fn assert_balanced(events: &[(u64, MonitorEvent)], context: &str) {
    let mut there = BTreeSet::new();
    for (_, event) in events {
        let MonitorEvent::Change(change) = event else {
            continue;
        };
        let right = match &**change {
            Change::DeviceAdded(device) => there.insert(device.id.clone()),
            Change::DeviceRemoved(device) => there.remove(&device.id),
            Change::DeviceChanged(device, _)
            | Change::DeviceRead(device)
            | Change::LightKey(device) => there.contains(&device.id),
            Change::ReceiverAdded(_) | Change::ReceiverRemoved(_) | Change::Identified { .. } => {
                true
            }
        };
        assert!(right, "{context}: {change:?} in {:?}", words(events));
    }
}

#[test]
fn a_receiver_unplugged_at_any_step_is_complete_after_it_is_back() {
    for reports in 0..45 {
        let mut harness = FollowHarness::new();
        let desk = desk();
        desk.set_gone_after(reports);
        harness.port.plug(&desk);
        let (port, handle) = (harness.port.clone(), desk.clone());
        harness.at(10, move |_| port.unplug(&handle));
        let (port, handle) = (harness.port.clone(), desk.clone());
        harness.at(20, move |now| {
            handle.act(|receiver| receiver.power_cycle(now));
            handle.set_gone_after(usize::MAX);
            port.plug(&handle);
        });
        let events = harness.follow(60);
        let context = format!("after {reports} requests");
        assert_balanced(&events, &context);
        let lines = words(&events);
        for name in ["K750", "M705", "K800"] {
            let since = lines.iter().filter(|it| it.starts_with('2'));
            let found = since.filter(|it| it.ends_with(&format!("+ {name}")));
            assert_eq!(found.count(), 1, "{context}: {lines:?}");
        }
    }
}

#[test]
fn noise_neither_duplicates_devices_nor_keeps_the_manager_awake() {
    const SUB_IDS: [u8; 12] = [
        0x00, 0x04, 0x05, 0x07, 0x09, 0x0D, 0x40, 0x41, 0x41, 0x42, 0x4B, 0x8F,
    ];
    const BYTES: [u8; 12] = [
        0x00, 0x00, 0x01, 0x02, 0x04, 0x08, 0x10, 0x22, 0x32, 0x40, 0x42, 0x50,
    ];
    for seed in 1..=20 {
        let mut random = seed;
        let mut of = move |all: [u8; 12]| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let place: u64 = (random >> 33) % 12;
            all[usize::try_from(place).unwrap()]
        };
        let mut harness = FollowHarness::new();
        let desk = desk();
        harness.port.plug(&desk);
        for second in 5..600 {
            let slot = of([
                0x01, 0x01, 0x02, 0x02, 0x03, 0x03, 0x04, 0x05, 0x06, 0x07, 0, 0xFF,
            ]);
            let id = of([
                0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x11, 0x11, 0x11, 0x11, 0x11,
            ]);
            let mut report = format!("{id:02x} {slot:02x} {:02x}", of(SUB_IDS));
            for _ in 0..4 {
                write!(report, " {:02x}", of(BYTES)).unwrap();
            }
            let handle = desk.clone();
            harness.at(second, move |_| handle.inject(&report));
        }
        let handle = desk.clone();
        harness.at(700, move |_| _ = handle.take_requests());
        let events = harness.follow(1000);
        assert_balanced(&events, &format!("seed {seed}"));
        // The keyboard's broadcasts are not caused by the noise.
        assert!(desk.take_radio().len() < 8, "seed {seed}");
        assert!(harness.wakes_between(700, 999) < 12, "seed {seed}");
    }
}

#[test]
fn untrusted_light_does_not_replace_trusted_light() {
    // An event 1 without the marker may be a reply to another program.
    let mut harness = FollowHarness::new();
    let desk = desk();
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at(10, move |_| handle.inject("11 01 09 10 39 01 90 06 1D"));
    let events = words(&harness.follow(20));
    assert!(events.iter().all(|it| !it.starts_with("10 ")), "{events:?}");
}

#[test]
fn devices_that_are_not_selected_are_not_reported() {
    let mut harness = FollowHarness::new();
    harness.query.devices = vec!["M705".parse().unwrap()];
    let desk = desk();
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at(10, move |now| {
        handle.act(|receiver| receiver.press_light_key(now, K750));
    });
    let handle = desk.clone();
    harness.at(20, move |now| {
        handle.act(|receiver| receiver.unpair(now, K750));
    });
    let (port, handle) = (harness.port.clone(), desk.clone());
    harness.at(30, move |_| port.unplug(&handle));
    let events = words(&harness.follow(40));
    assert_eq!(
        events,
        ["0 + receiver", "0 + M705", "30 - M705", "30 - receiver"]
    );
}

#[test]
fn a_receiver_that_never_answered_is_not_reported_as_removed() {
    let mut harness = FollowHarness::new();
    let desk = desk();
    // All messages to it are dropped.
    desk.act(|receiver| receiver.power_cycle(Timestamp::START));
    desk.set_ignores_requests(true);
    harness.port.plug(&desk);
    let (port, handle) = (harness.port.clone(), desk.clone());
    harness.at(100, move |_| {
        assert!(
            *port.opened.borrow() <= 7,
            "the backoff limits the attempts"
        );
        port.unplug(&handle);
    });
    let (port, handle) = (harness.port.clone(), desk.clone());
    harness.at(110, move |_| port.plug(&handle));
    let events = words(&harness.follow(120));
    assert_eq!(events.len(), 2, "once per hotplug: {events:?}");
    assert!(
        events.iter().all(|it| it.contains("does not answer")),
        "{events:?}"
    );
}

#[test]
fn a_temporarily_denied_node_is_opened_after_a_retry() {
    let mut harness = FollowHarness::new();
    let desk = desk();
    harness.port.plug(&desk);
    let (port, handle) = (harness.port.clone(), desk.clone());
    harness.at(10, move |_| {
        *port.denials.borrow_mut() = 3;
        handle.set_gone(true);
    });
    let handle = desk.clone();
    harness.at(11, move |_| handle.set_gone(false));
    let events = words(&harness.follow(100));
    let found = events.iter().filter(|it| it.ends_with("+ K750")).count();
    assert_eq!(found, 2, "{events:?}");
}

#[test]
fn a_failed_node_that_was_unplugged_is_not_reopened() {
    let mut harness = FollowHarness::new();
    let desk = desk();
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at(10, move |_| handle.set_gone(true));
    let (port, handle) = (harness.port.clone(), desk.clone());
    harness.at(12, move |_| port.unplug(&handle));
    harness.follow(600);
    // At the start, and one second after it failed.
    assert_eq!(*harness.port.opened.borrow(), 2);
}

#[test]
fn a_battery_request_that_fails_once_keeps_the_value() {
    // 1004 occasionally returns error 09; the kernel driver keeps its value as well.
    let mut harness = FollowHarness::new();
    let desk = Shared::receiver(&["PRO X"]);
    harness.port.plug(&desk);
    for (second, refused) in [(10, true), (20, false)] {
        let handle = desk.clone();
        harness.at(second, move |now| {
            if refused {
                handle.refuse("10 01 06 16", "11 01 ff 06 16 09");
            }
            handle.act(|receiver| {
                receiver.sleep(now, 1);
                receiver.wake(now, 1)
            });
        });
    }
    let handle = desk.clone();
    harness.at(15, move |_| _ = handle.take_requests());
    let events = harness.follow(30);
    let lines = words(&events);
    assert!(
        lines[2..].iter().all(|it| !it.contains("battery")),
        "{lines:?}"
    );
    assert!(lines.iter().any(|it| it.starts_with("10 ! ")), "{lines:?}");
    assert_eq!(
        desk.take_radio().len(),
        1,
        "the battery is read after the next wake-up"
    );
}

#[test]
fn an_unknown_status_code_is_reported_with_cached_features_too() {
    // 1004, status 8. A cached index is verified first: another feature may be there.
    let mut harness = FollowHarness::new();
    let desk = Shared::receiver(&["PRO X"]);
    desk.read(Timestamp::START, &mut harness.memory);
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at(10, move |_| {
        handle.take_requests();
        handle.inject("11 01 06 00 46 08 08 00");
    });
    let handle = desk.clone();
    harness.at(20, move |_| handle.inject("11 01 06 00 46 08 08 00"));
    let events = words(&harness.follow(30));
    assert!(
        events.contains(&"20 PRO X battery".to_owned()),
        "{events:?}"
    );
    assert!(
        desk.take_radio().len() > 2,
        "the feature was looked up again"
    );
}

#[test]
fn cache_entries_from_the_future_count_as_stale() {
    let desk = Shared::receiver(&["M525"]);
    let mut memory = Memory::default();
    desk.read(hours(100_000), &mut memory);
    desk.take_radio();
    desk.read(hours(1), &mut memory);
    assert!(desk.take_radio().len() > 1);
    desk.read(hours(2), &mut memory);
    assert_eq!(desk.take_radio().len(), 1);
}

/// The events about a PRO X mouse at 71 % (1004 at index 6) when this report arrives at second 30,
/// and the requests sent then. `capabilities`: its reply to that request.
fn news_after_a_foreign_reply(
    capabilities: Option<&'static str>,
    arrives: &'static str,
) -> (Vec<String>, Vec<String>) {
    let mut harness = FollowHarness::new();
    let desk = Shared::receiver(&["PRO X"]);
    if let Some(answer) = capabilities {
        desk.refuse("10 01 06 0", answer);
    }
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at(30, move |_| {
        handle.take_requests();
        handle.inject(arrives);
    });
    let events = words(&harness.follow(60));
    let since = events.iter().filter(|it| it.starts_with("30 ")).cloned();
    (since.collect(), desk.take_radio())
}

#[test]
fn capabilities_of_1004_read_by_another_program_are_not_an_event() {
    // linux-input 2022-08-26, Solaar issue 1718: version 0.1.0 showed 15 %.
    let (events, asked) = news_after_a_foreign_reply(None, "11 01 06 00 0F 03");
    assert!(
        events.is_empty() && asked.is_empty(),
        "{events:?} {asked:?}"
    );
}

#[test]
fn an_ambiguous_battery_event_is_verified_by_one_reading() {
    // Not rechargeable: these capabilities could also mean 15 %, low.
    let capabilities = Some("11 01 06 06 0F 02");
    let (events, asked) = news_after_a_foreign_reply(capabilities, "11 01 06 00 0F 02");
    assert_eq!(asked.len(), 1, "{asked:?}");
    let changed = events.iter().any(|it| it.contains("battery"));
    assert!(!changed, "it still has 71 %: {events:?}");
}
