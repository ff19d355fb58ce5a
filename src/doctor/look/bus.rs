//! What there is on a bus: solar-statusd, systemd's word on it, upowerd. Nobody is started by asking.

use std::collections::HashMap;
use std::time::Duration;

use zbus::fdo::{self, DBusProxy};
use zbus::names::BusName;
use zbus::wire::DynamicType;
use zbus::{Connection, Message, OwnedObjectPath, OwnedVariant};

use super::machine::Machine;
use super::unseen::Unseen;
use crate::bus::{
    self, Bus, DEVICE_INTERFACE, Layout, NAME, RECEIVER_INTERFACE, UPOWER_DEVICE_INTERFACE,
    UPOWER_INTERFACE, UPOWER_NAME, Values,
};
use crate::device::{Device, Receiver};

const UNIT: &str = "solar-statusd.service";
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
    /// What the system calls it: `hidpp_battery_0`, a path of bluez.
    pub native: String,
    /// Its model.
    pub model: String,
    /// Its serial number, in whatever writing.
    pub serial: String,
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
    let line = Line(bus.builder().method_timeout(CALL).build().await?);
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

/// A connection to a bus.
struct Line(Connection);

impl Line {
    /// The one with a name, if anybody has it.
    async fn owner(&self, machine: &Machine, name: &str) -> zbus::Result<Option<Owner>> {
        let bus = DBusProxy::new(&self.0).await?;
        let unique = match bus.get_name_owner(BusName::try_from(name)?).await {
            Ok(unique) => unique.to_string(),
            Err(fdo::Error::NameHasNoOwner(_)) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let pid = bus.get_connection_unix_process_id(BusName::try_from(unique.as_str())?);
        let pid = pid.await.ok();
        Ok(Some(Owner {
            program: pid.and_then(|pid| machine.process(pid)),
            unique,
            pid,
        }))
    }

    async fn is_activatable(&self) -> zbus::Result<bool> {
        let bus = DBusProxy::new(&self.0).await?;
        let names = bus.list_activatable_names().await?;
        Ok(names.iter().any(|name| name.as_str() == NAME))
    }

    async fn ask(&self, owner: &Owner, layout: Layout) -> Answer {
        const OBJECTS: &str = "org.freedesktop.DBus.ObjectManager";
        let call = self.call(owner, layout.root(), OBJECTS, "GetManagedObjects", &());
        let objects: zbus::Result<HashMap<OwnedObjectPath, HashMap<String, Values>>> =
            read(call.await);
        let objects = match objects {
            Ok(objects) => objects,
            Err(error) => return failed(error),
        };
        let (mut receivers, mut devices) = (Vec::new(), Vec::new());
        for interfaces in objects.values() {
            receivers.extend(interfaces.get(RECEIVER_INTERFACE).and_then(bus::receiver));
            devices.extend(interfaces.get(DEVICE_INTERFACE).and_then(bus::device));
        }
        receivers.sort_by_key(|it| (it.node.len(), it.node.clone()));
        devices.sort_by_key(|it| (it.receiver().map(str::to_owned), it.slot(), it.id.clone()));
        Answer::Says {
            version: self.version(owner, layout.root()).await,
            receivers,
            devices,
        }
    }

    /// The version of a daemon that has UPower's words.
    async fn version(&self, owner: &Owner, root: &str) -> Option<String> {
        let values = self.values(owner, root, UPOWER_INTERFACE).await.ok()?;
        text(&values, "DaemonVersion")
    }

    async fn unit(&self, systemd: &Owner) -> Systemd {
        type Unit0 = (
            String,
            String,
            String,
            String,
            String,
            String,
            OwnedObjectPath,
            u32,
            String,
            OwnedObjectPath,
        );
        const MANAGER: &str = "org.freedesktop.systemd1.Manager";
        const PATH: &str = "/org/freedesktop/systemd1";
        let names = [UNIT].as_slice();
        let call = self.call(systemd, PATH, MANAGER, "ListUnitsByNames", &names);
        let units: zbus::Result<Vec<Unit0>> = read(call.await);
        match units.map(|units| units.into_iter().next()) {
            Ok(Some((_, _, load, active, sub, ..))) => Systemd::Unit(Unit { load, active, sub }),
            Ok(None) => Systemd::Failed("it lists no such unit".to_owned()),
            Err(error) => Systemd::Failed(error.to_string()),
        }
    }

    async fn upower(&self, owner: Owner) -> Upower {
        let root = Layout::of(UPOWER_NAME).root();
        let devices = self.upower_devices(&owner, root).await;
        Upower {
            version: self.version(&owner, root).await,
            devices: devices.map_err(|error| error.to_string()),
            owner,
        }
    }

    async fn upower_devices(&self, owner: &Owner, root: &str) -> zbus::Result<Vec<UpowerDevice>> {
        let call = self.call(owner, root, UPOWER_INTERFACE, "EnumerateDevices", &());
        let paths: Vec<OwnedObjectPath> = read(call.await)?;
        let mut devices = Vec::new();
        for path in paths {
            let values = self
                .values(owner, path.as_str(), UPOWER_DEVICE_INTERFACE)
                .await?;
            let value = |name| text(&values, name).unwrap_or_default();
            devices.push(UpowerDevice {
                object: path.rsplit('/').next().unwrap_or_default().to_owned(),
                native: value("NativePath"),
                model: value("Model"),
                serial: value("Serial"),
            });
        }
        Ok(devices)
    }

    async fn values(&self, owner: &Owner, path: &str, of: &str) -> zbus::Result<Values> {
        const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
        read(self.call(owner, path, PROPERTIES, "GetAll", &of).await)
    }

    /// The owner is called and not the name: then the bus starts nobody.
    async fn call<B>(
        &self,
        owner: &Owner,
        path: &str,
        interface: &str,
        method: &str,
        body: &B,
    ) -> zbus::Result<Message>
    where
        B: serde::Serialize + DynamicType + Sync,
    {
        let whom = Some(owner.unique.as_str());
        self.0
            .call_method(whom, path, Some(interface), method, body)
            .await
    }
}

fn read<T: serde::de::DeserializeOwned + zbus::wire::Type>(
    answer: zbus::Result<Message>,
) -> zbus::Result<T> {
    answer?.body().deserialize()
}

fn text(values: &HashMap<String, OwnedVariant>, name: &str) -> Option<String> {
    let text: &str = values.get(name)?.downcast_ref().ok()?;
    Some(text.to_owned())
}

fn failed(error: zbus::Error) -> Answer {
    match error {
        zbus::Error::InputOutput(error) if error.kind() == std::io::ErrorKind::TimedOut => {
            Answer::Silent
        }
        zbus::Error::FDO(error) => match *error {
            fdo::Error::AccessDenied(why) => Answer::Refused(why),
            fdo::Error::NoReply(_) => Answer::Silent,
            error => Answer::Failed(error.to_string()),
        },
        error => Answer::Failed(error.to_string()),
    }
}
