//! Nanoseconds to decode and encode a frame, compared with the `hidpp` crate in the same run.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use hidpp::channel::HidppMessage;
use hidpp::nibble::U4;
use hidpp::protocol::v20;
use hidpp_proto::feature::solar_dashboard::{self, LightMeasure};
use hidpp_proto::wire::{
    DeviceIndex, FeatureIndex, Message, Report, ReportId, SoftwareId, classify,
};

/// The 2012 capture: 57 %, 12 lux.
const GOOD: [u8; 20] = [
    0x11, 0x02, 0x09, 0x10, 0x39, 0x00, 0x0C, 0x06, 0x1D, 0x47, 0x4F, 0x4F, 0x44, 0, 0, 0, 0, 0, 0,
    0,
];

fn decode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode a frame's header");
    group.bench_function("solar-status", |bencher| {
        bencher.iter(|| Report::parse(black_box(&GOOD)).map(|report| Message::of(&report)));
    });
    group.bench_function("hidpp 0.2", |bencher| {
        bencher.iter(|| HidppMessage::read_raw(black_box(&GOOD)).map(v20::Message::from));
    });
    group.finish();
    let mut group = criterion.benchmark_group("all that an incoming report costs");
    group.bench_function("a light measurement, sorted and read", |bencher| {
        bencher.iter(|| match classify(black_box(&GOOD)) {
            hidpp_proto::wire::Incoming::HidPp(report) => {
                Some(solar_dashboard::read_event(1, &report))
            }
            _ => None,
        });
    });
    group.bench_function("a key press, dropped", |bencher| {
        let key = [0x20, 1, 1, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        bencher.iter(|| classify(black_box(&key)));
    });
    group.finish();
}

fn encode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("encode a request");
    group.bench_function("solar-status", |bencher| {
        bencher.iter(|| {
            let series = LightMeasure {
                reports: black_box(120),
                period_s: 1,
            };
            solar_dashboard::set_light_measure(FeatureIndex(9), series).report(
                DeviceIndex(1),
                SoftwareId::OURS,
                ReportId::Short,
            )
        });
    });
    group.bench_function("hidpp 0.2", |bencher| {
        bencher.iter(|| {
            let header = v20::MessageHeader {
                device_index: 1,
                feature_index: 9,
                function_id: U4::from_lo(0),
                software_id: U4::from_lo(3),
            };
            let message = v20::Message::Short(header, [black_box(120), 1, 0]);
            let mut buffer = [0; 20];
            let written = HidppMessage::from(message).write_raw(&mut buffer);
            (buffer, written)
        });
    });
    group.finish();
}

criterion_group!(benches, decode, encode);
criterion_main!(benches);
