//! After the computer was asleep: receivers may have lost their flags, and what was asked is void.

use super::Session;
use super::light::LightLease;
use super::timing;
use crate::units::Timestamp;
use crate::wire::DeviceIndex;

impl Session {
    /// Tells that the computer was asleep. Nothing is sent for a moment, since receivers are set
    /// up anew; then what was not answered is asked again and the receiver's flags are looked at.
    /// Series of light measurements are over.
    pub fn resume(&mut self, now: Timestamp) {
        self.exchange.resume(now, now + timing::RESUMING);
        let leased: Vec<DeviceIndex> = self.leases.keys().copied().collect();
        for device in leased {
            if self.is_held(device) || !self.runs_series(device) {
                let lease = self.leases.get_mut(&device);
                let action = lease.map(LightLease::handle_wake);
                if let Some(action) = action {
                    self.act_on_light(device, action);
                }
            } else {
                self.withdraw_measuring(device);
                self.end_lease(device);
            }
        }
        if let Some(discovery) = &mut self.discovery {
            discovery.check_flags();
            self.continue_discovery();
        }
    }
}
