//! The sender or receiver of a report: device index, pairing slot, wireless product id.

use std::fmt;

/// Byte 1 of every report: the receiver, a device directly on the node, or a pairing slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceIndex(pub u8);

impl DeviceIndex {
    /// The receiver itself.
    pub const RECEIVER: Self = Self(0xFF);
    /// The device of a node with one device only, on a cable or on Bluetooth.
    pub const DIRECT: Self = Self(0xFF);
    /// The same on older corded devices; some Bluetooth devices answer with it.
    pub const CORDED: Self = Self(0x00);

    /// The pairing slot, if the index is one.
    pub const fn slot(self) -> Option<Slot> {
        Slot::new(self.0)
    }
}

impl From<Slot> for DeviceIndex {
    fn from(slot: Slot) -> Self {
        Self(slot.0)
    }
}

impl fmt::Display for DeviceIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X}", self.0)
    }
}

/// The place of a paired device on its receiver, counted from 1.
///
/// Receivers report 1 to 6 slots, a Powerplay pad answers on 7, and devices past the reported
/// number have been seen; 15 is the most that any other program scans (Solaar issue 1959).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(u8);

impl Slot {
    /// The slot of that number, if it is 1 to 15.
    pub const fn new(number: u8) -> Option<Self> {
        if matches!(number, 1..=15) {
            Some(Self(number))
        } else {
            None
        }
    }

    /// The number, counted from 1.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// All slots from 1 to `last` (at most 15).
    pub(crate) fn up_to(last: u8) -> impl Iterator<Item = Self> {
        (1..=last).filter_map(Self::new)
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The model of a device: the wireless product id that its receiver knows, or, for a device on a
/// cable or on Bluetooth, its product id there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub struct Wpid(pub u16);

impl fmt::Display for Wpid {
    /// Four hexadecimal digits: `4002`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}
