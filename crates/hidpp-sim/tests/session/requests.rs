//! The requests that a session sends if nothing fails. The tests hold their number to a minimum.

use std::time::Duration;

use crate::bench::{Bench, SCOPE, k750, seconds, slot};
use hidpp_proto::feature::root::ProtocolVersion;
use hidpp_proto::feature::solar_dashboard::LightMeasure;
use hidpp_proto::feature::{BatteryFeature, Reading};
use hidpp_proto::session::{DeviceFact, Event, Known, KnownRegister, RequestError, Wanted};
use hidpp_proto::units::{Lux, Percent, Timestamp};
use hidpp_proto::wire::{Error10, FeatureIndex, Wpid};
use hidpp_sim::scenario::{K800, M705, desk};

fn solar(bench: &Bench<impl hidpp_sim::Firmware>) -> Option<(u8, u16)> {
    bench
        .readings(slot(1))
        .into_iter()
        .find_map(|reading| match reading {
            Reading::Solar(event) => Some((event.charge?.get(), event.light?.0)),
            _ => None,
        })
}

#[test]
fn the_first_k750_reading_needs_ping_lookup_and_measure() {
    let mut bench = Bench::new(desk());
    bench.session.probe(slot(1), Wanted::BATTERY, k750());
    bench.run_for(seconds(2));
    assert_eq!(
        bench.sent_to(slot(1)),
        [
            "10 01 00 16 00 00 01",
            "10 01 00 06 43 01 00",
            "10 01 09 06 01 01 00"
        ]
    );
    assert_eq!(bench.sent.len(), 3, "no other requests");
    assert_eq!(solar(&bench), Some((57, 12)));
    assert_eq!(bench.events.last(), Some(&Event::Probed(slot(1))));
}

#[test]
fn a_k750_reading_with_known_protocol_and_index_is_one_request() {
    let mut known = Known::default();
    known.protocol = Some(ProtocolVersion { major: 2, minor: 0 });
    known.learn(BatteryFeature::SolarDashboard.id(), Some(FeatureIndex(9)));
    let mut bench = Bench::new(desk());
    bench.session.probe(slot(1), Wanted::BATTERY, known);
    bench.run_for(seconds(2));
    assert_eq!(bench.sent_to(slot(1)), ["10 01 09 06 01 01 00"]);
    assert_eq!(bench.sent.len(), 1);
    assert_eq!(solar(&bench), Some((57, 12)));
}

#[test]
fn a_second_reading_in_one_session_is_one_request() {
    let mut bench = Bench::new(desk());
    bench.session.probe(slot(1), Wanted::BATTERY, k750());
    bench.run_for(seconds(2));
    let known = bench.session.known(slot(1)).cloned().unwrap();
    let before = bench.sent.len();
    bench.session.probe(slot(1), Wanted::BATTERY, known);
    bench.run_for(seconds(2));
    assert_eq!(bench.sent.len() - before, 1);
}

#[test]
fn a_broadcast_reveals_the_index_of_the_solar_feature() {
    let mut bench = Bench::new(desk());
    let protocol = Some(ProtocolVersion { major: 2, minor: 0 });
    // The keyboard broadcasts 90 s after its start, before the first request.
    bench.run_for(seconds(91));
    assert!(bench.sent.is_empty());
    let mut known = bench.session.known(slot(1)).cloned().unwrap();
    known.protocol = protocol;
    assert_eq!(
        known.feature(BatteryFeature::SolarDashboard.id()),
        Some(Some(FeatureIndex(9)))
    );
    bench.session.probe(slot(1), Wanted::BATTERY, known);
    bench.run_for(seconds(2));
    assert_eq!(
        bench.sent.len(),
        1,
        "measured without looking the feature up"
    );
}

#[test]
fn an_m705_reading_needs_ping_and_mileage() {
    let mut bench = Bench::new(desk());
    bench
        .session
        .probe(slot(2), Wanted::BATTERY, Known::default());
    bench.run_for(seconds(1));
    assert_eq!(
        bench.sent_to(slot(2)),
        ["10 02 00 16 00 00 01", "10 02 81 0d 00 00 00"]
    );
    let [Reading::Mileage(mileage)] = bench.readings(slot(2))[..] else {
        panic!("{:?}", bench.events);
    };
    assert_eq!(mileage.charge, Percent::new(65));
    assert!(
        bench
            .facts(slot(2))
            .contains(&&DeviceFact::Protocol(ProtocolVersion::HIDPP_10))
    );
}

#[test]
fn a_sleeping_k800_is_polled_once_and_again_when_it_wakes() {
    let mut bench = Bench::new(desk());
    bench.session.discover(SCOPE);
    bench.run_for(seconds(1));
    // Link notices need the wireless flag, which the kernel driver sets.
    bench
        .device
        .output_report_from_elsewhere("10 FF 80 00 00 09 00");
    bench
        .session
        .probe(slot(3), Wanted::BATTERY, Known::default());
    bench.run_for(seconds(5));
    assert_eq!(bench.sent_to(slot(3)), ["10 03 00 16 00 00 01"]);
    let absent = DeviceFact::Absent(RequestError::Unreachable(Error10::ResourceError));
    assert_eq!(bench.facts(slot(3)), [&absent]);

    bench.device.wake(bench.now, 3);
    bench.run_for(seconds(5));
    assert_eq!(
        bench.sent_to(slot(3))[1..],
        ["10 03 00 15 00 00 02", "10 03 81 07 00 00 00"]
    );
    assert!(
        matches!(bench.readings(slot(3))[..], [Reading::Status(_)]),
        "{:?}",
        bench.events
    );
}

#[test]
fn discovery_reads_each_record_once_and_sends_nothing_to_devices() {
    let mut bench = Bench::new(desk());
    bench.session.discover(SCOPE);
    bench.run_for(seconds(1));
    let sent: Vec<String> = bench.sent.iter().map(ToString::to_string).collect();
    assert_eq!(
        sent,
        [
            "10 ff 83 b5 03 00 00",
            "10 ff 81 02 00 00 00",
            "10 ff 83 b5 20 00 00",
            "10 ff 83 b5 30 00 00",
            "10 ff 83 b5 21 00 00",
            "10 ff 83 b5 31 00 00",
            "10 ff 83 b5 22 00 00",
            "10 ff 83 b5 32 00 00",
            "10 ff 83 b5 23 00 00",
            "10 ff 83 b5 24 00 00",
            "10 ff 83 b5 25 00 00",
            "10 ff 83 b5 40 00 00",
            "10 ff 83 b5 41 00 00",
            "10 ff 83 b5 42 00 00",
        ]
    );
    let names: Vec<_> = bench
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Named(slot, name) => Some((slot.0, name.clone()?)),
            _ => None,
        })
        .collect();
    assert_eq!(names.len(), 3, "{:?}", bench.events);
    assert_eq!((names[0].0, names[0].1.as_str()), (1, "K750"));
    assert!(bench.events.contains(&Event::Discovered));
}

#[test]
fn the_full_name_and_the_firmware_are_read_on_demand() {
    let mut bench = Bench::new(desk());
    let wanted = Wanted::NAME | Wanted::FIRMWARE;
    bench.session.probe(slot(1), wanted, k750());
    bench.run_for(seconds(1));
    let facts = bench.facts(slot(1));
    assert!(facts.contains(&&DeviceFact::Name(
        "Wireless Solar Keyboard K750".to_owned()
    )));
    let firmware = facts.iter().find_map(|fact| match fact {
        DeviceFact::Firmware(version) => Some(version.to_string()),
        _ => None,
    });
    assert_eq!(firmware.as_deref(), Some("RQK 33.00.B0015"));
}

#[test]
fn a_series_is_one_request_and_is_cancelled_when_released() {
    let mut bench = Bench::new(desk());
    bench.session.probe(slot(1), Wanted::BATTERY, k750());
    bench.run_for(seconds(3));
    let before = bench.sent.len();
    let series = LightMeasure {
        reports: 60,
        period_s: 2,
    };
    assert!(bench.session.start_light_series(slot(1), series));
    bench.run_for(seconds(60));
    let measured = bench.readings(slot(1)).len();
    assert!(
        (28..=33).contains(&measured),
        "{measured} measurements in a minute"
    );
    assert_eq!(bench.sent.len() - before, 1, "one request for the series");

    bench.session.end_light_series(slot(1));
    bench.run_for(seconds(1));
    let last = bench.sent.last().unwrap();
    assert_eq!((last.address() >> 4, last.head()), (0, [0, 0, 0]), "{last}");
    let (readings, requests) = (bench.readings(slot(1)).len(), bench.sent.len());
    bench.run_for(seconds(20));
    assert_eq!(
        (bench.readings(slot(1)).len(), bench.sent.len()),
        (readings, requests)
    );
    assert!(bench.session.is_idle());
}

#[test]
fn measurements_requested_by_other_programs_are_readings_too() {
    let mut bench = Bench::new(desk());
    bench.session.probe(slot(1), Wanted::BATTERY, k750());
    bench.run_for(seconds(3));
    let before = bench.readings(slot(1)).len();
    bench
        .device
        .output_report_from_elsewhere_at(bench.now, "10 01 09 0B 03 01 00");
    bench.device.set_sun(bench.now, 1, Lux(538));
    bench.run_for(seconds(5));
    assert_eq!(bench.readings(slot(1)).len() - before, 3);
    let Some(Reading::Solar(event)) = bench.readings(slot(1)).pop() else {
        panic!()
    };
    assert_eq!(event.light, Some(Lux(538)));
}

#[test]
fn the_light_key_is_reported_and_the_light_in_its_event_is_dropped() {
    let mut bench = Bench::new(desk());
    bench.session.probe(slot(1), Wanted::BATTERY, k750());
    bench.run_for(seconds(3));
    bench.device.press_light_key(bench.now, 1);
    bench.run_for(Duration::from_millis(500));
    assert!(bench.events.contains(&Event::LightKey(slot(1))));
    let Some(Reading::Solar(event)) = bench.readings(slot(1)).pop() else {
        panic!()
    };
    assert_eq!((event.light, event.charge), (None, Percent::new(57)));
}

#[test]
fn an_idle_session_has_no_timeout() {
    let mut bench = Bench::new(desk());
    bench.session.discover(SCOPE);
    bench.session.probe(slot(1), Wanted::BATTERY, k750());
    bench.run_until(Timestamp::from_start(seconds(20)));
    assert_eq!(bench.session.poll_timeout(), None);
}

/// Output reports that another program writes to the same node, in hexadecimal.
trait Elsewhere {
    fn output_report_from_elsewhere(&mut self, hex: &str);
    fn output_report_from_elsewhere_at(&mut self, now: Timestamp, hex: &str);
}

impl<F: hidpp_sim::Firmware> Elsewhere for F {
    fn output_report_from_elsewhere(&mut self, hex: &str) {
        self.output_report_from_elsewhere_at(Timestamp::START, hex);
    }

    fn output_report_from_elsewhere_at(&mut self, now: Timestamp, hex: &str) {
        let bytes: Vec<u8> = hex
            .split(' ')
            .map(|byte| u8::from_str_radix(byte, 16).unwrap())
            .collect();
        self.output_report(now, &bytes);
    }
}

/// Probes the battery of a K800 with battery notices, and returns the requests sent and the number
/// of readings. With `silent_notice`, the notices are switched on already.
fn asked_with_notices(known: Known, silent_notice: bool) -> (Vec<String>, usize) {
    let mut keyboard = desk();
    keyboard.wake(Timestamp::START, K800);
    if silent_notice {
        // Another program has switched the notices on, and the keyboard has sent the notice that
        // follows.
        let flags = [0x10, 0x03, 0x80, 0x00, 0x10, 0x00, 0x00];
        hidpp_sim::Firmware::output_report(&mut keyboard, Timestamp::START, &flags);
    }
    let mut bench = Bench::new(keyboard);
    bench.now = Timestamp::START + seconds(1);
    while hidpp_sim::Firmware::input_report(&mut bench.device, bench.now).is_some() {}
    let wanted = Wanted::BATTERY | Wanted::NOTICES;
    bench.session.probe(slot(K800), wanted, known);
    bench.run_for(seconds(3));
    assert!(bench.events.contains(&Event::Probed(slot(K800))));
    assert!(bench.session.is_idle());
    let asked = bench.sent_to(slot(K800));
    (asked, bench.readings(slot(K800)).len())
}

#[test]
fn the_notice_sent_after_switching_notices_on_is_a_reading() {
    // Recording of a Performance MX: the notice comes 6 to 16 ms after the acknowledgement.
    let mut known = Known::default();
    known.protocol = Some(ProtocolVersion::HIDPP_10);
    known.register = Some(KnownRegister::Status);
    let flags = ["10 03 81 00 00 00 00", "10 03 80 00 10 00 00"];
    let (asked, readings) = asked_with_notices(known.clone(), false);
    assert_eq!((&asked[..], readings), (&flags.map(str::to_owned)[..], 1));
    // If notices are on already, no notice follows, and the register is read.
    let (asked, readings) = asked_with_notices(known, true);
    let reading = ["10 03 81 00 00 00 00", "10 03 81 07 00 00 00"];
    assert_eq!((&asked[..], readings), (&reading.map(str::to_owned)[..], 1));
}

#[test]
fn the_register_is_read_if_no_notice_follows() {
    // No recording shows such a notice for register 0D. The model is one that could have register
    // 07 instead.
    let mut known = Known::default();
    known.protocol = Some(ProtocolVersion::HIDPP_10);
    known.model = Some(Wpid(0x20FF));
    let mut bench = Bench::new(desk());
    let wanted = Wanted::BATTERY | Wanted::NOTICES;
    bench.session.probe(slot(M705), wanted, known);
    bench.run_for(seconds(3));
    let asked = bench.sent_to(slot(M705));
    assert_eq!(asked[..2], ["10 02 81 00 00 00 00", "10 02 80 00 10 00 00"]);
    assert!(
        asked.contains(&"10 02 81 0d 00 00 00".to_owned()),
        "{asked:?}"
    );
    assert_eq!(bench.readings(slot(M705)).len(), 1);
    assert!(bench.session.is_idle());
}
