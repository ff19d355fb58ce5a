//! The project's files, and the programs of the system that read such files.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub(crate) const UNIT: &str = "packaging/systemd/solar-statusd.service";
pub(crate) const USER: &str = "packaging/sysusers.d/solar-status.conf";
pub(crate) const ACTIVATION: &str = "packaging/dbus/org.solarstatus.Monitor1.service";
pub(crate) const POLICY: &str = "packaging/dbus/org.solarstatus.Monitor1.conf";
pub(crate) const UPOWER_POLICY: &str = "packaging/dbus/solar-statusd-as-upower.conf";
pub(crate) const GROUP_POLICY: &str = "packaging/examples/solar-statusd-for-a-group.conf";
pub(crate) const RULES: &str = "udev/71-solar-statusd.rules";
pub(crate) const UACCESS_RULES: &str = "udev/70-solar-status-uaccess.rules";

/// Where a file of the project is.
pub(crate) fn path(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

/// What is in a file of the project.
pub(crate) fn text(file: &str) -> String {
    fs::read_to_string(path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Runs a program to its end; it has to be there.
pub(crate) fn run(command: &mut Command, package: &str) -> Output {
    command
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap_or_else(|error| missing(command, package, &error))
}

/// Ends the test with what to install.
pub(crate) fn missing(command: &Command, package: &str, error: &std::io::Error) -> ! {
    panic!("{command:?}: {error}; on Debian the package {package} has it (or run tests/setup.sh)")
}
