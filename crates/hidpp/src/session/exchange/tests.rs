use std::time::Duration;

use super::*;
use crate::feature::pairing_information;
use crate::feature::root;
use crate::wire::tests::report;
use crate::wire::{Error10, FeatureId, Slot};

const K750: DeviceIndex = DeviceIndex(1);
const M705: DeviceIndex = DeviceIndex(2);

fn at(millis: u64) -> Timestamp {
    Timestamp::from_start(Duration::from_millis(millis))
}

fn ask(exchange: &mut Exchange<&'static str>, device: DeviceIndex, id: u16) {
    exchange.submit(device, root::get_feature(FeatureId(id)).into(), "lookup");
}

fn sent(exchange: &mut Exchange<&'static str>, now: Timestamp) -> Option<String> {
    exchange.poll_transmit(now).map(|report| report.to_string())
}

#[test]
fn a_device_has_one_request_in_flight_and_waits_for_no_other_device() {
    let mut exchange = Exchange::new(Peer::Receiver, ReportId::Short);
    ask(&mut exchange, K750, 0x4301);
    ask(&mut exchange, K750, 0x0005);
    ask(&mut exchange, M705, 0x1000);
    assert_eq!(
        sent(&mut exchange, at(0)).as_deref(),
        Some("10 01 00 06 43 01 00")
    );
    assert_eq!(
        sent(&mut exchange, at(0)).as_deref(),
        Some("10 02 00 06 10 00 00")
    );
    assert_eq!(sent(&mut exchange, at(500)), None);
    assert!(exchange.handle_report(at(500), &report("11 01 00 06 09 …")));
    assert_eq!(
        sent(&mut exchange, at(500)).as_deref(),
        Some("10 01 00 05 00 05 00")
    );
}

#[test]
fn the_backoff_after_busy_grows_and_does_not_count_as_a_retry() {
    let mut exchange = Exchange::new(Peer::Receiver, ReportId::Short);
    ask(&mut exchange, K750, 0x4301);
    let mut now = at(0);
    let mut waits = Vec::new();
    for _ in 0..6 {
        assert!(sent(&mut exchange, now).is_some());
        exchange.handle_report(now, &report("11 01 FF 00 06 08 …"));
        let due = exchange.poll_timeout().unwrap();
        waits.push(due.since(now).as_millis());
        assert_eq!(sent(&mut exchange, now), None, "not at once");
        now = due;
    }
    assert_eq!(waits, [100, 200, 400, 800, 800, 800]);
    // From here on it is silent, on the first attempt and on the retry.
    let mut silent = 0;
    while exchange.poll_finished().is_none() {
        silent += usize::from(sent(&mut exchange, now).is_some());
        now = exchange.poll_timeout().unwrap();
        exchange.handle_timeout(now);
    }
    assert_eq!(silent, 2);
}

#[test]
fn after_a_suspend_a_request_is_sent_as_if_for_the_first_time() {
    let mut exchange = Exchange::new(Peer::Receiver, ReportId::Short);
    ask(&mut exchange, K750, 0x4301);
    let question = sent(&mut exchange, at(0));
    exchange.resume(at(1500), at(2500));
    assert_eq!(sent(&mut exchange, at(2499)), None);
    assert_eq!(exchange.poll_timeout(), Some(at(2500)));
    assert_eq!(sent(&mut exchange, at(2500)), question);
    assert_eq!(exchange.poll_timeout(), Some(at(5500)));
    exchange.handle_timeout(at(5500));
    let outcome = exchange.poll_finished().unwrap().outcome;
    assert_eq!(outcome, Err(RequestError::Silent));
}

#[test]
fn a_request_from_before_a_suspend_may_still_be_answered() {
    let mut exchange = Exchange::new(Peer::Receiver, ReportId::Short);
    ask(&mut exchange, K750, 0x4301);
    sent(&mut exchange, at(0));
    exchange.resume(at(500), at(1500));
    exchange.withdraw(|_| true);
    ask(&mut exchange, K750, 0x0005);
    assert_eq!(
        sent(&mut exchange, at(1500)).as_deref(),
        Some("10 01 00 05 00 05 00"),
        "under another id"
    );
}

#[test]
fn a_late_error_of_one_record_is_not_the_answer_about_another() {
    // Register errors do not name their sub-register. The request for slot 2's record times out;
    // its late error arrives while slot 3's serial number is requested.
    let slot = |number| Slot::new(number).unwrap();
    let mut exchange = Exchange::new(Peer::Receiver, ReportId::Short);
    let receiver = DeviceIndex::RECEIVER;
    exchange.submit(
        receiver,
        pairing_information::get_pairing(slot(2)).into(),
        "pairing",
    );
    let mut now = at(0);
    for _ in 0..2 {
        assert!(sent(&mut exchange, now).is_some());
        now = exchange.poll_timeout().unwrap();
        exchange.handle_timeout(now);
    }
    let given_up = exchange.poll_finished().unwrap();
    assert_eq!(given_up.outcome, Err(RequestError::Silent));

    exchange.submit(
        receiver,
        pairing_information::get_extended(slot(3)).into(),
        "serial",
    );
    assert!(sent(&mut exchange, now).is_some());
    let error = report("10 FF 8F 83 B5 03 00");
    assert!(!exchange.handle_report(now, &error), "slot 2's first");
    assert!(!exchange.handle_report(now, &error), "and its repeat's");
    let serial = report("11 FF 83 B5 32 FB 84 1B 86 …");
    assert!(exchange.handle_report(now, &serial));
    assert_eq!(exchange.poll_finished().unwrap().outcome, Ok(serial));

    // No answer is owed any more: the next error counts.
    exchange.submit(
        receiver,
        pairing_information::get_pairing(slot(4)).into(),
        "pairing",
    );
    assert!(sent(&mut exchange, now).is_some());
    assert!(exchange.handle_report(now, &error));
    let empty = RequestError::Refused(ErrorCode::Hidpp10(Error10::InvalidValue));
    assert_eq!(exchange.poll_finished().unwrap().outcome, Err(empty));
}

#[test]
fn a_late_answer_settles_what_was_owed() {
    let slot = |number| Slot::new(number).unwrap();
    let mut exchange = Exchange::new(Peer::Receiver, ReportId::Short);
    let receiver = DeviceIndex::RECEIVER;
    exchange.submit(
        receiver,
        pairing_information::get_pairing(slot(2)).into(),
        "pairing",
    );
    assert!(sent(&mut exchange, at(0)).is_some());
    exchange.handle_timeout(at(500));
    assert!(sent(&mut exchange, at(500)).is_some());
    let record = report("11 FF 83 B5 21 08 14 40 02 …");
    assert!(
        exchange.handle_report(at(501), &record),
        "the first, late, or the repeat's"
    );
    assert!(!exchange.handle_report(at(502), &record), "the other");
    exchange.submit(
        receiver,
        pairing_information::get_pairing(slot(3)).into(),
        "pairing",
    );
    assert!(sent(&mut exchange, at(503)).is_some());
    assert!(exchange.handle_report(at(504), &report("10 FF 8F 83 B5 03 00")));
}

#[test]
fn an_error_about_a_record_that_timed_out_answers_its_retry() {
    let slot = Slot::new(2).unwrap();
    let mut exchange = Exchange::new(Peer::Receiver, ReportId::Short);
    let mut now = at(0);
    for _ in 0..2 {
        let request = pairing_information::get_pairing(slot).into();
        exchange.submit(DeviceIndex::RECEIVER, request, "pairing");
        assert!(sent(&mut exchange, now).is_some());
        if now == at(0) {
            exchange.withdraw(|_| true);
            now = at(100);
        }
    }
    assert!(exchange.handle_report(now, &report("10 FF 8F 83 B5 03 00")));
}

#[test]
fn four_requests_with_one_header_alternate_between_three_ids() {
    let mut exchange = Exchange::new(Peer::Receiver, ReportId::Short);
    let mut ids = Vec::new();
    // Shortly before the last one, no late answer can arrive any more.
    for (second, id) in [
        (0, 0x4301),
        (1, 0x0005),
        (2, 0x0003),
        (3, 0x1000),
        (4, 0x4301),
        (40, 0x0005),
    ] {
        let now = at(1000 * second);
        ask(&mut exchange, K750, id);
        let request = exchange.poll_transmit(now).unwrap();
        ids.push(request.address());
        let mut answer = request.as_bytes().to_vec();
        answer[0] = 0x11;
        answer.resize(20, 0);
        assert!(exchange.handle_report(now, &Report::parse(&answer).unwrap()));
    }
    assert_eq!(ids, [0x06, 0x05, 0x04, 0x06, 0x05, 0x06]);
}
