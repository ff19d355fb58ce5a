//! A short run of the fuzz targets on the stable compiler, with the same generated inputs in each
//! run. `cargo fuzz` searches further, guided by code coverage.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test panics on the first failure"
)]

#[path = "../fuzz/bodies/frame.rs"]
mod frame;
#[path = "../fuzz/bodies/session.rs"]
mod session;
#[path = "../fuzz/bodies/text.rs"]
mod text;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Runs a target on this many inputs from a fixed seed.
fn smoke(cases: u32, input: impl Strategy<Value = Vec<u8>>, target: fn(&[u8])) {
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let seed = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, seed);
    let outcome = runner.run(&input, |bytes| {
        target(&bytes);
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

/// A report with a plausible header, of the length that its id requires.
fn report() -> impl Strategy<Value = Vec<u8>> {
    let form = prop_oneof![
        Just((0x10, 7)),
        Just((0x11, 20)),
        Just((0x12, 64)),
        Just((0x50, 64)),
        Just((0x51, 64)),
    ];
    let device = prop_oneof![0_u8..8, Just(0xFF)];
    (form, device, proptest::collection::vec(any::<u8>(), 62)).prop_map(
        |((id, length), device, rest)| {
            let mut bytes = vec![id, device];
            bytes.extend(rest);
            bytes.truncate(length);
            bytes
        },
    )
}

fn bytes(most: usize) -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..most)
}

/// A trace: valid lines only, or mixed with bare frames and arbitrary text.
fn trace() -> impl Strategy<Value = Vec<u8>> {
    let node = "node [0-9] [0-9A-F]{4}:[0-9A-F]{4} short,long /dev/hidraw[0-9]";
    let entry = r"[0-9]{1,3}\.[0-9]{6} [0-9] [<>] (10( [0-9a-f]{2}){6}|11( [0-9a-f]{2}){19})";
    let frame = "1[0-2]( [0-9a-f]{2}){0,63}";
    let good = || prop_oneof![1 => node, 3 => entry];
    let mixed = prop_oneof![4 => good(), 1 => frame, 1 => ".*"];
    let lines = prop_oneof![
        proptest::collection::vec(good(), 0..12),
        proptest::collection::vec(mixed, 0..12),
    ];
    lines.prop_map(|lines| format!("# solar-status trace 1\n{}", lines.join("\n")).into_bytes())
}

#[test]
fn the_frame_target_accepts_arbitrary_frames() {
    smoke(4096, prop_oneof![bytes(80), report()], frame::run);
}

#[test]
fn the_session_target_accepts_arbitrary_frames() {
    smoke(256, bytes(400), session::run);
}

#[test]
fn the_text_target_accepts_arbitrary_text() {
    smoke(1024, prop_oneof![bytes(400), trace()], text::run);
}
