//! Notifications 40, 41, 42 and 4B: devices are paired or unpaired, connect, lose their link and
//! power on.

use super::DeviceKind;
use crate::wire::{Message, Report, Wpid, codes};

/// What a receiver reports about the device in the slot that the report names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceConnection {
    /// `40 02`: the device was unpaired.
    Unpaired,
    /// `41`: a paired device, with or without a link.
    Arrival(Arrival),
    /// `42`: the link came up or was lost.
    Link {
        /// Bit 0 of the first byte clear.
        up: bool,
    },
    /// `4B 01`: the device was powered on.
    PoweredOn,
}

/// Notification `10 ix 41 protocol info wpid-low wpid-high`.
///
/// Source: Logitech's HID++ 1.0 extract, kernel hid-logitech-dj, Solaar; captures in the tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the bits of one byte, as the wire has them"
)]
#[non_exhaustive]
pub struct Arrival {
    /// The radio protocol.
    pub protocol: Radio,
    /// The kind of the device.
    pub kind: DeviceKind,
    /// Info bit 6 clear: the link is established.
    pub online: bool,
    /// Info bit 5: the link is encrypted. Bolt links always are, whatever the bit is.
    pub encrypted: bool,
    /// Info bit 4: mirrors the software-present flag of register 00.
    pub software_present: bool,
    /// Info bit 7: sent because the device produced data.
    pub payload: bool,
    /// The wireless product id, little-endian; one byte on 27 MHz.
    pub wpid: Wpid,
}

codes! {
    /// The radio protocol between device and receiver.
    pub enum Radio {
        /// Bluetooth.
        Bluetooth = 0x01 => "Bluetooth",
        /// 27 MHz.
        Mhz27 = 0x02 => "27 MHz",
        /// QUAD or eQUAD.
        Quad = 0x03 => "eQUAD",
        /// eQUAD step 4 DJ: Unifying.
        Unifying = 0x04 => "Unifying",
        /// Firmware update.
        Dfu = 0x05 => "DFU lite",
        /// eQUAD step 4 lite.
        UnifyingLite = 0x06 => "eQUAD lite",
        /// eQUAD step 4 gaming.
        Gaming = 0x07 => "eQUAD gaming",
        /// Gamepads.
        Gamepad = 0x08 => "eQUAD gamepad",
        /// Nano lite.
        NanoLite = 0x0A => "nano lite",
        /// Lightspeed 1.
        Lightspeed1 = 0x0C => "Lightspeed 1",
        /// Lightspeed 1.1.
        Lightspeed11 = 0x0D => "Lightspeed 1.1",
        /// Lightspeed 1.2.
        Lightspeed12 = 0x0F => "Lightspeed 1.2",
        /// Bolt.
        Bolt = 0x10 => "Bolt",
        /// Lightspeed 1.2 of newer keyboards (Solaar issue 2797).
        Lightspeed12b = 0x11 => "Lightspeed 1.2",
    }
}

/// Reads a notification; `None` if it is not one of these four.
pub fn read(report: &Report) -> Option<DeviceConnection> {
    let Message::Notification { sub_id, address } = Message::of(report) else {
        return None;
    };
    match (sub_id, address) {
        (0x40, 0x02) => Some(DeviceConnection::Unpaired),
        (0x41, protocol) => Some(DeviceConnection::Arrival(arrival(protocol.into(), report))),
        (0x42, status) => Some(DeviceConnection::Link {
            up: status & 0x01 == 0,
        }),
        (0x4B, 0x01) => Some(DeviceConnection::PoweredOn),
        _ => None,
    }
}

fn arrival(protocol: Radio, report: &Report) -> Arrival {
    let [info, low, high] = report.head();
    let bit = |number: u8| info & (1 << number) != 0;
    let mut arrival = Arrival {
        protocol,
        kind: DeviceKind::from_pairing(info),
        online: !bit(6),
        encrypted: bit(5) || protocol == Radio::Bolt,
        software_present: bit(4),
        payload: bit(7),
        wpid: Wpid(u16::from_le_bytes([low, high])),
    };
    if protocol == Radio::Mhz27 {
        // Bit 7 means encrypted, the id has one byte, and the slot determines the kind (kernel
        // hid-logitech-dj).
        arrival.encrypted = bit(7);
        arrival.payload = false;
        arrival.wpid = Wpid(u16::from(high));
        arrival.kind = match report.device().0 {
            1 | 2 => DeviceKind::Mouse,
            3 => DeviceKind::Keyboard,
            4 => DeviceKind::Numpad,
            _ => DeviceKind::Unknown(0),
        };
    }
    arrival
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tests::report;

    #[test]
    fn arrivals_vectors_18_19_and_37_to_43() {
        use DeviceKind::{Keyboard, Mouse};
        for (hex, protocol, kind, wpid, [online, encrypted, payload]) in [
            (
                "10 01 41 04 61 10 20",
                Radio::Unifying,
                Keyboard,
                0x2010,
                [false, true, false],
            ),
            (
                "10 02 41 04 B1 11 20",
                Radio::Unifying,
                Keyboard,
                0x2011,
                [true, true, true],
            ),
            (
                "10 01 41 10 42 34 B0",
                Radio::Bolt,
                Mouse,
                0xB034,
                [false, true, false],
            ),
            (
                "10 06 41 04 31 8A 40",
                Radio::Unifying,
                Keyboard,
                0x408A,
                [true, true, false],
            ),
            (
                "10 02 41 04 12 96 40",
                Radio::Unifying,
                Mouse,
                0x4096,
                [true, false, false],
            ),
            (
                "10 01 41 04 72 69 40",
                Radio::Unifying,
                Mouse,
                0x4069,
                [false, true, false],
            ),
            (
                "10 01 41 0C 32 86 40",
                Radio::Lightspeed1,
                Mouse,
                0x4086,
                [true, true, false],
            ),
            (
                "10 01 41 11 31 8E 40",
                Radio::Lightspeed12b,
                Keyboard,
                0x408E,
                [true, true, false],
            ),
            (
                "10 02 41 04 A1 10 20",
                Radio::Unifying,
                Keyboard,
                0x2010,
                [true, true, true],
            ),
        ] {
            let Some(DeviceConnection::Arrival(arrival)) = read(&report(hex)) else {
                panic!("{hex}");
            };
            assert_eq!((arrival.protocol, arrival.kind), (protocol, kind), "{hex}");
            assert_eq!(arrival.wpid, Wpid(wpid), "{hex}");
            let bits = [arrival.online, arrival.encrypted, arrival.payload];
            assert_eq!(bits, [online, encrypted, payload], "{hex}");
        }
    }

    #[test]
    fn power_on_and_unpairing_vectors_33_and_44() {
        assert_eq!(
            read(&report("10 02 4B 01 00 00 00")),
            Some(DeviceConnection::PoweredOn)
        );
        assert_eq!(
            read(&report("10 01 40 02 00 00 00")),
            Some(DeviceConnection::Unpaired)
        );
        assert_eq!(read(&report("10 FF 4A 01 00 00 00")), None);
    }
}
