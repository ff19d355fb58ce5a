//! A headset that speaks Centurion: the dongle of a G522, 046D:0B18, and its cable, 046D:0B19.

use super::reports::KEYBOARD;
use super::{Boot, Hardware, Interface};

/// Volume keys, and frames of 64 bytes, on one interface. The first one stands for the audio
/// interfaces.
const INTERFACES: &[Interface] = &[
    KEYBOARD,
    Interface {
        boot: Boot::Nothing,
        reports: &REPORTS,
        packet: 64,
        interval: 2,
    },
];

pub(crate) const HEADSET_DONGLE: Hardware = Hardware {
    vendor: 0x046D,
    product: 0x0B18,
    version: 0x0100,
    maker: "Logitech",
    name: "G522 LIGHTSPEED",
    firmware: "",
    interfaces: INTERFACES,
    hidpp_interface: 1,
};

pub(crate) const HEADSET_CABLE: Hardware = Hardware {
    vendor: 0x046D,
    product: 0x0B19,
    version: 0x0100,
    maker: "Logitech",
    name: "G522 LIGHTSPEED",
    firmware: "",
    interfaces: INTERFACES,
    hidpp_interface: 1,
};

/// Consumer keys (report 1), and Centurion with a device address (50).
#[rustfmt::skip]
const REPORTS: [u8; 50] = [
    0x05, 0x0C, 0x09, 0x01, 0xA1, 0x01, 0x85, 0x01, 0x09, 0xE9, 0x09, 0xEA,
    0x15, 0x00, 0x25, 0x01, 0x75, 0x01, 0x95, 0x08, 0x81, 0x02, 0xC0,
    0x06, 0xA0, 0xFF, 0x09, 0x01, 0xA1, 0x01, 0x85, 0x50, 0x75, 0x08, 0x95, 0x3F,
    0x15, 0x00, 0x26, 0xFF, 0x00, 0x09, 0x01, 0x81, 0x00, 0x09, 0x01, 0x91, 0x00, 0xC0,
];
