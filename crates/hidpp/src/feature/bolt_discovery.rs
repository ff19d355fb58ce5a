//! Notifications 4F, 53 and 54: a Bolt receiver searches for devices and pairs one.
//!
//! They are long reports from index FF. The passkey notices 4D and 4E count as input and are never
//! decoded.
//!
//! Source: OpenLogi `receiver/bolt/event.rs`, Solaar `notifications.py`.

use super::{DeviceKind, DeviceText};
use crate::wire::{Report, Slot, Wpid};

/// A notification of the search for devices, or of a pairing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BoltDiscovery {
    /// `4F`, part 0: a device was found.
    Device {
        /// Bytes 3-4, little-endian: a number for each device that was found.
        counter: u16,
        /// The kind of the device.
        kind: DeviceKind,
        /// The wireless product id, little-endian.
        wpid: Wpid,
    },
    /// `4F`, part 1 and following: its name.
    Name {
        /// As in part 0.
        counter: u16,
        /// The name, or the start of it.
        name: DeviceText,
    },
    /// `53`: discovery began (byte 3 is 0) or ended.
    Discovery {
        /// Whether it is still under way.
        open: bool,
        /// Byte 4, 0 without error.
        error: u8,
    },
    /// `54`: a pairing began (byte 3 is 0) or is done (2).
    Pairing {
        /// Whether it is still under way.
        open: bool,
        /// Byte 4, 0 without error.
        error: u8,
        /// Byte 11: where the device was put.
        slot: Option<Slot>,
    },
}

/// Reads a notification; `None` if it is not one of these.
pub fn read(report: &Report) -> Option<BoltDiscovery> {
    let status = report.address();
    let [p0, p1, p2, p3, p4, p5, _, p7, ..] = *report.params();
    let counter = u16::from_le_bytes([status, p0]);
    Some(match (report.sub_id(), p1) {
        (0x4F, 0) => BoltDiscovery::Device {
            counter,
            kind: DeviceKind::from_pairing(p3),
            wpid: Wpid(u16::from_le_bytes([p4, p5])),
        },
        (0x4F, _) => {
            let name = report.params().get(3..).unwrap_or_default();
            let name = name.get(..usize::from(p2)).unwrap_or(name);
            BoltDiscovery::Name {
                counter,
                name: DeviceText::new(name),
            }
        }
        (0x53, _) => BoltDiscovery::Discovery {
            open: status == 0,
            error: p0,
        },
        (0x54, _) => BoltDiscovery::Pairing {
            open: status == 0,
            error: p0,
            slot: Slot::new(p7),
        },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tests::report;

    #[test]
    fn vectors_133_and_134() {
        // The counter of vector 133 is written 1234 there, and little-endian like this.
        assert_eq!(
            read(&report("11 FF 4F 34 12 01 04 43 61 73 61 …")),
            Some(BoltDiscovery::Name {
                counter: 0x1234,
                name: DeviceText::new(b"Casa")
            })
        );
        assert_eq!(
            read(&report("11 FF 53 00 …")),
            Some(BoltDiscovery::Discovery {
                open: true,
                error: 0
            })
        );
    }

    #[test]
    fn a_device_and_the_end_of_its_pairing() {
        assert_eq!(
            read(&report("11 FF 4F 34 12 00 00 02 34 B0 …")),
            Some(BoltDiscovery::Device {
                counter: 0x1234,
                kind: DeviceKind::Mouse,
                wpid: Wpid(0xB034)
            })
        );
        assert_eq!(
            read(&report("11 FF 54 02 00 00 00 00 00 00 00 03 …")),
            Some(BoltDiscovery::Pairing {
                open: false,
                error: 0,
                slot: Slot::new(3)
            })
        );
        assert_eq!(read(&report("11 FF 40 02 …")), None);
    }
}
