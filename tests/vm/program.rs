//! The programs under test, installed and started in the guest.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::process::{Finished, LIMIT, Running};

/// Where the guest keeps it: in memory, and where everybody may run it.
const INSTALLED: &str = "/run/solar-status";

/// The same of the daemon.
const DAEMON: &str = "/run/solar-statusd";

/// Where it keeps what it remembers of devices.
const CACHE: &str = "/run/solar-status-cache";

/// The program, installed in the guest.
pub(crate) struct Program {
    installed: &'static str,
    daemon: &'static str,
}

impl Program {
    /// Copies it and the daemon to a place that every user of the guest can reach.
    pub(crate) fn install(program: &Path, daemon: &Path) -> Self {
        for (built, installed) in [(program, INSTALLED), (daemon, DAEMON)] {
            fs::copy(built, installed).expect("the program can be copied");
            let mode = PermissionsExt::from_mode(0o755);
            fs::set_permissions(installed, mode).expect("and its mode set");
        }
        Self {
            installed: INSTALLED,
            daemon: DAEMON,
        }
    }

    /// Makes it forget what it remembered of devices.
    pub(crate) fn forget(&self) {
        match fs::remove_dir_all(CACHE) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                panic!("{}'s cache: {error}", self.installed)
            }
            _ => {}
        }
    }

    /// Starts it as root.
    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        let mut command = Command::new(self.installed);
        command.args(arguments).env("CACHE_DIRECTORY", CACHE);
        // What it asks of devices is tested, also beside a daemon.
        command.env("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent");
        Running::start(command)
    }

    /// Starts it as a user who may do nothing.
    pub(crate) fn start_as_nobody(&self, arguments: &[&str]) -> Running {
        self.start_as("65534", arguments)
    }

    /// Starts it as this user, in the group of the same name.
    pub(crate) fn start_as(&self, user: &str, arguments: &[&str]) -> Running {
        let mut command = command_as(user, self.installed);
        command.args(arguments);
        Running::start(command)
    }

    /// The daemon, to be run as this user.
    pub(crate) fn daemon_as(&self, user: &str) -> Command {
        command_as(user, self.daemon)
    }

    /// Runs it as root, to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Finished {
        self.start(arguments).finish(LIMIT)
    }
}

/// A program, to be run as this user in the group of the same name.
fn command_as(user: &str, program: &str) -> Command {
    let mut command = Command::new("setpriv");
    command
        .arg(format!("--reuid={user}"))
        .arg(format!("--regid={user}"))
        .args(["--clear-groups", program]);
    command
}
