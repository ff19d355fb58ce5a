//! The real upowerd from Debian.

use std::process::Command;

use test_support::wait::eventually;

use crate::bus::{Client, UPOWER};
use crate::kernel::PATIENCE;
use crate::process::Running;

/// Its path on Debian.
pub(crate) const INSTALLED: &str = "/usr/libexec/upowerd";

/// A running upowerd; dropping it kills it.
pub(crate) struct Upowerd(Running);

impl Upowerd {
    /// Starts it and waits until it owns its name.
    pub(crate) fn start(client: &Client) -> Self {
        // That of the previous scenario may not have ended yet.
        eventually("UPower's name to be free", PATIENCE, || {
            (!client.is_there(UPOWER)).then_some(())
        });
        let running = Running::start(Command::new(INSTALLED));
        client.wait_for(UPOWER);
        Self(running)
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }
}
