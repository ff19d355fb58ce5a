//! The receiver's own registers, as firmware 12.01 has them.
//!
//! | register | form | content |
//! |---|---|---|
//! | 00 | read, write | notification flags: `00 01 00` wireless, `00 08 00` software present |
//! | 02 | read | number of paired devices in the second byte |
//! | 02 | write `02 00 00` | send notice 41 for each paired slot, then the acknowledgement |
//! | B2 | write | pairing; not modelled, so error 03 for every value |
//! | B5 | long read | 03 receiver, 20+n-1 pairing, 30+n-1 serial, 40+n-1 name of slot n |
//! | F1 | read | 01 firmware, 02 build, 04 boot loader |
//!
//! Protocol: HID++ 1.0. Replies repeat sub-id and register, B5 and F1 also the first parameter.

use super::device::Device;
use super::frame::{Error10, GET_LONG, GET_SHORT, Request, SET_LONG, SET_SHORT, padded, short};
use super::hidpp10::{Versions, masked};
use super::receiver::{Receiver, SLOTS};
use crate::units::Timestamp;

/// Second flag byte: notices 40, 41 and 4B are wanted.
const WIRELESS: u8 = 0x01;
/// Second flag byte: software present, which notice 41 mirrors.
const SOFTWARE_PRESENT: u8 = 0x08;
/// The flags this firmware can store.
const SUPPORTED_FLAGS: [u8; 3] = [0x00, WIRELESS | SOFTWARE_PRESENT, 0x00];

/// Radio protocol of a Unifying receiver, eQUAD step 4, in notice 41 and in B5/2n.
const EQUAD_STEP_4: u8 = 0x04;

/// Firmware 12.01.B0019, boot loader 02.14; it refuses entity 03.
const VERSIONS: Versions = Versions {
    firmware: [0x12, 0x01],
    build: [0x00, 0x19],
    other: None,
    bootloader: [0x02, 0x14],
};

impl Receiver {
    /// A frame with device index FF.
    pub(super) fn register_access(&mut self, now: Timestamp, request: &Request) {
        let [first, second, third, ..] = request.params;
        let answer = match (request.sub, request.address) {
            (GET_SHORT, 0x00) => Ok(request.short_reply(self.flags)),
            (SET_SHORT, 0x00) => {
                self.flags = masked([first, second, third], SUPPORTED_FLAGS);
                Ok(request.short_reply([0; 3]))
            }
            (GET_SHORT, 0x02) => {
                let count = u8::try_from(self.devices.len()).unwrap_or(u8::MAX);
                Ok(request.short_reply([0x00, count, 0x00]))
            }
            (SET_SHORT, 0x02) if [first, second, third] == [0x02, 0x00, 0x00] => {
                self.announce_all(now);
                Ok(request.short_reply([0; 3]))
            }
            (SET_SHORT, 0x02 | 0xB2) => Err(Error10::InvalidValue),
            (GET_LONG, 0xB5) => self
                .pairing_information(first)
                .map(|information| request.long_reply(information)),
            (GET_SHORT, 0xF1) => VERSIONS
                .read(first)
                .map(|version| request.short_reply(version)),
            (SET_SHORT | GET_SHORT | SET_LONG | GET_LONG, _) => Err(Error10::InvalidAddress),
            _ => Err(Error10::InvalidSubId),
        };
        let answer = answer.unwrap_or_else(|error| request.error10(error));
        self.outbox.push(now + self.latency.register, answer);
    }

    /// Register 02: a notice for every slot, before the acknowledgement of the request.
    fn announce_all(&mut self, now: Timestamp) {
        if self.wants_notices() {
            for (&slot, device) in &self.devices {
                let notice = connection(slot, device, self.flags, false);
                self.outbox.push(now + self.latency.register, notice);
            }
        }
    }

    /// Register B5: the information that outlives the link, by sub-register.
    fn pairing_information(&self, part: u8) -> Result<[u8; 16], Error10> {
        if part == 0x03 {
            let [a, b, c, d] = self.serial;
            // The sixth byte is the number of slots; of 05 and 0E the meaning is unknown.
            return Ok(padded(&[part, a, b, c, d, 0x05, *SLOTS.end(), 0x0E]));
        }
        let slot = (part & 0x0F) + 1;
        let device = self.devices.get(&slot).ok_or(Error10::InvalidValue)?;
        let identity = &device.identity;
        match part & 0xF0 {
            0x20 => {
                let [high, low] = identity.wpid.to_be_bytes();
                let kind = identity.kind as u8;
                // The destination id differs from receiver to receiver; one was seen to count
                // like the sub-registers do.
                let destination = part;
                Ok(padded(&[
                    part,
                    destination,
                    identity.interval,
                    high,
                    low,
                    EQUAD_STEP_4,
                    0x00,
                    kind,
                ]))
            }
            0x30 => {
                let report_types = identity.report_types.to_le_bytes();
                let information = [
                    &[part][..],
                    &identity.serial,
                    &report_types,
                    &[identity.power_switch],
                ];
                Ok(padded(&information.concat()))
            }
            0x40 => {
                let name: Vec<u8> = identity.codename.bytes().take(14).collect();
                let length = u8::try_from(name.len()).unwrap_or(u8::MAX);
                let mut information = vec![part, length];
                information.extend(name);
                Ok(padded(&information))
            }
            _ => Err(Error10::InvalidValue),
        }
    }

    /// Whether the host has asked for notices 40, 41 and 4B.
    pub(super) fn wants_notices(&self) -> bool {
        let [_, second, _] = self.flags;
        second & WIRELESS != 0
    }
}

/// Notice 41, device connection: `10 n 41 04 info wpid (low byte first)`.
///
/// Bits of `info`: 3-0 kind, 4 software present, 5 encrypted, 6 link **not** established, 7 the
/// device has sent data.
pub(super) fn connection(slot: u8, device: &Device, flags: [u8; 3], payload: bool) -> Vec<u8> {
    let identity = &device.identity;
    let [_, second, _] = flags;
    let software = u8::from(second & SOFTWARE_PRESENT != 0) << 4;
    let encrypted = u8::from(identity.encrypted) << 5;
    let link_lost = u8::from(!device.online()) << 6;
    let payload = u8::from(payload) << 7;
    let info = identity.kind as u8 | software | encrypted | link_lost | payload;
    let [low, high] = identity.wpid.to_le_bytes();
    short(slot, 0x41, EQUAD_STEP_4, [info, low, high])
}

/// Notice 40, unpaired: `10 n 40 02 00 00 00`.
pub(super) fn unpaired(slot: u8) -> Vec<u8> {
    short(slot, 0x40, 0x02, [0; 3])
}

/// Notice 4B, switched on: `10 n 4B 01 00 00 00`.
pub(super) fn switched_on(slot: u8) -> Vec<u8> {
    short(slot, 0x4B, 0x01, [0; 3])
}
