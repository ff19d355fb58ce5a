//! The entry point: everything read from a node is classified first, and input is dropped.

use super::{DeviceIndex, DjNotice, DjReport, Report, ReportError, ReportId};

/// What a report read from a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// A HID++ report, or a frame of Centurion.
    HidPp(Report),
    /// A DJ report without input.
    Dj(DjReport),
    /// Key presses or pointer motion. The content is dropped: it must never reach a log or trace.
    Input,
    /// Something else, or a report of a wrong length.
    Other(ReportError),
}

/// Length of a DJ short report in bytes.
const DJ_SHORT_LEN: usize = 15;

/// Classifies a report that was read from a node.
///
/// Besides DJ input, the HID++ 1.0 notifications 03 to 06 and 09 to 0C (keys, power keys,
/// roller, buttons, F-lock, calculator, menu, Fn: fwupd's names) and a Bolt receiver's passkey
/// notices 4D and 4E count as input.
pub fn classify(raw: &[u8]) -> Incoming {
    if let [0x20, device, kind, b3, b4, b5, b6, b7, b8, b9, ..] = *raw
        && raw.len() == DJ_SHORT_LEN
    {
        return match DjNotice::parse(kind, [b3, b4, b5, b6, b7, b8, b9]) {
            Some(notice) => Incoming::Dj(DjReport {
                device: DeviceIndex(device),
                notice,
            }),
            None => Incoming::Input,
        };
    }
    match Report::parse(raw) {
        Ok(report) if is_input(&report) => Incoming::Input,
        Ok(report) => Incoming::HidPp(report),
        // Boot keyboards, mice, consumer and system controls (01 to 08, DJ long 21 likewise):
        // what the descriptors of receivers and their children use for input.
        Err(ReportError::UnknownId(0x01..=0x08 | 0x20 | 0x21)) => Incoming::Input,
        Err(why) => Incoming::Other(why),
    }
}

/// For any device index: a corded HID++ 1.0 device uses that of the receiver.
fn is_input(report: &Report) -> bool {
    match report.id() {
        ReportId::Short => matches!(report.sub_id(), 0x03..=0x06 | 0x09..=0x0C),
        ReportId::Long | ReportId::VeryLong => {
            report.device() == DeviceIndex::RECEIVER && matches!(report.sub_id(), 0x4D | 0x4E)
        }
        ReportId::CenturionAddressed | ReportId::Centurion => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(hex: &str) -> Incoming {
        let mut bytes: Vec<u8> = hex
            .split(' ')
            .map(|byte| u8::from_str_radix(byte, 16).unwrap())
            .collect();
        match bytes[0] {
            0x11 => bytes.resize(20, 0),
            0x51 => bytes.resize(64, 0),
            _ => {}
        }
        classify(&bytes)
    }

    #[test]
    fn key_presses_and_pointer_motion_are_dropped_on_arrival() {
        for input in [
            "20 01 01 00 04 00 00 00 00 00 00 00 00 00 00", // DJ: keyboard
            "20 02 02 01 05 00 00 00 00 00 00 00 00 00 00", // DJ: mouse
            "01 00 04 00 00 00 00 00",                      // a child node's keyboard report
            "02 00 00 01 00 00 00",                         // its mouse report
            "10 01 03 04 05 06 00",                         // HID++ 1.0: keys
            "10 FF 03 04 05 06 00",                         // the same from a corded device
            "10 02 06 01 00 00 00",                         // buttons
            "10 02 09 01 00 00 00",                         // F-lock
            "10 02 0C 01 00 00 00",                         // Fn
            "11 FF 4D 00 31 32 33 34 35 36",                // Bolt: the passkey to type
            "11 FF 4E 01 00 00 00 00",                      // Bolt: a key of it was pressed
        ] {
            assert_eq!(sorted(input), Incoming::Input, "{input}");
        }
    }

    #[test]
    fn everything_else_passes() {
        for report in [
            "10 02 07 03 00 00 00", // battery status
            "10 02 0D 64 47 34 00", // battery mileage
            "10 01 41 04 61 10 20", // arrival
            "10 02 8F 81 0D 02 00", // error
            "11 01 09 10 39 00 0C", // light measurement: feature index 9, not sub-id 09
            "11 FF 4F 34 12 01 04", // Bolt discovery
            "51 FF 4D 00 00 00 00", // a frame of Centurion, with a bad length
        ] {
            assert!(matches!(sorted(report), Incoming::HidPp(_)), "{report}");
        }
        let link = "20 02 42 00 00 00 00 00 00 00 00 00 00 00 00";
        assert!(matches!(sorted(link), Incoming::Dj(_)));
        assert_eq!(
            sorted("80 01 00 80 00"),
            Incoming::Other(ReportError::UnknownId(0x80))
        );
    }
}
