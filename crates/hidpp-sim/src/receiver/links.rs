//! The links of the devices: scheduled connections, and the notices about them to the host.

use super::Receiver;
use super::registers::{connection, switched_on};
use crate::device::Protocol;
use crate::dj;
use hidpp_proto::units::Timestamp;

impl Receiver {
    /// Processes all events of the devices that are due until `now`.
    pub(super) fn advance(&mut self, now: Timestamp) {
        while let Some((due, slot)) = self.next_link().filter(|(due, _)| *due <= now) {
            self.linking.remove(&slot);
            self.connect(due, slot, true);
        }
        for (&slot, device) in &mut self.devices {
            while let Some(due) = device.next_due().filter(|due| *due <= now) {
                if let Some(event) = device.next_event(slot) {
                    self.outbox.push(due, event);
                }
            }
        }
    }

    /// The next of the paired devices to connect, and when.
    pub(super) fn next_link(&self) -> Option<(Timestamp, u8)> {
        let links = self.linking.iter();
        links.map(|(&slot, &due)| (due, slot)).min()
    }

    /// The device in a slot connects.
    pub(super) fn connect(&mut self, now: Timestamp, slot: u8, switched: bool) -> bool {
        self.advance(now);
        self.linking.remove(&slot);
        let announced = now + self.latency.radio;
        let Some(device) = self.devices.get_mut(&slot) else {
            return false;
        };
        if device.online() {
            device.set_in_use();
            return true;
        }
        let events = device.connect(announced, slot, switched);
        // Notice 4B was recorded from HID++ 1.0 devices; later ones have feature 1D4B.
        let sends_power_notice = switched && matches!(device.protocol, Protocol::Registers(_));
        self.announce_link(now, slot, true);
        if sends_power_notice && self.wants_notices() {
            self.outbox.push(announced, switched_on(slot));
        }
        for event in events {
            self.outbox.push(announced, event);
        }
        true
    }

    /// Notice 41 and the DJ link status, if the host has enabled them.
    pub(super) fn announce_link(&mut self, now: Timestamp, slot: u8, up: bool) {
        // A device connects because its user makes it send data.
        self.announce_connection(now, slot, up);
        if self.dj_slots != 0 {
            self.outbox.push(now, dj::link(slot, up));
        }
    }

    /// Notice 41, if the host has enabled it.
    pub(super) fn announce_connection(&mut self, now: Timestamp, slot: u8, payload: bool) {
        if self.wants_notices()
            && let Some(device) = self.devices.get(&slot)
        {
            let notice = connection(&self.family, slot, device, self.flags, payload);
            self.outbox.push(now, notice);
        }
    }
}
