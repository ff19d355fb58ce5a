//! A Bolt receiver, for which the kernel creates no child nodes: everything is read through the
//! receiver's node.

use hidpp_sim::battery::State;
use hidpp_sim::family::Family;
use hidpp_sim::receiver::Receiver;

use crate::comparison::{NOTHING, Row, compare};
use crate::descriptors::BOLT;
use crate::devices;
use crate::program::Program;
use crate::scenarios::plug_in_receiver;
use crate::solaar;
use crate::traffic::listed as listed_requests;

/// The reports of Solaar and us about each device; the kernel (6.1) does not support devices on
/// Bolt.
const EXPECTED: [Row; 2] = [
    Row {
        codename: "MX Master 3S",
        source: "feature 1004",
        state: State::Discharging,
        slot: 1,
        serial: [0x4D, 0x58, 0xB0, 0x34],
        kernel: NOTHING,
        solaar: "Battery: 25%, discharging.",
        ours: "25 %, low, discharging",
        because: "",
    },
    Row {
        codename: "MX MCHNCL",
        source: "feature 1004",
        state: State::Charging,
        slot: 2,
        serial: [0x4D, 0x58, 0xB3, 0x66],
        kernel: NOTHING,
        solaar: "Battery: 50%, recharging.",
        ours: "50 %, good, charging",
        because: "",
    },
];

/// All requests of the program for one reading without a cache: none is repeated, and none waits.
/// Solaar waits for a second at each device for a child node that never appears.
#[rustfmt::skip]
const REQUESTS: [&str; 17] = [
    "10 ff 81 02 00 00 00", // how many are paired?
    "10 ff 83 b5 02 00 00", // how many slots, and its firmware?
    "10 ff 83 b5 51 00 00", // what is paired in each slot?
    "10 ff 83 b5 52 00 00",
    "10 ff 83 b5 53 00 00",
    "10 ff 83 b5 54 00 00",
    "10 ff 83 b5 55 00 00",
    "10 ff 83 b5 56 00 00",
    "10 ff 83 fb 00 00 00", // the receiver's unique id
    "11 01 00 0s 10 04 00 00 00 00 00 00 00 00 00 00 00 00 00 00", // where is feature 1004?
    "11 01 00 1s 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00", // ping
    "11 01 05 0s 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00", // percent or steps?
    "11 01 05 1s 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00", // how full?
    "11 02 00 0s 10 04 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
    "11 02 00 1s 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
    "11 02 05 0s 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
    "11 02 05 1s 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
];

pub(crate) fn prove(program: &Program) {
    let receiver = Receiver::of(Family::BOLT, [0xB0, 0x17, 0xC5, 0x48]);
    let desk = plug_in_receiver(&BOLT, devices::put(&EXPECTED, receiver));
    let seen = desk.seen();
    assert_eq!(
        seen.hid_driver(BOLT.hidpp_interface).as_deref(),
        Some("hid-generic"),
        "the driver of the HID++ interface"
    );
    desk.with(|receiver, _| receiver.forget_requests());
    let read = program.run(&["--json", "--fields", "battery"]);
    let asked = desk.with(|receiver, _| listed_requests(receiver.requests()));
    let shown = solaar::start().finish(solaar::LIMIT);
    println!(
        "        solar show takes {:.1} s, we take {:.1} s and {} requests",
        shown.took.as_secs_f32(),
        read.took.as_secs_f32(),
        asked.len()
    );
    let listed = solaar::listed(&shown);
    compare(&EXPECTED, seen, &listed, &read.document());
    assert_eq!(asked, REQUESTS, "requests, sorted");
}
