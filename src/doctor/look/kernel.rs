use super::machine::Machine;
use crate::transport::Supply;

/// The kernel, as far as it drives such devices.
#[derive(Clone, Debug, Default)]
pub struct Kernel {
    /// Its release: `6.1.0-25-amd64`.
    pub release: Option<String>,
    /// What is around it: `Debian GNU/Linux 12 (bookworm)`.
    pub system: Option<String>,
    /// Whether its driver of receivers is loaded (`hid-logitech-dj`).
    pub dj: bool,
    /// Whether its driver of devices is loaded (`hid-logitech-hidpp`).
    pub hidpp: bool,
    /// The batteries it follows.
    pub batteries: Vec<KernelBattery>,
}

/// A battery that the kernel follows.
#[derive(Clone, Debug)]
pub struct KernelBattery {
    /// What it is called: `hidpp_battery_0`.
    pub name: String,
    /// Which device it is of, and its charge.
    pub supply: Supply,
    /// What it does: `Discharging`.
    pub status: Option<String>,
}

pub(super) fn look(machine: &Machine) -> Kernel {
    let driver = |name: &str| {
        let folder = machine.path("/sys/bus/hid/drivers").join(name);
        folder.is_dir()
    };
    let supplies = machine.sysfs().supplies().unwrap_or_default();
    let batteries = supplies.into_iter().map(|supply| {
        let id = supply.id.to_string();
        let name = id.rsplit('/').next().unwrap_or(&id).to_owned();
        KernelBattery {
            status: machine.text(format!("/sys/class/power_supply/{name}/status")),
            name,
            supply,
        }
    });
    let mut batteries: Vec<KernelBattery> = batteries.collect();
    batteries.sort_by_key(|it| (it.name.len(), it.name.clone()));
    Kernel {
        release: machine.text("/proc/sys/kernel/osrelease"),
        system: machine.text("/etc/os-release").and_then(|it| called(&it)),
        dj: driver("logitech-djreceiver"),
        hidpp: driver("logitech-hidpp-device"),
        batteries,
    }
}

/// The name for people in an `os-release`.
fn called(release: &str) -> Option<String> {
    let mut lines = release.lines();
    let name = lines.find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    Some(name.trim_matches('"').to_owned())
}
