use std::time::Duration;

use crate::device::{Device, Selector};
use hidpp_proto::session::Wanted;

/// What to read, and from which devices.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent options")]
pub struct Query {
    /// What to read from each device.
    pub wanted: Wanted,
    /// Whether to read the short device names that receivers store.
    pub names: bool,
    /// Whether to keep following the devices after the first poll.
    pub follow: bool,
    /// Standby: whether nodes are kept closed while no request is pending and the kernel reports on
    /// their devices. Nodes with devices that the kernel does not drive stay open.
    pub quiet: bool,
    /// How old a solar keyboard's light measurement may get before it is repeated, while the
    /// keyboard is awake and followed; `None`: not repeated because of its age.
    pub light_every: Option<Duration>,
    /// Whether to read the receivers' firmware version.
    pub receiver_firmware: bool,
    /// The devices to read: those that one of them may select; empty: all.
    pub devices: Vec<Selector>,
    /// The time after which unanswered devices are given up.
    pub timeout: Duration,
}

impl Query {
    /// A query that reads each device once, and its name from its receiver.
    pub const fn once(wanted: Wanted, timeout: Duration) -> Self {
        Self {
            wanted,
            names: true,
            follow: false,
            quiet: false,
            light_every: None,
            receiver_firmware: false,
            devices: Vec::new(),
            timeout,
        }
    }

    /// Whether the query selects this device, or may do so depending on the other devices and its
    /// receiver.
    pub(super) fn selects(&self, device: &Device) -> bool {
        self.devices.is_empty() || self.devices.iter().any(|it| it.may_select(device))
    }
}
