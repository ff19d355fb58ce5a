//! The requests of one reading, as received by the receiver: no more than necessary.

use hidpp_sim::receiver::Sent;

use crate::program::Program;
use crate::scenarios::{plug_in, reading};
use crate::traffic::listed;

/// All requests of the program for one reading of the desk without a cache: the receiver's records
/// of the six slots, three requests to the K750, two to the M705, and one to the sleeping K800. The
/// software id is written as `s`, the data of a ping as `00` ([`crate::traffic::text`]).
pub(crate) const EXPECTED: [&str; 20] = [
    "10 01 00 0s 43 01 00", // K750: where is feature 4301?
    "10 01 00 1s 00 00 00", // K750: ping
    "10 01 09 0s 01 01 00", // K750: measure once
    "10 02 00 1s 00 00 00", // M705: ping
    "10 02 81 0d 00 00 00", // M705: battery mileage
    "10 03 00 1s 00 00 00", // K800: ping
    "10 ff 81 02 00 00 00", // how many are paired?
    "10 ff 83 b5 03 00 00", // the receiver's serial number and slots
    "10 ff 83 b5 20 00 00", // what is paired in each slot?
    "10 ff 83 b5 21 00 00",
    "10 ff 83 b5 22 00 00",
    "10 ff 83 b5 23 00 00",
    "10 ff 83 b5 24 00 00",
    "10 ff 83 b5 25 00 00",
    "10 ff 83 b5 30 00 00", // serial numbers of the three
    "10 ff 83 b5 31 00 00",
    "10 ff 83 b5 32 00 00",
    "10 ff 83 b5 40 00 00", // names of the three
    "10 ff 83 b5 41 00 00",
    "10 ff 83 b5 42 00 00",
];

/// The kernel mistakes the reply to our read of the receiver's serial number for the record of an
/// unknown slot 4, and requests the receiver's device list.
const KERNELS_LIST: u8 = 0x20;

pub(crate) fn prove(program: &Program) {
    let desk = plug_in();
    desk.with(|receiver, _| receiver.forget_requests());
    reading::expect_desk(&program.run(&["--json"]).document());
    let requests: Vec<Sent> = desk.with(|receiver, _| receiver.requests().cloned().collect());
    let (kernels, ours): (Vec<_>, Vec<_>) = requests
        .iter()
        .partition(|sent| sent.report.first() == Some(&KERNELS_LIST));
    assert_eq!(listed(ours.iter().copied()), EXPECTED, "requests, sorted");
    assert!(
        kernels.len() <= 1,
        "the kernel requested more than the list: {kernels:?}"
    );
    println!(
        "        {} requests, and {} of the kernel",
        ours.len(),
        kernels.len()
    );
}
