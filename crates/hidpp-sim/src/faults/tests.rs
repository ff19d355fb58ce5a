use super::*;
use crate::receiver::Receiver;
use crate::scenario;
use crate::testing::{after, arrived, ask, frames, seconds};

const START: Timestamp = Timestamp::START;
const PING: &str = "10 01 00 1E 00 00 01";
const PONG: &str = "11 01 00 1E 02 00 01 …";

/// A desk with one fault, on the first input report.
fn struck(fault: Fault) -> Faulty<Receiver> {
    let script = BTreeMap::from([(0, fault)]);
    let faults = Faults {
        script,
        ..Faults::default()
    };
    Faulty::new(scenario::desk(), faults)
}

#[test]
fn without_faults_nothing_changes() {
    let mut desk = Faulty::new(scenario::desk(), Faults::default());
    assert_eq!(desk.next_due(), Some(seconds(90)));
    assert_eq!(ask(&mut desk, START, PING), frames(&[PONG]));
}

#[test]
fn a_scripted_fault_applies_to_the_report_with_its_number() {
    assert_eq!(ask(&mut struck(Fault::Drop), START, PING), frames(&[]));
    assert_eq!(
        ask(&mut struck(Fault::Double), START, PING),
        frames(&[PONG, PONG])
    );
    let corrupt = Fault::Corrupt {
        offset: 6,
        flip: 0x80,
    };
    assert_eq!(
        ask(&mut struck(corrupt), START, PING),
        frames(&["11 01 00 1E 02 00 81 …"])
    );
}

#[test]
fn a_delayed_report_is_overtaken() {
    let mut desk = struck(Fault::Delay(Duration::from_secs(6)));
    assert_eq!(ask(&mut desk, START, PING), frames(&[]));
    assert_eq!(
        ask(&mut desk, seconds(1), "10 01 00 1E 00 00 02"),
        frames(&["11 01 00 1E 02 00 02 …"])
    );
    // Read at 50 ms, so it arrives six seconds after that.
    assert_eq!(desk.next_due(), Some(after(seconds(6), 50)));
    assert_eq!(arrived(&mut desk, seconds(7)), frames(&[PONG]));
}

#[test]
fn lost_output_reports_never_reach_the_firmware() {
    let faults = Faults {
        lost_output: vec![0],
        ..Faults::default()
    };
    let mut desk = Faulty::new(scenario::desk(), faults);
    assert_eq!(ask(&mut desk, START, PING), frames(&[]));
    assert_eq!(desk.inner().requests().len(), 0);
    assert_eq!(ask(&mut desk, START, PING), frames(&[PONG]));
}

#[test]
fn reports_of_other_programs_arrive_just_before_the_answer() {
    let mut desk = struck(Fault::After(Foreign::KernelProbe));
    assert_eq!(
        ask(&mut desk, START, PING),
        frames(&["11 01 00 11 02 00 5A …", PONG])
    );

    let reports = ask(
        &mut struck(Fault::After(Foreign::OtherSoftware)),
        START,
        PING,
    );
    assert_eq!(reports.len(), 2);
    // The same slot, feature and function, but neither our software id nor an event's.
    assert!(matches!(
        reports.first().map(Vec::as_slice),
        Some([0x11, 0x01, 0x00, call, ..]) if call >> 4 == 1 && ![0x10, 0x1E].contains(call)
    ));

    // The answer to a ping with software id 0: by its header it is event 1 of root.
    assert_eq!(
        ask(
            &mut struck(Fault::After(Foreign::SoftwareZero)),
            START,
            PING
        ),
        frames(&["11 01 00 10 02 00 01 …", PONG])
    );

    let reports = ask(&mut struck(Fault::After(Foreign::Keystroke)), START, PING);
    assert!(matches!(
        reports.first().map(Vec::as_slice),
        Some([0x20, 0x01, 0x01, 0x00, 0x04..=0x1D, ..])
    ));
}

#[test]
fn injected_reports_arrive_at_their_time() {
    let mut desk = Faulty::new(scenario::desk(), Faults::default());
    desk.inject(seconds(1), vec![0x80, 0x01, 0x00, 0x80, 0x00]);
    assert_eq!(desk.next_due(), Some(seconds(1)));
    assert_eq!(arrived(&mut desk, seconds(1)), frames(&["80 01 00 80 00"]));
}

/// Two hundred pings, one a second, with all kinds of random faults.
fn faulty_pings(seed: u64) -> Vec<Vec<u8>> {
    let faults = Faults {
        seed,
        chances: Chances {
            drop_output: 100,
            drop: 100,
            double: 100,
            delay: 100,
            reorder: 100,
            corrupt: 100,
            foreign: 300,
        },
        ..Faults::default()
    };
    let mut desk = Faulty::new(scenario::desk(), faults);
    (0..200)
        .flat_map(|second| ask(&mut desk, seconds(second), PING))
        .collect()
}

#[test]
fn the_same_seed_gives_the_same_faults() {
    assert_eq!(faulty_pings(7), faulty_pings(7));
    assert_ne!(faulty_pings(7), faulty_pings(8));
}

#[test]
fn random_faults_occur_about_as_often_as_configured() {
    let mut random = Random::new(0);
    let count = (0..100_000).filter(|_| random.happens(100)).count();
    assert!((9_500..10_500).contains(&count), "{count}");
    assert_eq!((0..1000).filter(|_| random.happens(0)).count(), 0);
    assert_eq!((0..1000).filter(|_| random.happens(1000)).count(), 1000);
}
