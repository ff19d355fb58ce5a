//! Receivers that [`hidpp_sim::receiver`] does not simulate: some have no pairing records, others
//! count more devices than their records show. Each is a script of requests and answers.

use std::collections::VecDeque;
use std::time::Duration;

use hidpp_proto::feature::DeviceKind;
use hidpp_proto::session::{DiscoveryScope, Event, RequestError};
use hidpp_proto::units::Timestamp;
use hidpp_sim::Firmware;

use crate::bench::{Bench, SCOPE, seconds, slot};

/// A receiver that answers from a script.
///
/// Each entry is the beginning of a request and the reports that answer it, in hexadecimal. If
/// several entries have the same request, each is used once, and the last of them from then on.
struct Scripted {
    answers: Vec<(&'static str, Vec<&'static str>)>,
    outbox: VecDeque<Vec<u8>>,
    flags: [u8; 3],
}

impl Scripted {
    fn new(answers: &[(&'static str, &[&'static str])]) -> Self {
        let answers = answers
            .iter()
            .map(|(request, replies)| (*request, replies.to_vec()))
            .collect();
        Self {
            answers,
            outbox: VecDeque::new(),
            flags: [0x10, 0x00, 0x00],
        }
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    let mut bytes: Vec<u8> = hex
        .split(' ')
        .map(|byte| u8::from_str_radix(byte, 16).unwrap())
        .collect();
    if bytes[0] == 0x11 {
        bytes.resize(20, 0);
    }
    bytes
}

impl Firmware for Scripted {
    fn output_report(&mut self, _: Timestamp, report: &[u8]) {
        match *report {
            [0x10, 0xFF, 0x81, 0x00, ..] => {
                let [r0, r1, r2] = self.flags;
                self.outbox
                    .push_back(vec![0x10, 0xFF, 0x81, 0x00, r0, r1, r2]);
                return;
            }
            [0x10, 0xFF, 0x80, 0x00, r0, r1, r2] => {
                self.flags = [r0, r1, r2];
                self.outbox.push_back(vec![0x10, 0xFF, 0x80, 0x00, 0, 0, 0]);
                return;
            }
            _ => {}
        }
        let at = self
            .answers
            .iter()
            .position(|(asked, _)| report.starts_with(&bytes(asked)));
        let Some(at) = at else { return };
        let again = self
            .answers
            .iter()
            .filter(|(asked, _)| *asked == self.answers[at].0)
            .count();
        let replies = self.answers[at].1.clone();
        if again > 1 {
            self.answers.remove(at);
        }
        self.outbox.extend(replies.into_iter().map(bytes));
    }

    fn input_report(&mut self, _: Timestamp) -> Option<Vec<u8>> {
        self.outbox.pop_front()
    }

    fn next_due(&self) -> Option<Timestamp> {
        None
    }
}

fn paired(bench: &Bench<Scripted>) -> Vec<(u8, String, Option<bool>)> {
    let paired = bench.events.iter().filter_map(|event| match event {
        Event::Paired(slot, record) => Some((slot.0, record.wpid?.to_string(), record.online)),
        _ => None,
    });
    paired.collect()
}

const NO_RECORDS: &str = "10 ff 8f 83 b5 01 00";

#[test]
fn a_27_mhz_receiver_gets_a_request_to_announce_its_devices() {
    // C517 (EX100): no B5 registers (Solaar issue 716); its connection notices 41 have radio
    // protocol 02.
    let mut bench = Bench::new(Scripted::new(&[
        ("10 ff 83 b5", &[NO_RECORDS]),
        ("10 ff 81 02", &["10 ff 81 02 00 02 00"]),
        (
            "10 ff 80 02 02",
            &[
                "10 01 41 02 00 00 3f",
                "10 03 41 02 c0 00 65",
                "10 ff 80 02 00 00 00",
            ],
        ),
    ]));
    bench.session.discover(SCOPE);
    bench.run_for(seconds(5));
    assert_eq!(
        paired(&bench),
        [
            (1, "003F".to_owned(), Some(true)),
            (3, "0065".to_owned(), Some(false))
        ]
    );
    assert!(bench.events.contains(&Event::Discovered));
    let kinds: Vec<_> = bench
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Paired(_, record) => record.kind,
            _ => None,
        })
        .collect();
    assert_eq!(
        kinds,
        [DeviceKind::Mouse, DeviceKind::Keyboard],
        "the slot determines the kind"
    );
    let asked = bench
        .sent
        .iter()
        .filter(|report| report.to_string().contains("83 b5 2"))
        .count();
    assert_eq!(asked, 1, "one missing record means that all are missing");
}

#[test]
fn discovery_sets_its_flag_in_addition_and_closing_clears_only_that_flag() {
    let mut bench = Bench::new(Scripted::new(&[
        ("10 ff 83 b5", &[NO_RECORDS]),
        ("10 ff 81 02", &["10 ff 81 02 00 00 00"]),
        ("10 ff 80 02 02", &["10 ff 80 02 00 00 00"]),
    ]));
    bench.session.discover(SCOPE);
    bench.run_for(seconds(5));
    assert_eq!(
        bench.device.flags,
        [0x10, 0x01, 0x00],
        "the wireless flag in addition to the existing flags"
    );

    bench.session.close(bench.now);
    bench.run_for(seconds(5));
    assert_eq!(bench.device.flags, [0x10, 0x00, 0x00]);
    assert!(bench.session.is_idle());
}

#[test]
fn flags_stay_set_if_the_kernel_driver_set_its_own_meanwhile() {
    let mut bench = Bench::new(Scripted::new(&[
        ("10 ff 83 b5", &[NO_RECORDS]),
        ("10 ff 81 02", &["10 ff 81 02 00 00 00"]),
        ("10 ff 80 02 02", &["10 ff 80 02 00 00 00"]),
    ]));
    bench.session.discover(SCOPE);
    bench.run_for(seconds(5));
    // The kernel driver writes its two flags. It needs the wireless flag to receive the connection
    // notices of devices.
    bench.device.flags = [0x10, 0x09, 0x00];
    bench.session.close(bench.now);
    bench.run_for(seconds(5));
    assert_eq!(bench.device.flags, [0x10, 0x09, 0x00]);
    assert!(bench.session.is_idle());
}

#[test]
fn flags_that_were_set_before_discovery_are_neither_written_nor_cleared() {
    let mut bench = Bench::new(Scripted::new(&[
        ("10 ff 83 b5", &[NO_RECORDS]),
        ("10 ff 81 02", &["10 ff 81 02 00 00 00"]),
        ("10 ff 80 02 02", &["10 ff 80 02 00 00 00"]),
    ]));
    bench.device.flags = [0x00, 0x09, 0x00];
    bench.session.discover(SCOPE);
    bench.run_for(seconds(5));
    bench.session.close(bench.now);
    bench.run_for(seconds(5));
    assert_eq!(bench.device.flags, [0x00, 0x09, 0x00]);
    let writes = bench
        .sent
        .iter()
        .filter(|report| report.sub_id() == 0x80 && report.address() == 0);
    assert_eq!(writes.count(), 0);
}

#[test]
fn a_slot_that_seems_empty_is_read_again_if_the_receiver_counts_more_devices() {
    // The error for another program's request about an empty slot arrived in place of the reply to
    // our request about slot 3.
    let empty = "10 ff 8f 83 b5 03 00";
    let mut bench = Bench::new(Scripted::new(&[
        ("10 ff 83 b5 03", &["11 ff 83 b5 03 af 4f 95 ea 05 06"]),
        ("10 ff 81 02", &["10 ff 81 02 00 01 00"]),
        ("10 ff 83 b5 22", &[empty]),
        ("10 ff 83 b5 22", &["11 ff 83 b5 22 08 14 40 02 04 00 01"]),
        ("10 ff 83 b5", &[empty]),
    ]));
    bench.session.discover(SCOPE);
    bench.run_for(seconds(5));
    assert_eq!(paired(&bench), [(3, "4002".to_owned(), None)]);
}

#[test]
fn error_0b_of_a_bolt_receiver_means_that_a_record_is_missing() {
    // Notes of the Exo project (C548), Solaar issue 2556 (its records). The session is not given
    // the information that this receiver is a Bolt.
    let missing = "10 ff 8f 83 b5 0b 00";
    let mut bench = Bench::new(Scripted::new(&[
        (
            "10 ff 83 fb",
            &["11 ff 83 fb 34 32 44 46 31 39 35 39 47 30 30 30 30 30 30 30"],
        ),
        ("10 ff 81 02", &["10 ff 81 02 00 01 00"]),
        (
            "10 ff 83 b5 51",
            &["11 ff 83 b5 51 42 34 b0 fb 19 99 43 01 00 02 0a 01"],
        ),
        ("10 ff 83 b5", &[missing]),
    ]));
    bench.session.discover(DiscoveryScope::new());
    bench.run_for(seconds(5));
    assert_eq!(paired(&bench), [(1, "B034".to_owned(), Some(false))]);
    assert!(bench.events.contains(&Event::Discovered));
}

#[test]
fn a_device_beyond_the_stated_number_of_slots_is_found() {
    // A Powerplay pad answers on slot 7 of a receiver with one slot (Solaar issue 1333).
    let mut bench = Bench::new(Scripted::new(&[
        ("10 ff 83 b5 03", &["11 ff 83 b5 03 29 a2 9a 98 01 01"]),
        ("10 ff 81 02", &["10 ff 81 02 00 02 00"]),
        (
            "10 ff 83 b5 20",
            &["11 ff 83 b5 20 08 08 40 7f 0c 01 02 b1"],
        ),
        ("10 ff 83 b5 26", &["11 ff 83 b5 26 08 08 40 5f 0c 01 09"]),
        ("10 ff 83 b5 36", &["11 ff 83 b5 36 29 a2 9a 98"]),
        ("10 ff 83 b5 46", &["11 ff 83 b5 46 05 43 61 6e 64 79"]),
        ("10 ff 83 b5", &["10 ff 8f 83 b5 03 00"]),
    ]));
    bench.session.discover(SCOPE);
    bench.run_for(seconds(5));
    let slots: Vec<u8> = paired(&bench).into_iter().map(|(slot, ..)| slot).collect();
    assert_eq!(slots, [1, 7]);
    let name = Event::Named(slot(7), Some("Candy".to_owned()));
    assert!(bench.events.contains(&name), "{:?}", bench.events);
}

#[test]
fn a_receiver_that_states_zero_or_200_slots_is_searched_for_the_usual_number() {
    for (record, counted) in [
        ("11 ff 83 b5 03 af 4f 95 ea 05 00", "10 ff 81 02 00 00 00"),
        ("11 ff 83 b5 03 af 4f 95 ea 05 c8", "10 ff 81 02 00 c8 00"),
    ] {
        let mut bench = Bench::new(Scripted::new(&[
            ("10 ff 83 b5 03", &[record]),
            ("10 ff 81 02", &[counted]),
            ("10 ff 83 b5 25", &["11 ff 83 b5 25 08 14 40 02 04 00 01"]),
            ("10 ff 83 b5", &["10 ff 8f 83 b5 03 00"]),
        ]));
        bench.session.discover(SCOPE);
        bench.run_for(seconds(5));
        assert_eq!(paired(&bench), [(6, "4002".to_owned(), None)], "{record}");
        assert!(bench.events.contains(&Event::Discovered));
        let records = bench.sent.iter().filter(|it| it.sub_id() == 0x83);
        let last = records.map(|it| it.head()[0]).filter(|it| *it < 0x30);
        assert!(last.max() <= Some(0x26), "{record}: {:?}", bench.sent);
    }
}

#[test]
fn a_record_read_by_another_program_is_used() {
    let mut bench = Bench::new(Scripted::new(&[
        ("10 ff 83 b5 03", &["11 ff 83 b5 03 af 4f 95 ea 05 06"]),
        ("10 ff 81 02", &["10 ff 81 02 00 01 00"]),
        // The reply to another program with the record of slot 5, then the reply to our request
        // about slot 1.
        (
            "10 ff 83 b5 20",
            &[
                "11 ff 83 b5 24 08 14 40 02 04 00 01",
                "10 ff 8f 83 b5 03 00",
            ],
        ),
        ("10 ff 83 b5", &["10 ff 8f 83 b5 03 00"]),
    ]));
    bench.session.discover(SCOPE);
    bench.run_for(seconds(5));
    assert_eq!(paired(&bench), [(5, "4002".to_owned(), None)]);
    let asked = bench
        .sent
        .iter()
        .any(|report| report.to_string().contains("83 b5 24"));
    assert!(!asked, "the record of slot 5 is known already");
}

#[test]
fn a_record_received_before_the_receiver_is_known_adds_no_device() {
    let mut bench = Bench::new(Scripted::new(&[
        (
            "10 ff 83 b5 03",
            &[
                "11 ff 83 b5 20 08 14 40 02 04 00 01",
                "11 ff 83 b5 03 af 4f 95 ea 05 06",
            ],
        ),
        ("10 ff 81 02", &["10 ff 81 02 00 01 00"]),
        ("10 ff 83 b5 20", &["11 ff 83 b5 20 08 14 40 02 04 00 01"]),
        ("10 ff 83 b5", &["10 ff 8f 83 b5 03 00"]),
    ]));
    bench.session.discover(SCOPE);
    bench.run_for(seconds(5));
    assert!(
        matches!(bench.events[0], Event::Receiver(_)),
        "{:?}",
        bench.events
    );
    assert_eq!(paired(&bench), [(1, "4002".to_owned(), None)]);
}

#[test]
fn discovery_waits_for_notices_after_the_acknowledgement() {
    // The notice of the second device comes 50 ms after the receiver's acknowledgement.
    let mut bench = Bench::new(Scripted::new(&[
        ("10 ff 83 b5", &[NO_RECORDS]),
        ("10 ff 81 02", &["10 ff 81 02 00 02 00"]),
        (
            "10 ff 80 02 02",
            &["10 01 41 02 00 00 3f", "10 ff 80 02 00 00 00"],
        ),
    ]));
    bench.session.discover(SCOPE);
    bench.run_for(Duration::from_millis(50));
    assert_eq!(paired(&bench), []);
    bench.device.outbox.push_back(bytes("10 03 41 02 00 00 65"));
    bench.step();
    assert_eq!(paired(&bench).len(), 2);
    assert!(bench.events.contains(&Event::Discovered));

    // If the second notice never comes, the wait times out.
    let mut bench = Bench::new(Scripted::new(&[
        ("10 ff 83 b5", &[NO_RECORDS]),
        ("10 ff 81 02", &["10 ff 81 02 00 02 00"]),
        (
            "10 ff 80 02 02",
            &["10 01 41 02 00 00 3f", "10 ff 80 02 00 00 00"],
        ),
    ]));
    bench.session.discover(SCOPE);
    bench.run_for(seconds(5));
    assert_eq!(paired(&bench).len(), 1);
    assert!(bench.events.contains(&Event::Discovered));
}

#[test]
fn discovery_of_a_node_that_never_answers_fails_after_one_second() {
    let mut bench = Bench::new(Scripted::new(&[]));
    bench.session.discover(SCOPE);
    bench.run_while(Timestamp::from_start(seconds(60)), |bench| {
        bench.events.is_empty()
    });
    assert_eq!(bench.events, [Event::DiscoveryFailed(RequestError::Silent)]);
    assert_eq!(bench.now.since_start(), seconds(1));
    assert_eq!(bench.sent.len(), 2);
}

#[test]
fn a_second_discovery_or_close_still_clears_only_the_added_flag() {
    for (discoveries, closings) in [(2, 1), (1, 2)] {
        let mut bench = Bench::new(Scripted::new(&[
            ("10 ff 83 b5", &[NO_RECORDS]),
            ("10 ff 81 02", &["10 ff 81 02 00 00 00"]),
            ("10 ff 80 02 02", &["10 ff 80 02 00 00 00"]),
        ]));
        bench.device.flags = [0x00, 0x08, 0x00];
        for _ in 0..discoveries {
            bench.session.discover(SCOPE);
            bench.run_for(seconds(5));
        }
        assert_eq!(bench.device.flags, [0x00, 0x09, 0x00]);
        for _ in 0..closings {
            bench.session.close(bench.now);
        }
        bench.run_for(seconds(5));
        assert_eq!(
            bench.device.flags,
            [0x00, 0x08, 0x00],
            "{discoveries}, {closings}"
        );
    }
}
