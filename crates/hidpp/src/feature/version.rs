use std::fmt;

use super::DeviceText;

/// A firmware version: prefix, number, revision and build, the latter three in BCD.
///
/// Shown as `12.01.B0019`, or `RQK 33.00.B0015` if the firmware has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub struct FirmwareVersion {
    /// Three ASCII characters, if there are any.
    pub prefix: Option<[u8; 3]>,
    /// First part, BCD.
    pub number: u8,
    /// Second part, BCD.
    pub revision: u8,
    /// Build, BCD, if it was requested.
    pub build: Option<u16>,
}

impl fmt::Display for FirmwareVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = self.prefix.map(|prefix| DeviceText::new(&prefix));
        if let Some(prefix) = prefix.and_then(|prefix| prefix.printable()) {
            // Characters that are not ASCII are unknown and may be invisible.
            let prefix = prefix.replace(|c: char| !c.is_ascii(), "\u{FFFD}");
            write!(f, "{prefix} ")?;
        }
        write!(f, "{:02X}.{:02X}", self.number, self.revision)?;
        match self.build {
            Some(build) => write!(f, ".B{build:04X}"),
            None => Ok(()),
        }
    }
}

impl FirmwareVersion {
    /// Parses a version from its text: `12.01.B0019` or `RQK 33.00.B0015`.
    pub fn from_text(text: &str) -> Option<Self> {
        let (prefix, version) = match text.rsplit_once(' ') {
            Some((prefix, version)) => (Some(padded(prefix)?), version),
            None => (None, text),
        };
        let mut parts = version.split('.');
        let number = u8::from_str_radix(parts.next()?, 16).ok()?;
        let revision = u8::from_str_radix(parts.next()?, 16).ok()?;
        let build = match parts.next() {
            Some(build) => Some(u16::from_str_radix(build.strip_prefix('B')?, 16).ok()?),
            None => None,
        };
        Some(Self {
            prefix,
            number,
            revision,
            build,
        })
    }
}

/// A prefix as devices send it: a short one is followed by NUL.
fn padded(prefix: &str) -> Option<[u8; 3]> {
    let mut bytes = [0; 3];
    bytes
        .get_mut(..prefix.len())?
        .copy_from_slice(prefix.as_bytes());
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn displayed_versions_can_be_parsed() {
        for text in ["12.01.B0019", "02.14", "RQK 33.00.B0015", "BL 01.02"] {
            let version = FirmwareVersion::from_text(text).unwrap();
            assert_eq!(version.to_string(), text);
        }
        for other in ["", "12", "12.xx", "12.01.0019", "LONG 12.01"] {
            assert_eq!(FirmwareVersion::from_text(other), None, "{other}");
        }
    }

    #[test]
    fn a_prefix_is_shown_in_ascii() {
        for (prefix, text) in [
            (*b"\x1bQK", "QK 01.02"),
            (*b" Q ", "Q 01.02"),
            ([0xFF, b'x', 0], "\u{FFFD}x 01.02"),
            // HANGUL FILLER, which has no width, and RIGHT-TO-LEFT OVERRIDE.
            ([0xE3, 0x85, 0xA4], "\u{FFFD} 01.02"),
            ([0xE2, 0x80, 0xAE], "01.02"),
        ] {
            let version = FirmwareVersion {
                prefix: Some(prefix),
                number: 1,
                revision: 2,
                build: None,
            };
            assert_eq!(version.to_string(), text);
        }
    }
}
