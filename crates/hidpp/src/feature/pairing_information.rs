//! Register B5 of a receiver: its own serial number and its record of each paired device.
//!
//! The first parameter of the request selects a sub-register and the answer repeats it. The
//! sub-registers of a slot count from 0: slot 1 has 20, 30 and 40. An empty slot answers error
//! 03, a receiver without this register (27 MHz) error 01. Bolt receivers have 5n and 6n instead.
//!
//! Source: Lekensteyn's captures, Solaar `receiver.py`, and its issues named in the tests.

use std::fmt;

use super::{DeviceKind, DeviceText};
use crate::wire::{Register, RegisterRequest, Report, Slot, Wpid, codes};

const RECEIVER: u8 = 0x03;
const PAIRING: u8 = 0x20;
const EXTENDED: u8 = 0x30;
const NAME: u8 = 0x40;

/// A serial number of four bytes; shown as eight hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Serial(pub u32);

impl Serial {
    /// The serial number; `None` for zero and `FFFFFFFF`, which mean "no serial number" (the latter
    /// is the unit id of every G933).
    pub const fn new(serial: u32) -> Option<Self> {
        match serial {
            0 | u32::MAX => None,
            serial => Some(Self(serial)),
        }
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08X}", self.0)
    }
}

/// An answer, by its sub-register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PairingInformation {
    /// Sub-register 03.
    Receiver(ReceiverInformation),
    /// Sub-registers 20 to 2F.
    Pairing(Slot, Pairing),
    /// Sub-registers 30 to 3F.
    Extended(Slot, ExtendedPairing),
    /// Sub-registers 40 to 4F.
    Name(Slot, DeviceText),
    /// Another sub-register, as received.
    Unknown(u8),
}

/// Sub-register 03: `03 serial×4 ? slots ?`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReceiverInformation {
    /// The receiver's serial number; some Nano receivers have none.
    pub serial: Option<Serial>,
    /// How many devices it can be paired with.
    pub slots: u8,
}

/// Sub-register 2n: `2n destination interval wpid×2 protocol ? kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pairing {
    /// The device's wireless product id (big-endian here, little-endian in notification 41).
    pub wpid: Wpid,
    /// How often the device reports, in milliseconds.
    pub report_interval_ms: u8,
    /// The radio protocol, numbered as in notification 41.
    pub protocol: u8,
    /// The kind of the device.
    pub kind: DeviceKind,
}

/// Sub-register 3n: `3n serial×4 report-types×4 switch`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExtendedPairing {
    /// The device's serial number.
    pub serial: Option<Serial>,
    /// Which kinds of input report it sends, bit by bit as in the DJ report "paired": 1 keyboard, 2
    /// mouse, 3 consumer control, 4 system control, 14 keyboard LEDs. Little-endian: a recording of
    /// a C52B with five devices has the same four bytes in both.
    pub report_types: u32,
    /// Where its power switch is.
    pub power_switch: PowerSwitch,
}

codes! {
    /// Where the power switch of a device is (low four bits of byte 9).
    ///
    /// Source: Solaar's constants; cvuchener/hidpp and captures agree on the byte.
    pub enum PowerSwitch {
        /// On the base.
        Base = 0x1 => "base",
        /// On the top case.
        TopCase = 0x2 => "top case",
        /// At the edge of the top right corner.
        TopRightEdge = 0x3 => "edge of top right corner",
        /// Top left.
        TopLeft = 0x5 => "top left corner",
        /// Bottom left.
        BottomLeft = 0x6 => "bottom left corner",
        /// Top right.
        TopRight = 0x7 => "top right corner",
        /// Bottom right.
        BottomRight = 0x8 => "bottom right corner",
        /// At the top edge.
        TopEdge = 0x9 => "top edge",
        /// At the right edge.
        RightEdge = 0xA => "right edge",
        /// At the left edge.
        LeftEdge = 0xB => "left edge",
        /// At the bottom edge.
        BottomEdge = 0xC => "bottom edge",
    }
}

impl PowerSwitch {
    /// The place of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        let mut all = (0..=u8::MAX).map(Self::from);
        all.find(|it| it.name() == Some(name))
    }
}

/// The request for the receiver's serial number and slot count.
pub const fn get_receiver() -> RegisterRequest {
    get(RECEIVER)
}

/// The request for what is paired in a slot.
pub const fn get_pairing(slot: Slot) -> RegisterRequest {
    get(PAIRING + slot.get() - 1)
}

/// The request for the serial number of a slot's device.
pub const fn get_extended(slot: Slot) -> RegisterRequest {
    get(EXTENDED + slot.get() - 1)
}

/// The request for the short name of a slot's device.
pub const fn get_name(slot: Slot) -> RegisterRequest {
    get(NAME + slot.get() - 1)
}

const fn get(sub_register: u8) -> RegisterRequest {
    RegisterRequest::get_long(Register::PAIRING_INFORMATION, [sub_register, 0, 0])
}

/// Reads an answer.
pub fn read(report: &Report) -> PairingInformation {
    let [sub_register, p1, p2, p3, p4, p5, p6, p7, p8, p9, ..] = *report.params();
    let Some(slot) = Slot::new((sub_register & 0x0F) + 1) else {
        return PairingInformation::Unknown(sub_register);
    };
    match sub_register & 0xF0 {
        _ if sub_register == RECEIVER => PairingInformation::Receiver(ReceiverInformation {
            serial: Serial::new(u32::from_be_bytes([p1, p2, p3, p4])),
            slots: p6,
        }),
        PAIRING => PairingInformation::Pairing(
            slot,
            Pairing {
                wpid: Wpid(u16::from_be_bytes([p3, p4])),
                report_interval_ms: p2,
                protocol: p5,
                kind: DeviceKind::from_pairing(p7),
            },
        ),
        EXTENDED => PairingInformation::Extended(
            slot,
            ExtendedPairing {
                serial: Serial::new(u32::from_be_bytes([p1, p2, p3, p4])),
                report_types: u32::from_le_bytes([p5, p6, p7, p8]),
                power_switch: PowerSwitch::from(p9 & 0x0F),
            },
        ),
        NAME => {
            // The length byte can be too large (OpenLogi issue 200): the text is truncated to the
            // report.
            let name = report.params().get(2..).unwrap_or_default();
            let name = name.get(..usize::from(p1)).unwrap_or(name);
            PairingInformation::Name(slot, DeviceText::new(name))
        }
        _ => PairingInformation::Unknown(sub_register),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tests::report;

    fn slot(number: u8) -> Slot {
        Slot::new(number).unwrap()
    }

    #[test]
    fn receivers_vectors_1_to_4() {
        for (hex, serial, slots) in [
            ("11 FF 83 B5 03 AF 4F 95 EA 05 06 0E …", 0xAF4F_95EA, 6), // C52B, Lekensteyn
            ("11 FF 83 B5 03 93 E6 90 D5 01 06 07 …", 0x93E6_90D5, 6), // C52B, Solaar 265
            ("11 FF 83 B5 03 84 E3 98 F3 01 01 07 …", 0x84E3_98F3, 1), // C537, Solaar 128
            ("11 FF 83 B5 03 66 0D 6D DA 01 01 07 …", 0x660D_6DDA, 1), // Lightspeed, Solaar 949
        ] {
            let expected = ReceiverInformation {
                serial: Serial::new(serial),
                slots,
            };
            assert_eq!(
                read(&report(hex)),
                PairingInformation::Receiver(expected),
                "{hex}"
            );
        }
    }

    #[test]
    fn pairings_vectors_24_130_and_131() {
        use DeviceKind::{Keyboard, Mouse};
        for (hex, number, wpid, report_interval_ms, protocol, kind) in [
            // Solaar issue 1333 (G502 on C53A), then Solaar's tests.
            (
                "11 FF 83 B5 20 08 08 40 7F 0C 01 02 B1 …",
                1,
                0x407F,
                8,
                0x0C,
                Mouse,
            ),
            (
                "11 FF 83 B5 20 20 08 40 82 04 02 02 07 …",
                1,
                0x4082,
                8,
                0x04,
                Mouse,
            ),
            (
                "11 FF 83 B5 21 21 14 20 11 04 00 01 0D 1A …",
                2,
                0x2011,
                20,
                0x04,
                Keyboard,
            ),
        ] {
            let expected = Pairing {
                wpid: Wpid(wpid),
                report_interval_ms,
                protocol,
                kind,
            };
            let expected = PairingInformation::Pairing(slot(number), expected);
            assert_eq!(read(&report(hex)), expected, "{hex}");
        }
    }

    #[test]
    fn serial_numbers_vectors_21_to_23_and_25() {
        for (hex, number, serial, switch) in [
            (
                "11 FF 83 B5 30 FB 84 1B 86 1A 40 00 00 07 …",
                1,
                0xFB84_1B86,
                PowerSwitch::TopRight,
            ),
            (
                "11 FF 83 B5 35 93 B3 C1 36 1E 40 00 00 03 …",
                6,
                0x93B3_C136,
                PowerSwitch::TopRightEdge,
            ),
            (
                "11 FF 83 B5 33 52 07 6C FC 1E 00 00 00 01 …",
                4,
                0x5207_6CFC,
                PowerSwitch::Base,
            ),
            (
                "11 FF 83 B5 36 29 A2 9A 98 …",
                7,
                0x29A2_9A98,
                PowerSwitch::Unknown(0),
            ),
        ] {
            let PairingInformation::Extended(at, extended) = read(&report(hex)) else {
                panic!("{hex}");
            };
            assert_eq!(
                (at, extended.serial),
                (slot(number), Serial::new(serial)),
                "{hex}"
            );
            assert_eq!(extended.power_switch, switch, "{hex}");
        }
    }

    #[test]
    fn report_types_are_those_of_the_dj_report() {
        // Recording of a C52B: K750, M570, MX Master; `20 02 41 01 02 40 1A 40 00 00` for the first.
        for (hex, report_types) in [
            ("11 FF 83 B5 31 01 02 03 04 1A 40 00 00 03 …", 0x0000_401A),
            ("11 FF 83 B5 32 01 02 03 05 04 00 00 00 01 …", 0x0000_0004),
            ("11 FF 83 B5 34 01 02 03 06 1E 00 00 00 01 …", 0x0000_001E),
        ] {
            let PairingInformation::Extended(_, extended) = read(&report(hex)) else {
                panic!("{hex}");
            };
            assert_eq!(extended.report_types, report_types, "{hex}");
        }
    }

    #[test]
    fn no_serial_number_is_all_zero_or_all_ones() {
        assert_eq!(Serial::new(0), None);
        assert_eq!(Serial::new(u32::MAX), None);
        assert_eq!(Serial::new(1), Some(Serial(1)));
    }

    #[test]
    fn names_vectors_20_26_and_132() {
        for (hex, number, name) in [
            ("11 FF 83 B5 40 04 4B 38 30 30 …", 1, "K800"),
            ("11 FF 83 B5 46 05 43 61 6E 64 79 …", 7, "Candy"),
            (
                "11 FF 83 B5 40 0B 4D 58 20 4D 61 73 74 65 72 20 33 …",
                1,
                "MX Master 3",
            ),
            // A length beyond the report.
            ("11 FF 83 B5 40 FF 4B 38 30 30 …", 1, "K800"),
        ] {
            let name = DeviceText::new(name.as_bytes());
            let expected = PairingInformation::Name(slot(number), name);
            assert_eq!(read(&report(hex)), expected, "{hex}");
        }
    }

    #[test]
    fn requests_count_slots_from_zero() {
        use crate::wire::DeviceIndex;
        let request = get_pairing(slot(1)).report(DeviceIndex::RECEIVER);
        assert_eq!(request.to_string(), "10 ff 83 b5 20 00 00");
        let request = get_name(slot(6)).report(DeviceIndex::RECEIVER);
        assert_eq!(request.to_string(), "10 ff 83 b5 45 00 00");
    }
}
