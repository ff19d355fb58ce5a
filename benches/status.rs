//! What a status costs: requests to the receiver and over the air, and CPU time, on the simulated
//! receiver with its three devices.

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use solar_status::feature::PairingRecords;
use solar_status::feature::root::ProtocolVersion;
use solar_status::session::{DiscoveryScope, Event, Known, Peer, Session, Wanted};
use solar_status::sim::{Firmware, scenario};
use solar_status::units::Timestamp;
use solar_status::wire::{
    DeviceIndex, FeatureId, FeatureIndex, Incoming, ReportId, Wpid, classify,
};

const BATTERY: Wanted = Wanted {
    battery: true,
    ..Wanted::NOTHING
};
const SCOPE: DiscoveryScope = DiscoveryScope {
    records: PairingRecords::Legacy,
    default_slots: 6,
    extra_slot: None,
    firmware: false,
    follow: false,
};

#[derive(Default)]
struct Cost {
    to_receiver: usize,
    over_the_air: usize,
    took: Duration,
}

/// Runs a session until nothing is left to do, on virtual time.
fn run(mut session: Session, known: &dyn Fn(DeviceIndex) -> Known) -> Cost {
    let mut device = scenario::desk();
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
                session.probe(slot, BATTERY, known(slot));
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

/// What a receiver's record says of the K750.
fn model() -> Known {
    Known {
        model: Some(Wpid(0x4002)),
        ..Known::default()
    }
}

/// What a cache would know of the K750 and the M705.
fn cached(slot: DeviceIndex) -> Known {
    let protocol = match slot.0 {
        1 => ProtocolVersion { major: 2, minor: 0 },
        _ => ProtocolVersion::HIDPP_10,
    };
    let mut known = Known {
        protocol: Some(protocol),
        ..Known::default()
    };
    known.learn(FeatureId::SOLAR_DASHBOARD, Some(FeatureIndex(9)));
    known
}

fn k750(known: Known) -> Session {
    let mut session = Session::new(Peer::Receiver, ReportId::Short);
    session.probe(DeviceIndex(1), BATTERY, known);
    session
}

fn status(criterion: &mut Criterion) {
    let unknown = |_| Known::default();
    println!("requests                     to receiver  over the air  virtual time");
    for (name, cost) in [
        ("K750 alone, cold", run(k750(model()), &unknown)),
        (
            "K750 alone, warm",
            run(k750(cached(DeviceIndex(1))), &unknown),
        ),
        ("desk of three, cold", run(whole_desk(), &unknown)),
        ("desk of three, warm", run(whole_desk(), &cached)),
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
