//! A corded Logitech keyboard without HID++: the K120, 046D:C31C.

use super::Hardware;
use super::reports::KEYBOARD;

/// Its first interface; the second one, for other keys, is omitted.
pub(crate) const CORDED_KEYBOARD: Hardware = Hardware {
    vendor: 0x046D,
    product: 0xC31C,
    version: 0x6402,
    maker: "Logitech",
    name: "USB Keyboard",
    firmware: "U64.02_B0000",
    interfaces: &[KEYBOARD],
    hidpp_interface: 0,
};
