//! DJ reports: how a Unifying receiver multiplexes input of its devices to the kernel driver.
//!
//! The kernel owns this channel. Here its reports are distinguished so that notices can be
//! explained and input can be dropped unread.

use super::{DeviceIndex, Wpid};

/// A DJ report that carries no input.
///
/// `20 ix type …`, 15 bytes. Source: kernel hid-logitech-dj.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DjReport {
    /// The slot it is about; 00 or FF for the receiver.
    pub device: DeviceIndex,
    /// Its content.
    pub notice: DjNotice,
}

/// The content of a DJ report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DjNotice {
    /// `40`: the device is not paired any more.
    Unpaired,
    /// `41`: the device is paired.
    Paired {
        /// Bytes 4-5, little-endian.
        wpid: Wpid,
        /// Bytes 6-9, little-endian: which kinds of input report it sends.
        report_types: u32,
    },
    /// `41` with bit 1 of byte 3: the list of paired devices has ended.
    EndOfList,
    /// `42`: the link to the device came up or was lost.
    Link {
        /// Byte 3, bit 0 clear.
        up: bool,
    },
    /// `7F`: an error, as received in byte 3.
    Error(u8),
    /// `80`, host to receiver: deliver input as DJ reports.
    Switch,
    /// `81`, host to receiver: list the paired devices.
    List,
    /// Another type.
    Unknown(u8),
}

impl DjNotice {
    /// Reads the type and its bytes; `None` for types 00 to 3F, which carry input.
    pub(super) fn parse(kind: u8, [b3, b4, b5, b6, b7, b8, b9]: [u8; 7]) -> Option<Self> {
        Some(match kind {
            0x00..=0x3F => return None,
            0x40 => Self::Unpaired,
            0x41 if b3 & 0x02 != 0 => Self::EndOfList,
            0x41 => Self::Paired {
                wpid: Wpid(u16::from_le_bytes([b4, b5])),
                report_types: u32::from_le_bytes([b6, b7, b8, b9]),
            },
            0x42 => Self::Link { up: b3 & 0x01 == 0 },
            0x7F => Self::Error(b3),
            0x80 => Self::Switch,
            0x81 => Self::List,
            kind => Self::Unknown(kind),
        })
    }
}
