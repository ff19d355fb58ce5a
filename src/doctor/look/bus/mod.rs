//! Examines a bus: solar-statusd, its systemd unit, upowerd. No program is started by the calls.

mod line;

use std::time::Duration;

use line::Line;

use super::look_error::LookError;
use super::machine::Machine;
use crate::bus::upower::Identity;
use crate::bus::{Bus, Layout, NAME, UPOWER_NAME};
use crate::device::{Device, Receiver};

const SYSTEMD: &str = "org.freedesktop.systemd1";
/// The timeout of each call.
const CALL: Duration = Duration::from_millis(1500);
/// The name of the daemon's process.
const DAEMON: &str = "solar-statusd";

/// A bus, and what is on it.
#[derive(Debug)]
pub struct BusSeen {
    /// Which.
    pub bus: Bus,
    /// What is on it, or why that is not known.
    pub seen: Result<OnBus, LookError>,
}

/// What is on a bus.
#[derive(Debug, Default)]
pub struct OnBus {
    /// The owner of the daemon's name; `None`: it has no owner.
    pub daemon: Option<Owner>,
    /// Its answer.
    pub answer: Answer,
    /// Whether the bus would start the daemon on a call to its name.
    pub activatable: bool,
    /// The state of the daemon's unit; `None`: systemd is not on this bus.
    pub systemd: Option<Systemd>,
    /// UPower, if its name has an owner.
    pub upower: Option<Upower>,
}

/// The owner of a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Owner {
    /// Its unique name: `:1.5`.
    pub unique: String,
    /// Its process.
    pub pid: Option<u32>,
    /// The name of the process, if `/proc` has it.
    pub program: Option<String>,
}

/// The answer of the daemon.
#[derive(Debug, Default)]
pub enum Answer {
    /// It was not called.
    #[default]
    Unasked,
    /// Its version, receivers and devices.
    State {
        /// `0.1.0`
        version: Option<String>,
        /// The receivers.
        receivers: Vec<Receiver>,
        /// The devices.
        devices: Vec<Device>,
    },
    /// The bus rejected the call, with this message.
    Refused(String),
    /// No answer before the timeout.
    Silent,
    /// An unexpected answer or error.
    Failed(String),
}

/// The answer of systemd about the daemon's unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Systemd {
    /// The state of the unit.
    Unit(Unit),
    /// systemd rejected the call, with this message.
    Failed(String),
}

/// The states of a unit, as systemd names them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unit {
    /// `loaded`, `not-found`, `masked`
    pub load: String,
    /// `active`, `inactive`, `failed`
    pub active: String,
    /// `running`, `dead`, `auto-restart`
    pub sub: String,
}

/// UPower on the bus.
#[derive(Clone, Debug)]
pub struct Upower {
    /// The owner of its name.
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
    /// The identity it has there.
    pub identity: Identity,
}

/// Examines a bus.
pub(super) fn look(machine: &Machine, bus: &Bus) -> Result<OnBus, LookError> {
    zbus::block_on(look_at(machine, bus)).map_err(|error| unseen(bus, &error))
}

fn unseen(bus: &Bus, error: &zbus::Error) -> LookError {
    let what = bus.to_string();
    match error {
        zbus::Error::Connection(error, _) => LookError::of(&what, error),
        zbus::Error::InputOutput(error) if error.kind() == std::io::ErrorKind::TimedOut => {
            LookError::Slow { what }
        }
        error => LookError::Failed {
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
