//! Feature 0100 of a device that speaks Centurion: its model and its serial number.
//!
//! Source: Solaar `centurion.py`, `LGSTrayEx`; no capture of an answer is known.

use super::DeviceText;
use crate::wire::{Call, FeatureId, FeatureIndex, Report};

/// The feature's id.
pub const ID: FeatureId = FeatureId(0x0100);
/// Number of the function that returns the serial number.
pub const GET_SERIAL: u8 = 2;

/// The request for the serial number.
pub const fn get_serial(feature: FeatureIndex) -> Call {
    Call::new(feature, GET_SERIAL, [0; 3])
}

/// Reads an answer to [`get_serial`], `length ASCII…`. `None`: it is truncated, empty, or contains
/// characters that no serial number has.
pub fn read_serial(report: &Report) -> Option<DeviceText> {
    let [_, _, _, _, length, text @ ..] = report.as_bytes() else {
        return None;
    };
    let serial = text.get(..usize::from(*length))?.trim_ascii();
    let serial = serial.split(|byte| *byte == 0).next()?;
    let is_serial = serial.iter().all(u8::is_ascii_alphanumeric)
        && serial.iter().any(|byte| !matches!(byte, b'0' | b'F'));
    is_serial.then(|| DeviceText::new(serial))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::DeviceIndex;
    use crate::wire::centurion::to_report;

    fn serial(bytes: &[u8]) -> Option<String> {
        let message = [&[4, 0x26], bytes].concat();
        let report = to_report(DeviceIndex::DIRECT, &message).unwrap();
        Some(read_serial(&report)?.untrusted().to_owned())
    }

    #[test]
    fn a_serial_number_has_its_length_and_no_other_characters() {
        // Made from the layout.
        assert_eq!(serial(b"\x0C2413LZ0ABCD8").as_deref(), Some("2413LZ0ABCD8"));
        assert_eq!(
            serial(b"\x0E2413LZ0ABCD8\0\0").as_deref(),
            Some("2413LZ0ABCD8")
        );
        for bytes in [
            &b"\x0C2413LZ0"[..],
            b"\x00",
            b"",
            b"\x04\0\0\0\0",
            b"\x0800000000",
            b"\x08FFFFFFFF",
            b"\x0424/1",
        ] {
            assert_eq!(serial(bytes), None, "{bytes:02X?}");
        }
    }
}
