use std::fmt;

use serde::{Deserialize, Serialize};

/// A firmware version: prefix, number, revision and build, the latter three in BCD.
///
/// Shown as `12.01.B0019`, or `RQK 33.00.B0015` where the firmware has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub struct FirmwareVersion {
    /// Three ASCII characters, where there are any.
    pub prefix: Option<[u8; 3]>,
    /// First part, BCD.
    pub number: u8,
    /// Second part, BCD.
    pub revision: u8,
    /// Build, BCD, where it was asked for.
    pub build: Option<u16>,
}

impl fmt::Display for FirmwareVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = self
            .prefix
            .as_ref()
            .map(|prefix| super::text::printable(prefix));
        if let Some(prefix) = prefix.filter(|prefix| !prefix.is_empty()) {
            write!(f, "{prefix} ")?;
        }
        write!(f, "{:02X}.{:02X}", self.number, self.revision)?;
        match self.build {
            Some(build) => write!(f, ".B{build:04X}"),
            None => Ok(()),
        }
    }
}
