//! DJ reports: the input and the connection changes of up to six devices on one receiver.
//!
//! `20 slot type` and 12 bytes (protocol: the DJ interface, as the Linux driver reads it). The
//! receiver sends them only after the host's `20 FF 80` (switch to DJ mode), except the list of
//! paired devices, which it also sends before (recording of a C52B that is plugged in three times:
//! `20 FF 81` precedes `20 FF 80`).

use super::device::Identity;
use super::frame::DJ;

/// Host: send DJ reports for the slots of the bit field that follows (bit 0 is slot 1).
pub(super) const SWITCH_MODE: u8 = 0x80;
/// Host: list the paired devices.
pub(super) const LIST_PAIRED: u8 = 0x81;

const KEYBOARD: u8 = 0x01;
const MOUSE: u8 = 0x02;
const CONSUMER: u8 = 0x03;
const UNPAIRED: u8 = 0x40;
const PAIRED: u8 = 0x41;
const LINK: u8 = 0x42;

/// Keys held down: `20 slot 01`, one byte of modifiers, up to six usages.
///
/// The driver forwards the eight bytes from the type on to the child device, as its report 01.
pub(super) fn keyboard(slot: u8, modifiers: u8, usages: [u8; 6]) -> Vec<u8> {
    report(slot, KEYBOARD, &[&[modifiers][..], &usages].concat())
}

/// A mouse moves, no button held: `20 slot 02`, buttons in 16 bits, then x and y in 12 bits each,
/// little-endian.
pub(super) fn motion(slot: u8, x: i8, y: i8) -> Vec<u8> {
    let [x_low, x_high] = i16::from(x).to_le_bytes();
    let [y_low, y_high] = i16::from(y).to_le_bytes();
    let middle = (x_high & 0x0F) | (y_low << 4);
    let last = (y_low >> 4) | (y_high << 4);
    report(slot, MOUSE, &[0, 0, x_low, middle, last])
}

/// Consumer keys held down: `20 slot 03`, two usages of 16 bits, little-endian.
pub(super) fn consumer(slot: u8, usage: u16) -> Vec<u8> {
    report(slot, CONSUMER, &usage.to_le_bytes())
}

/// A device was unpaired: `20 slot 40`.
pub(super) fn unpaired(slot: u8) -> Vec<u8> {
    report(slot, UNPAIRED, &[])
}

/// A device has just been paired: `20 slot 41 00`, wpid and report types, both little-endian.
pub(super) fn paired(slot: u8, identity: &Identity) -> Vec<u8> {
    pairing(slot, 0x00, identity, 0x00)
}

/// An entry of the list of paired devices: as [`paired`], but with `01` in byte 3. Byte 10 is zero
/// on old firmware and another value on newer firmware (recordings of receivers C52B with firmware
/// 12.07 and 24.10).
pub(super) fn listed(slot: u8, identity: &Identity, unknown: u8) -> Vec<u8> {
    pairing(slot, 0x01, identity, unknown)
}

fn pairing(slot: u8, bits: u8, identity: &Identity, unknown: u8) -> Vec<u8> {
    let [low, high] = identity.wpid.to_le_bytes();
    let [a, b, c, d] = identity.report_types.to_le_bytes();
    report(slot, PAIRED, &[bits, low, high, a, b, c, d, unknown])
}

/// The end of the list of paired devices: `20 00 41 02`.
pub(super) fn end_of_list() -> Vec<u8> {
    report(0x00, PAIRED, &[0x02])
}

/// A device's link came up (`20 slot 42 00`) or was lost (`20 slot 42 01`).
pub(super) fn link(slot: u8, up: bool) -> Vec<u8> {
    report(slot, LINK, &[u8::from(!up)])
}

fn report(slot: u8, kind: u8, params: &[u8]) -> Vec<u8> {
    let mut report = vec![DJ, slot, kind];
    report.extend_from_slice(params);
    report.resize(15, 0);
    report
}
