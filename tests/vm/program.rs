//! The programs under test, installed and started in the guest.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Finished, LIMIT, Running};

/// The programs or packages under test, by their paths in the guest.
#[derive(Clone, Debug)]
pub(crate) enum Subject {
    /// The program and the daemon as built.
    Programs { program: PathBuf, daemon: PathBuf },
    /// The Debian package and a later one, to be installed by a scenario.
    Packages { first: PathBuf, later: PathBuf },
}

/// The path of the program in the guest: in memory, executable by all users.
const INSTALLED: &str = "/run/solar-status";

/// The path of the daemon.
const DAEMON: &str = "/run/solar-statusd";

/// The paths of both in the package.
const PACKAGED: [&str; 2] = ["/usr/bin/solar-status", "/usr/bin/solar-statusd"];

/// The directory of the program's cache.
const CACHE: &str = "/run/solar-status-cache";

/// The program, installed in the guest.
pub(crate) struct Program {
    subject: Subject,
    installed: &'static str,
    daemon: &'static str,
}

impl Program {
    /// Copies the programs to a place that every user of the guest can reach.
    pub(crate) fn install(subject: Subject) -> Self {
        let [installed, daemon] = match &subject {
            Subject::Packages { .. } => PACKAGED,
            Subject::Programs { program, daemon } => {
                for (built, installed) in [(program, INSTALLED), (daemon, DAEMON)] {
                    fs::copy(built, installed).expect("the program can be copied");
                    let mode = PermissionsExt::from_mode(0o755);
                    fs::set_permissions(installed, mode).expect("its mode can be set");
                }
                [INSTALLED, DAEMON]
            }
        };
        Self {
            subject,
            installed,
            daemon,
        }
    }

    /// The Debian package under test, and one of a later version.
    pub(crate) fn packages(&self) -> [&Path; 2] {
        match &self.subject {
            Subject::Packages { first, later } => [first, later],
            Subject::Programs { .. } => panic!("there is no package in this environment"),
        }
    }

    /// Clears its cache.
    pub(crate) fn forget(&self) {
        match fs::remove_dir_all(CACHE) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                panic!("{}'s cache: {error}", self.installed)
            }
            _ => {}
        }
    }

    /// The paths of the program and the daemon.
    pub(crate) fn files(&self) -> [&'static str; 2] {
        [self.installed, self.daemon]
    }

    /// A command that runs it as root.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.installed);
        command.args(arguments).env("CACHE_DIRECTORY", CACHE);
        command
    }

    /// Starts it as root.
    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        let mut command = self.command(arguments);
        // Bypasses a running daemon: the requests to the devices are under test.
        command.env("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent");
        Running::start(command)
    }

    /// Starts it as a user without permissions.
    pub(crate) fn start_unprivileged(&self, arguments: &[&str]) -> Running {
        self.start_as("65534", arguments)
    }

    /// Starts it as this user, in the group with the same name.
    pub(crate) fn start_as(&self, user: &str, arguments: &[&str]) -> Running {
        let mut command = command_as(user, self.installed);
        command.args(arguments);
        Running::start(command)
    }

    /// A command that runs the daemon as this user.
    pub(crate) fn daemon_as(&self, user: &str) -> Command {
        command_as(user, self.daemon)
    }

    /// Runs it as root to completion.
    pub(crate) fn run(&self, arguments: &[&str]) -> Finished {
        self.start(arguments).finish(LIMIT)
    }
}

/// A command that runs a program as this user, in the group with the same name.
fn command_as(user: &str, program: &str) -> Command {
    let mut command = Command::new("setpriv");
    command
        .arg(format!("--reuid={user}"))
        .arg(format!("--regid={user}"))
        .args(["--clear-groups", program]);
    command
}
