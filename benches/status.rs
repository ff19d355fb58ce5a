//! The cost of a status: requests to the receiver and over the air, and CPU time, for the simulated
//! receiver with its three devices; and the time for six devices in every state, on receivers that
//! accept several messages at once and on those that drop the second one.

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use hidpp_proto::feature::root::ProtocolVersion;
use hidpp_proto::feature::{BatteryFeature, PairingRecords};
use hidpp_proto::session::{DiscoveryScope, Event, Known, Peer, Session, Wanted};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{DeviceIndex, FeatureIndex, Incoming, ReportId, Wpid, classify};
use hidpp_sim::patience::Patience;
use hidpp_sim::receiver::Receiver;
use hidpp_sim::{Firmware, catalogue, scenario};

const SCOPE: DiscoveryScope = DiscoveryScope::new().records(PairingRecords::Legacy);

/// Devices of HID++ 1.0 and 2.0 without a measurement that takes a second.
const SIX: [&str; 6] = [
    "M525",
    "M705 (M-R0009)",
    "K520",
    "G703",
    "PRO X",
    "MX Master 3",
];

#[derive(Clone, Copy)]
enum State {
    InUse,
    Idle,
    Asleep,
    /// Connected, but it does not answer.
    Silent,
}

#[derive(Default)]
struct Cost {
    to_receiver: usize,
    over_the_air: usize,
    took: Duration,
}

/// A receiver with six devices: the first `count` in this state, the rest in use.
fn six(patience: Patience, count: u8, state: State) -> Receiver {
    let mut receiver = Receiver::new([0xA0, 0, 0, 1]);
    receiver.patience = patience;
    let devices = (1..).zip(SIX).filter_map(|(slot, name)| {
        let device = catalogue::find(name)?.paired([0xD0, 0, 0, slot])?;
        Some((slot, device))
    });
    for (slot, device) in devices {
        let state = if slot <= count { state } else { State::InUse };
        let device = match state {
            State::InUse | State::Silent => device,
            State::Idle => device.idle(),
            State::Asleep => device.asleep(),
        };
        receiver = receiver.with(slot, device);
        receiver.set_silent(slot, matches!(state, State::Silent));
    }
    receiver
}

/// Runs a session with the simulated desk until it has nothing left to do, on virtual time.
fn run(session: Session, known: &dyn Fn(DeviceIndex) -> Known) -> Cost {
    run_with(scenario::desk(), session, known)
}

fn run_with(
    mut device: Receiver,
    mut session: Session,
    known: &dyn Fn(DeviceIndex) -> Known,
) -> Cost {
    let mut now = Timestamp::START;
    let mut cost = Cost::default();
    loop {
        while let Some(bytes) = device.input_report(now) {
            if let Incoming::HidPp(report) = classify(&bytes) {
                session.handle_report(now, &report);
            }
        }
        session.handle_timeout(now);
        while let Some(event) = session.poll_event() {
            if let Event::Paired(slot, _) = event {
                session.probe(slot, Wanted::BATTERY, known(slot));
                session.read_name(slot);
            }
        }
        while let Some(report) = session.poll_transmit(now) {
            match report.device().slot() {
                Some(_) => cost.over_the_air += 1,
                None => cost.to_receiver += 1,
            }
            device.output_report(now, report.as_bytes());
        }
        let Some(due) = session.poll_timeout() else {
            cost.took = now.since_start();
            return cost;
        };
        now = now.max(device.next_due().map_or(due, |next| next.min(due)));
    }
}

fn whole_desk() -> Session {
    let mut session = Session::new(Peer::Receiver, ReportId::Short);
    session.discover(SCOPE);
    session
}

/// What the receiver's record reports about the K750.
fn model() -> Known {
    let mut known = Known::default();
    known.model = Some(Wpid(0x4002));
    known
}

/// What a cache holds about the K750 and the M705.
fn cached(slot: DeviceIndex) -> Known {
    let protocol = match slot.0 {
        1 => ProtocolVersion { major: 2, minor: 0 },
        _ => ProtocolVersion::HIDPP_10,
    };
    let mut known = Known::default();
    known.protocol = Some(protocol);
    known.learn(BatteryFeature::SolarDashboard.id(), Some(FeatureIndex(9)));
    known
}

fn k750(known: Known) -> Session {
    let mut session = Session::new(Peer::Receiver, ReportId::Short);
    session.probe(DeviceIndex(1), Wanted::BATTERY, known);
    session
}

fn status(criterion: &mut Criterion) {
    let unknown = |_| Known::default();
    let one_at_a_time = |_| {
        let mut known = Known::default();
        known.one_at_a_time = true;
        known
    };
    let of_six =
        |patience, count, state| run_with(six(patience, count, state), whole_desk(), &unknown);
    let dropping = Patience::Dropping(1);
    println!("requests                     to receiver  over the air  virtual time");
    for (name, cost) in [
        ("K750 alone, cold", run(k750(model()), &unknown)),
        (
            "K750 alone, warm",
            run(k750(cached(DeviceIndex(1))), &unknown),
        ),
        ("desk of three, cold", run(whole_desk(), &unknown)),
        ("desk of three, warm", run(whole_desk(), &cached)),
        ("six in use", of_six(Patience::Patient, 0, State::InUse)),
        ("two idle of six", of_six(Patience::Patient, 2, State::Idle)),
        ("six idle", of_six(Patience::Patient, 6, State::Idle)),
        ("six asleep", of_six(Patience::Patient, 6, State::Asleep)),
        (
            "one silent of six",
            of_six(Patience::Patient, 1, State::Silent),
        ),
        (
            "two silent of six",
            of_six(Patience::Patient, 2, State::Silent),
        ),
        (
            "three silent of six",
            of_six(Patience::Patient, 3, State::Silent),
        ),
        ("six silent", of_six(Patience::Patient, 6, State::Silent)),
        ("dropping: six in use", of_six(dropping, 0, State::InUse)),
        ("dropping: six idle", of_six(dropping, 6, State::Idle)),
        ("dropping: three silent", of_six(dropping, 3, State::Silent)),
        ("dropping: six silent", of_six(dropping, 6, State::Silent)),
        (
            "dropping, known: six in use",
            run_with(six(dropping, 0, State::InUse), whole_desk(), &one_at_a_time),
        ),
        (
            "dropping, known: six idle",
            run_with(six(dropping, 6, State::Idle), whole_desk(), &one_at_a_time),
        ),
    ] {
        let Cost {
            to_receiver,
            over_the_air,
            took,
        } = cost;
        println!(
            "{name:28} {to_receiver:11} {over_the_air:13} {:>11} ms",
            took.as_millis()
        );
    }
    let mut group = criterion.benchmark_group("CPU time of a status");
    group.bench_function("K750 alone, warm", |bencher| {
        bencher.iter(|| run(k750(cached(DeviceIndex(1))), &unknown));
    });
    group.bench_function("desk of three, cold", |bencher| {
        bencher.iter(|| run(whole_desk(), &unknown));
    });
    group.finish();
}

criterion_group!(benches, status);
criterion_main!(benches);
