//! Where attacks take place: a real bus and the real `solar-statusd` on it.

mod bus;
mod daemon;

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::attacker::state::three_years;
use crate::attacker::target::Target;
use crate::attacker::user::User;
use crate::broker::{Broker, Bus};
pub(crate) use bus::Policy;
pub(crate) use daemon::Daemon;

/// The devices of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Desk {
    /// Three devices, two of which have a battery that is known at once.
    Small,
    /// 73 devices; the simulation knows the batteries of more than 50.
    Full,
}

impl Desk {
    const fn argument(self) -> &'static str {
        match self {
            Self::Small => "--simulate=small",
            Self::Full => "--simulate=full",
        }
    }

    /// How many devices with a battery are waited for.
    const fn batteries(self) -> usize {
        match self {
            Self::Small => 2,
            Self::Full => 50,
        }
    }

    /// The ids of all its devices.
    fn ids(self) -> Vec<String> {
        let output = Command::new(env!("CARGO_BIN_EXE_solar-status"))
            .args([self.argument(), "--json"])
            .output()
            .unwrap();
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let devices = document["devices"].as_array().unwrap().iter();
        devices
            .map(|it| it["id"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// A bus with the service, which has three years of history of each device.
pub(crate) struct Stage {
    pub(crate) target: Target,
    pub(crate) daemon: Daemon,
    _state: TempDir,
    _bus: Bus,
}

impl Stage {
    /// Starts both, and waits until the devices are known.
    pub(crate) fn new(broker: Broker, desk: Desk, policy: Policy) -> Self {
        Self::on(policy.start(broker), desk, policy)
    }

    /// The same on a bus that runs already.
    pub(crate) fn on(bus: Bus, desk: Desk, policy: Policy) -> Self {
        let state = tempfile::tempdir().unwrap();
        three_years(state.path(), &desk.ids());
        if let Some(User(user)) = policy.service() {
            give_to(state.path(), user);
        }
        let daemon = Daemon::start(&bus, desk.argument(), state.path(), policy.service());
        let target = Target::find(bus.socket(), desk.batteries());
        Self {
            target,
            daemon,
            _state: state,
            _bus: bus,
        }
    }
}

/// Gives a directory with all in it to a user.
fn give_to(path: &Path, user: u32) {
    let status = Command::new("chown")
        .args(["--recursive", &format!("{user}:{user}")])
        .arg(path)
        .status();
    assert!(status.unwrap().success(), "chown {user} {}", path.display());
}
