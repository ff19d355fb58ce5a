//! Replies that are lost, duplicated, late, reordered or damaged, and traffic of other programs in
//! between: each reported value is correct or missing, the number of requests is bounded, and the
//! session becomes idle.

use std::collections::BTreeMap;
use std::time::Duration;

use hidpp_proto::feature::root::ProtocolVersion;
use hidpp_proto::feature::{BatteryFeature, Reading};
use hidpp_proto::session::{DeviceFact, Event, Known, RequestError, Wanted};
use hidpp_proto::units::{Lux, Percent, Timestamp};
use hidpp_proto::wire::{FeatureId, FeatureIndex, Report};
use hidpp_sim::Firmware;
use hidpp_sim::faults::{Chances, Fault, Faults, Faulty, Foreign};
use hidpp_sim::receiver::Receiver;
use hidpp_sim::scenario::desk;

use crate::bench::{Bench, SCOPE, k750, seconds, slot};

const ALL: Wanted = Wanted::BATTERY.with(Wanted::NAME).with(Wanted::FIRMWARE);

fn status(faults: Faults, wanted: Wanted) -> Bench<Faulty<Receiver>> {
    let mut bench = Bench::new(Faulty::new(desk(), faults));
    bench.probe_all = Some(wanted);
    bench.session.discover(SCOPE);
    // Busy and silent devices are given up long before 80 s; late replies come after 6 s.
    bench.run_for(seconds(80));
    bench
}

fn scripted(script: &[(u64, Fault)], wanted: Wanted) -> Bench<Faulty<Receiver>> {
    status(
        Faults {
            script: script.iter().copied().collect(),
            ..Faults::default()
        },
        wanted,
    )
}

/// Asserts that every reported value is correct for the devices of [`desk`].
fn assert_nothing_wrong(bench: &Bench<impl Firmware>, context: &str) {
    let names = [(1, "K750"), (2, "M705"), (3, "K800")];
    for event in &bench.events {
        match event {
            Event::Paired(at, record) => {
                let (_, name) = names.into_iter().find(|(slot, _)| *slot == at.0).unwrap();
                assert!(
                    record.name.as_deref().is_none_or(|it| it == name),
                    "{context}: {record:?}"
                );
                let wpid = record.wpid.map(|wpid| wpid.to_string());
                let expected = [(1, "4002"), (2, "101B"), (3, "2010")];
                assert!(
                    expected.contains(&(at.0, wpid.unwrap().as_str())),
                    "{context}"
                );
            }
            Event::Receiver(record) => {
                assert!(
                    record.slots.is_none_or(|slots| slots == 6),
                    "{context}: {record:?}"
                );
                assert!(
                    record.paired.is_none_or(|paired| paired == 3),
                    "{context}: {record:?}"
                );
            }
            Event::Device(at, fact) => assert_fact(at.0, fact, context),
            _ => {}
        }
    }
}

fn assert_fact(slot: u8, fact: &DeviceFact, context: &str) {
    let right = match fact {
        DeviceFact::Battery(Reading::Solar(event)) => {
            slot == 1
                && event.charge == Percent::new(57)
                && event.light.is_none_or(|light| light == Lux(12))
        }
        DeviceFact::Battery(Reading::Mileage(mileage)) => {
            slot == 2 && mileage.charge == Percent::new(65)
        }
        DeviceFact::Protocol(version) => {
            *version
                == ProtocolVersion {
                    major: if slot == 1 { 2 } else { 1 },
                    minor: 0,
                }
        }
        DeviceFact::Feature(id, index) => {
            let place = match *id {
                id if id == BatteryFeature::SolarDashboard.id() => 9,
                FeatureId::DEVICE_NAME => 3,
                FeatureId::DEVICE_INFORMATION => 2,
                _ => 0,
            };
            slot == 1 && *index == Some(FeatureIndex(place))
        }
        DeviceFact::Name(name) => slot == 1 && name == "Wireless Solar Keyboard K750",
        DeviceFact::Firmware(version) => match slot {
            1 => version.to_string() == "RQK 33.00.B0015",
            2 => version.to_string().starts_with("17.01"),
            _ => false,
        },
        DeviceFact::Identity(information) => slot == 1 && information.unit_id.is_none(),
        DeviceFact::NoLight | DeviceFact::Absent(_) => true,
        _ => false,
    };
    assert!(right, "{context}: slot {slot}: {fact:?}");
}

/// Asserts that the session is idle, and that no request was sent more often than the retry rules
/// allow.
///
/// A request is sent twice at most before the device counts as absent. Each of the `wakes` reports
/// of an absent device allows another probe. A measurement that was accepted and does not arrive is
/// requested once more.
fn assert_ended(bench: &Bench<impl Firmware>, wakes: usize, context: &str) {
    assert_eq!(
        bench.session.poll_timeout(),
        None,
        "{context}: still waiting"
    );
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for report in &bench.sent {
        *counts.entry(report.to_string()).or_default() += 1;
    }
    for (report, count) in counts {
        let series = if report.starts_with("10 01 09 0") {
            2
        } else {
            1
        };
        // A slot that seems empty is read again if the receiver counts more devices than were
        // found.
        let looks = if report.starts_with("10 ff 83 b5 2") {
            2
        } else {
            1
        };
        let most = 2 * series * looks * (1 + wakes);
        assert!(count <= most, "{context}: {report} was sent {count} times");
    }
}

fn k750_was_read(bench: &Bench<impl Firmware>) -> bool {
    bench.readings(slot(1)).iter().any(|reading| match reading {
        Reading::Solar(event) => event.light == Some(Lux(12)),
        _ => false,
    })
}

#[test]
fn with_random_faults_no_value_is_wrong_and_the_session_becomes_idle() {
    let kinds = [
        (
            "drop",
            Chances {
                drop: 150,
                ..Chances::default()
            },
        ),
        (
            "lost requests",
            Chances {
                drop_output: 150,
                ..Chances::default()
            },
        ),
        (
            "double",
            Chances {
                double: 400,
                ..Chances::default()
            },
        ),
        (
            "delay",
            Chances {
                delay: 150,
                ..Chances::default()
            },
        ),
        (
            "reorder",
            Chances {
                reorder: 300,
                ..Chances::default()
            },
        ),
        (
            "foreign",
            Chances {
                foreign: 600,
                ..Chances::default()
            },
        ),
        (
            "everything",
            Chances {
                drop_output: 50,
                drop: 50,
                double: 150,
                delay: 50,
                reorder: 150,
                corrupt: 0,
                foreign: 300,
            },
        ),
    ];
    let mut read = 0;
    let mut runs = 0;
    for (name, chances) in kinds {
        for seed in 1..=150 {
            let context = format!("{name}, seed {seed}");
            let bench = status(
                Faults {
                    seed,
                    chances,
                    ..Faults::default()
                },
                ALL,
            );
            assert_nothing_wrong(&bench, &context);
            assert_ended(&bench, 1, &context);
            runs += 1;
            read += usize::from(k750_was_read(&bench));
        }
    }
    // A single retry is enough in most runs.
    assert!(read * 10 > runs * 8, "{read} of {runs} runs read the K750");
}

#[test]
fn damaged_frames_cause_neither_a_panic_nor_a_hang() {
    // A session cannot detect a flipped bit in a value (USB protects values with checksums), so
    // this test does not compare values.
    for seed in 1..=300 {
        let chances = Chances {
            corrupt: 200,
            foreign: 100,
            ..Chances::default()
        };
        let bench = status(
            Faults {
                seed,
                chances,
                ..Faults::default()
            },
            ALL,
        );
        assert!(
            bench
                .session
                .poll_timeout()
                .is_none_or(|due| due > bench.now),
            "seed {seed}"
        );
    }
}

#[test]
fn every_single_lost_report_is_recovered() {
    for lost in 0..40 {
        let bench = scripted(&[(lost, Fault::Drop)], ALL);
        let context = format!("input report {lost} lost");
        assert_nothing_wrong(&bench, &context);
        assert_ended(&bench, 0, &context);
        assert!(k750_was_read(&bench), "{context}");
        let facts = bench.facts(slot(1));
        let name = DeviceFact::Name("Wireless Solar Keyboard K750".to_owned());
        assert!(facts.contains(&&name), "{context}: {facts:?}");
    }
}

#[test]
fn a_duplicated_or_delayed_report_changes_no_value() {
    for at in 0..40 {
        for fault in [
            Fault::Double,
            Fault::Delay(Duration::from_millis(30)),
            Fault::Delay(Duration::from_millis(1005)),
            Fault::Delay(Duration::from_millis(1500)),
            Fault::Delay(Duration::from_secs(6)),
        ] {
            let context = format!("{fault:?} of input report {at}");
            let bench = scripted(&[(at, fault)], ALL);
            assert_nothing_wrong(&bench, &context);
            assert_ended(&bench, 0, &context);
            assert!(k750_was_read(&bench), "{context}");
        }
    }
}

#[test]
fn foreign_traffic_before_every_report_changes_nothing() {
    for foreign in [
        Foreign::OtherSoftware,
        Foreign::SoftwareZero,
        Foreign::KernelProbe,
        Foreign::Keystroke,
        Foreign::Garbage,
    ] {
        let script: Vec<_> = (0..60).map(|at| (at, Fault::After(foreign))).collect();
        let bench = scripted(&script, ALL);
        assert_nothing_wrong(&bench, &format!("{foreign:?}"));
        assert!(k750_was_read(&bench), "{foreign:?}");
        let quiet = scripted(&[], ALL);
        assert_eq!(bench.sent, quiet.sent, "{foreign:?} caused other requests");
    }
}

#[test]
fn foreign_traffic_does_not_move_a_deadline() {
    // The K750 never answers, while replies to another program arrive every 5 ms.
    struct Deaf(Timestamp);
    impl Firmware for Deaf {
        fn output_report(&mut self, _: Timestamp, _: &[u8]) {}
        fn input_report(&mut self, now: Timestamp) -> Option<Vec<u8>> {
            (now >= self.0).then(|| {
                self.0 = now + Duration::from_millis(5);
                let mut reply = vec![0x11, 0x01, 0x00, 0x1B, 0x04, 0x05, 0x01];
                reply.resize(20, 0);
                reply
            })
        }
        fn next_due(&self) -> Option<Timestamp> {
            Some(self.0)
        }
    }
    let mut bench = Bench::new(Deaf(Timestamp::START));
    bench.session.probe(slot(1), Wanted::BATTERY, k750());
    bench.run_while(Timestamp::from_start(seconds(60)), |bench| {
        bench.events.is_empty()
    });
    let absent = DeviceFact::Absent(RequestError::Silent);
    assert_eq!(bench.facts(slot(1)), [&absent]);
    assert_eq!(bench.sent.len(), 2, "the request and one retry");
    assert_eq!(
        bench.now.since_start(),
        seconds(6),
        "two timeouts of three seconds, despite the foreign traffic"
    );
}

#[test]
fn a_busy_error_delays_the_request_and_does_not_count_as_a_retry() {
    for busy in [1, 2, 5] {
        let mut bench = Bench::new(desk());
        bench.device.answer_busy(1, busy);
        bench.session.probe(slot(1), Wanted::BATTERY, k750());
        bench.run_for(seconds(10));
        assert!(
            k750_was_read(&bench),
            "FF/08, {busy} times: {:?}",
            bench.events
        );
        assert_eq!(bench.sent.len(), 3 + usize::try_from(busy).unwrap());

        let mut bench = Bench::new(desk());
        bench.device.receiver_busy(busy);
        bench
            .session
            .probe(slot(2), Wanted::BATTERY, Known::default());
        bench.run_for(seconds(10));
        assert!(
            !bench.readings(slot(2)).is_empty(),
            "8F/07, {busy} times: {:?}",
            bench.events
        );
        assert_eq!(bench.sent.len(), 2 + usize::try_from(busy).unwrap());
    }
}

#[test]
fn a_device_that_stays_busy_fails_after_ten_requests() {
    let mut bench = Bench::new(desk());
    bench.device.answer_busy(1, u32::MAX);
    bench.session.probe(slot(1), Wanted::BATTERY, k750());
    bench.run_for(seconds(30));
    assert_eq!(
        bench.facts(slot(1)),
        [&DeviceFact::Failed(RequestError::Busy)]
    );
    assert_eq!(bench.sent.len(), 10);
    assert_eq!(bench.session.poll_timeout(), None);
}

#[test]
fn a_stalled_write_is_repeated_and_does_not_count_as_a_retry() {
    let mut bench = Bench::new(desk());
    bench.session.probe(slot(1), Wanted::BATTERY, k750());
    let now = bench.now;
    // EPIPE, twice, before the ping gets through.
    for _ in 0..2 {
        let report = bench.session.poll_transmit(bench.now).unwrap();
        bench.session.handle_stall(bench.now, &report);
        assert_eq!(
            bench.session.poll_transmit(bench.now),
            None,
            "not repeated at once"
        );
        bench.now = bench.session.poll_timeout().unwrap();
    }
    assert!(bench.now.since(now) < Duration::from_millis(100));
    bench.run_for(seconds(5));
    assert!(k750_was_read(&bench));
    let sent = bench.sent.len();
    assert_eq!(
        bench.session.sent(),
        sent,
        "stalled writes are not counted as sent"
    );
}

#[test]
fn a_late_reply_is_not_taken_for_the_reply_to_the_next_request() {
    // The reply to the first lookup is late. The retry was answered before it, and the next lookup
    // is in flight. Its header differs in the software id only.
    let wanted = Wanted::BATTERY | Wanted::NAME;
    let mut bench = Bench::new(Faulty::new(desk(), Faults::default()));
    bench.session.probe(slot(1), wanted, k750());
    let script = BTreeMap::from([(1, Fault::Delay(Duration::from_millis(1020)))]);
    bench.device.set_faults(Faults {
        script,
        ..Faults::default()
    });
    bench.run_for(seconds(10));
    let lookups: Vec<String> = bench
        .sent_to(slot(1))
        .into_iter()
        .filter(|it| it.starts_with("10 01 00 0"))
        .collect();
    assert_eq!(
        lookups,
        [
            "10 01 00 06 43 01 00",
            "10 01 00 06 43 01 00",
            "10 01 00 05 00 05 00"
        ],
        "the retry has the same software id, the next request has another"
    );
    assert_nothing_wrong(&bench, "late lookup");
}

#[test]
fn a_reading_without_its_marker_or_with_an_impossible_charge_is_requested_again() {
    // Input reports of a probe of the K750: replies to ping, lookup and measure, then the
    // measurement (report 3).
    for (offset, flip) in [(9, 0x01), (4, 0x40 | 0x04)] {
        let faults = Faults {
            script: BTreeMap::from([(3, Fault::Corrupt { offset, flip })]),
            ..Faults::default()
        };
        let mut bench = Bench::new(Faulty::new(desk(), faults));
        bench.session.probe(slot(1), Wanted::BATTERY, k750());
        bench.run_for(seconds(20));
        let good = bench
            .readings(slot(1))
            .into_iter()
            .any(|reading| match reading {
                Reading::Solar(event) => event.good && event.charge == Percent::new(57),
                _ => false,
            });
        assert!(good, "{:?}", bench.events);
    }
}

/// A receiver that replaces the reply to our request by a reply to another program that has the
/// same header.
struct Colliding {
    inner: Receiver,
    /// The header of our request.
    header: [u8; 4],
    /// The reply to the other program.
    other: Vec<u8>,
    collisions: u8,
}

impl Firmware for Colliding {
    fn output_report(&mut self, now: Timestamp, report: &[u8]) {
        self.inner.output_report(now, report);
    }

    fn input_report(&mut self, now: Timestamp) -> Option<Vec<u8>> {
        let report = self.inner.input_report(now)?;
        if self.collisions > 0 && report[1..4] == self.header[1..] {
            self.collisions -= 1;
            return Some(self.other.clone());
        }
        Some(report)
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.inner.next_due()
    }
}

#[test]
fn a_feature_index_from_another_programs_reply_is_corrected_after_the_next_reply() {
    // Seen on a real kernel alongside Solaar 1.1.8, which cycles through software ids.
    let mut other = vec![0x11, 0x01, 0x00, 0x06, 0x02];
    other.resize(20, 0);
    let mut bench = Bench::new(Colliding {
        inner: desk(),
        header: [0x11, 0x01, 0x00, 0x06],
        other,
        collisions: 1,
    });
    let mut known = k750();
    known.protocol = Some(ProtocolVersion { major: 2, minor: 0 });
    bench.session.probe(slot(1), Wanted::BATTERY, known);
    bench.run_for(Duration::from_secs(10));
    let readings = bench.readings(slot(1));
    assert!(
        matches!(&readings[..], [Reading::Solar(event)] if event.light == Some(Lux(12))),
        "{:?}",
        bench.events
    );
}

#[test]
fn a_software_id_in_use_by_another_program_is_avoided() {
    let mut bench = Bench::new(desk());
    let foreign = Report::parse(&[
        0x11, 0x01, 0x05, 0x06, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ]);
    bench.session.handle_report(bench.now, &foreign.unwrap());
    bench
        .session
        .probe(slot(2), Wanted::BATTERY, Known::default());
    bench.step();
    assert!(
        bench.sent[0].to_string().starts_with("10 02 00 15"),
        "{:?}",
        bench.sent
    );
}
