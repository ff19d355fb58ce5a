//! The requests to a receiver about itself and its slots.

use crate::feature::firmware_version::{self, Item};
use crate::feature::notification_flags::{self, NotificationFlags};
use crate::feature::{
    bolt_pairing, bolt_unique_id, connection_state, pairing_information, receiver_firmware,
};
use crate::wire::{RegisterRequest, Slot};

/// One request to the receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::session) enum Step {
    Receiver,
    UniqueId,
    /// Firmware and number of slots of a Bolt receiver.
    BoltReceiver,
    State,
    Pairing(Slot),
    Extended(Slot),
    Name(Slot),
    BoltPairing(Slot),
    BoltName(Slot),
    Firmware,
    Build,
    ReadFlags,
    WriteFlags(NotificationFlags),
    Announce,
}

impl Step {
    /// Its request.
    pub(super) const fn request(self) -> RegisterRequest {
        match self {
            Self::Receiver => pairing_information::get_receiver(),
            Self::UniqueId => bolt_unique_id::get(),
            Self::BoltReceiver => receiver_firmware::get(),
            Self::State => connection_state::get(),
            Self::Pairing(slot) => pairing_information::get_pairing(slot),
            Self::Extended(slot) => pairing_information::get_extended(slot),
            Self::Name(slot) => pairing_information::get_name(slot),
            Self::BoltPairing(slot) => bolt_pairing::get_pairing(slot),
            Self::BoltName(slot) => bolt_pairing::get_name(slot),
            Self::Firmware => firmware_version::get(Item::Firmware),
            Self::Build => firmware_version::get(Item::Build),
            Self::ReadFlags => notification_flags::get(),
            Self::WriteFlags(flags) => notification_flags::set(flags),
            Self::Announce => connection_state::announce_devices(),
        }
    }
}
