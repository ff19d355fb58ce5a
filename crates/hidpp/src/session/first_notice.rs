//! The first battery notice of a HID++ 1.0 device with register 07, which follows when notices are
//! switched on. It carries the current battery state, so the register need not be read.
//!
//! Source: a recording of a Performance MX, which sends it 6 to 16 ms after the acknowledgement, in
//! six of six cases. If it does not arrive in time, the register is read after all.

use super::probe::Probe;
use super::{Session, timing};
use crate::feature::BatteryRegister;
use crate::units::Timestamp;
use crate::wire::DeviceIndex;

impl Session {
    /// The flags of a device were set: waits for its first notice if that saves reading the
    /// register.
    pub(super) fn expect_first_notice(&mut self, now: Timestamp, device: DeviceIndex) {
        if self.probes.get(&device).is_some_and(Probe::wants_battery) {
            let until = now + timing::FIRST_NOTICE;
            self.first_notices.insert(device, until);
        }
    }

    /// Processes a battery notice, after which the register need not be read.
    pub(super) fn take_first_notice(&mut self, device: DeviceIndex, register: BatteryRegister) {
        if self.first_notices.remove(&device).is_some() {
            let known = self.known.entry(device).or_default();
            known.register.get_or_insert(register.into());
            if let Some(probe) = self.probes.get_mut(&device) {
                probe.handle_notice();
            }
            self.continue_probe(device);
        }
    }

    /// Continues without the notices that did not arrive before their deadline.
    pub(super) fn end_first_notices(&mut self, now: Timestamp) {
        let overdue = self
            .first_notices
            .iter()
            .filter(|(_, until)| **until <= now);
        let devices: Vec<DeviceIndex> = overdue.map(|(device, _)| *device).collect();
        for device in devices {
            self.first_notices.remove(&device);
            self.continue_probe(device);
        }
    }
}
