//! systemd in the guest: process 1 of its own process namespace, with only the given units. It
//! receives udev's messages as on a real system, and starts the units that udev's rules want.

use std::fs;
use std::path::Path;
use std::process::Command;

use rustix::mount::{MountFlags, mount};

use crate::process::Running;

/// The only directory where it looks for units.
const UNITS: &str = "/run/units";

const CGROUPS: &str = "/sys/fs/cgroup";

/// Empty replacements for system units that others depend on.
const SYSTEM: [(&str, &str); 6] = [
    ("sysinit.target", "[Unit]\nDefaultDependencies=no\n"),
    ("basic.target", "[Unit]\nDefaultDependencies=no\n"),
    ("shutdown.target", "[Unit]\nDefaultDependencies=no\n"),
    ("umount.target", "[Unit]\nDefaultDependencies=no\n"),
    // The bus is already running.
    ("dbus.socket", "[Socket]\nListenStream=/run/units-bus\n"),
    ("dbus.service", "[Service]\nExecStart=/bin/true\n"),
];

/// The system's unit that loads a kernel module.
const MODPROBE: &str = "/lib/systemd/system/modprobe@.service";

/// A running systemd; dropping it kills it and everything it started.
pub(crate) struct Systemd(#[expect(dead_code, reason = "for its drop")] Running);

impl Systemd {
    /// Starts it with these units (names and contents). Its messages go to the kernel's log.
    pub(crate) fn start(units: &[(&str, &str)]) -> Self {
        fs::create_dir_all(UNITS).expect("a folder for units");
        for (name, text) in SYSTEM.iter().chain(units) {
            let file = Path::new(UNITS).join(name);
            fs::create_dir_all(file.parent().expect("a folder")).expect("a folder for drop-ins");
            fs::write(file, text).expect("a unit");
        }
        fs::copy(MODPROBE, Path::new(UNITS).join("modprobe@.service")).expect("systemd's unit");
        if !Path::new(CGROUPS).join("cgroup.procs").exists() {
            mount("cgroup2", CGROUPS, "cgroup2", MountFlags::NOSUID, None).expect("cgroups");
        }
        let mut command = Command::new("unshare");
        command
            .args(["--fork", "--pid", "--mount", "--mount-proc", "--kill-child"])
            .args(["/lib/systemd/systemd", "--system", "--unit=basic.target"])
            .args(["--log-target=kmsg", "--show-status=no"])
            // Otherwise it would set up the machine, including the loopback network and the clock.
            .env("container", "namespace")
            .env("SYSTEMD_UNIT_PATH", UNITS);
        Self(Running::start(command))
    }
}

/// The only process of a service, as seen from outside the namespace.
pub(crate) fn process_of(service: &str) -> Option<u32> {
    process_in(&format!("system.slice/{service}"))
}

/// The output of systemctl.
pub(crate) fn ask(arguments: &[&str]) -> String {
    let systemd = process_in("init.scope").expect("systemd");
    let output = Command::new("nsenter")
        .arg(format!("--target={systemd}"))
        .args(["--pid", "--mount", "systemctl"])
        .args(arguments)
        .output()
        .expect("nsenter runs");
    String::from_utf8_lossy(&output.stdout)
        .trim_end()
        .to_owned()
}

/// The only process of a control group.
fn process_in(group: &str) -> Option<u32> {
    let processes = fs::read_to_string(format!("{CGROUPS}/{group}/cgroup.procs")).ok()?;
    processes.trim_end().parse().ok()
}
