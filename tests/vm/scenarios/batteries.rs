//! Six devices with six kinds of battery on a Unifying receiver: the kernel, Solaar and we read the
//! same values.

use hidpp_sim::battery::State;
use hidpp_sim::receiver::Receiver;

use crate::comparison::{Row, compare};
use crate::descriptors::UNIFYING;
use crate::devices;
use crate::program::Program;
use crate::scenarios::plug_in_receiver;
use crate::solaar;

/// The reports of the three about each device.
pub(super) const EXPECTED: [Row; 6] = [
    Row {
        codename: "K750",
        source: "feature 4301",
        state: State::Discharging,
        slot: 1,
        serial: [0x39, 0x2A, 0x07, 0x50],
        kernel: "57 %, Discharging, online",
        solaar: "Battery status unavailable.",
        ours: "57 %, 2540 mV, discharging, 12 lux",
        because: "Solaar decodes the events of 4301, but does not request them",
    },
    Row {
        codename: "M705 (M-R0009)",
        source: "register 0D",
        state: State::Discharging,
        slot: 2,
        serial: [0x1C, 0x5E, 0x07, 0x05],
        kernel: "65 %, Discharging, online",
        solaar: "Battery: 65%, discharging.",
        ours: "65 %, discharging",
        because: "",
    },
    Row {
        codename: "K800",
        source: "register 07",
        state: State::Charging,
        slot: 3,
        serial: [0xFB, 0x84, 0x1B, 0x86],
        kernel: "High, Charging, offline",
        solaar: "Battery: full, recharging.",
        ours: "full, charging",
        because: "the kernel maps level 7 to High; offline means that a charge is not to be \
                  trusted while charging",
    },
    Row {
        codename: "MX Master",
        source: "feature 1000 in steps",
        state: State::Discharging,
        slot: 4,
        serial: [0x4D, 0x58, 0x40, 0x41],
        kernel: "Normal, Discharging, online",
        solaar: "Battery: 50%, discharging, next level 20%.",
        ours: "50 %, good, discharging",
        because: "the kernel reports no percentage for a step",
    },
    Row {
        codename: "G903 LS",
        source: "feature 1001",
        state: State::Discharging,
        slot: 5,
        serial: [0x47, 0x90, 0x40, 0x87],
        kernel: "91 %, 4079 mV, Discharging, online",
        solaar: "Battery: 90% 4079mV , discharging.",
        ours: "91 %, 4079 mV, discharging",
        because: "Solaar rounds down to an entry of its voltage table",
    },
    Row {
        codename: "PRO X",
        source: "feature 1004",
        state: State::Charging,
        slot: 6,
        serial: [0x50, 0x58, 0x40, 0x93],
        kernel: "71 %, Charging, online",
        solaar: "Battery: 71%, recharging.",
        ours: "71 %, good, charging",
        because: "",
    },
];

pub(crate) fn prove(program: &Program) {
    let receiver = Receiver::new([0xAF, 0x4F, 0x95, 0xEA]);
    let desk = plug_in_receiver(&UNIFYING, devices::put(&EXPECTED, receiver));
    let shown = solaar::start().finish(solaar::LIMIT);
    let read = program.run(&["--json", "--fields", "battery"]);
    println!(
        "        solaar show takes {:.1} s, we take {:.1} s",
        shown.took.as_secs_f32(),
        read.took.as_secs_f32()
    );
    let listed = solaar::listed(&shown);
    compare(&EXPECTED, desk.seen(), &listed, &read.document());
}
