//! The door: what a node delivers is sorted before anything looks at it, and input is dropped.

use super::{DeviceIndex, DjNotice, DjReport, Report, ReportError};

/// What a report read from a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// A HID++ report.
    HidPp(Report),
    /// A DJ report without input.
    Dj(DjReport),
    /// Key presses or pointer motion. What it held is gone: it must reach no log or trace.
    Input,
    /// Something else, or a report of a wrong length.
    Other(ReportError),
}

/// Length of a DJ short report in bytes.
const DJ_SHORT_LEN: usize = 15;

/// Sorts what was read from a node.
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

fn is_input(report: &Report) -> bool {
    match report.id() {
        super::ReportId::Short => {
            matches!(report.sub_id(), 0x03..=0x06 | 0x09..=0x0C)
                && report.device() != DeviceIndex::RECEIVER
        }
        _ => report.device() == DeviceIndex::RECEIVER && matches!(report.sub_id(), 0x4D | 0x4E),
    }
}
