//! What is reported about devices named with `--device`, by the direct path and with a daemon.

use std::cell::{Cell, RefCell};
use std::fmt::Display;

use super::direct::Events;
use super::missing::Missing;
use super::relay::Relay;
use super::selected::Selected;
use crate::bus::Bus;
use crate::cli::exit::Exit;
use crate::cli::options::ConfigArgs;
use crate::client::follow::{FollowEvent, OnEvent, Origin, Reporter, SessionEvent};
use crate::device::samples::{battery, mouse};
use crate::device::{ChargeState, Device, Selector};
use crate::manager::{MonitorEvent, Unreadable, unreadable};
use crate::transport::{NodeInfo, TransportError};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::descriptor::Capabilities;

/// A G435: no HID++ reports (`HeadsetControl` issue 224).
fn g435() -> Vec<Unreadable> {
    let node = NodeInfo::new("/dev/hidraw3", 0x046D, 0x0ACB, Capabilities::NONE);
    unreadable(&[node])
}

const HEADSET: &str = "G435 Wireless Gaming Headset (046D:0ACB) is plugged in and cannot be read: \
                       it does not speak HID++";

fn settled() -> MonitorEvent {
    MonitorEvent::Settled {
        unselected: Vec::new(),
    }
}

fn missing(name: &str) -> String {
    format!(
        "no device matches “{name}”; waiting for it to be plugged in, to connect or to be paired"
    )
}

/// Returns what is reported if these devices are named. `act` has the events of both paths.
fn reports(
    named: &[&str],
    unreadable_here: fn() -> Vec<Unreadable>,
    act: impl FnOnce(&mut OnEvent<'_>, &RefCell<Missing>),
) -> Vec<String> {
    let named: Vec<Selector> = named.iter().map(|it| it.parse().unwrap()).collect();
    let missing = RefCell::<Missing>::default();
    let mut reports = Vec::new();
    let mut relay = Relay {
        on_event: &mut |_, _| Ok(None),
        complain: &mut |what: &dyn Display| reports.push(what.to_string()),
        missing: &missing,
        selected: Selected::new(&named, &ConfigArgs::default()),
        unreadable_here,
        reports_waiting: true,
        follows_daemon: false,
        alarm: None,
    };
    act(&mut |at, event| relay.on_event(at, event), &missing);
    reports
}

/// Returns what is reported if the devices are followed directly and these events occur.
fn directly(named: &[&str], is_empty: bool, events: Vec<MonitorEvent>) -> (Vec<String>, Exit) {
    let mut worst = Exit::Ok;
    let reports = reports(named, Vec::new, |on_event, missing| {
        let begun = SessionEvent::Begun(Origin::Fallback(Vec::new()));
        on_event(Timestamp::START, begun).unwrap();
        let mut on_event = |at, event| on_event(at, event);
        let mut reporter = Reporter::new(&mut on_event);
        let mut followed = Events {
            reporter: &RefCell::new(&mut reporter),
            missing,
            nothing: &Cell::new(is_empty),
            worst: Exit::Ok,
        };
        for event in events {
            followed.on_event(Timestamp::START, event).unwrap();
        }
        worst = followed.worst;
    });
    (reports, worst)
}

/// Returns what is reported if a daemon is followed.
fn through_a_daemon(named: &[&str], is_empty: bool) -> Vec<String> {
    reports(named, g435, |on_event, _| {
        let (bus, owner) = (Bus::System, ":1.5".to_owned());
        let begun = SessionEvent::Begun(Origin::Daemon { bus, owner });
        let settled = SessionEvent::Follow(FollowEvent::Settled {
            is_empty,
            unselected: Vec::new(),
        });
        for event in [begun, settled] {
            on_event(Timestamp::START, event).unwrap();
        }
    })
}

#[test]
fn a_device_is_not_missing_if_its_receiver_may_not_be_opened() {
    let node = "/dev/hidraw0".to_owned();
    let denied = TransportError::PermissionDenied { node };
    let text = denied.to_string();
    let events = vec![MonitorEvent::Failure(denied.into()), settled()];
    let (reports, exit) = directly(&["K750"], false, events);
    assert_eq!((reports, exit), (vec![text], Exit::NoPermission));
}

#[test]
fn an_unreadable_device_is_not_missing() {
    let events = || {
        let unreadable = g435().into_iter().map(MonitorEvent::Unreadable);
        unreadable.chain([settled()]).collect()
    };
    for is_empty in [true, false] {
        for named in ["G435", "0ACB"] {
            let reports = directly(&[named], is_empty, events()).0;
            assert_eq!(reports, [HEADSET], "{named}, {is_empty}");
            assert_eq!(through_a_daemon(&[named], is_empty), reports, "{named}");
        }
    }
}

#[test]
fn a_device_is_missing_if_another_is_unreadable() {
    let expected = [HEADSET.to_owned(), missing("K750")];
    for is_empty in [true, false] {
        let unreadable = g435().into_iter().map(MonitorEvent::Unreadable);
        let events = unreadable.chain([settled()]).collect();
        let reports = directly(&["G435", "K750"], is_empty, events).0;
        assert_eq!(reports, expected, "{is_empty}");
        assert_eq!(through_a_daemon(&["G435", "K750"], is_empty), expected);
    }
}

#[test]
fn with_nothing_plugged_in_no_single_device_is_reported_as_missing() {
    let (reports, _) = directly(&["K750"], true, vec![settled()]);
    let [report] = &reports[..] else {
        panic!("{reports:?}")
    };
    assert!(report.starts_with("no Logitech receiver or device found"));
}

#[test]
fn a_mistyped_device_is_reported_with_similar_names() {
    let named = |id: &str, name: &str| Device {
        name: Some(name.to_owned()),
        ..mouse(id, battery(60, ChargeState::Discharging))
    };
    let unselected = vec![named("101B-1", "M705"), named("4002-1", "K750")];
    let events = vec![MonitorEvent::Settled { unselected }];
    let (reports, _) = directly(&["M706"], false, events);
    let [report] = &reports[..] else {
        panic!("{reports:?}")
    };
    let start = "no device matches “M706”; similar: “M705”; waiting for it";
    assert!(report.starts_with(start), "{report}");
}
