//! Sub-registers 5n and 6n of register B5: a Bolt receiver's record of each paired device.
//!
//! Unlike those of older receivers (see [`super::pairing_information`]) they count slots from 1.
//!
//! Source: Solaar `receiver.py`; captures in its issue 2556.

use super::pairing_information::Serial;
use super::{DeviceKind, DeviceText};
use crate::wire::{Register, RegisterRequest, Report, Slot, Wpid};

const PAIRING: u8 = 0x50;
const NAME: u8 = 0x60;

/// An answer, by its sub-register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BoltPairing {
    /// Sub-registers 51 to 5F.
    Pairing(Slot, Pairing),
    /// Sub-registers 61 to 6F: a piece of the name.
    Name(Slot, NamePiece),
}

/// Sub-register 5n: `5n info wpid-low wpid-high unit-id×4`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pairing {
    /// Info bits 3-0: the kind of the device.
    pub kind: DeviceKind,
    /// Info bit 6 clear: the link is established.
    pub online: bool,
    /// The wireless product id, little-endian.
    pub wpid: Wpid,
    /// Unique to the device unless it is zero.
    pub unit_id: Option<Serial>,
}

/// Sub-register 6n: `6n piece length name×13`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NamePiece {
    /// Which piece, counted from 1.
    pub piece: u8,
    /// How long the whole name is, in bytes.
    pub length: u8,
    /// This piece's text.
    pub text: DeviceText,
}

/// The request for what is paired with a slot.
pub const fn get_pairing(slot: Slot) -> RegisterRequest {
    get([PAIRING | slot.get(), 0, 0])
}

/// The request for the first piece of the name of a slot's device.
pub const fn get_name(slot: Slot) -> RegisterRequest {
    get([NAME | slot.get(), 1, 0])
}

const fn get(params: [u8; 3]) -> RegisterRequest {
    RegisterRequest::get_long(Register::PAIRING_INFORMATION, params)
}

/// Reads an answer; `None` if its sub-register is not one of these.
pub fn read(report: &Report) -> Option<BoltPairing> {
    let [sub_register, p1, p2, p3, p4, p5, p6, p7, ..] = *report.params();
    let slot = Slot::new(sub_register & 0x0F)?;
    match sub_register & 0xF0 {
        PAIRING => Some(BoltPairing::Pairing(
            slot,
            Pairing {
                kind: DeviceKind::from_pairing(p1),
                online: p1 & 0x40 == 0,
                wpid: Wpid(u16::from_le_bytes([p2, p3])),
                unit_id: Serial::new(u32::from_be_bytes([p4, p5, p6, p7])),
            },
        )),
        NAME => {
            // A length beyond the report is truncated to it (OpenLogi issue 200).
            let name = report.params().get(3..).unwrap_or_default();
            let name = name.get(..usize::from(p2)).unwrap_or(name);
            Some(BoltPairing::Name(
                slot,
                NamePiece {
                    piece: p1,
                    length: p2,
                    text: DeviceText::new(name),
                },
            ))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tests::report;

    #[test]
    fn an_mx_master_3s_vectors_34_and_35() {
        let slot = Slot::new(1).unwrap();
        let pairing = report("11 FF 83 B5 51 42 34 B0 FB 19 99 43 01 00 02 0A 01 00 00 00");
        let expected = Pairing {
            kind: DeviceKind::Mouse,
            online: false,
            wpid: Wpid(0xB034),
            unit_id: Serial::new(0xFB19_9943),
        };
        assert_eq!(read(&pairing), Some(BoltPairing::Pairing(slot, expected)));
        let name = report("11 FF 83 B5 61 01 0C 4D 58 20 4D 61 73 74 65 72 20 33 53 00");
        let expected = NamePiece {
            piece: 1,
            length: 12,
            text: DeviceText::new(b"MX Master 3S"),
        };
        assert_eq!(read(&name), Some(BoltPairing::Name(slot, expected)));
    }

    #[test]
    fn other_sub_registers_are_not_changed() {
        assert_eq!(read(&report("11 FF 83 B5 03 AF 4F 95 EA 05 06 0E …")), None);
        assert_eq!(read(&report("11 FF 83 B5 50 …")), None);
    }
}
