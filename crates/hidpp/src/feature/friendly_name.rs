//! Feature 0007: the name of a device that its user can change, as Bluetooth shows it.
//!
//! Source: Logitech's list of HID++ 2.0 features (cpg-docs), Solaar `hidpp20.py`.

use super::DeviceText;
use crate::wire::{Call, FeatureIndex, Report, ReportId};

/// Number of the function that returns the lengths.
const GET_LENGTH: u8 = 0;
/// Number of the function that returns a piece of the name.
const GET_NAME: u8 = 1;

/// The request for the length of the name in bytes.
pub const fn get_length(feature: FeatureIndex) -> Call {
    Call::new(feature, GET_LENGTH, [0; 3])
}

/// Reads an answer to [`get_length`]: `length most default-length`.
pub const fn read_length(report: &Report) -> u8 {
    let [length, ..] = report.head();
    length
}

/// The request for the name from byte `offset` on.
pub const fn get_name(feature: FeatureIndex, offset: u8) -> Call {
    Call::new(feature, GET_NAME, [offset, 0, 0])
}

/// The piece of the name in an answer to [`get_name`]: `offset name×15`, 2 bytes in a short report.
pub fn read_name(report: &Report) -> &[u8] {
    let params = match report.id() {
        ReportId::Short => report.params().split_at(3).0,
        _ => report.params().as_slice(),
    };
    params.split_at(1).1
}

/// Joins the pieces of a name to a text.
pub fn name(pieces: &[u8]) -> DeviceText {
    DeviceText::new(pieces)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tests::report;

    #[test]
    fn a_name_of_two_pieces() {
        // Made from the layout: no recording is known.
        assert_eq!(read_length(&report("11 01 04 06 13 13 13 …")), 19);
        let first = report("11 01 04 16 00 50 52 4F 20 58 20 32 20 53 75 70 65 72 73 74");
        let second = report("11 01 04 16 0F 72 69 6B 65 …");
        let pieces = [read_name(&first), read_name(&second)].concat();
        assert_eq!(name(&pieces[..19]).untrusted(), "PRO X 2 Superstrike");
    }
}
