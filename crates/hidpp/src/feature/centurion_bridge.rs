//! Feature 0003 of a Centurion dongle: the bridge to its headset. In HID++ 2.0 the same number is
//! the device information.
//!
//! Its messages are in [`crate::wire::centurion`]. Source: `HeadsetControl` and `LGSTrayEx` have answers
//! and events of real dongles; Solaar `device.py` agrees.

use crate::wire::{Call, FeatureId, FeatureIndex, Report};

/// The feature's id.
pub const ID: FeatureId = FeatureId(0x0003);
/// Number of the function that returns whether a headset is connected, and of the event that
/// reports that it connected or left.
pub const CONNECTION: u8 = 0;

/// The request for the connection.
pub const fn get_connection(feature: FeatureIndex) -> Call {
    Call::new(feature, CONNECTION, [0; 3])
}

/// Reads an answer to [`get_connection`], `03 E8 kind<<4|length×2 …`: whether a headset is
/// connected. A dongle without one has a length of 0. `None`: the answer is truncated.
pub fn read_connection(report: &Report) -> Option<bool> {
    let [_, _, _, _, _, _, connection @ ..] = report.as_bytes() else {
        return None;
    };
    is_connected(connection)
}

/// Reads the event, `kind<<4|length×2 …`: whether a headset is connected now.
pub fn read_connection_event(report: &Report) -> Option<bool> {
    is_connected(report.as_bytes().get(4..)?)
}

fn is_connected(connection: &[u8]) -> Option<bool> {
    let [kind, length, ..] = *connection else {
        return None;
    };
    Some(u16::from_be_bytes([kind & 0x0F, length]) != 0)
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
    fn a_dongle_reports_whether_its_headset_is_there() {
        // HeadsetControl and LGSTrayEx: answers, then the events of a PRO X 2.
        let there = message(&[3, 0x0F, 0x03, 0xE8, 0, 1, 1]);
        assert_eq!(read_connection(&there), Some(true));
        let away = message(&[3, 0x0F, 0x03, 0xE8, 0, 0, 1]);
        assert_eq!(read_connection(&away), Some(false));
        assert_eq!(read_connection(&message(&[3, 0x0F, 0x03, 0xE8])), None);
        assert_eq!(read_connection_event(&message(&[3, 0, 0, 1])), Some(true));
        assert_eq!(read_connection_event(&message(&[3, 0, 0, 0])), Some(false));
        assert_eq!(
            read_connection_event(&message(&[3, 0, 0x10, 0])),
            Some(false)
        );
        assert_eq!(read_connection_event(&message(&[3, 0, 0])), None);
    }
}
