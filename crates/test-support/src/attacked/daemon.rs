//! The process of the service, with the limits of its unit.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::attacker::user::User;
use crate::bus::Bus;
use crate::process::Process;

/// `LimitNOFILE` of the unit.
const MOST_FILES: u64 = 256;

/// A running `solar-statusd`; it ends with the value.
pub struct Daemon(Process);

impl Daemon {
    /// Starts it with the limit of files that its unit has; `None`: as the user of the test.
    pub(super) fn start(
        program: &str,
        bus: &Bus,
        desk: &str,
        state: &Path,
        user: Option<User>,
    ) -> Self {
        // It sets the limit and becomes the daemon: to change that of another user's process is a
        // privilege of its own.
        let mut command = Command::new("prlimit");
        command
            .arg(format!("--nofile={MOST_FILES}"))
            .arg("--")
            .arg(readable(program, bus, user))
            .args(["--bus", bus.address(), desk, "--state"])
            .arg(state)
            .env_remove("NOTIFY_SOCKET")
            .env_remove("RUST_LOG")
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        if let Some(User(user)) = user {
            command.uid(user).gid(user);
        }
        Self(Process::start_from(&mut command, "util-linux"))
    }

    /// How it ended, if it did.
    pub fn ended(&mut self) -> Option<String> {
        self.0.ended().map(|status| status.to_string())
    }

    /// The most memory it had since [`Self::forget_peak`], in kB.
    pub fn peak(&self) -> Option<u64> {
        self.0.status_number("VmHWM:")
    }

    /// Counts the most memory from now on.
    pub fn forget_peak(&self) {
        // "5" in proc_pid_clear_refs(5); without the right to it, the peak is the one since the start.
        drop(fs::write(format!("/proc/{}/clear_refs", self.0.id()), "5"));
    }
}

/// The program, where this user can read it: not every build directory is open to all.
fn readable(program: &str, bus: &Bus, user: Option<User>) -> PathBuf {
    if user.is_none() {
        return program.into();
    }
    let copy = bus.folder().join("solar-statusd");
    fs::copy(program, &copy).unwrap();
    copy
}
