//! Resume after suspend: receivers may have lost their flags, and requests under way are void.

use super::Session;
use super::timing;
use crate::units::Timestamp;
use crate::wire::DeviceIndex;

impl Session {
    /// Call this after the computer was suspended. Nothing is sent for one second, since receivers
    /// are being set up; then unanswered requests are sent again, and the receiver's flags are
    /// read. Series of light measurements are over.
    pub fn resume(&mut self, now: Timestamp) {
        self.exchange.resume(now, now + timing::RESUMING);
        if let Some(centurion) = &mut self.centurion {
            centurion.forget_connection();
        }
        let measuring: Vec<DeviceIndex> = self.light_series.keys().copied().collect();
        for device in measuring {
            if self.runs_light_series(device) {
                self.withdraw_measuring(device);
                self.finish_light(device);
            } else if let Some(series) = self.light_series.get_mut(&device) {
                let action = series.handle_resume();
                self.act_on_light(device, action);
            }
        }
        if let Some(discovery) = &mut self.discovery {
            discovery.check_flags();
            self.continue_discovery();
        }
    }
}
