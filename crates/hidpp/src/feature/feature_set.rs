//! Feature 0001: the list of a device's features.
//!
//! Source: Logitech cpg-docs; captures in libratbag issue 552 and Solaar issue 2207.

use crate::wire::{FeatureId, Report};

/// Number of the function that counts.
pub const GET_COUNT: u8 = 0;
/// Number of the function that names one entry.
pub const GET_FEATURE_ID: u8 = 1;

/// An entry: `id×2 flags version`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListedFeature {
    /// Which feature.
    pub id: FeatureId,
    /// Bit 7 obsolete, 6 hidden, 5 internal.
    pub flags: u8,
    /// The feature's version, 0 on old devices.
    pub version: u8,
}

/// Reads an answer of [`GET_COUNT`]: root is not counted.
pub const fn read_count(report: &Report) -> u8 {
    let [count, ..] = report.head();
    count
}

/// Reads an answer of [`GET_FEATURE_ID`].
pub const fn read_feature_id(report: &Report) -> ListedFeature {
    let [high, low, flags, version, ..] = *report.params();
    ListedFeature {
        id: FeatureId(u16::from_be_bytes([high, low])),
        flags,
        version,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::tests::report;

    #[test]
    fn vectors_83_to_87() {
        assert_eq!(read_count(&report("11 01 01 08 1C …")), 28);
        for (hex, id, flags, version) in [
            ("11 01 01 18 00 03 00 02 …", 0x0003, 0x00, 2),
            ("11 01 01 18 00 00 00 01 …", 0x0000, 0x00, 1),
            ("11 01 01 18 18 03 60 …", 0x1803, 0x60, 0),
            ("11 01 01 19 10 04 00 03 …", 0x1004, 0x00, 3),
        ] {
            let expected = ListedFeature {
                id: FeatureId(id),
                flags,
                version,
            };
            assert_eq!(read_feature_id(&report(hex)), expected, "{hex}");
        }
    }
}
