//! Several USB devices at once: a corded mouse is read, and a keyboard that only looks like HID++
//! is ignored.

use hidpp_sim::battery::State;
use hidpp_sim::direct::DirectDevice;
use test_support::wait::eventually;

use crate::comparison::{Row, compare};
use crate::descriptors::{CORDED_MOUSE, FOREIGN_KEYBOARD};
use crate::devices::{self, Recorder};
use crate::kernel::PATIENCE;
use crate::program::Program;
use crate::scenarios::plug_in;
use crate::solaar;
use crate::usbip::UsbDevice;

/// The mouse; the desk is that of the other scenarios.
const EXPECTED: [Row; 1] = [Row {
    codename: "G903 LS",
    source: "feature 1001, on its cable",
    state: State::Charging,
    slot: 0,
    serial: [0x47, 0x90, 0x40, 0x87],
    kernel: "91 %, 4079 mV, Charging, online",
    solaar: "Battery: 90% 4079mV , recharging.",
    ours: "4079 mV, charging",
    because: "we report no charge while a charger raises the voltage",
}];

/// The driver for corded devices that the kernel supports by product id.
const HIDPP_DRIVER: &str = "logitech-hidpp-device";

pub(crate) fn prove(program: &Program) {
    let foreign = UsbDevice::plug_in(&FOREIGN_KEYBOARD, Recorder::default());
    eventually("the foreign node", PATIENCE, || foreign.seen().node());
    let [row] = &EXPECTED;
    let g903 = devices::paired(row.codename, row.serial, row.state).protocol;
    let mouse = UsbDevice::plug_in(&CORDED_MOUSE, DirectDevice::usb(0xC091, g903));
    let seen = mouse.seen();
    eventually("the mouse's battery", PATIENCE, || seen.battery());
    assert_eq!(
        seen.hid_driver(CORDED_MOUSE.hidpp_interface).as_deref(),
        Some(HIDPP_DRIVER),
        "the driver of the HID++ interface"
    );
    let _desk = plug_in();

    let shown = solaar::start().finish(solaar::LIMIT);
    let read = program.run(&["--json"]).document();
    let listed = solaar::listed(&shown);
    compare(&EXPECTED, seen, &listed, &read);
    let devices = read["devices"].as_array().map(Vec::len);
    assert_eq!(devices, Some(4), "the mouse and the three on the desk");
    let reports = foreign.with(|recorder, _| recorder.reports.clone());
    assert_eq!(
        reports,
        Vec::<Vec<u8>>::new(),
        "reports to a foreign device"
    );
}
