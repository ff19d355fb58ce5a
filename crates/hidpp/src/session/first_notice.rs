//! The notice that follows when a HID++ 1.0 device with register 07 is asked for battery notices:
//! it carries the battery as it is, so the register need not be read.
//!
//! Source: a recording of a Performance MX, which sends it 6 to 16 ms after the acknowledgement, six
//! times of six. Where it does not come, the register is read after all.

use super::probe::Probe;
use super::{Session, timing};
use crate::feature::BatteryRegister;
use crate::units::Timestamp;
use crate::wire::DeviceIndex;

impl Session {
    /// The flags of a device were set: its notice is waited for if it saves a reading.
    pub(super) fn expect_first_notice(&mut self, now: Timestamp, device: DeviceIndex) {
        if self.probes.get(&device).is_some_and(Probe::wants_battery) {
            let until = now + timing::FIRST_NOTICE;
            self.first_notices.insert(device, until);
        }
    }

    /// Takes a battery notice: nothing of it needs to be read any more.
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

    /// Goes on without the notices that did not come.
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
