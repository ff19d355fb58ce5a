//! The real Solaar from Debian: runs `solaar show` and extracts the battery of each device.

use std::process::Command;
use std::time::Duration;

use crate::process::{Finished, Running};

/// Python starts slowly in the guest, and Solaar queries about 45 features of every device.
pub(crate) const LIMIT: Duration = Duration::from_secs(120);

/// The directory of its cache: in memory, separate from the host's.
const HOME: &str = "/run/solaar";

/// A device as `solaar show` lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Its serial number, or on a cable its unit id, in upper case.
    pub(crate) serial: String,
    /// The last line about its battery, such as `Battery: 65%, discharging.`
    pub(crate) battery: String,
}

/// The command `solaar show`.
pub(crate) fn command() -> Command {
    let mut command = Command::new("solaar");
    command.arg("show").env("HOME", HOME);
    command
}

/// Starts `solaar show` in the background.
pub(crate) fn start() -> Running {
    Running::start(command())
}

/// The devices in its output, in order.
pub(crate) fn listed(run: &Finished) -> Vec<Listed> {
    run.expect_status(0);
    let mut devices: Vec<Listed> = Vec::new();
    for line in run.stdout.lines().map(str::trim) {
        if let Some(serial) = line.strip_prefix("Serial number:") {
            devices.push(Listed {
                serial: serial.trim_start().to_owned(),
                battery: String::new(),
            });
        } else if let Some(unit) = line.strip_prefix("Unit ID:")
            && let Some(device) = devices.last_mut().filter(|it| it.serial.is_empty())
        {
            unit.trim_start().clone_into(&mut device.serial);
        } else if line.starts_with("Battery")
            && let Some(device) = devices.last_mut()
        {
            line.clone_into(&mut device.battery);
        }
    }
    devices
}
