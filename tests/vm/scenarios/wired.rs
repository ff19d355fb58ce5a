//! Several devices on USB at once: what speaks HID++ is read, what only looks like it is left alone.

use solar_status::sim::Firmware;
use solar_status::units::Timestamp;

use crate::descriptors::FOREIGN_KEYBOARD;
use crate::kernel::{PATIENCE, eventually};
use crate::program::Program;
use crate::scenarios::{plug_in, reading};
use crate::usbip::UsbDevice;

/// Firmware that never answers, but remembers what it was sent.
#[derive(Default)]
struct Listener {
    heard: Vec<Vec<u8>>,
}

impl Firmware for Listener {
    fn output_report(&mut self, _: Timestamp, report: &[u8]) {
        self.heard.push(report.to_vec());
    }

    fn input_report(&mut self, _: Timestamp) -> Option<Vec<u8>> {
        None
    }

    fn next_due(&self) -> Option<Timestamp> {
        None
    }
}

pub(crate) fn prove(program: &Program) {
    let foreign = UsbDevice::plug_in(&FOREIGN_KEYBOARD, Listener::default());
    let node = eventually("the foreign node", PATIENCE, || foreign.seen().node());
    let desk = plug_in();
    println!(
        "        {} looks like {}",
        node.display(),
        desk.seen().node().expect("the receiver's node").display()
    );
    reading::expect_desk(&program.run(&["--json"]).document());
    let heard = foreign.with(|listener, _| listener.heard.clone());
    assert_eq!(heard, Vec::<Vec<u8>>::new(), "reports to a foreign device");
}
