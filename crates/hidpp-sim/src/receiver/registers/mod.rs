//! The receiver's own registers.
//!
//! | register | form | content |
//! |---|---|---|
//! | 00 | read, write | notification flags: `00 01 00` wireless, `00 08 00` software present |
//! | 02 | read | number of paired devices; pairings left plus 5, where they are counted |
//! | 02 | write `02 00 00` | send notice 41 for each paired slot, then the acknowledgement |
//! | B2, on Bolt C0 and C1 | write | pairing; not modelled, so error 03 for every value |
//! | B5 | long read | pairing records, see `records.rs` |
//! | F1 | read | 01 firmware, 02 build, 03 other, 04 boot loader |
//! | FB | long read | on Bolt: its unique id, 16 ASCII characters |
//!
//! Protocol: HID++ 1.0. Replies repeat sub-id and register, those of B5 and F1 also the first
//! parameter. A missing register is error 02. A receiver without long reports returns error 01 for
//! the sub-ids of long registers (Solaar issue 716, 27 MHz).

use super::Receiver;
use crate::device::Device;
use crate::family::{Family, Records};
use crate::frame::{Error10, GET_LONG, GET_SHORT, Request, SET_LONG, SET_SHORT, short};
use crate::hidpp10::masked;
use hidpp_proto::units::Timestamp;

/// Second flag byte: send notices 40, 41 and 4B.
const WIRELESS: u8 = 0x01;
/// Second flag byte: software present, which notice 41 mirrors.
const SOFTWARE_PRESENT: u8 = 0x08;
/// Radio protocol of 27 MHz receivers.
const MHZ_27: u8 = 0x02;
/// Radio protocol of Bolt receivers.
const BOLT: u8 = 0x10;

impl Receiver {
    /// A frame with device index FF.
    pub(super) fn register_access(&mut self, now: Timestamp, request: &Request) {
        let [first, second, third, ..] = request.params;
        let answer = match (request.sub, request.address) {
            (GET_SHORT, 0x00) => Ok(request.short_reply(self.flags)),
            (SET_SHORT, 0x00) => {
                self.flags = masked([first, second, third], self.family.flags);
                Ok(request.short_reply([0; 3]))
            }
            (GET_SHORT, 0x02) => {
                let count = u8::try_from(self.devices.len()).unwrap_or(u8::MAX);
                let left = self.family.pairings_left.map_or(0, |left| left + 5);
                Ok(request.short_reply([0x00, count, left]))
            }
            (SET_SHORT, 0x02) if [first, second, third] == [0x02, 0x00, 0x00] => {
                self.announce_all(now);
                Ok(request.short_reply([0; 3]))
            }
            (SET_SHORT, 0x02) => Err(Error10::InvalidValue),
            (SET_SHORT, 0xB2) if self.family.records != Records::Bolt => Err(Error10::InvalidValue),
            (SET_SHORT, 0xC0) | (SET_LONG, 0xC1) if self.family.records == Records::Bolt => {
                Err(Error10::InvalidValue)
            }
            (GET_LONG, 0xB5) => self
                .pairing_record(first, second)
                .map(|record| request.long_reply(record)),
            (GET_LONG, 0xFB) if self.family.records == Records::Bolt => {
                Ok(request.long_reply(self.unique_id()))
            }
            (GET_SHORT, 0xF1) => (self.family.versions)
                .read(first)
                .map(|version| request.short_reply(version)),
            (SET_LONG | GET_LONG, _) if !self.family.reports.long => Err(Error10::InvalidSubId),
            (SET_SHORT | GET_SHORT | SET_LONG | GET_LONG, _) => Err(Error10::InvalidAddress),
            _ => Err(Error10::InvalidSubId),
        };
        let answer = answer.unwrap_or_else(|error| request.error10(error));
        self.outbox.push(now + self.latency.register, answer);
    }

    /// Register 02: sends a notice for every slot before it acknowledges the request.
    fn announce_all(&mut self, now: Timestamp) {
        if self.wants_notices() {
            for (&slot, device) in &self.devices {
                let notice = connection(&self.family, slot, device, self.flags, false);
                self.outbox.push(now + self.latency.register, notice);
            }
        }
    }

    /// Whether the host has enabled notices 40, 41 and 4B.
    pub(super) fn wants_notices(&self) -> bool {
        let [_, second, _] = self.flags;
        second & WIRELESS != 0
    }
}

/// Notice 41, device connection: `10 n 41 radio info wpid (low byte first)`.
///
/// Bits of `info`: 3-0 kind, 4 software present, 5 encrypted, 6 link **not** established, 7 the
/// device has sent data. No recording of a Bolt receiver has 4, 5 or 7 set, neither for devices
/// that are online (Solaar issue 2465, notes of the Exo project) nor with software present (Solaar
/// issue 3245). On 27 MHz bit 7 is "encrypted", the kind follows from the slot, and the id is only
/// the last byte.
pub(super) fn connection(
    family: &Family,
    slot: u8,
    device: &Device,
    flags: [u8; 3],
    payload: bool,
) -> Vec<u8> {
    let identity = &device.identity;
    let encrypted = family.encrypts || identity.encrypted;
    let link_lost = u8::from(!device.online()) << 6;
    let [low, high] = identity.wpid.to_le_bytes();
    if family.radio == MHZ_27 {
        let info = link_lost | u8::from(encrypted) << 7;
        return short(slot, 0x41, family.radio, [info, 0x00, low]);
    }
    if family.radio == BOLT {
        let info = identity.kind as u8 | link_lost;
        return short(slot, 0x41, family.radio, [info, low, high]);
    }
    let [_, second, _] = flags;
    let software = u8::from(second & SOFTWARE_PRESENT != 0) << 4;
    let encrypted = u8::from(encrypted) << 5;
    let payload = u8::from(payload) << 7;
    let info = identity.kind as u8 | software | encrypted | link_lost | payload;
    short(slot, 0x41, family.radio, [info, low, high])
}

/// Notice 40, unpaired: `10 n 40 02 00 00 00`.
pub(super) fn unpaired(slot: u8) -> Vec<u8> {
    short(slot, 0x40, 0x02, [0; 3])
}

/// Notice 4B, switched on: `10 n 4B 01 00 00 00`.
pub(super) fn switched_on(slot: u8) -> Vec<u8> {
    short(slot, 0x4B, 0x01, [0; 3])
}

#[cfg(test)]
mod tests;
