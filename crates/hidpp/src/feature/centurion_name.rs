//! Feature 0101 of a device that speaks Centurion: its name.
//!
//! Source: Solaar `centurion.py`; no capture is known. An answer to function 0 has the name after
//! its length, or nothing; then it is read in pieces.

use crate::wire::{Call, FeatureId, FeatureIndex, Report};

/// The feature's id.
pub const ID: FeatureId = FeatureId(0x0101);
/// Number of the function that returns the length, and possibly the name.
pub const GET_NAME: u8 = 0;
/// Number of the function that returns a piece of the name.
pub const GET_PIECE: u8 = 1;

/// The request for the length and the name.
pub const fn get_name(feature: FeatureIndex) -> Call {
    Call::new(feature, GET_NAME, [0; 3])
}

/// The request for the name from byte `offset` on.
pub const fn get_piece(feature: FeatureIndex, offset: u8) -> Call {
    Call::new(feature, GET_PIECE, [offset, 0, 0])
}

/// Reads an answer to [`get_name`]: the length of the name in bytes, and its start.
pub fn read_name(report: &Report) -> (u8, &[u8]) {
    match report.as_bytes() {
        [_, _, _, _, length, start @ ..] => (*length, start),
        _ => (0, &[]),
    }
}

/// The piece of the name in an answer to [`get_piece`].
pub fn read_piece(report: &Report) -> &[u8] {
    report.as_bytes().get(4..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::DeviceIndex;
    use crate::wire::centurion::to_report;

    fn message(bytes: &[u8]) -> Report {
        to_report(DeviceIndex::DIRECT, bytes).unwrap()
    }

    #[test]
    fn a_name_comes_with_its_length_or_in_pieces() {
        // Made from the layout.
        assert_eq!(read_name(&message(b"\x06\x06\x04G522")), (4, &b"G522"[..]));
        assert_eq!(read_name(&message(b"\x06\x06\x04")), (4, &b""[..]));
        assert_eq!(read_name(&message(b"\x06\x06")), (0, &b""[..]));
        assert_eq!(read_piece(&message(b"\x06\x16G522")), b"G522");
    }
}
