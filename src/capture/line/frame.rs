//! A frame from a recording, not checked yet: bytes, direction, time and source.

use std::fmt;

use serde::Serialize;

use hidpp_proto::units::Timestamp;

/// The direction of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To the device.
    HostToDevice,
    /// From the device.
    DeviceToHost,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::HostToDevice => "host to device",
            Self::DeviceToHost => "device to host",
        })
    }
}

/// Where a frame was recorded: device indices and feature indices are valid within one source only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// The line does not contain it.
    Unknown,
    /// A node of a trace, by its number.
    Node(u32),
    /// Bus and device number in a usbmon capture.
    Usb(u16, u16),
    /// A file handle in a log of Solaar.
    Handle(u32),
}

/// The recording that a line without a frame belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recording {
    /// A capture of everything on a USB bus.
    Usb,
    /// A log of another program.
    Log,
}

/// The content of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Nothing to explain: blank, a comment, a header, a transfer without data.
    Nothing,
    /// The ids of the device at a source from this line on.
    Ids {
        /// The source.
        source: Source,
        /// The USB vendor id.
        vendor: u16,
        /// The product id.
        product: u16,
    },
    /// Something that is not a frame, or a truncated one.
    PassedOver(Recording),
    /// A frame, not checked yet.
    Frame(Frame),
}

/// The bytes of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The bytes, with the report id first.
    pub bytes: Vec<u8>,
    /// Its direction, if the line has it.
    pub direction: Option<Direction>,
    /// Where it was recorded.
    pub source: Source,
    /// When it was recorded, on the clock of its recording.
    pub at: Option<Timestamp>,
}

impl Frame {
    /// Whether it comes from a capture of everything on the bus, HID++ or not.
    pub fn is_from_usbmon(&self) -> bool {
        matches!(self.source, Source::Usb(..))
    }

    /// Whether it comes from a trace that this program recorded.
    pub fn is_from_trace(&self) -> bool {
        matches!(self.source, Source::Node(_))
    }
}
