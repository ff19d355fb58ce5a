//! Feature 0000: looking up features, and the ping, which returns the protocol version.
//!
//! Source: Logitech cpg-docs, `0x0000-IRoot`.

use std::fmt;

use crate::wire::{Call, FeatureId, FeatureIndex, Report};

/// Number of the function that looks up a feature.
pub const GET_FEATURE: u8 = 0;
/// Number of the function that returns version and mark.
pub const PING: u8 = 1;

/// The HID++ version of a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub struct ProtocolVersion {
    /// 1: registers; 2 and above: features.
    pub major: u8,
    /// Second part.
    pub minor: u8,
}

impl ProtocolVersion {
    /// The version of a device that refuses the ping with error 8F/01.
    pub const HIDPP_10: Self = Self { major: 1, minor: 0 };

    /// Whether the device has features (2.0 and above) rather than registers.
    pub const fn has_features(self) -> bool {
        self.major >= 2
    }

    /// Parses a version from its text: `4.5`.
    pub fn from_text(text: &str) -> Option<Self> {
        let (major, minor) = text.split_once('.')?;
        Some(Self {
            major: major.parse().ok()?,
            minor: minor.parse().ok()?,
        })
    }
}

impl fmt::Display for ProtocolVersion {
    /// `4.5`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// The index of a feature in a device: the answer of function 0, `index flags version`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FeatureEntry {
    /// `None`: the device has no such feature (index 0).
    pub index: Option<FeatureIndex>,
    /// Bit 7 obsolete, 6 hidden, 5 internal.
    pub flags: u8,
    /// The feature's version, 0 on old devices.
    pub version: u8,
}

/// The request for the index of a feature.
pub const fn get_feature(id: FeatureId) -> Call {
    let [high, low] = id.0.to_be_bytes();
    Call::new(FeatureIndex::ROOT, GET_FEATURE, [high, low, 0])
}

/// Reads an answer to [`get_feature`].
pub fn read_feature(report: &Report) -> FeatureEntry {
    let [index, flags, version] = report.head();
    FeatureEntry {
        index: (index != 0).then_some(FeatureIndex(index)),
        flags,
        version,
    }
}

/// The request for the version; the answer repeats `mark`.
pub const fn ping(mark: u8) -> Call {
    Call::new(FeatureIndex::ROOT, PING, [0, 0, mark])
}

/// Reads an answer to [`ping`]: the version and the mark.
pub const fn read_ping(report: &Report) -> (ProtocolVersion, u8) {
    let [major, minor, mark] = report.head();
    (ProtocolVersion { major, minor }, mark)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::BatteryFeature;
    use crate::wire::tests::report;
    use crate::wire::{DeviceIndex, ReportId, SoftwareId};

    #[test]
    fn pings_vectors_66_to_68() {
        for (hex, major, minor, mark) in [
            ("11 01 00 1C 04 02 4F …", 4, 2, 0x4F), // G305
            ("11 01 00 18 04 02 …", 4, 2, 0),       // G903
            ("11 FF 00 16 04 05 69 …", 4, 5, 0x69), // MX Anywhere 3
        ] {
            assert_eq!(
                read_ping(&report(hex)),
                (ProtocolVersion { major, minor }, mark)
            );
        }
    }

    #[test]
    fn lookups_vectors_78_to_82_88_and_117() {
        for (hex, index, version) in [
            ("11 01 00 08 01 00 01 …", Some(1), 1), // G903: 0001
            ("11 01 00 0E 01 …", Some(1), 0),       // G602: 0001
            ("11 01 00 09 …", None, 0),             // G602: root asked for root
            ("11 FF 00 0B …", None, 0),             // BLE: 2205 absent
            ("11 FF 00 09 0D 00 02 …", Some(0x0D), 2),
            ("11 01 00 05 02 …", Some(2), 0),
            ("11 01 00 0A 06 00 03 …", Some(6), 3),
        ] {
            let entry = read_feature(&report(hex));
            assert_eq!(
                (entry.index, entry.version),
                (index.map(FeatureIndex), version),
                "{hex}"
            );
        }
    }

    #[test]
    fn a_lookup_as_the_kernel_would_see_it() {
        let request = get_feature(BatteryFeature::SolarDashboard.id());
        let report = request.report(DeviceIndex(1), SoftwareId::OURS, ReportId::Short);
        assert_eq!(report.to_string(), "10 01 00 06 43 01 00");
    }
}
