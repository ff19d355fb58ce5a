//! The window: the number of requests in flight at once is the number that the receiver accepts,
//! and a sleeping or silent device does not delay the others.

use std::time::Duration;

use hidpp_proto::session::{DeviceFact, Event, Known, Wanted};
use hidpp_proto::wire::{DeviceIndex, Message, Report};
use hidpp_sim::patience::Patience;
use hidpp_sim::receiver::{Latency, Receiver};

use crate::bench::{Bench, six_devices};

const ROUND_TRIP: Duration = Duration::from_millis(10);
const REFUSAL: Duration = Duration::from_millis(2);

fn six(patience: Patience) -> Receiver {
    let mut receiver = Receiver::new([0xA0, 0, 0, 1]);
    receiver.patience = patience;
    receiver.latency = Latency {
        register: REFUSAL,
        radio: ROUND_TRIP,
        ..Latency::MEASURED
    };
    for (slot, device) in six_devices() {
        receiver = receiver.with(slot, device);
    }
    receiver
}

/// Starts to probe these slots at the same time.
fn probing(receiver: Receiver, slots: impl IntoIterator<Item = u8>) -> Bench<Receiver> {
    let mut bench = Bench::new(receiver);
    for slot in slots {
        bench
            .session
            .probe(DeviceIndex(slot), Wanted::BATTERY, Known::default());
    }
    bench
}

/// Probes these slots at the same time, and runs until the session is idle.
fn probe(receiver: Receiver, slots: impl IntoIterator<Item = u8>) -> Bench<Receiver> {
    let mut bench = probing(receiver, slots);
    bench.run_while(bench.now + Duration::from_secs(30), |bench| {
        !bench.session.is_idle()
    });
    bench
}

/// How long it takes until the battery of `slot` is read while `slots` are probed.
fn read_after(receiver: Receiver, slots: impl IntoIterator<Item = u8>, slot: u8) -> Duration {
    let mut bench = probing(receiver, slots);
    bench.run_while(bench.now + Duration::from_secs(30), |bench| {
        bench.readings(DeviceIndex(slot)).is_empty()
    });
    assert_eq!(bench.readings(DeviceIndex(slot)).len(), 1);
    bench.now.since_start()
}

fn probed(bench: &Bench<Receiver>) -> usize {
    let ended = |event: &&Event| matches!(event, Event::Probed(_));
    bench.events.iter().filter(ended).count()
}

/// The number of messages that were sent over the air, that is, were not refused.
fn over_the_air(bench: &Bench<Receiver>) -> usize {
    bench.sent.len() - refusals(bench)
}

/// The number of refused messages. They are counted as the requests that were sent again unchanged:
/// every device in these tests answers, so only a refusal causes a retry.
fn refusals(bench: &Bench<Receiver>) -> usize {
    let repeated = |(at, report): &(usize, &Report)| bench.sent[..*at].contains(report);
    bench.sent.iter().enumerate().filter(repeated).count()
}

fn failures(bench: &Bench<Receiver>) -> Vec<&Event> {
    let failed = |event: &&Event| {
        matches!(
            event,
            Event::Device(_, DeviceFact::Failed(_) | DeviceFact::Absent(_))
        )
    };
    bench.events.iter().filter(failed).collect()
}

#[test]
fn six_devices_take_as_long_as_the_slowest_on_a_patient_receiver() {
    let slowest = (1..=6)
        .map(|slot| probe(six(Patience::Patient), [slot]).now.since_start())
        .max()
        .unwrap();
    let bench = probe(six(Patience::Patient), 1..=6);
    assert_eq!(probed(&bench), 6);
    // The receiver passes on the answers of six devices one every 2 ms.
    let took = bench.now.since_start();
    assert!(took <= slowest + REFUSAL * 6, "{took:?} {slowest:?}");
    assert_eq!(refusals(&bench), 0);
}

#[test]
fn six_devices_take_the_sum_of_their_round_trips_on_a_strict_receiver() {
    let bench = probe(six(Patience::STRICT), 1..=6);
    assert_eq!((probed(&bench), failures(&bench)), (6, vec![]));
    let needed = u32::try_from(over_the_air(&bench)).unwrap();
    let (took, floor) = (bench.now.since_start(), ROUND_TRIP * needed);
    // The receiver accepts one message of the first burst and refuses five. Later the window grows
    // now and then, and the additional message is refused while another is in flight.
    assert!(took <= floor + REFUSAL * 2, "{took:?} for {floor:?}");
    assert!(
        refusals(&bench) <= 5 + needed as usize / 5,
        "{}",
        refusals(&bench)
    );
}

#[test]
fn with_slow_devices_the_window_is_full_and_refusals_are_bounded() {
    // From a fast device to the slowest one that another project reports. The session first expects
    // a round trip of 10 ms; a message holds back others for 250 ms at most.
    for slow in [30, 95, 400].map(Duration::from_millis) {
        for most in 1..=3 {
            let mut receiver = six(Patience::UpTo(most));
            receiver.latency.radio = slow;
            let bench = probe(receiver, 1..=6);
            assert_eq!((probed(&bench), failures(&bench)), (6, vec![]));
            let needed = u32::try_from(over_the_air(&bench)).unwrap();
            let floor = slow * needed.div_ceil(u32::from(most));
            let took = bench.now.since_start();
            let context = format!("{most} at once, {slow:?} each");
            // A refusal can delay the answer behind it: reports come one every 2 ms.
            assert!(
                took <= floor + REFUSAL * (4 + needed),
                "{context}: {took:?}, {floor:?}"
            );
            // While the receiver is busy, the backoff between requests grows.
            let refused = refusals(&bench);
            assert!(refused <= 8 * needed as usize, "{context}: {refused}");
        }
    }
}

#[test]
fn probes_fail_if_the_receiver_is_always_busy() {
    for patience in [Patience::Patient, Patience::STRICT] {
        let mut receiver = six(patience);
        receiver.receiver_busy(u32::MAX);
        let bench = probe(receiver, 1..=6);
        assert_eq!(failures(&bench).len(), 6, "{:?}", bench.events);
        // Ten requests for each device, and up to six of the first burst that were put back.
        assert!(bench.sent.len() <= 6 * 10 + 6, "{}", bench.sent.len());
        assert_eq!(bench.session.poll_timeout(), None);
    }
}

#[test]
fn a_receiver_that_accepts_more_messages_at_once_is_read_faster() {
    let time = |patience| probe(six(patience), 1..=6).now.since_start();
    let (one, three, all) = (
        time(Patience::STRICT),
        time(Patience::UpTo(3)),
        time(Patience::Patient),
    );
    assert!(all < three && three < one, "{all:?} {three:?} {one:?}");
    assert!(three <= one / 2, "{three:?} {one:?}");
}

#[test]
fn a_sleeping_slot_delays_no_other_slot() {
    for patience in [Patience::Patient, Patience::STRICT] {
        let alone = read_after(six(patience), [2], 2);
        let mut receiver = six(patience);
        receiver.sleep(hidpp_proto::units::Timestamp::START, 1);
        let beside = read_after(receiver, [1, 2], 2);
        assert!(
            beside <= alone + ROUND_TRIP,
            "{patience:?}: {beside:?} {alone:?}"
        );
    }
}

#[test]
fn a_silent_slot_delays_no_other_slot() {
    for patience in [Patience::Patient, Patience::UpTo(2), Patience::STRICT] {
        let awake: Vec<u8> = (2..=6).collect();
        let without = probe(six(patience), awake.clone()).now.since_start();
        let mut receiver = six(patience);
        receiver.set_silent(1, true);
        let mut bench = Bench::new(receiver);
        for slot in 1..=6 {
            bench
                .session
                .probe(DeviceIndex(slot), Wanted::BATTERY, Known::default());
        }
        bench.run_while(bench.now + Duration::from_secs(30), |bench| {
            probed(bench) < awake.len()
        });
        let with = bench.now.since_start();
        // The message to the silent slot delays the others only until its place in the window is
        // free; the session does not wait for its timeout.
        assert!(
            with <= without + ROUND_TRIP * 3,
            "{patience:?}: {with:?} {without:?}"
        );
    }
}

#[test]
fn repeated_busy_errors_do_not_count_as_retries() {
    // Messages of another program keep the receiver busy for the first seven requests.
    let mut receiver = six(Patience::Patient);
    receiver.receiver_busy(7);
    let bench = probe(receiver, [1]);
    assert_eq!((probed(&bench), failures(&bench)), (1, vec![]));
    let pings = |report: &&Report| matches!(Message::of(report), Message::Notification { .. });
    assert!(bench.sent.iter().filter(pings).count() >= 8);
    assert_eq!(bench.readings(DeviceIndex(1)).len(), 1);
}
