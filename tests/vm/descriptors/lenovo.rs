//! The nano receiver that Lenovo sells, 17EF:6042.

use super::Hardware;
use super::reports::{HIDPP_REPORTS, KEYBOARD, vendor};

/// A keyboard, and HID++ on the second interface.
pub(crate) const LENOVO: Hardware = Hardware {
    vendor: 0x17EF,
    product: 0x6042,
    version: 0x1701,
    maker: "Lenovo",
    name: "USB Receiver",
    firmware: "RQR17.01_B0000",
    interfaces: &[KEYBOARD, vendor(&HIDPP_REPORTS)],
    hidpp_interface: 1,
};
