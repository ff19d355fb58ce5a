//! Modifies devices: what is reported of a change, and what is stored in the cache.

use super::Node;
use super::device_state::DeviceState;
use crate::device::{Change, Device};
use crate::manager::memory::Memory;
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::DeviceIndex;

impl Node<'_> {
    /// Stores what is known about all devices in the cache.
    pub(in crate::manager) fn remember(&self, now: Timestamp, memory: &mut Memory) {
        for index in self.devices.keys() {
            self.remember_device(now, *index, memory);
        }
    }

    pub(super) fn remember_device(&self, now: Timestamp, index: DeviceIndex, memory: &mut Memory) {
        // Data that only came from the cache may be older than what another link of the device
        // learnt.
        if let (Some(state), Some(known)) = (self.devices.get(&index), self.session.known(index))
            && state.contact.has_answered()
        {
            // An unsettled claim is repeated in the next run.
            let mut known = known.clone();
            known.identified &= state.claim.is_none();
            memory.keep_known(&state.device.id, &known, now);
        }
    }

    /// Reports a device that is complete, or has a new id. Joining keeps claims only of reported
    /// devices, so its claim is repeated.
    pub(super) fn announce(&mut self, index: DeviceIndex) {
        if let Some(state) = self.devices.get(&index) {
            self.changes
                .push_back(Change::DeviceAdded(state.device.clone()));
            self.claims.push(index);
        }
    }

    /// Modifies a device, and queues the resulting change.
    pub(super) fn change(&mut self, index: DeviceIndex, change: impl FnOnce(&mut Device)) {
        let Some(DeviceState {
            device,
            announcement,
            ..
        }) = self.devices.get_mut(&index)
        else {
            return;
        };
        let before = device.clone();
        change(device);
        let change = Change::between(&before, device);
        self.changes
            .extend(change.filter(|_| announcement.is_made()));
    }
}
