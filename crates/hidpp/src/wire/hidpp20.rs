//! HID++ 2.0 calls: a function of a feature, marked with the software id of the calling program.

use std::fmt;

use super::{DeviceIndex, Report, ReportId};

/// The index of a feature in one device's list; it differs between devices and firmwares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub struct FeatureIndex(pub u8);

impl FeatureIndex {
    /// The root feature, which has index 0 in every device.
    pub const ROOT: Self = Self(0);
}

impl fmt::Display for FeatureIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X}", self.0)
    }
}

/// The number that identifies a feature on every device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub struct FeatureId(pub u16);

impl FeatureId {
    /// Feature lookup and ping.
    pub const ROOT: Self = Self(0x0000);
    /// The list of a device's features.
    pub const FEATURE_SET: Self = Self(0x0001);
    /// Firmware versions and identity.
    pub const DEVICE_INFORMATION: Self = Self(0x0003);
    /// Marketing name and type.
    pub const DEVICE_NAME: Self = Self(0x0005);
    /// The name that its user can change.
    pub const FRIENDLY_NAME: Self = Self(0x0007);
    /// The device reconnected and lost its settings.
    pub const WIRELESS_STATUS: Self = Self(0x1D4B);
}

impl fmt::Display for FeatureId {
    /// Four hexadecimal digits: `4301`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

/// The number of a function, or of an event: the high nibble of byte 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Function(u8);

impl Function {
    /// The function of that number; only the low four bits count.
    pub const fn new(number: u8) -> Self {
        Self(number & 0x0F)
    }

    /// 0 to 15.
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// The program that sent a request: the low nibble of byte 3, which the answer repeats.
///
/// 0 marks events and 1 is the Linux kernel's. Neither can be constructed: to the kernel, an answer
/// to a solar request with id 0 would look like a battery broadcast, with the report count in place
/// of the charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SoftwareId(u8);

impl SoftwareId {
    /// The id this program uses. Solaar up to 1.1.8, which Debian 12 has, cycles through 8 to F: on
    /// a real kernel both programs once used E at the same time, and each accepted the other's
    /// answer.
    pub const OURS: Self = Self(0x6);
    /// The substitutes while a late answer under [`Self::OURS`] may still arrive, see
    /// [`crate::session`]. On Linux no known program uses these two but `ltunify`, for pairing.
    pub const SPARE: [Self; 2] = [Self(0x5), Self(0x4)];

    /// The id, if it is 2 to 15.
    pub const fn new(id: u8) -> Option<Self> {
        if matches!(id, 2..=15) {
            Some(Self(id))
        } else {
            None
        }
    }

    /// 2 to 15.
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// A function call, independent of the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// The index of the feature in the device.
    pub feature: FeatureIndex,
    /// The function of the feature.
    pub function: Function,
    /// Its arguments; all functions that are called here have at most three bytes of them.
    pub params: [u8; 3],
}

impl Call {
    /// A call with these arguments.
    pub const fn new(feature: FeatureIndex, function: u8, params: [u8; 3]) -> Self {
        Self {
            feature,
            function: Function::new(function),
            params,
        }
    }

    /// The report to send to `device`: a short one, or else a long one.
    #[inline]
    pub fn report(&self, device: DeviceIndex, software: SoftwareId, form: ReportId) -> Report {
        let address = (self.function.get() << 4) | software.get();
        match form {
            ReportId::Short => Report::short(device, self.feature.0, address, self.params),
            ReportId::Long
            | ReportId::VeryLong
            | ReportId::CenturionAddressed
            | ReportId::Centurion => {
                let [p0, p1, p2] = self.params;
                let params = [p0, p1, p2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
                Report::long(device, self.feature.0, address, params)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ids_of_events_and_of_the_kernel_cannot_be_constructed() {
        assert_eq!(SoftwareId::new(0), None);
        assert_eq!(SoftwareId::new(1), None);
        assert_eq!(SoftwareId::new(16), None);
        assert_eq!(SoftwareId::new(0x6), Some(SoftwareId::OURS));
    }

    #[test]
    fn a_call_widens_to_a_long_report_with_the_same_bytes() {
        let call = Call::new(FeatureIndex(9), 0, [1, 1, 0]);
        let short = call.report(DeviceIndex(1), SoftwareId::OURS, ReportId::Short);
        let long = call.report(DeviceIndex(1), SoftwareId::OURS, ReportId::Long);
        assert_eq!(short.to_string(), "10 01 09 06 01 01 00");
        assert!(long.to_string().starts_with("11 01 09 06 01 01 00 00"));
        assert_eq!(short.params(), long.params());
    }
}
