//! Latencies as measured on recordings of real devices. A connected idle device is read with one
//! message per request, whether a receiver queues, refuses or drops messages beyond its limit.

use std::time::Duration;

use hidpp_proto::session::{
    DeviceFact, DiscoveryScope, Event, Known, LONGEST_STATUS, Peer, RequestError, Session, Wanted,
};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{DeviceIndex, ReportId};
use hidpp_sim::direct::DirectDevice;
use hidpp_sim::patience::Patience;
use hidpp_sim::receiver::{Latency, Receiver};
use hidpp_sim::{Firmware, catalogue};
use proptest::prelude::*;

use crate::bench::{Bench, SCOPE, seconds, six_devices, slot};

/// How long the session waits for the reply to the first message to a device.
const FIRST: Duration = Duration::from_secs(3);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    InUse,
    Idle,
    Asleep,
    /// Connected, but it answers no message.
    Silent,
}

fn receiver(latency: Latency, patience: Patience, states: &[State]) -> Receiver {
    let mut receiver = Receiver::new([0xA0, 0, 0, 1]);
    receiver.latency = latency;
    receiver.patience = patience;
    for ((number, device), state) in six_devices().zip(states) {
        receiver = receiver.with(
            number,
            match state {
                State::InUse | State::Silent => device,
                State::Idle => device.idle(),
                State::Asleep => device.asleep(),
            },
        );
        receiver.set_silent(number, *state == State::Silent);
    }
    receiver
}

fn first(millis: u64) -> Latency {
    Latency {
        first: Duration::from_millis(millis),
        ..Latency::MEASURED
    }
}

/// Probes the batteries of slots 1 to `slots`, one every `apart`, and runs until the session is
/// idle.
fn probe<F: Firmware>(device: F, slots: usize, apart: Duration, known: &Known) -> Bench<F> {
    let mut bench = Bench::new(device);
    for number in (1..).take(slots) {
        bench
            .session
            .probe(slot(number), Wanted::BATTERY, known.clone());
        bench.run_for(apart);
    }
    let end = bench.now + seconds(120);
    bench.run_while(end, |bench| !bench.session.is_idle());
    assert!(bench.session.is_idle(), "{:?}", bench.events);
    bench
}

fn is_absent<F: Firmware>(bench: &Bench<F>, number: u8) -> bool {
    let mut facts = bench.facts(slot(number)).into_iter();
    facts.any(|fact| matches!(fact, DeviceFact::Absent(_) | DeviceFact::Failed(_)))
}

fn is_read<F: Firmware>(bench: &Bench<F>, number: u8) -> bool {
    !is_absent(bench, number) && bench.readings(slot(number)).len() == 1
}

#[test]
fn an_idle_device_is_read_with_one_message_per_request() {
    // Times until the first answer of an M705, a Performance MX (four times), a G603 and an
    // Anywhere MX, and a time that is longer than any in a recording.
    for millis in [1131, 1161, 1316, 1339, 1937, 1668, 1699, 2900] {
        let idle = receiver(
            first(millis),
            Patience::Endless,
            &[State::InUse, State::Idle],
        );
        let mut bench = Bench::new(idle);
        bench
            .session
            .probe(slot(2), Wanted::BATTERY, Known::default());
        bench.run_while(Timestamp::from_start(seconds(30)), |bench| {
            !bench.session.is_idle()
        });
        assert!(is_read(&bench, 2), "{millis}: {:?}", bench.events);
        // The receiver holds the ping until the device wakes; the mileage follows 88 ms later.
        assert_eq!(bench.sent.len(), 2, "{millis}: {:?}", bench.sent);
        let took = Duration::from_millis(millis + 88);
        assert_eq!(bench.now.since_start(), took, "{millis}");
    }
}

#[test]
fn a_device_that_became_idle_again_gets_the_timeout_of_a_first_message() {
    let idle = receiver(first(1937), Patience::Endless, &[State::Idle]);
    let mut bench = probe(idle, 1, Duration::ZERO, &Known::default());
    bench.sent.clear();
    bench.run_for(seconds(600));
    bench
        .session
        .probe(slot(1), Wanted::BATTERY, Known::default());
    bench.run_for(seconds(10));
    assert_eq!(bench.sent.len(), 1, "{:?}", bench.sent);
    assert_eq!(bench.readings(slot(1)).len(), 2);
}

#[test]
fn a_silent_device_is_sent_one_message_for_three_seconds() {
    let silent = receiver(first(1668), Patience::Endless, &[State::Silent]);
    let bench = probe(silent, 1, Duration::ZERO, &Known::default());
    let absent = DeviceFact::Absent(RequestError::Silent);
    assert_eq!(bench.facts(slot(1)), [&absent]);
    assert_eq!(bench.sent.len(), 1, "{:?}", bench.sent);
    assert_eq!(bench.now.since_start(), FIRST);
}

#[test]
fn silent_devices_are_probed_together_and_then_each_alone() {
    for patience in [
        Patience::Patient,
        Patience::Dropping(1),
        Patience::Replacing,
    ] {
        for silent in 2..=6_u8 {
            let states = vec![State::Silent; silent.into()];
            let receiver = receiver(first(1668), patience, &states);
            let bench = probe(receiver, states.len(), Duration::ZERO, &Known::default());
            assert_eq!(bench.sent.len(), 2 * states.len(), "{patience:?}");
            // Only a request to each device alone shows which messages the receiver dropped.
            let took = bench.now.since_start();
            assert_eq!(took, FIRST * u32::from(silent + 1), "{patience:?}");
        }
    }
}

#[test]
fn a_sleeping_device_is_reported_at_once() {
    // Error 8F/09 came after 1.3 to 2.9 ms, 21 times in recordings of a C52B.
    let asleep = receiver(first(1668), Patience::Endless, &[State::Asleep; 6]);
    let bench = probe(asleep, 6, Duration::ZERO, &Known::default());
    assert_eq!(bench.sent.len(), 6);
    let took = bench.now.since_start();
    assert!(took < Duration::from_millis(20), "{took:?}");
}

#[test]
fn a_request_to_a_device_that_falls_silent_is_retried_once() {
    let in_use = receiver(first(1668), Patience::Endless, &[State::InUse]);
    let mut bench = Bench::new(in_use);
    bench
        .session
        .probe(slot(1), Wanted::BATTERY, Known::default());
    bench.run_while(Timestamp::from_start(seconds(5)), |bench| {
        bench.sent.len() < 2
    });
    bench.device.set_silent(1, true);
    bench.run_while(Timestamp::from_start(seconds(30)), |bench| {
        !bench.session.is_idle()
    });
    assert!(is_absent(&bench, 1), "{:?}", bench.events);
    let last = bench.sent.last().unwrap();
    assert_eq!(bench.sent.iter().filter(|it| *it == last).count(), 2);
}

#[test]
fn dropped_messages_are_retried_alone_and_the_window_stays_at_one() {
    for patience in [Patience::Dropping(1), Patience::Replacing, Patience::Deaf] {
        let six = receiver(first(1937), patience, &[State::Idle; 6]);
        let mut bench = probe(six, 6, Duration::ZERO, &Known::default());
        for number in 1..=6 {
            assert!(is_read(&bench, number), "{patience:?}: {:?}", bench.events);
            let known = bench.session.known(slot(number)).unwrap();
            assert!(known.one_at_a_time, "{patience:?}: slot {number}");
        }
        // The window stays at one message, so the receiver drops no message any more.
        let before = bench.sent.len();
        for number in 1..=6 {
            bench
                .session
                .probe(slot(number), Wanted::BATTERY, Known::default());
        }
        bench.run_for(seconds(60));
        assert_eq!(bench.sent.len() - before, 6, "{patience:?}");
    }
}

#[test]
fn the_window_learnt_in_one_session_is_used_in_the_next() {
    let six = receiver(first(1668), Patience::Dropping(1), &[State::InUse; 6]);
    let mut bench = probe(six, 6, Duration::ZERO, &Known::default());
    let known: Vec<Known> = (1..=6)
        .map(|number| bench.session.known(slot(number)).unwrap().clone())
        .collect();
    bench.session = Session::new(Peer::Receiver, ReportId::Short);
    bench.sent.clear();
    let start = bench.now;
    for (number, mut known) in (1..).zip(known) {
        known.remembered = true;
        bench.session.probe(slot(number), Wanted::BATTERY, known);
    }
    bench.run_while(start + seconds(60), |bench| !bench.session.is_idle());
    assert_eq!(bench.sent.len(), 6, "{:?}", bench.sent);
    assert!(bench.now.since(start) < Duration::from_millis(200));
}

#[test]
fn a_message_dropped_because_of_another_programs_message_is_retried() {
    // The kernel driver's ping to slot 2 is in flight when ours to slot 1 is sent and dropped.
    let two = receiver(first(1668), Patience::Dropping(1), &[State::InUse; 2]);
    let mut bench = Bench::new(two);
    bench
        .device
        .output_report(bench.now, &[0x10, 0x02, 0x00, 0x1B, 0, 0, 7]);
    bench
        .session
        .probe(slot(1), Wanted::BATTERY, Known::default());
    bench.run_for(seconds(10));
    assert!(is_read(&bench, 1), "{:?}", bench.events);
}

#[test]
fn all_devices_are_read_although_the_receiver_refuses_messages_while_it_holds_one() {
    // The receiver holds the messages to six idle devices for 1.94 s each and refuses all others
    // meanwhile.
    for most in 1..=3 {
        let six = receiver(first(1937), Patience::UpTo(most), &[State::Idle; 6]);
        let bench = probe(six, 6, Duration::ZERO, &Known::default());
        for number in 1..=6 {
            assert!(is_read(&bench, number), "{most}: {:?}", bench.events);
        }
        let held = Duration::from_millis(1937) * u32::from(6_u8.div_ceil(most));
        let took = bench.now.since_start();
        assert!(took <= held + seconds(4), "{most}: {took:?}");
    }
}

#[test]
fn register_reads_lost_during_messages_to_devices_are_retried() {
    let six = receiver(first(1937), Patience::Deaf, &[State::Idle; 6]);
    let mut bench = Bench::new(six);
    bench.probe_all = Some(Wanted::BATTERY);
    bench.session.discover(SCOPE);
    bench.run_while(Timestamp::from_start(seconds(120)), |bench| {
        !bench.session.is_idle()
    });
    assert!(bench.events.contains(&Event::Discovered));
    for number in 1..=6 {
        assert!(is_read(&bench, number), "{number}: {:?}", bench.events);
    }
}

#[test]
fn a_dj_device_list_delays_answers_too_little_for_a_retry() {
    // The kernel driver requests its device list (DJ) while a status is read: a C52B needs
    // 2 (n + 1) ms to send the list of n devices.
    let six = receiver(first(1668), Patience::Endless, &[State::InUse; 6]);
    let mut bench = Bench::new(six);
    bench.device.output_report(bench.now, &dj(0x80, 0x3F));
    bench.probe_all = Some(Wanted::BATTERY);
    bench.session.discover(SCOPE);
    bench.step();
    bench.device.output_report(bench.now, &dj(0x81, 0));
    bench.run_for(seconds(10));
    for number in 1..=6 {
        assert!(is_read(&bench, number), "{number}: {:?}", bench.events);
    }
    let mut distinct = bench.sent.clone();
    distinct.dedup();
    assert_eq!(bench.sent, distinct, "nothing was sent twice");
}

fn dj(kind: u8, bits: u8) -> Vec<u8> {
    let mut report = vec![0x20, 0xFF, kind, bits];
    report.resize(15, 0);
    report
}

fn headset(name: &str) -> Bench<DirectDevice> {
    let entry = catalogue::find(name).unwrap();
    let device = entry.direct([0xD0, 0, 0, 1]).unwrap();
    let form = if device.reports.short {
        ReportId::Short
    } else {
        ReportId::Long
    };
    let mut bench = Bench::new(device);
    bench.session = Session::new(Peer::Device, form);
    bench
}

#[test]
fn a_headset_is_read_although_its_dongle_loses_requests() {
    // In recordings, 2 of 103 requests to the dongle of a G933 were never answered, the very first
    // among them.
    let read = |before: usize, lost: u32| {
        let mut bench = headset("G733 Headset");
        bench
            .session
            .probe(DeviceIndex::DIRECT, Wanted::BATTERY, Known::default());
        if before > 0 {
            bench.run_while(Timestamp::from_start(seconds(30)), |bench| {
                bench.sent.len() < before
            });
        }
        // The request in flight is answered; the next `lost` requests get lost.
        bench.device.lose_requests(lost);
        bench.run_for(seconds(30));
        let readings = bench.readings(DeviceIndex::DIRECT);
        assert_eq!(readings.len(), 1, "{before}, {lost}: {:?}", bench.events);
        bench.sent.len()
    };
    let all = read(0, 0);
    for before in 0..all {
        for lost in 1..=2 {
            let sent = read(before, lost);
            assert_eq!(sent, all + usize::try_from(lost).unwrap(), "{before}");
        }
    }
}

fn latency() -> impl Strategy<Value = Latency> {
    // The measured ranges in ms: registers, devices in use, first and later messages to idle
    // devices.
    (1..=6u64, 9..=343u64, 1131..=1940u64, 28..=113u64).prop_map(
        |(register, radio, first, idle)| Latency {
            register: Duration::from_millis(register),
            radio: Duration::from_millis(radio),
            first: Duration::from_millis(first),
            idle: Duration::from_millis(idle),
            ..Latency::MEASURED
        },
    )
}

fn patience() -> impl Strategy<Value = Patience> {
    prop_oneof![
        Just(Patience::Endless),
        Just(Patience::Patient),
        (1..=3u8).prop_map(Patience::UpTo),
        (1..=3u8).prop_map(Patience::Dropping),
        Just(Patience::Replacing),
        Just(Patience::Deaf),
    ]
}

fn states(silent: bool) -> impl Strategy<Value = Vec<State>> {
    let state = prop_oneof![
        3 => Just(State::InUse),
        3 => Just(State::Idle),
        1 => Just(State::Asleep),
        u32::from(silent) => Just(State::Silent),
    ];
    prop::collection::vec(state, 1..=6)
}

/// A receiver that counts the messages to its devices that it refused. Refused messages are not
/// sent over the air.
struct Counting {
    receiver: Receiver,
    refused: usize,
}

impl Firmware for Counting {
    fn output_report(&mut self, now: Timestamp, report: &[u8]) {
        self.receiver.output_report(now, report);
    }

    fn input_report(&mut self, now: Timestamp) -> Option<Vec<u8>> {
        let report = self.receiver.input_report(now)?;
        if let [0x10, _, 0x8F, _, _, 0x07, _] = report[..] {
            self.refused += 1;
        }
        Some(report)
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.receiver.next_due()
    }
}

fn counted(receiver: Receiver, slots: usize, apart: u64, known: &Known) -> Bench<Counting> {
    let counting = Counting {
        receiver,
        refused: 0,
    };
    probe(counting, slots, Duration::from_millis(apart), known)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_device_that_is_online_is_reported_offline(
        latency in latency(),
        patience in patience(),
        states in states(true),
        apart in 0..=40u64,
    ) {
        let receiver = receiver(latency, patience, &states);
        let bench = counted(receiver, states.len(), apart, &Known::default());
        for (number, state) in (1..).zip(&states) {
            match state {
                State::InUse | State::Idle => {
                    prop_assert!(is_read(&bench, number), "slot {number}: {:?}", bench.events);
                }
                State::Asleep | State::Silent => prop_assert!(is_absent(&bench, number)),
            }
        }
    }

    #[test]
    fn a_wide_window_costs_at_most_one_retry_per_device_compared_with_one_at_a_time(
        latency in latency(),
        patience in patience(),
        states in states(true),
        apart in 0..=40u64,
    ) {
        let made = || receiver(latency, patience, &states);
        let mut careful = Known::default();
        careful.one_at_a_time = true;
        let base = counted(made(), states.len(), apart, &careful);
        let bench = counted(made(), states.len(), apart, &Known::default());
        prop_assert_eq!(base.device.refused, 0);

        for number in (1..).take(states.len()) {
            let (one, many) = (base.sent_to(slot(number)), bench.sent_to(slot(number)));
            let sent = many.len().saturating_sub(bench.device.refused);
            prop_assert!(sent <= one.len() + 1, "slot {number}: {one:?} {many:?}");
        }
        let radio = bench.sent.len() - bench.device.refused;
        prop_assert!(radio <= base.sent.len() + states.len(), "{radio} {}", base.sent.len());

        // On top of `one`: one timeout for all dropped messages together, the retries, and at most
        // 250 ms of waiting for each device with a refused message.
        let (one, many) = (base.now.since_start(), bench.now.since_start());
        let held = Duration::from_millis(250) * u32::try_from(states.len()).unwrap();
        let most = one + FIRST + latency.radio * 2 + held + Duration::from_millis(100);
        prop_assert!(many <= most, "{many:?} {one:?}");
    }

    #[test]
    fn no_message_is_sent_twice_to_devices_of_a_patient_receiver(
        latency in latency(),
        states in states(false),
        apart in 0..=40u64,
    ) {
        let receiver = receiver(latency, Patience::Patient, &states);
        let bench = counted(receiver, states.len(), apart, &Known::default());
        let mut sent: Vec<String> = bench.sent.iter().map(ToString::to_string).collect();
        sent.sort();
        let all = sent.len();
        sent.dedup();
        prop_assert_eq!(sent.len(), all);
    }

    #[test]
    fn a_default_status_takes_no_longer_than_the_default_timeout(
        latency in latency(),
        patience in patience(),
        states in states(true),
    ) {
        // Only single answers take longer than 163 ms, so 163 ms is the limit for all of them.
        let radio = latency.radio.min(Duration::from_millis(163));
        let latency = Latency { radio, ..latency };
        let mut bench = Bench::new(receiver(latency, patience, &states));
        bench.probe_all = Some(Wanted::BATTERY | Wanted::KIND | Wanted::NAME);
        bench.session.discover(SCOPE);
        bench.run_while(Timestamp::from_start(seconds(120)), |bench| !bench.session.is_idle());
        let took = bench.now.since_start();
        prop_assert!(took <= LONGEST_STATUS, "{took:?}");
    }

    #[test]
    fn all_devices_are_found_whichever_messages_the_receiver_drops(
        latency in latency(),
        patience in patience(),
        states in states(false),
    ) {
        let mut bench = Bench::new(receiver(latency, patience, &states));
        bench.probe_all = Some(Wanted::BATTERY);
        bench.session.discover(DiscoveryScope::new());
        bench.run_while(Timestamp::from_start(seconds(120)), |bench| !bench.session.is_idle());
        for (number, state) in (1..).zip(&states) {
            match state {
                State::Asleep => prop_assert!(is_absent(&bench, number)),
                _ => prop_assert!(is_read(&bench, number), "slot {number}: {:?}", bench.events),
            }
        }
    }
}
