//! Sub-register 02 of register B5: the firmware of a receiver in one answer, and on Bolt, which has
//! no sub-register 03, the number of its slots.
//!
//! Source: Solaar; its issue 1333 shows the bytes. For Bolt fwupd, and a recording of a C548.

use super::{FirmwareVersion, firmware_version};
use crate::wire::{Register, RegisterRequest, Report};

/// The sub-register.
pub const SUB_REGISTER: u8 = 0x02;

/// The request to read it.
pub const fn get() -> RegisterRequest {
    RegisterRequest::get_long(Register::PAIRING_INFORMATION, [SUB_REGISTER, 0, 0])
}

/// Reads an answer: `02 number revision build×2`, in BCD.
pub fn read(report: &Report) -> FirmwareVersion {
    let [_, number, revision, build_high, build_low, ..] = *report.params();
    firmware_version::version([number, revision], Some([build_high, build_low]))
}

/// The number of slots in the answer of a Bolt receiver: `02 number revision build×2 ?×3 slots`.
/// `None`: a number that no receiver can have.
pub fn read_bolt_slots(report: &Report) -> Option<u8> {
    let [_, _, _, _, _, _, _, _, slots, ..] = *report.params();
    Some(slots).filter(|slots| matches!(slots, 1..=15))
}

/// Whether an answer looks like that of a Bolt receiver, where the receiver is not known: bit
/// 7 of byte 5 is clear (`01` on a C548), and set on all other receivers seen (`88` or `80` on
/// C52B, C534, C53A and C547).
pub fn looks_like_bolt(report: &Report) -> bool {
    let [_, _, _, _, _, fifth, ..] = *report.params();
    (0x01..0x80).contains(&fifth)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tests::report;

    #[test]
    fn a_powerplay_receiver_vector_5() {
        let version = read(&report("11 FF 83 B5 02 40 02 00 12 88 08 0F …"));
        assert_eq!(version.to_string(), "40.02.B0012");
    }

    #[test]
    fn a_bolt_receiver_is_distinguished_by_one_byte() {
        // Notes of the Exo project (C548, C547), Solaar issues 680 (C52B), 967 (C534) and 1333.
        for (hex, is_bolt) in [
            ("11 FF 83 B5 02 05 01 00 10 01 B6 10 06 …", true),
            (
                "11 FF 83 B5 02 04 02 00 09 80 17 11 00 97 AA 22 B9 …",
                false,
            ),
            ("11 FF 83 B5 02 24 11 00 36 88 08 04 01 …", false),
            ("11 FF 83 B5 02 12 10 00 32 88 02 04 01 …", false),
            ("11 FF 83 B5 02 29 01 00 16 88 0C 0A …", false),
            ("11 FF 83 B5 02 40 02 00 12 88 08 0F …", false),
        ] {
            assert_eq!(looks_like_bolt(&report(hex)), is_bolt, "{hex}");
        }
    }

    #[test]
    fn a_bolt_receiver_reports_firmware_and_slots() {
        // Recording of a C548.
        let answer = report("11 FF 83 B5 02 05 01 00 10 01 B6 10 06 …");
        assert_eq!(read(&answer).to_string(), "05.01.B0010");
        assert_eq!(read_bolt_slots(&answer), Some(6));
    }

    #[test]
    fn an_impossible_number_of_slots_is_unknown() {
        for slots in ["00", "10", "FF"] {
            let answer = report(&format!("11 FF 83 B5 02 05 01 00 10 01 B6 10 {slots} …"));
            assert_eq!(read_bolt_slots(&answer), None, "{slots}");
        }
    }
}
