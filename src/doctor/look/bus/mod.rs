//! What there is on a bus: solar-statusd, systemd's word on it, upowerd. Nobody is started by asking.

mod line;

use std::time::Duration;

use line::Line;

use super::machine::Machine;
use super::unseen::Unseen;
use crate::bus::upower::Identity;
use crate::bus::{Bus, Layout, NAME, UPOWER_NAME};
use crate::device::{Device, Receiver};

const SYSTEMD: &str = "org.freedesktop.systemd1";
/// How long each call may take.
const CALL: Duration = Duration::from_millis(1500);
/// What a process of the daemon is called.
const DAEMON: &str = "solar-statusd";

/// A bus, and what is on it.
#[derive(Debug)]
pub struct BusSeen {
    /// Which.
    pub bus: Bus,
    /// What is there, or why that is not known.
    pub seen: Result<OnBus, Unseen>,
}

/// What is on a bus.
#[derive(Debug, Default)]
pub struct OnBus {
    /// Who has the daemon's name; `None`: nobody.
    pub daemon: Option<Owner>,
    /// What it answered.
    pub answer: Answer,
    /// Whether the bus would start the daemon if somebody asked for it.
    pub activatable: bool,
    /// What systemd says; `None`: it is not on this bus.
    pub systemd: Option<Systemd>,
    /// UPower, if somebody has its name.
    pub upower: Option<Upower>,
}

/// Who has a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owner {
    /// The name that only it has: `:1.5`.
    pub unique: String,
    /// Its process.
    pub pid: Option<u32>,
    /// What that is called, where `/proc` says so.
    pub program: Option<String>,
}

/// What the daemon answered.
#[derive(Debug, Default)]
pub enum Answer {
    /// It was not asked.
    #[default]
    Unasked,
    /// Its version, and all it knows.
    Says {
        /// `0.1.0`
        version: Option<String>,
        /// The receivers.
        receivers: Vec<Receiver>,
        /// The devices.
        devices: Vec<Device>,
    },
    /// The bus does not let it be asked; its words.
    Refused(String),
    /// Nothing, in time.
    Silent,
    /// Something else than expected.
    Failed(String),
}

/// systemd's word on the daemon's unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Systemd {
    /// Where it stands.
    Unit(Unit),
    /// It does not say; its words.
    Failed(String),
}

/// The states of a unit, in systemd's words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unit {
    /// `loaded`, `not-found`, `masked`
    pub load: String,
    /// `active`, `inactive`, `failed`
    pub active: String,
    /// `running`, `dead`, `auto-restart`
    pub sub: String,
}

/// UPower as it is on the bus.
#[derive(Clone, Debug)]
pub struct Upower {
    /// Who has its name.
    pub owner: Owner,
    /// Its version.
    pub version: Option<String>,
    /// Its devices, or why it did not list them.
    pub devices: Result<Vec<UpowerDevice>, String>,
}

/// A device as UPower shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpowerDevice {
    /// Its object: the last element of the path.
    pub object: String,
    /// What it says of itself.
    pub identity: Identity,
}

/// Looks at a bus.
pub(super) fn look(machine: &Machine, bus: &Bus) -> Result<OnBus, Unseen> {
    zbus::block_on(look_at(machine, bus)).map_err(|error| unseen(bus, &error))
}

fn unseen(bus: &Bus, error: &zbus::Error) -> Unseen {
    let what = bus.to_string();
    match error {
        zbus::Error::Connection(error, _) => Unseen::of(&what, error),
        zbus::Error::InputOutput(error) if error.kind() == std::io::ErrorKind::TimedOut => {
            Unseen::Slow { what }
        }
        error => Unseen::Failed {
            what,
            why: error.to_string(),
        },
    }
}

async fn look_at(machine: &Machine, bus: &Bus) -> zbus::Result<OnBus> {
    let line = Line(bus.builder()?.method_timeout(CALL).build().await?);
    let mut seen = OnBus {
        activatable: line.is_activatable().await?,
        daemon: line.owner(machine, NAME).await?,
        ..OnBus::default()
    };
    let upower = line.owner(machine, UPOWER_NAME).await?;
    let stands_in = upower
        .as_ref()
        .is_some_and(|it| it.program.as_deref() == Some(DAEMON));
    let layout = if seen.daemon.is_none() && stands_in {
        seen.daemon.clone_from(&upower);
        Layout::of(UPOWER_NAME)
    } else {
        Layout::of(NAME)
    };
    if let Some(owner) = &seen.daemon {
        seen.answer = line.ask(owner, layout).await;
    }
    if let Some(systemd) = line.owner(machine, SYSTEMD).await? {
        seen.systemd = Some(line.unit(&systemd).await);
    }
    if let Some(owner) = upower {
        seen.upower = Some(line.upower(owner).await);
    }
    Ok(seen)
}
