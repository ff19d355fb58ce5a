//! Logitech's receivers: the capabilities of each family, and the properties of single products.
//!
//! | family | slots | reports it accepts | pairing records | unreachable |
//! |---|---|---|---|---|
//! | Unifying | 6 | short, long, DJ | B5/2n, 3n, 4n | 09 |
//! | nano | 1 or 2 | short, long | B5/2n, 3n, 4n | 09 |
//! | Lightspeed | 1 or 2 | short, long | B5/2n, 3n, 4n | 09, newer ones 08 |
//! | Bolt | 6 | short, long | B5/5n, 6n | 08 |
//! | 27 MHz | 4 | short | none | 09 |
//! | Bluetooth | 2 | short | none | 09 |
//!
//! In register numbers n is the slot for Bolt, and the slot minus 1 for the others: the records of
//! slot 1 are B5/51 and B5/20.
//!
//! Sources: Solaar `base_usb.py` and its dumps of real receivers (firmware, slots, pairings left),
//! kernel hid-logitech-dj, libratbag issue 1594 (C547), Solaar issues 1333 (C53A), 2556 (C548), 716
//! (C517) and 2054 (C714, whose notices are like those of Unifying: kernel). Bolt forwards short
//! reports to its devices: Solaar 1.1.8 pings with a short report, and its dumps of devices behind
//! Bolt (B033, B365) show their protocol version. If no capture shows the radio protocol of a
//! product, this file uses one of its family.

use super::frame::Error10;
use super::hidpp10::Versions;
use hidpp_proto::wire::descriptor::Capabilities;

const LOGITECH: u16 = 0x046D;
const LENOVO: u16 = 0x17EF;

/// The slot of a Powerplay receiver's charging pad.
pub(super) const PAD: u8 = 7;

/// The format in which a receiver stores its paired devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Records {
    /// Register B5 with 03 for the receiver, and 20, 30 and 40 plus n-1 for slot n.
    Legacy,
    /// Register B5 with 02 for the receiver, and 50 and 60 plus n for slot n; register FB.
    Bolt,
    /// No pairing records: register B5 is missing.
    None,
}

/// The properties in which receivers differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family {
    /// USB vendor id.
    pub vendor: u16,
    /// USB product id.
    pub product: u16,
    /// The number of slots that it reports.
    pub slots: u8,
    /// Whether slot 7 is the charging pad that contains the receiver.
    pub pad: bool,
    /// The radio protocol in notice 41 and in B5/2n.
    pub radio: u8,
    /// Whether every link is encrypted; otherwise only those of keyboards.
    pub encrypts: bool,
    /// The format of its pairing records.
    pub records: Records,
    /// The reports that it accepts from its host.
    pub reports: Capabilities,
    /// The number of pairings left, if the receiver counts them.
    pub pairings_left: Option<u8>,
    /// The flags that register 00 can store.
    pub(super) flags: [u8; 3],
    /// The receiver's error for a paired device that it cannot reach.
    pub(super) unreachable: Error10,
    /// The bytes of the pairing records of unknown meaning.
    pub(super) unknown: Unknown,
    /// The content of register F1.
    pub(super) versions: Versions,
}

/// Bytes of register B5 and of DJ reports of unknown meaning, as recorded from receivers. No
/// host may depend on them.
///
/// Sources: Solaar issues 265, 339, 411, 680, 967 and 1333, ltunify, the notes of the Exo project
/// (C52B with firmware 24.11, C547), a recording of a receiver C52B that pairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unknown {
    /// Bytes 5 and 7 of B5/03: the pairs recorded from this product. The serial number of a
    /// simulated receiver determines which pair it has.
    pub(super) identity: &'static [[u8; 2]],
    /// Byte 8 of B5/03.
    pub(super) identity_end: u8,
    /// Bytes 5 and on of B5/02.
    pub(super) firmware: &'static [u8],
    /// A further sub-register of B5, if there is one: its number and its content.
    pub(super) further: Option<(u8, &'static [u8])>,
    /// Byte 1 of B5/2n for slot 1; the value increases by one from slot to slot.
    pub(super) destination: u8,
    /// Byte 6 of B5/2n.
    pub(super) pairing: u8,
    /// Bytes 8 and 9 of B5/2n for a keyboard.
    pub(super) keyboard: [u8; 2],
    /// The same for any other device.
    pub(super) other: [u8; 2],
    /// Byte 10 of the DJ report "paired", in a list.
    pub(super) dj_list: u8,
}

impl Unknown {
    /// A C52B with firmware 12.01 to 12.10.
    const C52B: Self = Self {
        identity: &[
            [0x17, 0x0A],
            [0x05, 0x0E],
            [0x0E, 0x08],
            [0x01, 0x07],
            [0x01, 0x09],
            [0x02, 0x0A],
            [0x01, 0x12],
        ],
        identity_end: 0x00,
        firmware: &[0x88, 0x02, 0x04, 0x01],
        further: None,
        destination: 0x11,
        pairing: 0x00,
        keyboard: [0x0D, 0x1A],
        other: [0x0C, 0x00],
        dj_list: 0x00,
    };
    /// Firmware 24.10 and 24.11, of Unifying receivers with another chip.
    const UNIFYING_24: Self = Self {
        identity: &[[0x01, 0x07]],
        firmware: &[0x88, 0x08, 0x04, 0x01],
        further: Some((
            0x7C,
            &[0x00, 0x22, 0x05, 0x14, 0xA7, 0xEB, 0x02, 0x72, 0x11],
        )),
        destination: 0x20,
        dj_list: 0x04,
        ..Self::C52B
    };
    const NANO: Self = Self {
        identity: &[[0x01, 0x07]],
        firmware: &[0x88, 0x08, 0x0F],
        destination: 0x20,
        keyboard: [0x00, 0x00],
        other: [0x00, 0x00],
        ..Self::C52B
    };
    const C534: Self = Self {
        firmware: &[0x88, 0x0C, 0x0A],
        destination: 0xA4,
        ..Self::NANO
    };
    const C53A: Self = Self {
        destination: 0x08,
        pairing: 0x01,
        keyboard: [0xB1, 0x00],
        other: [0xB1, 0x00],
        ..Self::NANO
    };
    const C547: Self = Self {
        identity_end: 0xFF,
        firmware: &[0x80, 0x17, 0x11, 0x00, 0x97, 0xAA, 0x22, 0xB9],
        ..Self::NANO
    };

    /// Bytes 5 and 7 of B5/03 of the receiver with this serial number.
    pub(super) fn of_identity(&self, serial: [u8; 4]) -> [u8; 2] {
        let count = u32::try_from(self.identity.len()).unwrap_or(1);
        let chosen = u32::from_be_bytes(serial).checked_rem(count).unwrap_or(0);
        let mut pairs = self.identity.iter().copied();
        pairs
            .nth(usize::try_from(chosen).unwrap_or(0))
            .unwrap_or_default()
    }
}

/// Firmware, build, boot loader and "other" of register F1.
const fn versions(
    firmware: [u8; 2],
    build: [u8; 2],
    bootloader: Option<[u8; 2]>,
    other: Option<[u8; 2]>,
) -> Versions {
    Versions {
        firmware: Some(firmware),
        build: Some(build),
        other,
        bootloader,
        fifth: None,
    }
}

const SHORT_AND_LONG: Capabilities = Capabilities::NONE.with_short().with_long();

impl Family {
    /// The Unifying receiver C52B with firmware 12.01.B0019, boot loader 02.14; it refuses entity
    /// 03 of register F1.
    pub const UNIFYING: Self = Self {
        vendor: LOGITECH,
        product: 0xC52B,
        slots: 6,
        pad: false,
        // eQUAD step 4.
        radio: 0x04,
        encrypts: false,
        records: Records::Legacy,
        reports: SHORT_AND_LONG.with_dj(),
        pairings_left: None,
        flags: [0x00, 0x09, 0x00],
        unreachable: Error10::ResourceError,
        unknown: Unknown::C52B,
        versions: versions([0x12, 0x01], [0x00, 0x19], Some([0x02, 0x14]), None),
    };

    const NANO: Self = Self {
        slots: 1,
        // eQUAD step 4 lite.
        radio: 0x06,
        reports: SHORT_AND_LONG,
        unknown: Unknown::NANO,
        ..Self::UNIFYING
    };

    const LIGHTSPEED: Self = Self {
        radio: 0x0C,
        encrypts: true,
        ..Self::NANO
    };

    /// The Bolt receiver C548. Register F1 is missing.
    pub const BOLT: Self = Self {
        product: 0xC548,
        radio: 0x10,
        encrypts: true,
        records: Records::Bolt,
        reports: SHORT_AND_LONG,
        unreachable: Error10::UnknownDevice,
        versions: Versions::NONE,
        ..Self::UNIFYING
    };

    /// The 27 MHz receiver C517. Its endpoint takes eight bytes, so it has no long reports.
    pub const MHZ_27: Self = Self {
        product: 0xC517,
        slots: 4,
        radio: 0x02,
        records: Records::None,
        reports: Capabilities::NONE.with_short(),
        flags: [0x00, 0x01, 0x00],
        versions: Versions::NONE,
        ..Self::UNIFYING
    };

    /// A receiver for one keyboard and one mouse over Bluetooth.
    const BLUETOOTH: Self = Self {
        product: 0xC714,
        slots: 2,
        radio: 0x01,
        ..Self::MHZ_27
    };

    /// The receiver with these USB ids, or `None` if they are not those of a receiver. An unknown
    /// product in Logitech's range of receivers is treated as Lightspeed.
    pub const fn of(vendor: u16, product: u16) -> Option<Self> {
        let family = match (vendor, product) {
            (LOGITECH, 0xC52B) => Self::UNIFYING,
            (LOGITECH, 0xC532) => Self {
                unknown: Unknown::UNIFYING_24,
                versions: versions(
                    [0x24, 0x11],
                    [0x00, 0x36],
                    Some([0x02, 0x09]),
                    Some([0xAA, 0xAC]),
                ),
                ..Self::UNIFYING
            },
            (LOGITECH, 0xC548) => Self::BOLT,
            (LOGITECH, 0xC517) => Self::MHZ_27,
            // Bluetooth hubs and HID proxies (usb.ids, systemd's hid2hci rules).
            (LOGITECH, 0xC703..=0xC71F) => Self::BLUETOOTH,
            // This receiver does not speak HID++.
            (LOGITECH, 0xC542) => return None,
            (LOGITECH, 0xC52F | 0xC534 | 0xC535 | 0xC537) | (LENOVO, 0x6042) => Self::nano(product),
            (LOGITECH, 0xC500..=0xC5FF) => Self::lightspeed(product),
            _ => return None,
        };
        Some(Self {
            vendor,
            product,
            ..family
        })
    }

    const fn nano(product: u16) -> Self {
        match product {
            0xC52F => Self {
                // eQUAD.
                radio: 0x03,
                versions: versions([0x30, 0x00], [0x00, 0x09], None, None),
                ..Self::NANO
            },
            0xC534 => Self {
                slots: 2,
                // Nano lite.
                radio: 0x0A,
                pairings_left: Some(18),
                unknown: Unknown::C534,
                versions: versions([0x29, 0x01], [0x00, 0x16], None, None),
                ..Self::NANO
            },
            0xC535 => Self {
                radio: 0x0A,
                pairings_left: Some(39),
                versions: versions([0x31, 0x00], [0x00, 0x01], None, None),
                ..Self::NANO
            },
            _ => Self {
                versions: versions([0x34, 0x00], [0x00, 0x00], None, None),
                ..Self::NANO
            },
        }
    }

    const fn lightspeed(product: u16) -> Self {
        let (radio, firmware, build, bootloader, other) = match product {
            0xC539 => (0x0C, [0x39, 0x06], 0x40, [0x02, 0x09], [0xAA, 0xBE]),
            0xC53A => (0x0C, [0x40, 0x02], 0x12, [0x02, 0x09], [0xAA, 0xCA]),
            0xC53F => (0x0D, [0x44, 0x01], 0x05, [0x00, 0x02], [0xAA, 0xDE]),
            0xC541 => (0x0D, [0x01, 0x01], 0x27, [0x01, 0x27], [0xB9, 0xBC]),
            0xC545 => (0x11, [0x02, 0x01], 0x06, [0x00, 0x01], [0x3D, 0x88]),
            0xC547 => (0x11, [0x04, 0x02], 0x09, [0x00, 0x05], [0xF3, 0x24]),
            0xC54D => (0x11, [0x07, 0x00], 0x08, [0x00, 0x08], [0xC1, 0x53]),
            // C53D, and any unknown product.
            _ => (0x0C, [0x43, 0x01], 0x09, [0x02, 0x10], [0xAA, 0xD2]),
        };
        let newer = matches!(product, 0xC547 | 0xC54D);
        let two_slots = matches!(product, 0xC545 | 0xC547 | 0xC54D);
        let powerplay = product == 0xC53A;
        let plain = versions(firmware, [0x00, build], Some(bootloader), Some(other));
        let (fifth, unknown) = match product {
            0xC53A => (Some([0x44, 0x14]), Unknown::C53A),
            0xC547 => (Some([0xF9, 0x20]), Unknown::C547),
            _ => (None, Unknown::NANO),
        };
        Self {
            slots: if two_slots { 2 } else { 1 },
            pad: powerplay,
            radio,
            unreachable: if newer {
                Error10::UnknownDevice
            } else {
                Error10::ResourceError
            },
            versions: Versions { fifth, ..plain },
            unknown,
            ..Self::LIGHTSPEED
        }
    }

    /// The same receiver without pairing records, as some C534 are (Solaar issue 234).
    #[must_use]
    pub const fn without_records(mut self) -> Self {
        self.records = Records::None;
        self
    }

    /// Whether a device can be in this slot.
    pub(super) const fn has_slot(&self, slot: u8) -> bool {
        (1 <= slot && slot <= self.slots) || (self.pad && slot == PAD)
    }
}

#[cfg(test)]
mod tests;
