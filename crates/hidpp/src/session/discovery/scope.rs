//! What is known about a receiver beforehand, and what to discover.

use crate::feature::PairingRecords;
use crate::wire::Slot;

/// What is known about a receiver beforehand, and what to discover in addition to the paired
/// devices: `DiscoveryScope::new().follow(true)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiscoveryScope {
    pub(super) records: PairingRecords,
    pub(super) default_slots: u8,
    pub(super) extra_slot: Option<Slot>,
    pub(super) firmware: bool,
    pub(super) follow: bool,
}

impl DiscoveryScope {
    /// Nothing known beforehand; discovers the paired devices only.
    pub const fn new() -> Self {
        Self {
            records: PairingRecords::Unknown,
            default_slots: 6,
            extra_slot: None,
            firmware: false,
            follow: false,
        }
    }

    /// Where the receiver has its pairing records; [`PairingRecords::Unknown`] unless this is called.
    #[must_use]
    pub const fn records(self, records: PairingRecords) -> Self {
        Self { records, ..self }
    }

    /// How many slots the receiver has if it does not report that; 6 unless this is called.
    #[must_use]
    pub const fn default_slots(self, default_slots: u8) -> Self {
        Self {
            default_slots,
            ..self
        }
    }

    /// A slot beyond those it reports, with a serial number and a name but no model: the charging
    /// pad of a Powerplay. No extra slot unless this is called.
    #[must_use]
    pub const fn extra_slot(self, extra_slot: Option<Slot>) -> Self {
        Self { extra_slot, ..self }
    }

    /// Whether to read the receiver's firmware version; `false` unless this is called.
    #[must_use]
    pub const fn firmware(self, firmware: bool) -> Self {
        Self { firmware, ..self }
    }

    /// Whether to make the receiver announce connecting and disconnecting devices until the session
    /// ends; `false` unless this is called.
    #[must_use]
    pub const fn follow(self, follow: bool) -> Self {
        Self { follow, ..self }
    }
}

impl Default for DiscoveryScope {
    fn default() -> Self {
        Self::new()
    }
}
