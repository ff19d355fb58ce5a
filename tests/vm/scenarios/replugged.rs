//! A receiver that is unplugged and plugged in again while the monitor runs is followed again, and
//! its notification flags remain the kernel's.

use hidpp_sim::scenario::M705;
use solar_status::capture::trace::Direction;
use test_support::wait::eventually;

use crate::kernel::{self, PATIENCE};
use crate::monitor::{Monitor, MonitorLine};
use crate::program::Program;
use crate::scenarios::{K750_SERIAL, plug_in, requests, wait_for_quiet};
use crate::traffic::{expect_answers_in_turn, text};

/// The serial numbers of the other devices and of the receiver.
const M705_SERIAL: [u8; 4] = [0x1C, 0x5E, 0x07, 0x05];
const K800_SERIAL: [u8; 4] = [0xFB, 0x84, 0x1B, 0x86];
const RECEIVER_SERIAL: [u8; 4] = [0xAF, 0x4F, 0x95, 0xEA];

/// The lines on each arrival and each removal.
const ARRIVAL: [([u8; 4], &str); 4] = [
    (RECEIVER_SERIAL, "receiver-added"),
    (K800_SERIAL, "added, offline"),
    (M705_SERIAL, "added, 65 %, discharging"),
    (K750_SERIAL, "added, 57 %, 2540 mV, discharging, 12 lux"),
];
const DEPARTURE: [([u8; 4], &str); 4] = [
    (K750_SERIAL, "device-removed"),
    (M705_SERIAL, "device-removed"),
    (K800_SERIAL, "device-removed"),
    (RECEIVER_SERIAL, "receiver-removed"),
];

/// The flags that the kernel sets on the receiver and on the M705.
const KERNELS_FLAGS: ([u8; 3], [[u8; 3]; 1]) = ([0x00, 0x09, 0x00], [[0x10, 0x00, 0x00]]);

/// Register 00, the flags: how often it is read and written depends on whether the kernel or the
/// monitor comes first at a hotplug. Only the final flags matter.
const FLAGS: u8 = 0x00;
const ACCESSES: [u8; 2] = [0x80, 0x81];

/// The requests that the cache saves the second time.
const REMEMBERED: [&str; 6] = [
    "10 01 00 0s 43 01 00", // K750: where is feature 4301?
    "10 01 00 1s 00 00 00", // K750: ping
    "10 02 00 1s 00 00 00", // M705: ping
    "10 ff 83 b5 40 00 00", // names of the three
    "10 ff 83 b5 41 00 00",
    "10 ff 83 b5 42 00 00",
];

pub(crate) fn prove(program: &Program) {
    let desk = plug_in();
    let monitor = Monitor::start(program);
    let mut lines = expect(&monitor, 0, ARRIVAL);
    drop(desk);
    eventually("the receiver to be gone", PATIENCE, kernel::unplugged);
    lines = expect(&monitor, lines, DEPARTURE);
    let desk = plug_in();
    expect(&monitor, lines, ARRIVAL);
    wait_for_quiet(&desk);
    let watched = monitor.stop();
    assert_eq!(desk.flags([M705]), KERNELS_FLAGS, "the notification flags");
    expect_answers_in_turn(&watched.entries);
    for node in [1, 2] {
        let requests = watched.entries.iter().filter(|entry| {
            let is_flags = matches!(entry.report.as_bytes(), [_, _, access, FLAGS, ..] if ACCESSES.contains(access));
            entry.node == node && entry.direction == Direction::ToDevice && !is_flags
        });
        let mut requests: Vec<String> = requests
            .map(|entry| text(entry.report.as_bytes()))
            .collect();
        requests.sort();
        let mut expected = requests::EXPECTED.to_vec();
        expected.retain(|request| node == 1 || !REMEMBERED.contains(request));
        assert_eq!(requests, expected, "hotplug {node}");
    }
}

/// Waits for these lines in any order, and returns the total number of lines.
fn expect(monitor: &Monitor, before: usize, lines: [([u8; 4], &str); 4]) -> usize {
    let count = before + lines.len();
    let mut printed = monitor.wait_for(count).split_off(before);
    let mut expected = lines.map(|(serial, what)| MonitorLine::of(serial, what));
    for line in &printed {
        println!("        {} {}", line.serial, line.what);
    }
    printed.sort();
    expected.sort();
    assert_eq!(printed, expected, "the monitor's lines");
    count
}
