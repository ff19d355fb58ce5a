use super::machine::Machine;
use crate::transport::Supply;

/// The parts of the kernel that drive such devices.
#[derive(Clone, Debug, Default)]
pub struct Kernel {
    /// Its release: `6.1.0-25-amd64`.
    pub release: Option<String>,
    /// The distribution: `Debian GNU/Linux 12 (bookworm)`.
    pub system: Option<String>,
    /// Whether its driver of receivers is loaded (`hid-logitech-dj`).
    pub dj: bool,
    /// Whether its driver of devices is loaded (`hid-logitech-hidpp`).
    pub hidpp: bool,
    /// Its batteries.
    pub batteries: Vec<KernelBattery>,
}

/// A battery of the kernel.
#[derive(Clone, Debug)]
pub struct KernelBattery {
    /// Its name: `hidpp_battery_0`.
    pub name: String,
    /// The device it belongs to, and its charge.
    pub supply: Supply,
    /// Its state: `Discharging`.
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

/// The display name in an `os-release` file.
fn called(release: &str) -> Option<String> {
    let mut lines = release.lines();
    let name = lines.find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    Some(name.trim_matches('"').to_owned())
}
