//! Checking slots that may hold another device than before, by reading the receiver's record again.

use super::Session;
use super::discovery::Step;
use super::event::Event;
use super::request::RequestError;
use crate::feature::device_connection::DeviceConnection;
use crate::wire::{DeviceIndex, Report, Slot};

impl Session {
    /// Reads what a slot holds from the receiver, when that may no longer be the device that was
    /// known. Nothing is sent to the device: the slot may be empty.
    pub fn check_slot(&mut self, slot: Slot) {
        if let Some(discovery) = &mut self.discovery {
            discovery.check(slot);
            self.continue_discovery();
        }
    }

    /// Processes the reply before the discovery evaluates it.
    pub(super) fn settle_check(&mut self, step: Step, outcome: &Result<Report, RequestError>) {
        let gone = self
            .discovery
            .as_mut()
            .and_then(|discovery| discovery.settle_check(step, outcome));
        if let Some(slot) = gone {
            let device = DeviceIndex::from(slot);
            let gone = Event::Connection(device, DeviceConnection::Unpaired);
            self.events.push_back(gone);
            self.forget(device);
        }
    }
}
