//! Devices that refuse functions of features they list, replies that are not readings, and devices
//! that disappear.

use std::collections::VecDeque;

use hidpp_proto::feature::{BatteryFeature, Reading};
use hidpp_proto::session::{DeviceFact, Known, RequestError, Wanted};
use hidpp_proto::units::{Percent, Timestamp};
use hidpp_proto::wire::FeatureIndex;
use hidpp_sim::Firmware;
use hidpp_sim::scenario::{M705, desk};

use crate::bench::{Bench, SCOPE, seconds, slot};

/// The answer to a function call: a payload, or an error code of HID++ 2.0.
type Answer = Result<&'static [u8], u8>;

/// A HID++ 4.5 device in slot 1.
struct Picky {
    /// Feature IDs and their indices.
    features: Vec<(u16, u8)>,
    /// Feature index, function number and answer. All other calls get error 06.
    calls: Vec<(u8, u8, Answer)>,
    outbox: VecDeque<Vec<u8>>,
}

fn picky(features: &[(u16, u8)], calls: &[(u8, u8, Answer)]) -> Bench<Picky> {
    let mut bench = Bench::new(Picky {
        features: features.to_vec(),
        calls: calls.to_vec(),
        outbox: VecDeque::new(),
    });
    bench
        .session
        .probe(slot(1), Wanted::BATTERY, Known::default());
    bench.run_for(seconds(30));
    bench
}

impl Picky {
    fn answer(&self, sub: u8, function: u8, params: [u8; 3]) -> Result<Vec<u8>, u8> {
        let [high, low, mark] = params;
        match (sub, function) {
            (0, 0) => {
                let id = u16::from_be_bytes([high, low]);
                let found = self.features.iter().find(|(listed, _)| *listed == id);
                Ok(vec![found.map_or(0, |(_, index)| *index)])
            }
            (0, 1) => Ok(vec![4, 5, mark]),
            call => {
                let called = self.calls.iter().find(|it| (it.0, it.1) == call);
                called.map_or(Err(0x06), |it| it.2.map(<[u8]>::to_vec))
            }
        }
    }

    fn send(&mut self, head: &[u8], params: &[u8]) {
        let mut report = [&[0x11, 0x01], head, params].concat();
        report.resize(20, 0);
        self.outbox.push_back(report);
    }
}

impl Firmware for Picky {
    fn output_report(&mut self, _: Timestamp, report: &[u8]) {
        let [_, 0x01, sub, address, p0, p1, p2, ..] = *report else {
            return;
        };
        match self.answer(sub, address >> 4, [p0, p1, p2]) {
            Ok(params) => self.send(&[sub, address], &params),
            Err(code) => self.send(&[0xFF, sub], &[address, code]),
        }
    }

    fn input_report(&mut self, _: Timestamp) -> Option<Vec<u8>> {
        self.outbox.pop_front()
    }

    fn next_due(&self) -> Option<Timestamp> {
        None
    }
}

const PERCENTAGES: &[u8] = &[0x0F, 0x03];
const SEVENTY: &[u8] = &[70, 8, 0, 0];

#[test]
fn a_battery_is_read_although_its_capabilities_are_refused() {
    for code in [0x05, 0x07, 0x09] {
        let bench = picky(&[(0x1004, 6)], &[(6, 0, Err(code)), (6, 1, Ok(SEVENTY))]);
        let [Reading::Unified(battery, None)] = bench.readings(slot(1))[..] else {
            panic!("{code:02X}: {:?}", bench.events);
        };
        assert_eq!(battery.charge, Percent::new(70));
    }
}

#[test]
fn if_a_listed_battery_feature_is_refused_the_next_one_is_read() {
    // G502 X, G915, Superlight 2 (Solaar issues 1498, 2542, 3036). The capabilities of the refused
    // feature must not be applied to the next one.
    for code in [0x05, 0x07] {
        let bench = picky(
            &[(0x1004, 6), (0x1000, 7)],
            &[
                (6, 0, Ok(PERCENTAGES)),
                (6, 1, Err(code)),
                (7, 0, Ok(&[50, 20, 0])),
                (7, 1, Ok(&[100, 6, 0, 0, 5])),
            ],
        );
        let [Reading::LevelStatus(status, Some(capability))] = bench.readings(slot(1))[..] else {
            panic!("{code:02X}: {:?}", bench.events);
        };
        assert_eq!(status.level, Percent::new(50));
        assert!(capability.is_percentage());
    }
}

#[test]
fn a_device_that_refuses_every_battery_feature_is_reported_without_battery() {
    for code in [0x05, 0x07, 0x09] {
        let bench = picky(
            &[(0x1004, 6), (0x1001, 7)],
            &[(6, 0, Err(code)), (6, 1, Err(code)), (7, 0, Err(code))],
        );
        assert!(
            bench.facts(slot(1)).contains(&&DeviceFact::NoBattery),
            "{code:02X}: {:?}",
            bench.events
        );
        assert!(bench.sent.len() <= 12, "{:?}", bench.sent);
    }
}

#[test]
fn a_battery_that_reports_only_levels_is_read() {
    // Its capabilities list four levels and no state of charge.
    let bench = picky(
        &[(0x1004, 6)],
        &[(6, 0, Ok(&[0x0F, 0x01])), (6, 1, Ok(&[0, 4, 0, 0]))],
    );
    let [Reading::Unified(battery, Some(capabilities))] = bench.readings(slot(1))[..] else {
        panic!("{:?}", bench.events);
    };
    assert!(!capabilities.state_of_charge && battery.level.is_some());
}

#[test]
fn a_reply_to_the_kernel_that_looks_like_an_event_is_not_a_reading() {
    // An old kernel reads the capability of feature 1000 with software id 0 (Solaar issue 1568). As
    // an event, the reply would mean a charge of 4 %.
    let mut bench = picky(
        &[(0x1000, 5)],
        &[
            (5, 0, Ok(&[90, 50, 0])),
            (5, 1, Ok(&[4, 0, 0xA0, 0xFA, 0x0F])),
        ],
    );
    bench
        .device
        .send(&[0x05, 0x10], &[0x04, 0x00, 0xA0, 0xFA, 0x0F]);
    bench.run_for(seconds(5));
    assert_eq!(bench.readings(slot(1)).len(), 1, "{:?}", bench.events);
    bench.device.send(&[0x05, 0x00], &[20, 5, 0]);
    bench.run_for(seconds(5));
    assert_eq!(bench.readings(slot(1)).len(), 2, "an event is a reading");
}

#[test]
fn a_device_that_sends_reports_but_never_answers_is_not_polled_repeatedly() {
    let mut bench = Bench::new(desk());
    bench.device.set_silent(M705, true);
    bench
        .session
        .probe(slot(M705), Wanted::BATTERY, Known::default());
    for _ in 0..20 {
        bench.run_for(seconds(10));
        bench.receive("10 02 07 05 00 00 00");
    }
    assert_eq!(
        bench.sent_to(slot(M705)).len(),
        2,
        "one request, and one more after the first report from the device"
    );
    assert!(
        bench
            .facts(slot(M705))
            .contains(&&DeviceFact::Absent(RequestError::Silent))
    );
}

#[test]
fn a_request_that_a_reconnecting_device_missed_is_retried() {
    for returns in [true, false] {
        let mut bench = Bench::new(desk());
        bench.session.discover(SCOPE.follow(true));
        bench.run_for(seconds(2));
        bench.device.set_silent(M705, true);
        bench
            .session
            .probe(slot(M705), Wanted::BATTERY, Known::default());
        bench.run_for(seconds(1));
        bench.device.set_silent(M705, !returns);
        bench.device.sleep(bench.now, M705);
        bench.device.wake(bench.now, M705);
        bench.run_for(seconds(30));
        assert_eq!(bench.readings(slot(M705)).len(), usize::from(returns));
        let absent = DeviceFact::Absent(RequestError::Silent);
        assert_eq!(bench.facts(slot(M705)).contains(&&absent), !returns);
        let sent = bench.sent_to(slot(M705));
        let expected = if returns { 3 } else { 2 };
        assert_eq!(sent.len(), expected, "{sent:?}");
    }
}

#[test]
fn the_flags_of_an_unpaired_slot_are_not_read_at_close() {
    // The error for such a request comes from a slot that the kernel driver no longer knows, so the
    // driver would request the whole device list.
    let mut bench = Bench::new(desk());
    bench.session.discover(SCOPE.follow(true));
    let wanted = Wanted::BATTERY | Wanted::NOTICES;
    bench.session.probe(slot(M705), wanted, Known::default());
    bench.run_for(seconds(2));
    bench.device.unpair(bench.now, M705);
    bench.run_for(seconds(2));
    bench.sent.clear();
    bench.session.close(bench.now);
    bench.run_for(seconds(2));
    assert_eq!(bench.sent_to(slot(M705)), [""; 0]);
}

#[test]
fn replies_with_another_device_index_are_ignored() {
    // Replies with the header of our request to slot 2, but with the index of the receiver, of a
    // corded device, of slot 1 and of an unused slot.
    let mut known = Known::default();
    known.protocol = Some(hidpp_proto::feature::root::ProtocolVersion { major: 4, minor: 5 });
    known.learn(BatteryFeature::Voltage.id(), Some(FeatureIndex(7)));
    known.learn(BatteryFeature::Unified.id(), None);
    known.learn(BatteryFeature::LevelStatus.id(), None);
    let mut bench = Bench::new(Picky {
        features: Vec::new(),
        calls: Vec::new(),
        outbox: VecDeque::new(),
    });
    bench.session.probe(slot(2), Wanted::BATTERY, known);
    bench.step();
    assert_eq!(bench.sent_to(slot(2)), ["10 02 07 06 00 00 00"]);
    for index in ["00", "ff", "01", "10"] {
        bench.receive(&format!("11 {index} 07 0e 0e b5 00"));
        bench.receive(&format!("10 {index} 8f 07 0e 09 00"));
    }
    assert!(bench.facts(slot(2)).is_empty(), "{:?}", bench.events);
    bench.receive("11 02 07 06 0e b5 00");
    assert_eq!(bench.readings(slot(2)).len(), 1);
}

#[test]
fn the_capabilities_of_1004_for_another_program_are_not_taken_for_a_charge() {
    // linux-input 2022-08-26, Solaar issue 1718: a mouse at 35 % was reported with 15 %.
    let mut bench = picky(
        &[(0x1004, 6)],
        &[(6, 0, Ok(&[0x0F, 0x03])), (6, 1, Ok(&[35, 4, 0, 0]))],
    );
    let facts = bench.facts(slot(1)).len();
    let asked = bench.sent.len();
    bench.device.send(&[0x06, 0x00], &[0x0F, 0x03]);
    // The status of the battery, for the same program.
    bench.device.send(&[0x06, 0x10], &[35, 4, 0, 0]);
    bench.run_for(seconds(5));
    assert_eq!(bench.facts(slot(1)).len(), facts, "{:?}", bench.events);
    assert_eq!(bench.sent.len(), asked, "no report was ambiguous");
    bench.device.send(&[0x06, 0x00], &[15, 2, 0, 0]);
    bench.run_for(seconds(5));
    assert_eq!(bench.readings(slot(1)).len(), 2, "an event is a reading");
}

#[test]
fn a_report_that_may_be_capabilities_or_an_event_is_unclear() {
    // The battery is not rechargeable, so its capabilities could also be an event with a charge of
    // 15 % and the level low.
    let mut bench = picky(
        &[(0x1004, 6)],
        &[(6, 0, Ok(&[0x0F, 0x02])), (6, 1, Ok(&[35, 4, 0, 0]))],
    );
    bench.device.send(&[0x06, 0x00], &[0x0F, 0x02]);
    bench.run_for(seconds(5));
    assert_eq!(bench.readings(slot(1)).len(), 1, "{:?}", bench.events);
    assert!(bench.facts(slot(1)).contains(&&DeviceFact::Unclear));
}
