//! Sub-register 02 of register B5: the firmware of a receiver in one answer.
//!
//! Source: Solaar; its issue 1333 shows the bytes. Bolt receivers use this sub-register for their
//! slot count instead (fwupd).

use super::{FirmwareVersion, firmware_version};
use crate::wire::Report;

/// The sub-register.
pub const SUB_REGISTER: u8 = 0x02;

/// Reads an answer: `02 number revision build×2`, in BCD.
pub fn read(report: &Report) -> FirmwareVersion {
    let [_, number, revision, build_high, build_low, ..] = *report.params();
    firmware_version::version([number, revision], Some([build_high, build_low]))
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
}
