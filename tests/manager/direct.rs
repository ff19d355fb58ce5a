//! Devices on their own node: on a cable, on Bluetooth, or behind a headset's dongle.

use hidpp_proto::units::{Percent, Timestamp};
use hidpp_sim::battery::State;
use hidpp_sim::direct::{DirectDevice, Indices};
use hidpp_sim::{Plugged, catalogue};
use solar_status::device::{Change, Link, Presence};
use solar_status::manager::{Memory, MonitorEvent};

use crate::desk::{Shared, hours, percent};
use crate::follow_harness::FollowHarness;

fn device(codename: &str) -> DirectDevice {
    let entries = catalogue::devices();
    let found = entries
        .iter()
        .filter(|entry| entry.codename == codename)
        .find_map(|entry| entry.direct([0xD0, 0, 0, 1]));
    found.unwrap()
}

fn plugged(device: DirectDevice) -> Shared {
    Shared::new("/dev/hidraw5", Plugged::Direct(device))
}

#[test]
fn a_bluetooth_mouse_gets_only_long_reports() {
    let desk = plugged(device("MX Master 4"));
    let snapshot = desk.read(hours(1), &mut Memory::default());
    let [mouse] = &snapshot.devices[..] else {
        panic!("{snapshot:?}");
    };
    assert!(snapshot.receivers.is_empty());
    assert_eq!(percent(mouse), Some(45));
    assert_eq!(
        mouse.link,
        Link::Direct {
            node: "/dev/hidraw5".to_owned(),
            bus: "bluetooth".to_owned(),
            product: 0xB042
        }
    );
    assert!(
        desk.take_requests()
            .iter()
            .all(|report| report.starts_with("11 ff"))
    );
}

#[test]
fn replies_with_index_00_are_accepted() {
    let mouse = device("MX Master 4").with_indices(Indices::AnswersZero);
    let snapshot = plugged(mouse).read(hours(1), &mut Memory::default());
    assert_eq!(percent(&snapshot.devices[0]), Some(45));
}

#[test]
fn a_device_that_answers_only_index_00_gets_requests_with_it() {
    let mouse = device("G502 Hero").with_indices(Indices::OnlyZero);
    let desk = plugged(mouse);
    let snapshot = desk.read(hours(1), &mut Memory::default());
    assert!(snapshot.failures.is_empty(), "{:?}", snapshot.failures);
    assert_eq!(snapshot.devices[0].presence, Presence::Online);
    assert_eq!(snapshot.devices[0].has_battery, Some(false));
    let requests = desk.take_requests();
    assert!(requests[0].starts_with("10 ff 00 1"), "{requests:?}");
    assert!(
        requests[1..].iter().all(|it| it.starts_with("10 00")),
        "{requests:?}"
    );
}

#[test]
fn a_corded_hidpp_10_keyboard_has_no_battery() {
    let snapshot = plugged(device("Illuminated")).read(hours(1), &mut Memory::default());
    assert!(snapshot.failures.is_empty(), "{:?}", snapshot.failures);
    assert_eq!(snapshot.devices[0].has_battery, Some(false));
}

#[test]
fn the_estimate_of_a_g933_follows_its_cell_over_a_whole_discharge() {
    let mut g933 = device("Logitech");
    g933.set_charging(Timestamp::START, State::Discharging);
    let desk = plugged(g933);
    let mut worst = 0;
    for charge in (0..=100).rev() {
        desk.act_direct(|it| {
            it.set_charge(Timestamp::START, Percent::new(charge).unwrap());
        });
        let snapshot = desk.read(hours(1), &mut Memory::default());
        let battery = snapshot.devices[0].battery.unwrap();
        let off = battery.percent.unwrap().get().abs_diff(charge);
        assert!(
            off <= battery.margin.unwrap().0.max(1),
            "{charge} %: {battery:?}"
        );
        worst = worst.max(off);
    }
    assert!(worst <= 8, "{worst} points");
}

#[test]
fn a_headset_reports_when_it_is_charged_and_when_charging_fails() {
    let desk = plugged(device("Logitech"));
    let mut states = Vec::new();
    for state in [
        State::Charging,
        State::Charged,
        State::Failed,
        State::Discharging,
    ] {
        desk.act_direct(|it| {
            it.set_charging(Timestamp::START, state);
        });
        let snapshot = desk.read(hours(1), &mut Memory::default());
        let battery = snapshot.devices[0].battery.unwrap();
        states.push((battery.state.name().unwrap(), battery.external_power));
    }
    assert_eq!(
        states,
        [
            ("charging", Some(true)),
            ("full", Some(true)),
            ("charging error", Some(true)),
            ("discharging", Some(false)),
        ]
    );
}

#[test]
fn a_headset_that_is_off_is_offline_without_a_failure() {
    let desk = plugged(device("G733 Headset"));
    let mut memory = Memory::default();
    let on = desk.read(hours(1), &mut memory);
    assert_eq!(percent(&on.devices[0]), Some(89));
    let off = plugged(device("G733 Headset").asleep()).read(hours(2), &mut memory);
    assert!(off.failures.is_empty(), "{:?}", off.failures);
    assert_eq!(off.devices[0].presence, Presence::Offline);
    assert_eq!(percent(&off.devices[0]), Some(89), "the last known charge");
}

#[test]
fn a_headset_that_is_switched_on_later_is_read() {
    // Its dongle answers all requests except those for the battery.
    let mut harness = FollowHarness::new();
    let desk = plugged(device("G733 Headset").asleep());
    harness.port.plug(&desk);
    let handle = desk.clone();
    harness.at(10, move |now| {
        handle.act_direct(|headset| _ = headset.wake(now));
    });
    let handle = desk.clone();
    harness.at(20, move |now| {
        handle.act_direct(|headset| _ = headset.sleep(now));
    });
    let events = harness.follow(30);
    let presence = events.iter().filter_map(|(second, event)| match event {
        MonitorEvent::Change(change) => match &**change {
            Change::DeviceAdded(it) | Change::DeviceChanged(it, _) => {
                Some((*second, it.presence, percent(it)))
            }
            _ => None,
        },
        MonitorEvent::Failure(_) | MonitorEvent::Unreadable(_) | MonitorEvent::Settled { .. } => {
            None
        }
    });
    assert_eq!(
        presence.collect::<Vec<_>>(),
        [
            (0, Presence::Offline, None),
            (10, Presence::Online, None),
            (10, Presence::Online, Some(89)),
            (20, Presence::Offline, Some(89)),
        ]
    );
}

#[test]
fn a_sleeping_bluetooth_mouse_is_offline_after_a_timeout_of_two_seconds() {
    let desk = plugged(device("MX Master 4").asleep());
    let snapshot = desk.read(hours(1), &mut Memory::default());
    assert!(snapshot.failures.is_empty(), "{:?}", snapshot.failures);
    assert_eq!(snapshot.devices[0].presence, Presence::Offline);
    let took = snapshot.at.since(hours(1));
    assert!(took.as_millis() <= 2200, "{took:?}");
}

#[test]
fn a_cached_direct_device_is_read_with_one_request() {
    let desk = plugged(device("MX Master 4"));
    let mut memory = Memory::default();
    let cold = desk.read(hours(1), &mut memory);
    desk.take_requests();
    let warm = desk.read(hours(2), &mut memory);
    assert_eq!(desk.take_requests().len(), 1);
    assert_eq!(warm.devices[0].kind, cold.devices[0].kind);
    assert!(warm.devices[0].kind.is_some());
    assert_ne!(warm.at, Timestamp::START);
}
