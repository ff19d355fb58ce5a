//! Evaluates pairing records and arrival notices of the devices in the slots.

use std::collections::VecDeque;

use super::step::Step;
use super::{Discovery, Progress};
use crate::feature::bolt_pairing::{self, BoltPairing};
use crate::feature::device_connection::Arrival;
use crate::feature::pairing_information::{self, PairingInformation};
use crate::feature::{DeviceKind, DeviceText, PairingRecords};
use crate::session::event::{Event, PairingRecord};
use crate::wire::{Report, Slot};

impl Discovery {
    /// Processes a pairing record, also one that another program requested, since it names its
    /// slot.
    pub(in crate::session) fn learn(&mut self, report: &Report, events: &mut VecDeque<Event>) {
        if let Some(record) = bolt_pairing::read(report) {
            self.learn_bolt(record, events);
            return;
        }
        match pairing_information::read(report) {
            PairingInformation::Pairing(slot, pairing) => {
                if !self.takes_records() {
                    return;
                }
                let new = !self.devices.contains_key(&slot);
                let record = self.devices.entry(slot).or_default();
                // A different device in the slot is detected by its arrival notice.
                record.wpid.get_or_insert(pairing.wpid);
                record.kind.get_or_insert(pairing.kind);
                if new {
                    // The rest of the slot's record first, so that its device can be probed soon.
                    self.todo.push_front(Step::Extended(slot));
                    self.todo.retain(|step| *step != Step::Pairing(slot));
                }
            }
            PairingInformation::Extended(slot, extended) => {
                if self.scope.extra_slot == Some(slot) && self.takes_records() {
                    let record = self.devices.entry(slot).or_default();
                    record.kind = Some(DeviceKind::ChargingPad);
                }
                if let Some(record) = self.devices.get_mut(&slot) {
                    record.serial = extended.serial;
                    record.power_switch = Some(extended.power_switch);
                }
            }
            PairingInformation::Name(slot, name) => self.learn_name(slot, &name, events),
            PairingInformation::Receiver(_) | PairingInformation::Unknown(_) => {}
        }
    }

    fn learn_bolt(&mut self, record: BoltPairing, events: &mut VecDeque<Event>) {
        match record {
            BoltPairing::Pairing(slot, pairing) => {
                if !self.takes_records() || self.devices.contains_key(&slot) {
                    return;
                }
                let record = PairingRecord {
                    wpid: Some(pairing.wpid),
                    kind: Some(pairing.kind),
                    serial: pairing.unit_id,
                    online: Some(pairing.online),
                    ..PairingRecord::default()
                };
                self.devices.insert(slot, record);
                self.todo.retain(|step| *step != Step::BoltPairing(slot));
                self.emit(slot, events);
            }
            BoltPairing::Name(slot, piece) => {
                if piece.piece == 1 {
                    self.learn_name(slot, &piece.text, events);
                }
            }
        }
    }

    fn learn_name(&mut self, slot: Slot, name: &DeviceText, events: &mut VecDeque<Event>) {
        if let Some(record) = self.devices.get_mut(&slot) {
            record.name = (self.text)(name);
            events.push_back(Event::Named(slot.into(), record.name.clone()));
        }
    }

    /// A record that another program requested is used only once the kind of the receiver is known;
    /// until then it will be requested anyway.
    fn takes_records(&self) -> bool {
        !matches!(self.progress, Progress::Identity | Progress::Over)
    }

    /// Reads the receiver's short name of a device, after the records: devices can be probed as
    /// soon as they are known.
    pub(in crate::session) fn read_name(&mut self, slot: Slot, events: &mut VecDeque<Event>) {
        match self.records {
            PairingRecords::Legacy | PairingRecords::Unknown => {
                self.todo.push_back(Step::Name(slot));
            }
            PairingRecords::Bolt => self.todo.push_back(Step::BoltName(slot)),
            PairingRecords::None => events.push_back(Event::Named(slot.into(), None)),
        }
    }

    /// Processes an arrival notice, which completes a record or, on a 27 MHz receiver, is the whole
    /// record.
    pub(in crate::session) fn learn_arrival(
        &mut self,
        slot: Slot,
        arrival: &Arrival,
        events: &mut VecDeque<Event>,
    ) {
        let straggling = matches!(self.progress, Progress::Stragglers(_));
        let new = !self.devices.contains_key(&slot);
        let unrecorded =
            self.progress == Progress::Following && self.records == PairingRecords::None;
        if straggling || unrecorded || self.progress == Progress::Announcements || !new {
            let record = self.devices.entry(slot).or_default();
            record.wpid = record.wpid.or(Some(arrival.wpid));
            record.kind = record.kind.or(Some(arrival.kind));
            record.online = Some(arrival.online);
        }
        if unrecorded && new {
            self.emit(slot, events);
        }
        if straggling && !self.are_missing() {
            self.end_announcements(events);
            self.go_on(events);
        }
    }
}
