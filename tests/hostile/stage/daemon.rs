use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::attacker::user::User;
use crate::broker::Bus;

const PROGRAM: &str = env!("CARGO_BIN_EXE_solar-statusd");

/// `LimitNOFILE` of the unit.
const MOST_FILES: u64 = 256;

/// A running `solar-statusd`; it ends with the value.
pub(crate) struct Daemon(Child);

impl Daemon {
    /// Starts it with the limit of files that its unit has; `None`: as the user of the test.
    pub(super) fn start(bus: &Bus, desk: &str, state: &Path, user: Option<User>) -> Self {
        // It sets the limit and becomes the daemon: to change that of another user's process is a
        // privilege of its own.
        let mut command = Command::new("prlimit");
        command
            .arg(format!("--nofile={MOST_FILES}"))
            .arg("--")
            .arg(program(bus, user))
            .args(["--bus", bus.address(), desk, "--state"])
            .arg(state)
            .env_remove("NOTIFY_SOCKET")
            .env_remove("RUST_LOG")
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        if let Some(User(user)) = user {
            command.uid(user).gid(user);
        }
        let spawned = command.spawn();
        Self(spawned.unwrap_or_else(|error| panic!("prlimit: {error}; it is in util-linux")))
    }

    /// How it ended, if it did.
    pub(crate) fn ended(&mut self) -> Option<String> {
        let status = self.0.try_wait().unwrap()?;
        Some(status.to_string())
    }

    /// The most memory it had since [`Self::forget_peak`], in kB.
    pub(crate) fn peak(&self) -> Option<u64> {
        let text = fs::read_to_string(format!("/proc/{}/status", self.0.id())).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.split_whitespace().next()?.parse().ok()
    }

    /// Counts the most memory from now on.
    pub(crate) fn forget_peak(&self) {
        // "5" in proc_pid_clear_refs(5); without the right to it, the peak is the one since the start.
        drop(fs::write(format!("/proc/{}/clear_refs", self.0.id()), "5"));
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

/// The program, where this user can read it: not every build directory is open to all.
fn program(bus: &Bus, user: Option<User>) -> PathBuf {
    if user.is_none() {
        return PROGRAM.into();
    }
    let copy = bus.folder().join("solar-statusd");
    fs::copy(PROGRAM, &copy).unwrap();
    copy
}
