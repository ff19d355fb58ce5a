//! The cached knowledge of a device: what need not be requested again.

use crate::feature::root::ProtocolVersion;
use crate::feature::{BatteryRegister, Capability};
use crate::wire::centurion::Bridge;
use crate::wire::{FeatureId, FeatureIndex, Wpid};

/// What is known about a device and need not be requested. The `Default` knows nothing.
///
/// [`Session::known`](super::Session::known) returns it, to be cached for the next session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
#[non_exhaustive]
#[expect(
    clippy::struct_excessive_bools,
    reason = "facts that are learnt one by one, each kept under its own name"
)]
pub struct Known {
    /// Its model, by which the likeliest features are looked up first.
    pub model: Option<Wpid>,
    /// Its version of HID++.
    pub protocol: Option<ProtocolVersion>,
    /// The index of each feature that was looked up; `None`: the device lacks the feature.
    pub features: Vec<(FeatureId, Option<FeatureIndex>)>,
    /// What its battery feature reports about its values.
    pub capability: Option<Capability>,
    /// Which register of a HID++ 1.0 device holds its charge.
    pub register: Option<KnownRegister>,
    /// Whether its identity was requested.
    #[cfg_attr(feature = "serde", serde(default))]
    pub identified: bool,
    /// Whether its receiver accepts one message at a time and silently drops any other, as observed
    /// in this session or an earlier one. It is kept with the device because not every receiver has
    /// a serial number.
    #[cfg_attr(feature = "serde", serde(default))]
    pub one_at_a_time: bool,
    /// Whether its own name was requested and it has none that can be displayed.
    #[cfg_attr(feature = "serde", serde(default))]
    pub nameless: bool,
    /// Where a headset that speaks Centurion is: behind a dongle, or at the node itself.
    #[cfg_attr(feature = "serde", serde(default))]
    pub bridge: Option<Bridge>,
    /// The device address of its node, if its reports have one.
    #[cfg_attr(feature = "serde", serde(default))]
    pub address: Option<u8>,
    /// Whether this comes from an earlier session: it may be stale, and is then requested again.
    pub remembered: bool,
}

/// The battery register that a HID++ 1.0 device has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub enum KnownRegister {
    /// 0D, in percent.
    Mileage,
    /// 07, in steps.
    Status,
    /// It has neither register.
    None,
}

impl KnownRegister {
    /// The register; `None`: the device has neither.
    pub(super) const fn get(self) -> Option<BatteryRegister> {
        match self {
            Self::Mileage => Some(BatteryRegister::Mileage),
            Self::Status => Some(BatteryRegister::Status),
            Self::None => None,
        }
    }
}

impl From<BatteryRegister> for KnownRegister {
    fn from(register: BatteryRegister) -> Self {
        match register {
            BatteryRegister::Mileage => Self::Mileage,
            BatteryRegister::Status => Self::Status,
        }
    }
}

impl Known {
    /// The index of a feature: `None` if it was not looked up, `Some(None)` if the device lacks the
    /// feature.
    pub fn feature(&self, id: FeatureId) -> Option<Option<FeatureIndex>> {
        self.features
            .iter()
            .find(|(known, _)| *known == id)
            .map(|&(_, index)| index)
    }

    /// The feature at an index.
    pub(super) fn feature_at(&self, index: FeatureIndex) -> Option<FeatureId> {
        self.features
            .iter()
            .find(|(_, known)| *known == Some(index))
            .map(|&(id, _)| id)
    }

    /// Stores the index of a feature.
    pub fn learn(&mut self, id: FeatureId, index: Option<FeatureIndex>) {
        self.features.retain(|(known, _)| *known != id);
        self.features.push((id, index));
    }

    /// Merges other knowledge, which takes precedence.
    pub(super) fn add(&mut self, other: Self) {
        self.model = other.model.or(self.model);
        self.protocol = other.protocol.or(self.protocol);
        self.capability = other.capability.or(self.capability);
        self.register = other.register.or(self.register);
        self.bridge = other.bridge.or(self.bridge);
        self.address = other.address.or(self.address);
        self.identified |= other.identified;
        self.one_at_a_time |= other.one_at_a_time;
        self.nameless |= other.nameless;
        self.remembered |= other.remembered;
        for (id, index) in other.features {
            self.learn(id, index);
        }
    }

    /// Drops everything except the model and what concerns its receiver or node.
    pub(super) fn reset(&mut self) {
        *self = Self {
            model: self.model,
            address: self.address,
            one_at_a_time: self.one_at_a_time,
            ..Self::default()
        };
    }
}
