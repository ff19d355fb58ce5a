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

/// A running `solar-statusd`; dropping it ends the process.
pub struct Daemon(Process);

impl Daemon {
    /// Starts it with its unit's limit on open files. Without a `user` it runs as the user of the
    /// test.
    pub(super) fn start(
        program: &str,
        bus: &Bus,
        desk: &str,
        state: &Path,
        user: Option<User>,
    ) -> Self {
        // `prlimit` sets its own limit and then becomes the daemon: changing the limits of another
        // user's process needs a separate privilege.
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

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<String> {
        self.0.ended().map(|status| status.to_string())
    }

    /// Its peak memory since [`Self::forget_peak`], in kB.
    pub fn peak(&self) -> Option<u64> {
        self.0.status_number("VmHWM:")
    }

    /// Resets the peak memory.
    pub fn forget_peak(&self) {
        // Writing "5" resets the peak (proc_pid_clear_refs(5)); without permission, the peak since
        // the start of the process is reported.
        drop(fs::write(format!("/proc/{}/clear_refs", self.0.id()), "5"));
    }
}

/// The path of a copy that this user can read: not every build directory is readable by all.
fn readable(program: &str, bus: &Bus, user: Option<User>) -> PathBuf {
    if user.is_none() {
        return program.into();
    }
    let copy = bus.folder().join("solar-statusd");
    fs::copy(program, &copy).unwrap();
    copy
}
