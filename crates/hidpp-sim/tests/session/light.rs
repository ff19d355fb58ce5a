//! Series of light measurements alongside probes, releases, closing and unpairing.

use std::time::Duration;

use hidpp_proto::feature::Reading;
use hidpp_proto::feature::solar_dashboard::LightMeasure;
use hidpp_proto::session::{DeviceFact, Event, Wanted};
use hidpp_proto::units::Percent;
use hidpp_proto::wire::{DeviceIndex, Report};
use hidpp_sim::Firmware;
use hidpp_sim::receiver::Receiver;
use hidpp_sim::scenario::desk;

use crate::bench::{Bench, k750, seconds, slot};

const SERIES: LightMeasure = LightMeasure {
    reports: 60,
    period_s: 2,
};
const K750: u8 = 1;

/// A bench with a K750 that was probed and sends a series of measurements.
fn measuring() -> Bench<Receiver> {
    let mut bench = Bench::new(desk());
    // Switch on link notices, as the kernel driver does.
    bench
        .device
        .output_report(bench.now, &[0x10, 0xFF, 0x80, 0x00, 0x00, 0x09, 0x00]);
    bench.session.probe(slot(K750), Wanted::BATTERY, k750());
    bench.run_for(seconds(3));
    assert!(bench.session.start_light_series(slot(K750), SERIES));
    bench.run_for(seconds(5));
    bench
}

fn measurements(bench: &Bench<Receiver>) -> usize {
    let light = |reading: &Reading| match reading {
        Reading::Solar(event) => event.light.is_some(),
        _ => false,
    };
    bench
        .readings(slot(K750))
        .iter()
        .filter(|reading| light(reading))
        .count()
}

fn probed(events: &[Event], at: DeviceIndex) -> usize {
    events
        .iter()
        .filter(|event| **event == Event::Probed(at))
        .count()
}

#[test]
fn a_probe_during_a_series_does_not_wait_for_the_end_of_the_series() {
    for wanted in [Wanted::NAME, Wanted::BATTERY] {
        let mut bench = measuring();
        bench.events.clear();
        let known = bench.session.known(slot(K750)).cloned().unwrap();
        bench.session.probe(slot(K750), wanted, known);
        bench.run_for(seconds(1));
        let events = &bench.events;
        assert_eq!(probed(events, slot(K750)), 1, "{wanted:?}: {events:?}");
        bench.run_for(seconds(59));
        let measured = measurements(&bench);
        assert!(
            measured >= 28,
            "{wanted:?}: the series goes on, {measured} measurements"
        );
    }
}

#[test]
fn a_series_that_replaces_a_single_measurement_lets_its_probe_end() {
    let mut bench = Bench::new(desk());
    bench.session.probe(slot(K750), Wanted::BATTERY, k750());
    bench.run_for(Duration::from_millis(100));
    assert_eq!(
        probed(&bench.events, slot(K750)),
        0,
        "the probe waits for light"
    );
    assert!(bench.session.start_light_series(slot(K750), SERIES));
    bench.run_for(seconds(10));
    assert_eq!(probed(&bench.events, slot(K750)), 1);
    assert!(measurements(&bench) >= 4);
}

#[test]
fn closing_the_session_cancels_the_series() {
    let mut bench = measuring();
    bench.session.close(bench.now);
    bench.run_for(seconds(1));
    let last = bench.sent.last().unwrap();
    assert_eq!((last.sub_id(), last.head()), (9, [0, 0, 0]), "{last}");
    let measured = measurements(&bench);
    bench.run_for(seconds(30));
    assert_eq!(measurements(&bench), measured);
    assert!(bench.session.is_idle());
}

#[test]
fn a_reply_to_another_program_is_not_taken_for_a_broadcast() {
    // Old kernels and UPower send requests with software id 0: the reply to their request for one
    // report looks like a broadcast of 1 %.
    let mut bench = Bench::new(desk());
    bench.session.probe(slot(K750), Wanted::BATTERY, k750());
    bench.run_for(seconds(3));
    let before = bench.readings(slot(K750)).len();
    bench
        .device
        .output_report(bench.now, &[0x10, K750, 0x09, 0x00, 0x01, 0x01, 0x00]);
    bench.run_for(seconds(3));
    let new = &bench.readings(slot(K750))[before..];
    assert_eq!(new.len(), 1, "the measurement itself: {new:?}");
    let Reading::Solar(event) = new[0] else {
        panic!("{new:?}")
    };
    assert_eq!(event.charge.map(Percent::get), Some(57));
}

#[test]
fn a_measurement_without_the_reply_to_its_request_is_enough() {
    let mut bench = Bench::new(desk());
    bench.session.probe(slot(K750), Wanted::BATTERY, k750());
    bench.run_for(Duration::from_millis(30));
    // The reply to the measure request is dropped; the measurement arrives.
    while bench
        .device
        .next_due()
        .is_some_and(|due| due <= bench.now + Duration::from_millis(20))
    {
        bench.now = bench.device.next_due().unwrap();
        while let Some(bytes) = bench.device.input_report(bench.now) {
            let report = Report::parse(&bytes).unwrap();
            if report.sub_id() != 9 {
                bench.session.handle_report(bench.now, &report);
            }
        }
        bench.step();
    }
    let asked = |bench: &Bench<Receiver>| {
        bench
            .sent
            .iter()
            .filter(|report| report.sub_id() == 9)
            .count()
    };
    assert_eq!(asked(&bench), 1);
    bench.run_for(seconds(20));
    assert!(
        bench.events.contains(&Event::Probed(slot(K750))),
        "{:?}",
        bench.events
    );
    let silent = bench
        .facts(slot(K750))
        .iter()
        .any(|fact| matches!(fact, DeviceFact::Absent(_)));
    assert!(!silent, "{:?}", bench.events);
    assert!(asked(&bench) <= 2, "{:?}", bench.sent);
}

#[test]
fn ending_the_series_ends_the_probe_that_waits_for_light() {
    let mut bench = Bench::new(desk());
    bench.session.probe(slot(K750), Wanted::BATTERY, k750());
    bench.run_for(Duration::from_millis(700));
    bench.session.end_light_series(slot(K750));
    bench.run_for(seconds(10));
    assert_eq!(probed(&bench.events, slot(K750)), 1, "{:?}", bench.events);
    assert_eq!(measurements(&bench), 0, "the measurement was cancelled");
}

#[test]
fn closing_after_the_series_was_cancelled_does_not_restart_it() {
    let released_first = |bench: &mut Bench<Receiver>| bench.session.end_light_series(slot(K750));
    let closed_first = |bench: &mut Bench<Receiver>| bench.session.close(bench.now);
    for before in [released_first, closed_first] {
        let mut bench = measuring();
        before(&mut bench);
        bench.session.close(bench.now);
        bench.run_for(seconds(1));
        let measured = measurements(&bench);
        bench.run_for(seconds(30));
        assert_eq!(
            measurements(&bench),
            measured,
            "the keyboard still measures"
        );
        assert!(bench.session.is_idle());
    }
}

#[test]
fn the_state_of_an_unpaired_device_is_dropped() {
    let mut bench = measuring();
    bench.device.unpair(bench.now, K750);
    bench.run_for(seconds(30));
    assert_eq!(bench.session.known(slot(K750)), None);
    assert!(bench.session.is_idle());

    // The same in the middle of a probe; the probe ends.
    let mut bench = Bench::new(desk());
    bench
        .device
        .output_report(bench.now, &[0x10, 0xFF, 0x80, 0x00, 0x00, 0x09, 0x00]);
    bench.session.probe(slot(K750), Wanted::BATTERY, k750());
    bench.run_for(Duration::from_millis(30));
    bench.device.unpair(bench.now, K750);
    bench.run_for(seconds(10));
    assert_eq!(probed(&bench.events, slot(K750)), 1, "{:?}", bench.events);
    assert!(bench.session.is_idle());
}
