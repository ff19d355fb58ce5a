//! The trace log contains reports, but nothing that could be key presses.

use std::cell::RefCell;

use hidpp_proto::feature::BatteryFeature;
use hidpp_proto::feature::solar_dashboard::LightMeasure;
use hidpp_proto::session::{Known, Peer, Session, Wanted};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{DeviceIndex, FeatureIndex, Report, ReportId};
use hidpp_sim::catalogue;
use log::{Level, LevelFilter, Log, Metadata, Record};
use solar_status::manager::Memory;

use crate::desk::{Shared, hours};
use crate::follow_harness::FollowHarness;

/// Collects the log lines of a test in its own thread.
struct Collector;

thread_local! {
    static LINES: RefCell<Option<Vec<(Level, String)>>> = const { RefCell::new(None) };
}

impl Log for Collector {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        LINES.with_borrow(Option::is_some)
    }

    fn log(&self, record: &Record<'_>) {
        LINES.with_borrow_mut(|collected| {
            if let Some(lines) = collected {
                lines.push((record.level(), record.args().to_string()));
            }
        });
    }

    fn flush(&self) {}
}

/// The lines logged while a function runs.
pub(crate) fn logged(run: impl FnOnce()) -> Vec<String> {
    collect_lines(run)
        .into_iter()
        .map(|(_, line)| line)
        .collect()
}

/// The warnings and errors logged while a function runs.
pub(crate) fn warned(run: impl FnOnce()) -> Vec<String> {
    let lines = collect_lines(run).into_iter();
    let severe = lines.filter(|(level, _)| *level <= Level::Warn);
    severe.map(|(_, line)| line).collect()
}

fn collect_lines(run: impl FnOnce()) -> Vec<(Level, String)> {
    static COLLECTOR: Collector = Collector;
    // Fails for all tests but the first, because the logger is already set.
    if log::set_logger(&COLLECTOR).is_ok() {
        log::set_max_level(LevelFilter::Trace);
    }
    LINES.set(Some(Vec::new()));
    run();
    LINES.take().unwrap_or_default()
}

#[test]
fn battery_events_are_logged_and_possible_key_presses_are_not() {
    let mut harness = FollowHarness::new();
    let desk = Shared::receiver(&["PRO X"]);
    harness.port.plug(&desk);
    for (second, event) in [(10, "11 01 06 00 46 08 00 00"), (20, "11 01 08 00 00 C3")] {
        let handle = desk.clone();
        harness.at(second, move |_| handle.inject(event));
    }
    let lines = logged(|| _ = harness.follow(30));
    let has = |wanted: &str| lines.iter().any(|line| line.contains(wanted));
    assert!(has("/dev/hidraw0 → 10 01 00 06 10 04 00"), "{lines:#?}");
    assert!(has("/dev/hidraw0 ← 11 01 06 00 46 08 00 00"), "{lines:#?}");
    assert!(!has("11 01 08 00"), "{lines:#?}");
    assert!(has("/dev/hidraw0 ← withheld: an event"), "{lines:#?}");
}

/// What is logged when a device sends a report on its own, with this feature at this index.
fn unused(peer: Peer, feature: BatteryFeature, remembered: bool, report: &str) -> Vec<String> {
    let device = match peer {
        Peer::Receiver => DeviceIndex(1),
        Peer::Device | Peer::Centurion => DeviceIndex::DIRECT,
    };
    let report: Report = report.parse().unwrap();
    let mut known = Known::default();
    known.remembered = remembered;
    known.learn(feature.id(), Some(FeatureIndex(report.sub_id())));
    let mut session = Session::new(peer, ReportId::Long);
    session.probe(device, Wanted::NOTHING, known);
    session.start_light_series(device, LightMeasure::ONCE);
    logged(|| session.handle_report(Timestamp::START, &report))
}

#[test]
fn reports_that_are_not_used_are_logged_with_the_reason() {
    use BatteryFeature::{LevelStatus, SolarDashboard, Unified};
    for (feature, remembered, report, reason) in [
        (
            LevelStatus,
            true,
            "11 01 06 00 FF …",
            "event 0 cannot be one of feature 1000: reading again",
        ),
        // The capability of a T400 (Solaar issue 1568).
        (
            LevelStatus,
            false,
            "11 01 06 10 04 00 A0 FA 0F …",
            "event 1 of feature 1000 dropped: not one that is known",
        ),
        // Capabilities for another program (linux-input 2022-08-26, Solaar issue 1718).
        (
            Unified,
            false,
            "11 01 06 00 0F 03 …",
            "event 0 of feature 1004 dropped: a reply to another program",
        ),
        (
            Unified,
            false,
            "11 01 06 00 0F 02 …",
            "event 0 of feature 1004 dropped: it may be a reply to another program",
        ),
        (
            SolarDashboard,
            false,
            "11 01 09 00 01 01 …",
            "event 0 of feature 4301 dropped: a reply to another program",
        ),
        (
            SolarDashboard,
            false,
            "11 01 09 10 39 01 3F 06 72 …",
            "measurement without its marker",
        ),
    ] {
        let lines = unused(Peer::Receiver, feature, remembered, report);
        let found = lines.iter().find(|it| it.contains(reason));
        assert!(
            found.is_some_and(|it| it.starts_with("device 01: ")),
            "{report}: {lines:#?}"
        );
    }
    let lines = unused(Peer::Device, LevelStatus, false, "11 03 06 00 5A 32 …");
    assert!(
        lines.iter().any(|it| it.contains("not from the device")),
        "{lines:#?}"
    );
    // A reading is not.
    let lines = unused(Peer::Receiver, LevelStatus, false, "11 01 06 00 5A 32 …");
    assert_eq!(lines, [""; 0]);
}

#[test]
fn a_battery_that_is_looked_up_again_is_logged_with_the_reason() {
    let desk = Shared::receiver(&["M525"]);
    let mut memory = Memory::default();
    desk.read(hours(1), &mut memory);
    // A firmware update replaced 1000 by 1004.
    let other = catalogue::find("PRO X")
        .unwrap()
        .paired([0xD0, 0, 0, 1])
        .unwrap();
    desk.act(|receiver| receiver.device_mut(1).unwrap().protocol = other.protocol);
    let lines = logged(|| _ = desk.read(hours(2), &mut memory));
    let found = |it: &String| it.ends_with("all is requested again") && !it.contains("remembered");
    assert!(lines.iter().any(found), "{lines:#?}");
}
