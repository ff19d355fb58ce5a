//! Receivers that differ from the simulated one: without pairing records, or that count more
//! devices than their records show. Each is a script of its answers.

use std::collections::VecDeque;
use std::time::Duration;

use hidpp_proto::feature::DeviceKind;
use hidpp_proto::session::{DiscoveryScope, Event, RequestError};
use hidpp_proto::units::Timestamp;
use hidpp_sim::Firmware;

use crate::bench::{Bench, SCOPE, seconds, slot};

/// Answers a request with these reports, the first time it comes, or each time for the last.
struct Scripted {
    answers: Vec<(&'static str, Vec<&'static str>)>,
    outbox: VecDeque<Vec<u8>>,
    flags: [u8; 3],
}

impl Scripted {
    fn new(answers: &[(&'static str, &[&'static str])]) -> Self {
        let answers = answers
            .iter()
            .map(|(asked, said)| (*asked, said.to_vec()))
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
        let said = self.answers[at].1.clone();
        if again > 1 {
            self.answers.remove(at);
        }
        self.outbox.extend(said.into_iter().map(bytes));
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
fn a_27_mhz_receiver_is_asked_to_announce_its_devices() {
    // C517 (EX100): no B5 registers (Solaar issue 716), notices 41 with radio protocol 02.
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
        "told by the slot"
    );
    let asked = bench
        .sent
        .iter()
        .filter(|report| report.to_string().contains("83 b5 2"))
        .count();
    assert_eq!(asked, 1, "what is missing for one slot is missing for all");
}

#[test]
fn flags_are_added_to_those_that_are_set_and_only_ours_are_cleared() {
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
        "the wireless flag beside what was there"
    );

    bench.session.close(bench.now);
    bench.run_for(seconds(5));
    assert_eq!(bench.device.flags, [0x10, 0x00, 0x00]);
    assert!(bench.session.is_idle());
}

#[test]
fn flags_stay_when_the_kernel_driver_set_its_own_meanwhile() {
    let mut bench = Bench::new(Scripted::new(&[
        ("10 ff 83 b5", &[NO_RECORDS]),
        ("10 ff 81 02", &["10 ff 81 02 00 00 00"]),
        ("10 ff 80 02 02", &["10 ff 80 02 00 00 00"]),
    ]));
    bench.session.discover(SCOPE);
    bench.run_for(seconds(5));
    // It writes both of its flags; without the wireless one it would hear no device any more.
    bench.device.flags = [0x10, 0x09, 0x00];
    bench.session.close(bench.now);
    bench.run_for(seconds(5));
    assert_eq!(bench.device.flags, [0x10, 0x09, 0x00]);
    assert!(bench.session.is_idle());
}

#[test]
fn flags_that_were_set_stay() {
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
fn a_slot_that_seems_empty_is_looked_at_again_when_the_receiver_counts_more() {
    // Another program's question about an empty slot was answered just when ours was asked.
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
fn a_bolt_receiver_has_an_error_of_its_own_for_what_it_has_no_record_of() {
    // Notes of the Exo project (C548), Solaar issue 2556 (its records); it was not known that this
    // receiver is a Bolt.
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
fn a_device_past_the_stated_slots_is_found() {
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
fn a_receiver_that_states_no_slots_or_too_many_is_looked_at_as_usual() {
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
fn another_programs_reading_of_a_record_is_taken() {
    let mut bench = Bench::new(Scripted::new(&[
        ("10 ff 83 b5 03", &["11 ff 83 b5 03 af 4f 95 ea 05 06"]),
        ("10 ff 81 02", &["10 ff 81 02 00 01 00"]),
        // In addition to our answer about slot 1, the record of slot 5 for another program.
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
    assert!(!asked, "what is known is not asked");
}

#[test]
fn a_record_heard_before_the_receiver_is_known_names_no_device_yet() {
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
fn notices_after_the_acknowledgement_are_waited_for() {
    // The second of two devices announces itself 50 ms after the receiver said it was done.
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

    // If it never comes, the wait ends.
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
fn a_node_that_never_answers_is_given_up_in_a_second() {
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
fn flags_are_cleared_also_after_a_second_discovery_or_closing() {
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
