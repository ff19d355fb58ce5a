//! The pairing records of a receiver: register B5, and what replaces its first part on Bolt.
//!
//! | B5 | family | content |
//! |---|---|---|
//! | 02 | legacy | firmware (2), build (2), three unknown bytes |
//! | 03 | legacy | serial (4), unknown, slots, unknown |
//! | 20+n-1 | legacy | destination, interval, wpid (high byte first), radio, 00, kind |
//! | 30+n-1 | legacy | serial (4), report types (4), place of the power switch |
//! | 40+n-1 | legacy | length and name |
//! | 02 | Bolt | slots at offset 8 |
//! | 50+n | Bolt | kind and link, wpid (low byte first), unit id (4), five unknown bytes |
//! | 60+n, 01 | Bolt | 01, length and name |
//!
//! All begin with the first parameter of the request. An empty slot is error 03, like any other
//! value that B5 does not take: so also the records of the other family. Sources: Solaar
//! `receiver.py` and issues 1333 (C53A) and 2556 (C548), ltunify, fwupd for Bolt's 02.

use super::device::Device;
use super::family::{PAD, Records};
use super::frame::{Error10, padded};
use super::receiver::Receiver;
use super::registers::link_is_encrypted;

/// A legacy name has so many bytes at most.
const LEGACY_NAME: usize = 14;
/// So many bytes of a name fit into the first part of a Bolt record.
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

    /// Register FB: 16 ASCII characters, here made from the serial number.
    pub(super) fn unique_id(&self) -> [u8; 16] {
        let serial = u32::from_be_bytes(self.serial);
        padded(format!("{serial:08X}{:08X}", !serial).as_bytes())
    }

    fn legacy_record(&self, part: u8) -> Record {
        match part {
            0x02 => self.firmware_record(),
            0x03 => {
                let [a, b, c, d] = self.serial;
                let [fifth, seventh] = self.family.unknown;
                let slots = self.family.slots;
                Ok(padded(&[part, a, b, c, d, fifth, slots, seventh]))
            }
            _ => {
                let slot = (part & 0x0F) + 1;
                let device = self.devices.get(&slot).ok_or(Error10::InvalidValue)?;
                match part & 0xF0 {
                    // The pad was seen to have only the others.
                    0x20 if self.family.pad && slot == PAD => Err(Error10::InvalidValue),
                    0x20 => Ok(pairing(part, self.family.radio, device)),
                    0x30 => Ok(extended_pairing(part, device)),
                    0x40 => Ok(name(&[part], device, LEGACY_NAME)),
                    _ => Err(Error10::InvalidValue),
                }
            }
        }
    }

    /// Of the last three bytes the meaning is unknown; they are those of a C53A.
    fn firmware_record(&self) -> Record {
        let versions = self.family.versions;
        let known = versions.firmware.zip(versions.build);
        let ([major, minor], [high, low]) = known.ok_or(Error10::InvalidValue)?;
        Ok(padded(&[0x02, major, minor, high, low, 0x88, 0x08, 0x0F]))
    }

    fn bolt_record(&self, part: u8, second: u8) -> Record {
        if part == 0x02 {
            return Ok(padded(&[part, 0, 0, 0, 0, 0, 0, 0, self.family.slots]));
        }
        let device = self.devices.get(&(part & 0x0F));
        let device = device.ok_or(Error10::InvalidValue)?;
        match (part & 0xF0, second) {
            (0x50, _) => {
                let identity = &device.identity;
                let encrypted = u8::from(link_is_encrypted(&self.family, device)) << 5;
                let offline = u8::from(!device.online()) << 6;
                let [low, high] = identity.wpid.to_le_bytes();
                let record = [
                    &[part, identity.kind as u8 | encrypted | offline, low, high][..],
                    &identity.serial,
                    // As a C548 had them; their meaning is unknown.
                    &[0x01, 0x00, 0x02, 0x0A, 0x01],
                ];
                Ok(padded(&record.concat()))
            }
            (0x60, 0x01) => Ok(name(&[part, second], device, BOLT_NAME)),
            _ => Err(Error10::InvalidValue),
        }
    }
}

fn pairing(part: u8, radio: u8, device: &Device) -> [u8; 16] {
    let identity = &device.identity;
    let [high, low] = identity.wpid.to_be_bytes();
    let kind = identity.kind as u8;
    // The destination id differs from receiver to receiver; one was seen to count like the
    // sub-registers do.
    let destination = part;
    padded(&[
        part,
        destination,
        identity.interval,
        high,
        low,
        radio,
        0x00,
        kind,
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
    padded(&[parts, &[length], name].concat())
}
