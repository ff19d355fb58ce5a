//! The real upowerd, as Debian has it.

use std::process::Command;

use test_support::wait::eventually;

use crate::bus::{Client, UPOWER};
use crate::kernel::PATIENCE;
use crate::process::Running;

/// Where Debian puts it.
pub(crate) const INSTALLED: &str = "/usr/libexec/upowerd";

/// A running upowerd; dropping it kills it.
pub(crate) struct Upowerd(Running);

impl Upowerd {
    /// Starts it and waits until it has its name.
    pub(crate) fn start(client: &Client) -> Self {
        // The one of the scenario before may not be quite gone.
        eventually("UPower's name to be free", PATIENCE, || {
            (!client.is_there(UPOWER)).then_some(())
        });
        let running = Running::start(Command::new(INSTALLED));
        client.wait_for(UPOWER);
        Self(running)
    }

    /// Its number as a process.
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }
}
