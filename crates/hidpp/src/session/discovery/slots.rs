//! Reading slots again when their device may have changed or gone.

use super::step::Step;
use super::{Discovery, Progress};
use crate::feature::PairingRecords;
use crate::feature::bolt_pairing::{self, BoltPairing};
use crate::feature::pairing_information::{self, PairingInformation};
use crate::session::request::RequestError;
use crate::wire::{Report, Slot, Wpid};

impl Discovery {
    /// The model of a slot's device, if it is known.
    pub(in crate::session) fn model(&self, slot: Slot) -> Option<Wpid> {
        self.devices.get(&slot)?.wpid
    }

    /// Whether this slot is known to hold that model, or any device if the model is unknown.
    pub(in crate::session) fn holds(&self, slot: Slot, wpid: Option<Wpid>) -> bool {
        self.devices
            .get(&slot)
            .is_some_and(|record| wpid.is_none() || record.wpid.is_none() || record.wpid == wpid)
    }

    /// Reads a slot again, since its device differs from the known one.
    pub(in crate::session) fn look_at(&mut self, slot: Slot) {
        self.devices.remove(&slot);
        if self.progress == Progress::Following && self.records != PairingRecords::None {
            self.vacant.insert(slot);
            let step = self.record_of(slot);
            if !self.todo.contains(&step) {
                self.todo.push_back(step);
            }
        }
    }

    /// Reads a slot that sends reports though its pairing was not announced, as after a switch to
    /// another computer and back. A slot without a record is read only once, regardless of how many
    /// reports come from it.
    pub(in crate::session) fn meet(&mut self, slot: Slot) {
        if self.is_following() && !self.holds(slot, None) && !self.vacant.contains(&slot) {
            self.look_at(slot);
        }
    }

    /// Reads the record of a slot again.
    pub(in crate::session) fn check(&mut self, slot: Slot) {
        if !self.holds(slot, None) {
            self.look_at(slot);
        } else if self.is_following() && self.records != PairingRecords::None {
            self.checked.insert(slot);
            self.todo.push_back(self.record_of(slot));
        }
    }

    /// Processes the outcome of a step; returns a slot that was checked and no longer holds its
    /// device.
    pub(in crate::session) fn settle_check(
        &mut self,
        step: Step,
        outcome: &Result<Report, RequestError>,
    ) -> Option<Slot> {
        let (Step::Pairing(slot) | Step::BoltPairing(slot)) = step else {
            return None;
        };
        if !self.checked.remove(&slot) {
            return None;
        }
        let changed = match outcome {
            Ok(report) => {
                let wpid = match (
                    bolt_pairing::read(report),
                    pairing_information::read(report),
                ) {
                    (Some(BoltPairing::Pairing(_, pairing)), _) => Some(pairing.wpid),
                    (None, PairingInformation::Pairing(_, pairing)) => Some(pairing.wpid),
                    _ => None,
                };
                !self.holds(slot, wpid)
            }
            Err(error) => error.is_empty_slot(),
        };
        changed.then_some(slot)
    }

    /// The device of a slot was unpaired.
    pub(in crate::session) fn forget(&mut self, slot: Slot) {
        self.devices.remove(&slot);
        self.vacant.remove(&slot);
    }
}
