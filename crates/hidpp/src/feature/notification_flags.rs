//! Register 00: which notifications a receiver or device sends.

use std::fmt;
use std::ops::BitOr;

use crate::wire::{Register, RegisterRequest, Report};

/// The three flag bytes in wire order.
///
/// | byte | bits that a session uses |
/// |---|---|
/// | 0 | 10 battery status (07, 0D) |
/// | 1 | 01 wireless (40, 41, 4B) |
/// | 2 | none |
///
/// They return to zero at power-up. Source: Logitech's HID++ 1.0 extract, Solaar; supported masks
/// from Lekensteyn's captures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NotificationFlags(pub [u8; 3]);

impl NotificationFlags {
    /// On a device: battery notices.
    pub const BATTERY: Self = Self([0x10, 0x00, 0x00]);
    /// On a receiver: arrivals and link changes.
    pub const WIRELESS: Self = Self([0x00, 0x01, 0x00]);

    /// Whether all bits of `other` are set.
    pub fn contains(self, other: Self) -> bool {
        self | other == self
    }

    /// The bits that are set here and not in `other`.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        let ([a0, a1, a2], [b0, b1, b2]) = (self.0, other.0);
        Self([a0 & !b0, a1 & !b1, a2 & !b2])
    }

    /// The names of those bits that are set and have one.
    pub fn names(self) -> Vec<&'static str> {
        NAMES
            .iter()
            .filter(|(bit, _)| self.contains(*bit))
            .map(|&(_, name)| name)
            .collect()
    }
}

const NAMES: [(NotificationFlags, &str); 16] = [
    (NotificationFlags([0x80, 0, 0]), "numpad keys"),
    (NotificationFlags([0x40, 0, 0]), "F-lock"),
    (NotificationFlags([0x20, 0, 0]), "horizontal roller"),
    (NotificationFlags([0x10, 0, 0]), "battery status"),
    (NotificationFlags([0x08, 0, 0]), "mouse extra buttons"),
    (NotificationFlags([0x04, 0, 0]), "vertical roller"),
    (NotificationFlags([0x02, 0, 0]), "power keys"),
    (NotificationFlags([0x01, 0, 0]), "multimedia keys"),
    (NotificationFlags([0, 0x10, 0]), "multi-touch"),
    (NotificationFlags([0, 0x08, 0]), "software present"),
    (NotificationFlags([0, 0x04, 0]), "link quality"),
    (NotificationFlags([0, 0x02, 0]), "user interface"),
    (NotificationFlags([0, 0x01, 0]), "wireless"),
    (NotificationFlags([0, 0, 0x04]), "configuration complete"),
    (NotificationFlags([0, 0, 0x02]), "VoIP"),
    (NotificationFlags([0, 0, 0x01]), "3D gesture"),
];

impl BitOr for NotificationFlags {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        let ([a0, a1, a2], [b0, b1, b2]) = (self.0, other.0);
        Self([a0 | b0, a1 | b1, a2 | b2])
    }
}

impl fmt::Display for NotificationFlags {
    /// `00 09 00 (software present, wireless)`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r0, r1, r2] = self.0;
        write!(f, "{r0:02X} {r1:02X} {r2:02X}")?;
        let names = self.names();
        if names.is_empty() {
            Ok(())
        } else {
            write!(f, " ({})", names.join(", "))
        }
    }
}

/// The request for the flags.
pub const fn get() -> RegisterRequest {
    RegisterRequest::get(Register::NOTIFICATION_FLAGS, [0; 3])
}

/// Sets all flags at once: read the flags before, and OR.
pub const fn set(flags: NotificationFlags) -> RegisterRequest {
    RegisterRequest::set(Register::NOTIFICATION_FLAGS, flags.0)
}

/// The flags in an answer to [`get`].
pub const fn read(report: &Report) -> NotificationFlags {
    NotificationFlags(report.head())
}
