//! A frame as a recording has it, not checked yet: bytes, direction, and where it was recorded.

use std::fmt;

use serde::Serialize;

/// Which way a frame went.
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

/// Where a frame was recorded: device indices and feature indices mean something there only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// The line does not say.
    Unknown,
    /// A node of a trace, by the trace's number for it.
    Node(u32),
    /// Bus and device number in a usbmon capture.
    Usb(u16, u16),
    /// A file handle in a log of Solaar.
    Handle(u32),
}

/// What a line without a frame is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recording {
    /// A capture of everything on a USB bus.
    Usb,
    /// A log of another program.
    Log,
}

/// What a line holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Nothing to explain: blank, a comment, a header, a transfer without data.
    Nothing,
    /// The ids of what is at a source from now on.
    Ids {
        /// Where.
        source: Source,
        /// The USB vendor id.
        vendor: u16,
        /// The product id.
        product: u16,
    },
    /// Something that is not a frame, or not all of one.
    PassedOver(Recording),
    /// A frame, not checked yet.
    Frame(Frame),
}

/// The bytes of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The bytes, with the report id first.
    pub bytes: Vec<u8>,
    /// Which way it went, if the line has it.
    pub direction: Option<Direction>,
    /// Where it was recorded.
    pub source: Source,
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
