//! Feature 0005: marketing name and type of a HID++ 2.0 device.
//!
//! Source: Solaar; captures in its issues 661, 700 and 1376.

use super::{DeviceKind, DeviceText};
use crate::wire::{Call, FeatureIndex, Report, ReportId};

/// Number of the function that returns the length.
pub const GET_COUNT: u8 = 0;
/// Number of the function that returns a piece of the name.
pub const GET_NAME: u8 = 1;
/// Number of the function that returns the type.
pub const GET_TYPE: u8 = 2;

/// The request for the length of the name in bytes.
pub const fn get_count(feature: FeatureIndex) -> Call {
    Call::new(feature, GET_COUNT, [0; 3])
}

/// Reads an answer to [`get_count`].
pub const fn read_count(report: &Report) -> u8 {
    let [count, ..] = report.head();
    count
}

/// The request for the name from byte `offset` on.
pub const fn get_name(feature: FeatureIndex, offset: u8) -> Call {
    Call::new(feature, GET_NAME, [offset, 0, 0])
}

/// The piece of the name in an answer to [`get_name`]: 16 bytes, 3 in a short report.
pub fn read_name(report: &Report) -> &[u8] {
    match report.id() {
        ReportId::Short => report.params().split_at(3).0,
        _ => report.params(),
    }
}

/// Joins the pieces of a name to a text.
pub fn name(pieces: &[u8]) -> DeviceText {
    DeviceText::new(pieces)
}

/// The request for the type.
pub const fn get_type(feature: FeatureIndex) -> Call {
    Call::new(feature, GET_TYPE, [0; 3])
}

/// Reads an answer to [`get_type`].
pub const fn read_type(report: &Report) -> DeviceKind {
    let [kind, ..] = report.head();
    DeviceKind::from_device_type(kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tests::report;

    #[test]
    fn the_name_of_a_g602_vectors_96_to_98() {
        let first = "11 01 03 1F 57 69 72 65 6C 65 73 73 20 47 61 6D 69 6E 67 20";
        let (first, second) = (report(first), report("11 01 03 1F 4D 6F 75 73 65 …"));
        let pieces = [read_name(&first), read_name(&second)].concat();
        assert_eq!(read_count(&report("11 01 03 0F 15 …")), 21);
        assert_eq!(name(&pieces[..21]).untrusted(), "Wireless Gaming Mouse");
    }

    #[test]
    fn a_headset_vector_99() {
        assert_eq!(read_type(&report("11 FF 03 2D 08 …")), DeviceKind::Headset);
        assert_eq!(
            DeviceKind::from_device_type(0x77),
            DeviceKind::Unknown(0x77)
        );
    }
}
