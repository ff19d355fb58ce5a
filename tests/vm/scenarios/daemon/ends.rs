//! The daemon is stopped or killed: what state it leaves, and what it knows after a restart.

use std::fs::File;
use std::io::Read;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use hidpp_sim::Firmware;
use hidpp_sim::scenario::{K750, M705};
use test_support::wait::eventually;

use super::{K750_SERIAL, find, in_words};
use crate::bus::{Client, OURS};
use crate::daemon::System;
use crate::kernel::PATIENCE;
use crate::program::Program;
use crate::scenarios::{Desk, plug_in, wait_for_quiet};
use crate::traffic;

/// A light series of the K750, and its cancellation.
const SERIES: &str = "10 01 09 0s 05 01 00";
const NO_SERIES: &str = "10 01 09 0s 00 00 00";
const COUNT: u8 = 5;

/// Longer than the period of the series.
const PAUSE: Duration = Duration::from_secs(2);

pub(crate) fn prove_stopped(program: &Program) {
    let system = System::install();
    let desk = plug_in();
    // With the flags that the kernel sets there would be nothing to restore.
    desk.with(|receiver, now| {
        receiver.output_report(now, &[0x10, 0xFF, 0x80, 0x00, 0x00, 0x00, 0x00]);
        receiver.output_report(now, &[0x10, M705, 0x80, 0x00, 0x00, 0x00, 0x00]);
    });
    wait_for_quiet(&desk);
    let flags = desk.flags([M705]);
    let daemon = system.start(program, &[]);
    let paths = system.client.devices(OURS);
    start_series(&system.client, &desk);

    let run = daemon.stop();
    println!("        it ends with {}", run.status);
    assert_eq!(run.stderr, "", "standard error of the daemon");
    assert_eq!(desk.flags([M705]), flags, "the notification flags");
    assert!(was_sent(&desk, NO_SERIES), "the series is not ended");

    expect_remembered(&system, program, &desk, &paths);
}

pub(crate) fn prove_killed(program: &Program) {
    let system = System::install();
    let desk = plug_in();
    let measured = measurements(&desk);
    let daemon = system.start(program, &[]);
    let paths = system.client.devices(OURS);
    // The measurement at its start.
    measured.recv_timeout(PATIENCE).expect("a measurement");

    start_series(&system.client, &desk);
    measured.recv_timeout(PATIENCE).expect("a first one");
    daemon.kill();
    let rest = std::iter::from_fn(|| measured.recv_timeout(PAUSE).ok()).count();
    assert_eq!(rest + 1, usize::from(COUNT), "the series ends on its own");
    assert!(!was_sent(&desk, NO_SERIES), "the series was not cancelled");

    expect_remembered(&system, program, &desk, &paths);
}

/// The daemon restarts while the devices sleep and cannot be read: it publishes the values from
/// before.
fn expect_remembered(system: &System, program: &Program, desk: &Desk, paths: &[String]) {
    for slot in [K750, M705] {
        assert!(desk.with(|receiver, now| receiver.sleep(now, slot)));
    }
    wait_for_quiet(desk);
    let daemon = system.start(program, &[]);
    assert_eq!(system.client.devices(OURS), paths, "paths after a restart");
    let keyboard = find(&system.client, OURS, K750_SERIAL);
    assert_eq!(in_words(&keyboard.upower), "keyboard, 57 %, discharging");
    assert_eq!(keyboard.ours["Lux"], "12");
    assert_eq!(keyboard.ours["Online"], "false");
    daemon.stop();
}

/// Requests a light series from the K750.
fn start_series(client: &Client, desk: &Desk) {
    let keyboard = find(client, OURS, K750_SERIAL);
    client.measure_light(&keyboard.path, COUNT.into(), 1);
    eventually("the request to reach the K750", PATIENCE, || {
        was_sent(desk, SERIES).then_some(())
    });
}

fn was_sent(desk: &Desk, request: &str) -> bool {
    desk.with(|receiver, _| {
        let mut requests = receiver.requests();
        requests.any(|sent| traffic::text(&sent.report) == request)
    })
}

/// Reports each measurement of the K750 from now on.
fn measurements(desk: &Desk) -> Receiver<()> {
    let node = desk.seen().node_of(K750).expect("the K750's node");
    let mut node = File::open(node).expect("the K750's node opens");
    let (sender, measured) = mpsc::channel();
    thread::spawn(move || {
        let mut report = [0; 64];
        while let Ok(length) = node.read(&mut report) {
            let is_light = report[..length].starts_with(&[0x11, K750, 0x09, 0x10]);
            if is_light && sender.send(()).is_err() {
                break;
            }
        }
    });
    measured
}
