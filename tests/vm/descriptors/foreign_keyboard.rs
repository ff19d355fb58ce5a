//! A keyboard of another manufacturer with vendor reports that happen to have the ids and sizes of
//! HID++.

use super::Hardware;
use super::reports::{HIDPP_REPORTS, KEYBOARD, vendor};

/// A keyboard, and a second interface for its lights.
pub(crate) const FOREIGN_KEYBOARD: Hardware = Hardware {
    // pid.codes reserves these numbers for tests.
    vendor: 0x1209,
    product: 0x0001,
    version: 0x0100,
    maker: "Another maker",
    name: "Keyboard with lamps",
    firmware: "1.00",
    interfaces: &[KEYBOARD, vendor(&HIDPP_REPORTS)],
    hidpp_interface: 1,
};
