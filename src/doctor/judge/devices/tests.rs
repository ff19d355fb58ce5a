use std::collections::BTreeSet;

use super::*;
use crate::bus::Bus;
use crate::device::BatterySource;
use crate::doctor::judge::testing::{directly, healthy, only};
use hidpp_proto::feature::BatteryFeature;
use hidpp_proto::session::RequestError;
use hidpp_proto::units::Percent;

const K750: &str = "4002-392A0750";

/// The findings after a change to the devices.
fn after(act: impl FnOnce(&mut Devices)) -> Vec<Finding> {
    let mut facts = directly();
    act(facts.devices.as_mut().unwrap());
    judge(&facts)
}

fn of(findings: &[Finding], id: &str) -> Finding {
    let found = findings.iter().find(|it| it.id == id);
    found
        .unwrap_or_else(|| panic!("no {id} in {findings:?}"))
        .clone()
}

#[test]
fn all_devices_are_reported_awake_or_asleep() {
    let findings = judge(&healthy());
    let texts: Vec<&str> = findings.iter().map(|it| &*it.text).collect();
    assert_eq!(
        texts,
        [
            "Unifying Receiver on /dev/hidraw2: 3 of 6 slots used, \
             according to solar-statusd on the system bus",
            "K750 (slot 1) is online, 57 %",
            "M705 (slot 2) is online, and has no readable battery",
            "K800 (slot 3) is asleep, switched off or out of range, last seen 3 h ago",
        ]
    );
    assert!(findings.iter().all(|it| it.verdict == Verdict::Ok));
}

#[test]
fn a_device_about_which_the_receiver_reports_nothing_is_wedged() {
    let findings = after(|seen| {
        seen.silent = BTreeSet::from([K750.to_owned()]);
        seen.devices[0].presence = Presence::Offline;
        seen.failures.push(Failure::Device {
            device: K750.to_owned(),
            error: RequestError::Silent,
        });
    });
    let wedged = of(&findings, "wedged");
    assert_eq!(wedged.verdict, Verdict::Problem);
    assert!(
        wedged.text.starts_with("K750 (slot 1) does not answer"),
        "{}",
        wedged.text
    );
    assert!(wedged.advice.unwrap().contains("off and on again"));
    assert!(
        findings.iter().all(|it| it.id != "device-fails"),
        "reported twice"
    );
}

#[test]
fn failures_are_problems() {
    let node = || "/dev/hidraw2".to_owned();
    for (failure, id) in [
        (
            Failure::NoReceiver {
                node: node(),
                error: RequestError::Silent,
            },
            "receiver-silent",
        ),
        (
            Failure::TimedOut {
                node: node(),
                devices: Vec::new(),
            },
            "slow",
        ),
        (
            Failure::Transport(TransportError::Gone { node: node() }),
            "node-fails",
        ),
        (
            Failure::NoMeasurement {
                device: K750.to_owned(),
            },
            "no-light",
        ),
    ] {
        let findings = after(|seen| seen.failures.push(failure));
        assert_eq!(of(&findings, id).verdict, Verdict::Problem);
    }
}

#[test]
fn a_low_battery_is_worth_a_note_with_what_fills_it() {
    let findings = after(|seen| {
        let battery = seen.devices[0].battery.as_mut().unwrap();
        battery.percent = Percent::new(20);
    });
    let low = of(&findings, "low");
    assert_eq!(low.verdict, Verdict::Note);
    assert!(low.advice.unwrap().contains("light"), "a solar keyboard");
    let findings = after(|seen| {
        let device = &mut seen.devices[0];
        device.light = None;
        let battery = device.battery.as_mut().unwrap();
        (battery.percent, battery.level) = (None, Some(BatteryLevel::Critical));
    });
    assert!(
        of(&findings, "low")
            .advice
            .unwrap()
            .contains("replace its batteries")
    );
}

#[test]
fn untrusted_light_is_worth_a_note() {
    let findings = after(|seen| seen.devices[0].light.as_mut().unwrap().trusted = false);
    assert_eq!(of(&findings, "light-untrusted").verdict, Verdict::Note);
}

#[test]
fn a_solar_keyboard_needs_light_even_before_a_measurement() {
    let low = |source| {
        let findings = after(|seen| {
            let device = &mut seen.devices[0];
            device.light = None;
            let battery = device.battery.as_mut().unwrap();
            battery.percent = Percent::new(10);
            battery.source = source;
        });
        of(&findings, "low").advice.unwrap()
    };
    assert!(low(BatterySource::SOLAR).starts_with("give it light"));
    assert!(low(BatterySource::Feature(BatteryFeature::Unified)).starts_with("charge it"));
}

#[test]
fn unknown_values_are_reported_as_unknown() {
    let findings = after(|seen| {
        seen.devices[0].battery = None;
        seen.devices[1].presence = Presence::Unknown;
        seen.receivers[0].paired = Some(0);
    });
    for id in ["no-charge", "unknown", "unpaired"] {
        assert_eq!(of(&findings, id).verdict, Verdict::Note);
    }
}

#[test]
fn no_device_is_distinguished_from_one_that_cannot_be_opened() {
    let mut facts = directly();
    facts.devices = Ok(Devices::unknown());
    assert_eq!(only(judge(&facts)).id, "unasked");
    facts.hidraw.as_mut().unwrap().nodes.clear();
    assert_eq!(only(judge(&facts)).id, "unasked", "it is on USB");
    facts.devices = Err(LookError::Slow {
        what: "the devices".to_owned(),
    });
    assert_eq!(only(judge(&facts)).verdict, Verdict::Problem);
    facts.devices = Ok(Devices::unknown());
    facts.usb = Ok(Vec::new());
    assert_eq!(judge(&facts), [], "that is reported with the nodes");
    facts.hidraw = Err(LookError::Missing {
        what: "/sys/class".to_owned(),
    });
    assert_eq!(only(judge(&facts)).verdict, Verdict::Absent);
    facts.devices = Ok(Devices::from_origin(
        Origin::Daemon(Bus::System),
        Vec::new(),
        Vec::new(),
    ));
    assert_eq!(only(judge(&facts)).verdict, Verdict::Absent);
}
