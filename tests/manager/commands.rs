//! Commands while devices are followed: light series, refreshes of a battery, and resuming after
//! the computer slept.

use std::time::Duration;

use hidpp_proto::feature::solar_dashboard::LightMeasure;
use hidpp_proto::units::{Lux, Percent, Timestamp};
use hidpp_sim::Firmware;
use hidpp_sim::receiver::Receiver;
use solar_status::device::{Change, Device};
use solar_status::manager::{Command, MonitorEvent};

use crate::desk::{Shared, id};
use crate::follow_harness::{FollowHarness, assert_lines, words};

const K750: u8 = 1;
const PRO_X: u8 = 2;
const M705: u8 = 3;

const NAMES: [&str; 3] = ["K750", "PRO X", "M705 (M-R0009)"];

fn desk() -> Shared {
    Shared::receiver(&NAMES)
}

/// The id of the device in this slot of the desk.
fn device(slot: u8) -> String {
    id(NAMES[usize::from(slot) - 1], slot)
}

fn light(reports: u8, period_s: u8) -> Command {
    Command::MeasureLight {
        device: device(K750),
        series: Some(LightMeasure { reports, period_s }),
    }
}

fn no_light() -> Command {
    Command::MeasureLight {
        device: device(K750),
        series: None,
    }
}

#[test]
fn a_series_that_begins_early_does_not_delay_the_end_of_the_start() {
    // `watch` measures light from the first second on, while an M705 that does not answer is waited for.
    let mut harness = FollowHarness::new();
    let desk = desk();
    desk.act(|receiver| receiver.set_silent(M705, true));
    harness.port.plug(&desk);
    for second in 1..60 {
        harness.send_command_at(second, light(60, 1));
    }
    let events = harness.follow(60);
    let settled = events
        .iter()
        .find(|(_, event)| matches!(event, MonitorEvent::Settled { .. }));
    let (second, _) = settled.unwrap();
    assert!((3..10).contains(second), "{second}");
}

/// A harness with the desk, where nothing is left to do from the tenth second on.
fn harness() -> (FollowHarness, Shared) {
    let mut harness = FollowHarness::new();
    let desk = desk();
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at(10, move |_| _ = handle.take_requests());
    (harness, desk)
}

/// How many light readings were reported between these seconds.
fn measured(events: &[(u64, MonitorEvent)], from: u64, to: u64) -> usize {
    let words = words(events);
    let of_light = words.iter().filter(|it| it.ends_with("K750 light"));
    let seconds = of_light.filter_map(|it| it.split(' ').next()?.parse().ok());
    seconds.filter(|second| (from..to).contains(second)).count()
}

#[test]
fn a_series_is_one_request_and_ends_on_its_own() {
    let (mut harness, desk) = harness();
    harness.send_command_at(20, light(60, 1));
    let events = harness.follow(200);
    assert_eq!(desk.series_requested(K750), ["20 60 x 1 s"]);
    assert_eq!(measured(&events, 20, 200), 60);
}

#[test]
fn a_series_replaces_the_previous_one_and_can_be_cancelled() {
    let (mut harness, desk) = harness();
    harness.send_command_at(20, light(10, 10));
    harness.send_command_at(30, light(100, 1));
    harness.send_command_at(60, no_light());
    harness.send_command_at(70, no_light());
    let events = harness.follow(200);
    assert_eq!(
        desk.series_requested(K750),
        ["20 10 x 10 s", "30 100 x 1 s", "60 0 x 0 s"]
    );
    assert_eq!(measured(&events, 61, 200), 0);
}

#[test]
fn the_light_key_during_a_series_sends_no_request() {
    let (mut harness, desk) = harness();
    harness.send_command_at(20, light(60, 1));
    let handle = desk.clone();
    harness.at(30, move |now| {
        _ = handle.act(|receiver| receiver.press_light_key(now, K750));
    });
    let events = harness.follow(200);
    assert_lines(&events, &["30 K750 key"]);
    assert_eq!(desk.series_requested(K750), ["20 60 x 1 s"]);
    assert_eq!(measured(&events, 20, 200), 60);
}

#[test]
fn a_series_ends_when_the_keyboard_sleeps_and_no_request_wakes_it() {
    let (mut harness, desk) = harness();
    harness.send_command_at(20, light(60, 1));
    let handle = desk.clone();
    harness.at(30, move |now| {
        handle.take_requests();
        handle.act(|receiver| receiver.sleep(now, K750));
    });
    harness.send_command_at(40, light(60, 1));
    let handle = desk.clone();
    harness.at(50, move |_| {
        assert_eq!(handle.take_requests(), Vec::<String>::new());
    });
    let handle = desk.clone();
    harness.at(60, move |now| {
        _ = handle.act(|receiver| receiver.wake(now, K750));
    });
    harness.follow(200);
    // The single measurement after every wake-up.
    assert_eq!(desk.series_requested(K750), ["60 1 x 1 s"]);
}

#[test]
fn a_series_that_was_delayed_until_sleep_is_dropped() {
    // The second series is delayed because it follows the first too soon; meanwhile the keyboard or
    // the computer goes to sleep.
    for computer in [false, true] {
        let (mut harness, desk) = harness();
        for (millis, reports) in [(20_100, 60), (20_500, 30)] {
            let commands = harness.commands.clone();
            harness.at_time(Duration::from_millis(millis), move |_| {
                commands.push(light(reports, 1));
            });
        }
        let (commands, handle) = (harness.commands.clone(), desk.clone());
        harness.at_time(Duration::from_millis(20_600), move |now| {
            if computer {
                commands.push(Command::Resumed);
            } else {
                handle.act(|receiver| receiver.sleep(now, K750));
            }
        });
        let handle = desk.clone();
        harness.at(21, move |now| {
            _ = handle.act(|receiver| receiver.wake(now, K750));
        });
        harness.follow(60);
        let series = desk.series_requested(K750);
        // While the computer sleeps, the keyboard continues the first series, so no new one is
        // needed.
        let woken = if computer { &[][..] } else { &["21 1 x 1 s"] };
        assert_eq!(series, [&["20 60 x 1 s"], woken].concat());
    }
}

#[test]
fn cancelling_a_series_does_not_cancel_a_refresh() {
    let (mut harness, desk) = harness();
    harness.send_command_at(20, Command::Refresh(device(K750)));
    let commands = harness.commands.clone();
    harness.at_time(Duration::from_millis(20_500), move |_| {
        commands.push(no_light());
    });
    let events = harness.follow(40);
    assert_eq!(desk.series_requested(K750), ["20 1 x 1 s"]);
    assert_eq!(measured(&events, 20, 40), 1);
}

#[test]
fn a_keyboard_that_sleeps_without_a_notification_during_a_series_is_polled_once_and_is_offline() {
    let (mut harness, desk) = harness();
    harness.send_command_at(20, light(60, 1));
    let handle = desk.clone();
    harness.at(30, move |now| {
        handle.take_requests();
        handle.act(|receiver| {
            without_notices(now, receiver, |receiver| _ = receiver.sleep(now, K750));
        });
    });
    let events = words(&harness.follow(3600));
    assert_eq!(desk.series_requested(K750), ["31 51 x 1 s"]);
    assert!(
        events.contains(&"31 K750 presence".to_owned()),
        "{events:?}"
    );
}

/// Changes a receiver without a notification.
fn without_notices(now: Timestamp, receiver: &mut Receiver, act: impl FnOnce(&mut Receiver)) {
    let flags = receiver.flags();
    for (flags, act) in [([0; 3], Some(act)), (flags, None)] {
        let [a, b, c] = flags;
        receiver.output_report(now, &[0x10, 0xFF, 0x80, 0x00, a, b, c]);
        if let Some(act) = act {
            act(receiver);
        }
    }
    receiver.forget_requests();
}

#[test]
fn commands_for_absent_devices_or_without_a_light_sensor_are_ignored() {
    let (mut harness, desk) = harness();
    let (absent, other) = (id("K750", 6), "4002-392A0750".to_owned());
    for device in [device(PRO_X), device(M705), absent.clone(), other.clone()] {
        let series = Some(LightMeasure::ONCE);
        harness.send_command_at(20, Command::MeasureLight { device, series });
    }
    for device in [absent, other] {
        harness.send_command_at(21, Command::Refresh(device));
    }
    let handle = desk.clone();
    harness.at(30, move |_| {
        assert_eq!(handle.take_requests(), Vec::<String>::new());
    });
    let events = harness.follow(40);
    let events = words(&events);
    assert_eq!(events.len(), 4, "{events:?}");
}

#[test]
fn series_are_rate_limited_to_one_a_second_and_coalesced_to_the_last() {
    let (mut harness, desk) = harness();
    let commands = harness.commands.clone();
    harness.at(20, move |_| {
        for number in 0..10_000_u32 {
            let period = u8::try_from(number % 250).unwrap() + 1;
            commands.push(light(200, period));
        }
        commands.push(light(7, 2));
    });
    let events = harness.follow(60);
    assert_eq!(desk.series_requested(K750), ["20 200 x 16 s", "21 7 x 2 s"]);
    assert_eq!(measured(&events, 20, 60), 7);
}

#[test]
fn no_series_is_started_during_the_shutdown() {
    let (mut harness, desk) = harness();
    for (millis, reports) in [(20_100, 60), (20_900, 30)] {
        let commands = harness.commands.clone();
        harness.at_time(Duration::from_millis(millis), move |_| {
            commands.push(light(reports, 1));
        });
    }
    let handle = desk.clone();
    harness.at_time(Duration::from_millis(20_500), move |_| {
        // Prolongs the shutdown until the second series would be due.
        handle.act(|receiver| receiver.set_silent(M705, true));
    });
    harness.follow(21);
    let series = desk.series_requested(K750);
    assert_eq!(series, ["20 60 x 1 s", "21 0 x 0 s"]);
}

#[test]
fn refreshes_are_rate_limited_to_one_per_ten_seconds() {
    let (mut harness, desk) = harness();
    for second in 20..50 {
        harness.send_command_at(second, Command::Refresh(device(PRO_X)));
    }
    let events = words(&harness.follow(60));
    let asked = desk.take_radio();
    // The shutdown clears the battery flag of the M705.
    let asked = asked.iter().filter(|it| it.starts_with("10 02"));
    let asked: Vec<&String> = asked.collect();
    assert_eq!(
        asked, ["10 02 06 16 00 00 00"; 3],
        "requests of feature 1004, the battery"
    );
    let read = events.iter().filter(|it| it.ends_with("PRO X read"));
    let read: Vec<&String> = read.collect();
    assert_eq!(read, ["20 PRO X read", "30 PRO X read", "40 PRO X read"]);
}

#[test]
fn a_refresh_with_a_different_value_reports_a_change() {
    let (mut harness, desk) = harness();
    let handle = desk.clone();
    harness.at(20, move |now| {
        handle.act(|receiver| {
            // The device sends no event for the new charge.
            let mut other = receiver.clone();
            other.set_charge(now, PRO_X, Percent::new(70).unwrap());
            *receiver.device_mut(PRO_X).unwrap() = other.device(PRO_X).unwrap().clone();
        });
    });
    harness.send_command_at(30, Command::Refresh(device(PRO_X)));
    let events = words(&harness.follow(40));
    assert!(
        events.contains(&"30 PRO X battery".to_owned()),
        "{events:?}"
    );
    assert!(!events.contains(&"30 PRO X read".to_owned()), "{events:?}");
}

#[test]
fn a_refresh_of_a_solar_keyboard_measures_once_and_not_during_a_series() {
    let (mut harness, desk) = harness();
    harness.send_command_at(20, Command::Refresh(device(K750)));
    harness.send_command_at(40, light(30, 1));
    harness.send_command_at(50, Command::Refresh(device(K750)));
    let events = harness.follow(100);
    assert_eq!(desk.series_requested(K750), ["20 1 x 1 s", "40 30 x 1 s"]);
    assert_eq!(measured(&events, 20, 100), 31);
}

#[test]
fn a_refresh_of_an_offline_device_sends_no_request() {
    let (mut harness, desk) = harness();
    let handle = desk.clone();
    harness.at(20, move |now| {
        _ = handle.act(|receiver| receiver.sleep(now, PRO_X));
    });
    harness.send_command_at(30, Command::Refresh(device(PRO_X)));
    let handle = desk.clone();
    harness.at(40, move |_| {
        assert_eq!(handle.take_requests(), Vec::<String>::new());
    });
    harness.follow(50);
}

#[test]
fn a_refresh_of_a_device_without_a_battery_sends_no_request() {
    let mut harness = FollowHarness::new();
    let desk = Shared::receiver(&["Candy"]);
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at(10, move |_| assert!(!handle.take_radio().is_empty()));
    harness.send_command_at(30, Command::Refresh(id("Candy", 1)));
    harness.follow(40);
    assert_eq!(desk.take_radio(), Vec::<String>::new());
}

#[test]
fn an_unchanged_broadcast_is_reported_as_a_reading() {
    let (mut harness, _desk) = harness();
    let events = words(&harness.follow(200));
    let read: Vec<&String> = events.iter().filter(|it| it.ends_with("read")).collect();
    assert_eq!(read, ["90 K750 read", "180 K750 read"]);
}

#[test]
fn after_resuming_everything_is_read_once_with_a_delay_of_a_second() {
    let (mut harness, desk) = harness();
    let handle = desk.clone();
    harness.at(3560, move |now| {
        handle.act(|receiver| {
            receiver.set_sun(now, K750, Lux(80));
            // It lost power, so its notification flags are cleared.
            receiver.output_report(now, &[0x10, 0xFF, 0x80, 0x00, 0, 0, 0]);
            receiver.forget_requests();
        });
    });
    harness.send_command_at(3560, Command::Resumed);
    harness.send_command_at(3560, Command::Refresh(device(PRO_X)));
    let handle = desk.clone();
    harness.at(3570, move |_| {
        let at = handle.act(|receiver| {
            let sent = receiver.requests().map(|it| it.at.since_start().as_secs());
            sent.collect::<Vec<_>>()
        });
        assert!(at.iter().all(|at| *at == 3561), "{at:?}");
        let mut sent = handle.take_requests();
        sent.sort();
        assert_eq!(
            sent,
            [
                "10 01 09 06 01 01 00",
                "10 02 06 16 00 00 00",
                "10 03 81 00 00 00 00",
                "10 03 81 0d 00 00 00",
                "10 ff 80 00 00 01 00",
                "10 ff 81 00 00 00 00",
            ]
        );
    });
    let events = harness.follow(3580);
    assert_eq!(
        changes(&events, 3560),
        ["3561 M705 read", "3561 PRO X read", "3562 K750 light"]
    );
}

/// The events from this second on, sorted.
fn changes(events: &[(u64, MonitorEvent)], from: u64) -> Vec<String> {
    let since = events.iter().position(|(second, _)| *second >= from);
    let mut words = words(&events[since.unwrap_or(events.len())..]);
    words.sort();
    words
        .iter()
        .map(|it| it.replace(" (M-R0009)", ""))
        .collect()
}

#[test]
fn requests_pending_at_suspend_are_retried_and_not_a_failure() {
    let (mut harness, desk) = harness();
    for (millis, ignores_requests) in [(3_560_000, true), (3_562_100, false)] {
        let handle = desk.clone();
        harness.at_time(Duration::from_millis(millis), move |_| {
            handle.set_ignores_requests(ignores_requests);
        });
    }
    harness.send_command_at(3560, Command::Refresh(device(PRO_X)));
    harness.send_command_at(3560, light(60, 1));
    // Both were sent twice and had nearly timed out.
    let commands = harness.commands.clone();
    harness.at_time(Duration::from_millis(3_561_500), move |_| {
        commands.push(Command::Resumed);
    });
    let events = harness.follow(3580);
    assert_eq!(
        changes(&events, 3560),
        ["3562 M705 read", "3562 PRO X read", "3563 K750 light"]
    );
    // The series is over; a client that still needs it requests it again.
    assert_eq!(desk.series_requested(K750), ["3562 1 x 1 s"]);
}

#[test]
fn a_receiver_still_being_discovered_at_suspend_is_found_after_resuming() {
    for millis in (0..1500).step_by(31) {
        let mut harness = FollowHarness::new();
        let desk = desk();
        harness.port.plug(&desk);
        let commands = harness.commands.clone();
        harness.at_time(Duration::from_millis(millis), move |_| {
            commands.push(Command::Resumed);
        });
        let events = harness.follow(30);
        let mut added: Vec<&Device> = Vec::new();
        for (_, event) in &events {
            match event {
                MonitorEvent::Change(change) => match &**change {
                    Change::DeviceAdded(device) => added.push(device),
                    Change::DeviceRemoved(device) => panic!("{millis}: {device:?}"),
                    _ => {}
                },
                MonitorEvent::Failure(failure) => panic!("{millis}: {failure}"),
                MonitorEvent::Unreadable(unreadable) => panic!("{millis}: {unreadable}"),
                MonitorEvent::Settled { .. } => {}
            }
        }
        assert_eq!(added.len(), 3, "{millis}: {:?}", words(&events));
        assert!(added.iter().all(|it| it.is_online()), "{millis}: {added:?}");
    }
}
