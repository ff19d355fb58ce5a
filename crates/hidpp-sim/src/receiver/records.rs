//! The pairing records of a receiver: register B5, and on Bolt the records that replace its first
//! part.
//!
//! | B5 | family | content |
//! |---|---|---|
//! | 02 | legacy | firmware (2), build (2), three to eight unknown bytes |
//! | 03 | legacy | serial (4), unknown, slots, two unknown bytes |
//! | 20+n-1 | legacy | destination, interval, wpid (high byte first), radio, unknown, kind, two unknown bytes |
//! | 30+n-1 | legacy | serial (4), report types (4), place of the power switch |
//! | 40+n-1 | legacy | length and name |
//! | 7C | legacy | nine unknown bytes, on some firmware |
//! | 02 | Bolt | firmware (2), build (2), three unknown bytes, slots |
//! | 50+n | Bolt | kind and link, wpid (low byte first), unit id (4), 01 00, kind, interval, 01 |
//! | 60+n, 01 | Bolt | 01, length and name |
//!
//! All records begin with the first parameter of the request. A request for an empty slot gets
//! error 03, like any other invalid value of B5, including the records of the other family. A Bolt
//! receiver returns error 0B instead. That error was recorded for one unidentified sub-register;
//! here it is used for all. Sources: Solaar `receiver.py` and issues 1333 (C53A) and 2556 (C548),
//! ltunify, a recording of a C548 for Bolt's 02, the notes of the Exo project for Bolt's error and
//! for 7C.

use super::Receiver;
use crate::device::{Device, Kind};
use crate::family::{Family, PAD, Records};
use crate::frame::{Error10, padded};

/// The maximum length of a legacy name.
const LEGACY_NAME: usize = 14;
/// How many bytes of a name fit into the first part of a Bolt record.
const BOLT_NAME: usize = 13;

type Record = Result<[u8; 16], Error10>;

impl Receiver {
    /// Register B5.
    pub(super) fn pairing_record(&self, part: u8, second: u8) -> Record {
        match self.family.records {
            Records::None => Err(Error10::InvalidSubId),
            Records::Legacy => self.legacy_record(part),
            Records::Bolt => self.bolt_record(part, second),
        }
    }

    /// Register FB: 16 ASCII characters, here derived from the serial number.
    pub(super) fn unique_id(&self) -> [u8; 16] {
        let serial = u32::from_be_bytes(self.serial);
        padded(format!("{serial:08X}{:08X}", !serial).as_bytes())
    }

    fn legacy_record(&self, part: u8) -> Record {
        if let Some((number, content)) = self.family.unknown.further
            && number == part
        {
            return Ok(padded(&[&[part][..], content].concat()));
        }
        match part {
            0x02 => self.firmware_record(),
            0x03 => {
                let [a, b, c, d] = self.serial;
                let unknown = &self.family.unknown;
                let [fifth, seventh] = unknown.of_identity(self.serial);
                let (slots, last) = (self.family.slots, unknown.identity_end);
                Ok(padded(&[part, a, b, c, d, fifth, slots, seventh, last]))
            }
            _ => {
                let slot = (part & 0x0F) + 1;
                let device = self.devices.get(&slot).ok_or(Error10::InvalidValue)?;
                match part & 0xF0 {
                    // A recorded pad had records 30 and 40 only.
                    0x20 if self.family.pad && slot == PAD => Err(Error10::InvalidValue),
                    0x20 => Ok(pairing(part, slot, &self.family, device)),
                    0x30 => Ok(extended_pairing(part, device)),
                    0x40 => Ok(name(&[part], device, LEGACY_NAME)),
                    _ => Err(Error10::InvalidValue),
                }
            }
        }
    }

    fn firmware_record(&self) -> Record {
        let versions = self.family.versions;
        let known = versions.firmware.zip(versions.build);
        let ([major, minor], [high, low]) = known.ok_or(Error10::InvalidValue)?;
        let record = [
            &[0x02, major, minor, high, low][..],
            self.family.unknown.firmware,
        ];
        Ok(padded(&record.concat()))
    }

    fn bolt_record(&self, part: u8, second: u8) -> Record {
        if part == 0x02 {
            // As recorded from a C548: 05.01.B0010, and three bytes of unknown meaning.
            let slots = self.family.slots;
            return Ok(padded(&[
                part, 0x05, 0x01, 0x00, 0x10, 0x01, 0xB6, 0x10, slots,
            ]));
        }
        let device = self.devices.get(&(part & 0x0F));
        let device = device.ok_or(Error10::UnsupportedParameter)?;
        match (part & 0xF0, second) {
            (0x50, _) => {
                let identity = &device.identity;
                let kind = identity.kind as u8;
                let offline = u8::from(!device.online()) << 6;
                let [low, high] = identity.wpid.to_le_bytes();
                let record = [
                    &[part, kind | offline, low, high][..],
                    &identity.serial,
                    // A keyboard had `01 00 01 14 01`, a mouse `01 00 02 0A 01`.
                    &[0x01, 0x00, kind, identity.interval, 0x01],
                ];
                Ok(padded(&record.concat()))
            }
            (0x60, 0x01) => Ok(name(&[part, second], device, BOLT_NAME)),
            _ => Err(Error10::UnsupportedParameter),
        }
    }
}

fn pairing(part: u8, slot: u8, family: &Family, device: &Device) -> [u8; 16] {
    let (identity, unknown) = (&device.identity, &family.unknown);
    let [high, low] = identity.wpid.to_be_bytes();
    let [eighth, ninth] = match identity.kind {
        Kind::Keyboard => unknown.keyboard,
        _ => unknown.other,
    };
    padded(&[
        part,
        unknown.destination.wrapping_add(slot - 1),
        identity.interval,
        high,
        low,
        family.radio,
        unknown.pairing,
        identity.kind as u8,
        eighth,
        ninth,
    ])
}

fn extended_pairing(part: u8, device: &Device) -> [u8; 16] {
    let identity = &device.identity;
    let record = [
        &[part][..],
        &identity.serial,
        &identity.report_types.to_le_bytes(),
        &[identity.power_switch],
    ];
    padded(&record.concat())
}

fn name(parts: &[u8], device: &Device, room: usize) -> [u8; 16] {
    let name = device.identity.codename.as_bytes();
    let name = name.get(..room).unwrap_or(name);
    let length = u8::try_from(name.len()).unwrap_or(u8::MAX);
    let mut record = [parts, &[length], name].concat();
    record.resize(16, device.identity.name_end);
    padded(&record)
}
