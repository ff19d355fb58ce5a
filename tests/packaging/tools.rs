//! Paths and contents of the project's files.

use std::path::PathBuf;

use test_support::project;

pub(crate) const UNIT: &str = "packaging/systemd/solar-statusd.service";
pub(crate) const USER: &str = "packaging/sysusers.d/solar-status.conf";
pub(crate) const ACTIVATION: &str = "packaging/dbus/org.solarstatus.Monitor1.service";
pub(crate) const POLICY: &str = "packaging/dbus/org.solarstatus.Monitor1.conf";
pub(crate) const UPOWER_POLICY: &str = "packaging/dbus/solar-statusd-as-upower.conf";
pub(crate) const GROUP_POLICY: &str = "packaging/examples/solar-statusd-for-a-group.conf";
pub(crate) const RULES: &str = "udev/71-solar-statusd.rules";
pub(crate) const UACCESS_RULES: &str = "udev/70-solar-status-uaccess.rules";

/// The path of a file of the project.
pub(crate) fn path(file: &str) -> PathBuf {
    project().join(file)
}
