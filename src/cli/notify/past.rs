//! The recorded history of a keyboard, for its alerts.

use log::debug;

use crate::alerts::Past;
use crate::client::daemon::NoDaemon;
use crate::client::on_demand::OnDemand;
use crate::device::Device;

/// Returns the recorded history of a solar keyboard; empty if solar-statusd does not answer.
pub(super) fn past(daemon: &OnDemand, device: &Device) -> Past {
    let id = &device.id;
    Past {
        charges: or_nothing("charges", id, daemon.charges(id)),
        lights: or_nothing("lights", id, daemon.lights(id)),
    }
}

/// Returns solar-statusd's answer about the device with this id, or an empty one after an error,
/// which is logged.
pub(super) fn or_nothing<T: Default>(what: &str, id: &str, answer: Result<T, Vec<NoDaemon>>) -> T {
    answer.unwrap_or_else(|why| {
        for error in why {
            debug!("{what} of {id}: {error}");
        }
        T::default()
    })
}
