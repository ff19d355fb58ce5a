//! What one reading asks, as the receiver got it: no more than it needs.

use std::collections::BTreeMap;

use solar_status::sim::receiver::Sent;
use solar_status::sim::scenario::{K750, K800, M705};

use crate::program::Program;
use crate::scenarios::{plug_in, reading};

/// The software id in the program's HID++ 2.0 requests.
const SOFTWARE_ID: u8 = 0xE;

/// How many requests with our software id each device gets in one reading.
const EXPECTED: [(u8, usize); 3] = [(K750, 0), (M705, 0), (K800, 0)];

pub(crate) fn prove(program: &Program) {
    let desk = plug_in();
    desk.with(|receiver, _| receiver.forget_requests());
    reading::expect_desk(&program.run(&["--json"]).document());
    let requests: Vec<Sent> = desk.with(|receiver, _| receiver.requests().cloned().collect());
    for request in &requests {
        println!("        {} {:02x?}", request.at, request.report);
    }
    let mut counts: BTreeMap<u8, usize> = EXPECTED.map(|(slot, _)| (slot, 0)).into();
    for slot in requests.iter().filter_map(slot_asked_by_us) {
        *counts.entry(slot).or_insert(0) += 1;
    }
    assert_eq!(
        counts,
        BTreeMap::from(EXPECTED),
        "requests with software id {SOFTWARE_ID:X} by slot"
    );
}

/// The slot that a request with our software id goes to; register access (sub-ids from 80) has no such id.
fn slot_asked_by_us(request: &Sent) -> Option<u8> {
    match *request.report.as_slice() {
        [0x10..=0x12, slot, ..0x80, function, ..] if function & 0xF == SOFTWARE_ID => Some(slot),
        _ => None,
    }
}
