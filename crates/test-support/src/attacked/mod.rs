//! The service under attack: the real `solar-statusd` on a real bus, and the effect of an attack on
//! it.

mod daemon;
mod policy;
mod trial;

use std::path::Path;
use std::process::Command;

use crate::attacker::state::three_years;
use crate::attacker::target::Target;
use crate::attacker::user::User;
use crate::bus::{Broker, Bus};
use crate::program::Program;
use serde_json::Value;
use tempfile::TempDir;

pub use daemon::Daemon;
pub use policy::Policy;
pub use trial::Trial;

/// The devices of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Desk {
    /// Three devices, two of which have a known battery at once.
    Small,
    /// 73 devices; more than 50 of them have a known battery.
    Full,
}

impl Desk {
    const fn argument(self) -> &'static str {
        match self {
            Self::Small => "--simulate=small",
            Self::Full => "--simulate=full",
        }
    }

    /// How many devices with a battery to wait for.
    const fn batteries(self) -> usize {
        match self {
            Self::Small => 2,
            Self::Full => 50,
        }
    }

    /// The ids of all its devices.
    fn ids(self, solar_status: Program) -> Vec<String> {
        let printed = solar_status.stdout(&[self.argument(), "--json"]);
        let document: Value = serde_json::from_str(&printed).unwrap();
        let devices = document["devices"].as_array().unwrap().iter();
        devices
            .map(|it| it["id"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// The programs that Cargo built for the test.
#[derive(Clone, Copy, Debug)]
pub struct Programs {
    /// Lists the devices of a desk.
    pub solar_status: Program,
    /// The service.
    pub solar_statusd: Program,
}

impl Programs {
    /// Starts a bus and the service on it; returns when the devices are known.
    pub fn serve(self, broker: Broker, desk: Desk, policy: Policy) -> Service {
        self.serve_on(policy.start(broker), desk, policy)
    }

    /// The same on a bus that is already running.
    pub fn serve_on(self, bus: Bus, desk: Desk, policy: Policy) -> Service {
        let state = tempfile::tempdir().unwrap();
        three_years(state.path(), &desk.ids(self.solar_status));
        if let Some(User(user)) = policy.service() {
            give_to(state.path(), user);
        }
        let program = self.solar_statusd.path();
        let daemon = Daemon::start(
            program,
            &bus,
            desk.argument(),
            state.path(),
            policy.service(),
        );
        let target = Target::find(bus.socket(), desk.batteries());
        Service {
            target,
            daemon,
            _state: state,
            _bus: bus,
        }
    }
}

/// A running service with three years of history for each device; dropping it ends the process.
pub struct Service {
    /// Its bus, its unique name and its devices.
    pub target: Target,
    /// Its process.
    pub daemon: Daemon,
    _state: TempDir,
    _bus: Bus,
}

/// Changes the owner of a directory and everything in it.
fn give_to(path: &Path, user: u32) {
    let status = Command::new("chown")
        .args(["--recursive", &format!("{user}:{user}")])
        .arg(path)
        .status();
    assert!(status.unwrap().success(), "chown {user} {}", path.display());
}
