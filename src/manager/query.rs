use std::time::Duration;

use crate::device::{Device, Selector};
use hidpp_proto::session::Wanted;

/// What to read, and of whom.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "a list of wishes, each on its own"
)]
pub struct Query {
    /// What is wanted of each device.
    pub wanted: Wanted,
    /// Whether the receivers' short names of the devices are wanted.
    pub names: bool,
    /// Whether to follow the devices from then on.
    pub follow: bool,
    /// Whether nodes are kept closed while nothing is to be asked and the kernel tells what happens
    /// there. Where the kernel drives nothing, they stay open.
    pub quiet: bool,
    /// How old the light on a solar keyboard may get before it is measured again, while the
    /// keyboard is awake and followed; `None`: it is not measured for its age.
    pub light_every: Option<Duration>,
    /// Whether the receivers' firmware is wanted.
    pub receiver_firmware: bool,
    /// Which devices are wanted; empty: all.
    pub devices: Vec<Selector>,
    /// When to give up.
    pub timeout: Duration,
}

impl Query {
    /// Asks each device once for this, and its receiver for its name.
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

    /// Whether this device is among those that are wanted.
    pub(super) fn selects(&self, device: &Device) -> bool {
        self.devices.is_empty() || self.devices.iter().any(|it| it.selects(device))
    }
}
