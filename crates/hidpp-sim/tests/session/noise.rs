//! With any input, the session never busy-loops, sends a bounded number of requests and becomes
//! idle at the end.

use std::collections::BTreeSet;
use std::time::Duration;

use hidpp_proto::feature::BatteryFeature;
use hidpp_proto::feature::root::ProtocolVersion;
use hidpp_proto::session::{DiscoveryScope, Event, Known, Wanted};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{DeviceIndex, FeatureIndex};
use hidpp_sim::faults::{Chances, Faults, Faulty};
use hidpp_sim::scenario::desk;

use crate::bench::{Bench, SCOPE, k750, seconds, slot};

const FOLLOW: DiscoveryScope = SCOPE.follow(true).firmware(true);

/// Random numbers (xorshift).
struct Random(u64);

impl Random {
    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        all[usize::try_from(self.0 >> 33).unwrap() % all.len()]
    }

    /// A random report made only of byte values that have a meaning in some HID++ report.
    fn report(&mut self) -> Vec<u8> {
        const INDICES: [u8; 8] = [0x00, 0x01, 0x01, 0x02, 0x03, 0x04, 0x0F, 0xFF];
        const SUB_IDS: [u8; 20] = [
            0x00, 0x01, 0x02, 0x03, 0x05, 0x07, 0x09, 0x09, 0x0D, 0x40, 0x41, 0x41, 0x42, 0x4B,
            0x80, 0x81, 0x83, 0x8F, 0x8F, 0xFF,
        ];
        const BYTES: [u8; 20] = [
            0x00, 0x00, 0x00, 0x01, 0x02, 0x03, 0x04, 0x07, 0x08, 0x09, 0x0D, 0x0E, 0x10, 0x1E,
            0x20, 0x40, 0x81, 0x83, 0xB5, 0xFF,
        ];
        let (id, len) = self.of(&[(0x10, 7), (0x11, 20)]);
        let mut report = vec![id, self.of(&INDICES), self.of(&SUB_IDS)];
        report.resize_with(7, || self.of(&BYTES));
        if self.of(&[true, false]) {
            report.extend([0x06, 0x1D, b'G', b'O', b'O', b'D']);
        }
        report.resize(len, 0);
        report
    }
}

#[test]
fn noise_causes_no_busy_loop_no_flood_of_requests_and_no_endless_wait() {
    for seed in 1..=60 {
        let mut random = Random(seed);
        let mut bench = Bench::new(Faulty::new(desk(), Faults::default()));
        bench.probe_all = Some(Wanted::ALL);
        bench.session.discover(FOLLOW);
        if seed % 2 == 0 {
            // A remembered feature index that is wrong.
            let mut known = k750();
            known.remembered = true;
            known.learn(BatteryFeature::SolarDashboard.id(), Some(FeatureIndex(4)));
            bench.session.probe(slot(1), Wanted::ALL, known);
        }
        for tick in 0..600_u64 {
            let due = Timestamp::from_start(Duration::from_millis(100 * tick));
            let report = random.report();
            bench.device.inject(due, report);
            bench.run_until(due + Duration::from_millis(50));
            let next = bench.session.poll_timeout();
            assert!(
                next.is_none_or(|next| next > bench.now),
                "seed {seed}: due {next:?}, now {}",
                bench.now
            );
        }
        // Ten reports a second for a minute; each may be a wake notice that causes a reading.
        assert!(bench.sent.len() < 1500, "seed {seed}: {}", bench.sent.len());
        let asked = bench.sent.len();
        bench.run_for(seconds(120));
        assert_eq!(bench.session.poll_timeout(), None, "seed {seed}");
        assert!(bench.session.is_idle(), "seed {seed}");
        assert!(bench.sent.len() - asked < 100, "seed {seed}");
    }
}

#[test]
fn a_probe_ends_if_the_keyboard_falls_silent_during_a_second_lookup() {
    let mut bench = Bench::new(Faulty::new(desk(), Faults::default()));
    let mut known = k750();
    known.protocol = Some(ProtocolVersion { major: 2, minor: 0 });
    known.remembered = true;
    known.learn(BatteryFeature::SolarDashboard.id(), Some(FeatureIndex(9)));
    bench.session.probe(slot(1), Wanted::BATTERY, known);
    bench.run_for(Duration::from_millis(200));
    // An implausible broadcast came before the measurement, so the feature is looked up again.
    bench.session.look_again(slot(1));
    bench.device.set_faults(Faults {
        chances: Chances {
            drop: 1000,
            ..Chances::default()
        },
        ..Faults::default()
    });
    bench.run_for(seconds(60));
    assert_eq!(bench.session.poll_timeout(), None);
    assert!(bench.session.is_idle());
    assert_eq!(bench.events.last(), Some(&Event::Probed(slot(1))));
}

#[test]
fn flags_that_a_device_lost_when_switched_off_are_not_written_at_close() {
    let mut bench = Bench::new(desk());
    let wanted = Wanted::BATTERY | Wanted::NOTICES;
    for _ in 0..2 {
        bench.session.probe(slot(2), wanted, Known::default());
        bench.run_for(seconds(2));
        bench.device.switch_off(bench.now, 2);
        bench.device.switch_on(bench.now, 2);
        bench.run_for(seconds(2));
    }
    bench.sent.clear();
    bench.session.close(bench.now);
    bench.run_for(seconds(2));
    assert_eq!(bench.sent_to(slot(2)), ["10 02 81 00 00 00 00"]);
}

#[test]
fn a_record_read_by_another_program_does_not_hide_that_a_slot_was_paired_again() {
    let mut bench = Bench::new(Faulty::new(desk(), Faults::default()));
    bench.session.discover(FOLLOW);
    bench.run_for(seconds(2));
    bench.events.clear();
    // Slot 2 was paired with a 4013 while no program was running. Another program reads its record,
    // then the device connects.
    for hex in [
        "11 FF 83 B5 21 08 14 40 13 04 00 02",
        "10 02 41 04 22 13 40",
    ] {
        bench.receive(hex);
        bench.run_for(seconds(1));
    }
    let looked = bench
        .events
        .iter()
        .filter(|event| matches!(event, Event::Paired(DeviceIndex(2), _)));
    assert_eq!(looked.count(), 1, "{:?}", bench.events);
}

#[test]
fn an_error_for_another_program_does_not_end_the_reading_of_records() {
    // An error for another program's access to a missing sub-register arrives while a record is
    // read. If the session took it for its own, it would request an announcement of all devices,
    // and the kernel would set them up again.
    for at in 1..8 {
        let mut bench = Bench::new(Faulty::new(desk(), Faults::default()));
        bench.session.discover(FOLLOW);
        bench.run_while(Timestamp::from_start(seconds(2)), |bench| {
            bench.sent.iter().filter(|it| it.sub_id() == 0x83).count() <= at
        });
        bench.receive("10 FF 8F 83 B5 01 00");
        bench.run_for(seconds(5));
        let announced = bench
            .sent
            .iter()
            .any(|it| (it.sub_id(), it.address()) == (0x80, 0x02));
        let paired: BTreeSet<u8> = bench
            .events
            .iter()
            .filter_map(|event| match event {
                Event::Paired(at, _) => Some(at.0),
                _ => None,
            })
            .collect();
        assert_eq!(paired.len(), 3, "{at}");
        // Before the first record, the error cannot be distinguished from one for our own request.
        assert!(!announced || at == 1, "{at}: {:?}", bench.sent);
    }
}
