//! A HID++ 1.0 device: a few registers, and notices that the host must enable.
//!
//! | register | form | content |
//! |---|---|---|
//! | 00 | read, write | notification flags; bit 4 of the first byte enables battery notices, and 07 is sent at once |
//! | 01 | read, write | individual features, three bytes that are only stored |
//! | 07 or 0D | read | the battery, see [`super::battery`] |
//! | F1 | read | versions: 01 firmware, 02 build, 03 other, 04 boot loader, two BCD bytes each |
//!
//! A corded device has no battery register, a 27 MHz one no F1. A missing register is error 02, an
//! invalid value error 03, and anything but a register access error 01, including the ping of
//! HID++ 2.0.

use std::time::Duration;

use super::battery::{Battery, Register};
use super::frame::{Error10, GET_LONG, GET_SHORT, Request, SET_LONG, SET_SHORT, short};
use hidpp_proto::units::Timestamp;

/// Bit of the first flag byte: send battery notices.
const BATTERY_NOTICES: u8 = 0x10;

/// The time from the acknowledgement of battery notices to the first of them: 6 to 16 ms in all six
/// cases (recording of a Performance MX). Recorded from register 07 only.
const FIRST_NOTICE: Duration = Duration::from_millis(10);

/// The content of register F1, two BCD bytes each. A device without versions has no register F1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    /// Firmware, entity 01: `22 01` is 22.01.
    pub firmware: Option<[u8; 2]>,
    /// Its build, entity 02: `00 19` is B0019.
    pub build: Option<[u8; 2]>,
    /// Entity 03, often called "other" or hardware; a Unifying receiver 12.01 has none.
    pub other: Option<[u8; 2]>,
    /// Boot loader, entity 04.
    pub bootloader: Option<[u8; 2]>,
    /// Entity 05, of unknown meaning; recorded from a Powerplay receiver (Solaar issue 1333) and a
    /// C547 (notes of the Exo project).
    pub fifth: Option<[u8; 2]>,
}

impl Versions {
    /// A device without versions.
    pub const NONE: Self = Self {
        firmware: None,
        build: None,
        other: None,
        bootloader: None,
        fifth: None,
    };

    /// The answer to a read of register F1: the entity's number and its two bytes.
    pub(super) fn read(&self, entity: u8) -> Result<[u8; 3], Error10> {
        if *self == Self::NONE {
            return Err(Error10::InvalidAddress);
        }
        let version = match entity {
            1 => self.firmware,
            2 => self.build,
            3 => self.other,
            4 => self.bootloader,
            5 => self.fifth,
            _ => None,
        };
        let [high, low] = version.ok_or(Error10::InvalidValue)?;
        Ok([entity, high, low])
    }
}

/// The registers of a device and their content.
#[derive(Clone, Debug)]
pub struct Hidpp10 {
    /// The content of register F1.
    pub versions: Versions,
    /// The register that reports the battery; corded devices have none.
    pub battery_register: Option<Register>,
    /// The battery.
    pub battery: Battery,
    /// The flags that register 00 can store; the others stay zero.
    pub supported_flags: [u8; 3],
    /// Read-only long registers, with their content.
    pub long_registers: Vec<(u8, [u8; 16])>,
    /// Register 00.
    flags: [u8; 3],
    /// Register 01.
    individual_features: [u8; 3],
    /// When the first notice after enabling notices is due.
    first_notice: Option<Timestamp>,
}

impl Hidpp10 {
    /// A device that has just been switched on: notices are disabled.
    pub fn new(
        versions: Versions,
        battery_register: Option<Register>,
        battery: Battery,
        supported_flags: [u8; 3],
    ) -> Self {
        Self {
            versions,
            battery_register,
            battery,
            supported_flags,
            long_registers: Vec::new(),
            flags: [0; 3],
            individual_features: [0; 3],
            first_notice: None,
        }
    }

    /// The notification flags, as in register 00.
    pub fn flags(&self) -> [u8; 3] {
        self.flags
    }

    /// Processes a reconnection. If the device was switched on, its volatile registers are zero.
    pub(super) fn reconnected(&mut self, switched_on: bool) {
        self.first_notice = None;
        if switched_on {
            self.flags = [0; 3];
            self.individual_features = [0; 3];
        }
    }

    /// When the device sends its next unsolicited notice.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.first_notice
    }

    /// The notice that is due at [`Self::next_due`].
    pub(super) fn next_event(&mut self, index: u8) -> Option<Vec<u8>> {
        self.first_notice.take()?;
        self.notice(index)
    }

    /// Answers a request; the answer arrives at `now`.
    pub(super) fn answer(&mut self, now: Timestamp, request: &Request) -> Vec<u8> {
        let [a, b, c, ..] = request.params;
        let answer = match request.sub {
            SET_SHORT => self
                .write(now, request.address, [a, b, c])
                .map(|()| request.short_reply([0; 3])),
            GET_SHORT => self
                .read(request.address, a)
                .map(|value| request.short_reply(value)),
            GET_LONG => self
                .long_register(request.address)
                .map(|value| request.long_reply(value)),
            SET_LONG => Err(Error10::InvalidAddress),
            _ => Err(Error10::InvalidSubId),
        };
        answer.unwrap_or_else(|error| request.error10(error))
    }

    /// Changes the battery; returns the notice if its register changes and the host has enabled
    /// notices.
    pub(super) fn set_battery(&mut self, index: u8, battery: Battery) -> Option<Vec<u8>> {
        let before = self.battery;
        self.battery = battery;
        let register = self.battery_register?;
        let news = register.value(before) != register.value(battery) && self.sends_notices();
        news.then(|| self.notice(index)).flatten()
    }

    fn sends_notices(&self) -> bool {
        let [first, ..] = self.flags;
        first & BATTERY_NOTICES != 0
    }

    /// The notice for the current battery.
    fn notice(&self, index: u8) -> Option<Vec<u8>> {
        let register = self.battery_register?;
        let [a, b, c] = register.value(self.battery);
        // The three bytes of the register follow the sub-id directly; the first of them takes the
        // place of a register's number.
        Some(short(index, register.address(), a, [b, c, 0x00]))
    }

    fn read(&self, register: u8, parameter: u8) -> Result<[u8; 3], Error10> {
        match register {
            0x00 => Ok(self.flags),
            0x01 => Ok(self.individual_features),
            0xF1 => self.versions.read(parameter),
            _ => match self.battery_register {
                Some(battery) if battery.address() == register => Ok(battery.value(self.battery)),
                _ => Err(Error10::InvalidAddress),
            },
        }
    }

    fn write(&mut self, now: Timestamp, register: u8, value: [u8; 3]) -> Result<(), Error10> {
        match register {
            0x00 => {
                let before = self.sends_notices();
                self.flags = masked(value, self.supported_flags);
                if self.sends_notices() && !before && self.battery_register == Some(Register::Steps)
                {
                    self.first_notice = Some(now + FIRST_NOTICE);
                }
            }
            0x01 => self.individual_features = value,
            _ => return Err(Error10::InvalidAddress),
        }
        Ok(())
    }

    fn long_register(&self, register: u8) -> Result<[u8; 16], Error10> {
        self.long_registers
            .iter()
            .find(|(address, _)| *address == register)
            .map(|&(_, value)| value)
            .ok_or(Error10::InvalidAddress)
    }
}

/// The requested flags that are supported: firmware keeps the others at zero.
pub(super) fn masked(wanted: [u8; 3], supported: [u8; 3]) -> [u8; 3] {
    let mut stored = wanted;
    for (flags, mask) in stored.iter_mut().zip(supported) {
        *flags &= mask;
    }
    stored
}
