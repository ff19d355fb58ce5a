//! A rechargeable mouse on its cable: the G903 Hero, 046D:C091, which the kernel driver supports.

use super::Hardware;
use super::reports::{HIDPP_REPORTS, KEYBOARD, MOUSE, vendor};

/// Mouse, keyboard (for its macros), and HID++ on the third interface.
pub(crate) const CORDED_MOUSE: Hardware = Hardware {
    vendor: 0x046D,
    product: 0xC091,
    version: 0x2301,
    maker: "Logitech",
    name: "G903 LIGHTSPEED Wireless Gaming Mouse w/ HERO",
    firmware: "MPM23.01_B0013",
    interfaces: &[MOUSE, KEYBOARD, vendor(&HIDPP_REPORTS)],
    hidpp_interface: 2,
};
