//! HID++ 1.0 register access: sub-ids `80` to `85`.

use std::fmt;

use super::{DeviceIndex, Report, codes};

codes! {
    /// The sub-id of a register access.
    ///
    /// Source: Logitech's HID++ 1.0 extract for Unifying receivers; 84 and 85 from fwupd.
    pub enum Access {
        /// Write three bytes; the answer is three zeros.
        SetShort = 0x80 => "set short register",
        /// Read three bytes.
        GetShort = 0x81 => "get short register",
        /// Write 16 bytes, in a long report; the answer is short.
        SetLong = 0x82 => "set long register",
        /// Read 16 bytes: a short request, a long answer.
        GetLong = 0x83 => "get long register",
        /// Write a very long register.
        SetVeryLong = 0x84 => "set very long register",
        /// Read a very long register.
        GetVeryLong = 0x85 => "get very long register",
    }
}

/// A register address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Register(pub u8);

impl Register {
    /// Which notifications the receiver or device sends.
    pub const NOTIFICATION_FLAGS: Self = Self(0x00);
    /// How many devices are paired; a write makes the receiver announce them.
    pub const CONNECTION_STATE: Self = Self(0x02);
    /// One counter of a receiver for each slot: how often its device sent something.
    pub const DEVICE_ACTIVITY: Self = Self(0xB3);
    /// The receiver's pairing records.
    pub const PAIRING_INFORMATION: Self = Self(0xB5);
    /// A Bolt receiver's unique id.
    pub const BOLT_UNIQUE_ID: Self = Self(0xFB);
    /// Firmware versions.
    pub const FIRMWARE_VERSION: Self = Self(0xF1);

    /// Whether the first parameter selects a sub-register, which the answer then repeats.
    ///
    /// Only such an answer shows which of two reads of one register it belongs to.
    pub const fn has_sub_registers(self) -> bool {
        matches!(self, Self::PAIRING_INFORMATION | Self::FIRMWARE_VERSION)
    }

    /// What the register contains, or `None` if it is not known. Source: Logitech's HID++ 1.0
    /// extract, Solaar, fwupd; those of mice from libratbag.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self.0 {
            0x00 => "notification flags",
            0x01 => "individual features",
            0x02 => "connection state",
            0x03 => "pending configuration",
            0x07 => "battery status",
            0x09 => "Fn swap",
            0x0D => "battery mileage",
            0x17 => "keyboard backlight",
            0x51 => "LEDs",
            0x54 => "LED intensity",
            0x57 => "LED color",
            0x61 => "optical sensor settings",
            0x63 => "resolution",
            0x64 => "USB report rate",
            0xA0 => "memory management",
            0xA1 => "hot control",
            0xA2 => "read memory",
            0xB2 => "device connection",
            0xB3 => "device activity",
            0xB5 => "pairing information",
            0xC0 => "Bolt discovery",
            0xC1 => "Bolt pairing",
            0xF0 => "firmware update mode",
            0xF1 => "firmware version",
            0xF2 => "reset",
            0xF4 => "firmware entities",
            0xF5 => "firmware update control",
            0xFB => "Bolt unique id",
            _ => return None,
        })
    }
}

impl fmt::Display for Register {
    /// Two hexadecimal digits: `0D`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X}", self.0)
    }
}

/// A register to read or write, independent of the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegisterRequest {
    /// Read or write, short or long.
    pub access: Access,
    /// The register.
    pub register: Register,
    /// The value of a write, or the sub-register and zeros of a read.
    pub params: [u8; 3],
}

impl RegisterRequest {
    /// Reads a short register.
    pub const fn get(register: Register, params: [u8; 3]) -> Self {
        Self {
            access: Access::GetShort,
            register,
            params,
        }
    }

    /// Writes a short register.
    pub const fn set(register: Register, params: [u8; 3]) -> Self {
        Self {
            access: Access::SetShort,
            register,
            params,
        }
    }

    /// Reads a long register.
    pub const fn get_long(register: Register, params: [u8; 3]) -> Self {
        Self {
            access: Access::GetLong,
            register,
            params,
        }
    }

    /// The report to send to `device`; all of these are short.
    pub const fn report(&self, device: DeviceIndex) -> Report {
        Report::short(device, self.access.code(), self.register.0, self.params)
    }
}
