//! What is asked on a bus, call by call.

use std::collections::HashMap;

use zbus::fdo::{self, DBusProxy};
use zbus::names::BusName;
use zbus::wire::DynamicType;
use zbus::{Connection, Message, OwnedObjectPath, OwnedVariant};

use super::{Answer, Owner, Systemd, Unit, Upower, UpowerDevice};
use crate::bus::{
    self, DEVICE_INTERFACE, Layout, NAME, RECEIVER_INTERFACE, UPOWER_DEVICE_INTERFACE,
    UPOWER_INTERFACE, UPOWER_NAME, Values,
};
use crate::doctor::look::machine::Machine;

const UNIT: &str = "solar-statusd.service";

/// A connection to a bus.
pub(super) struct Line(pub(super) Connection);

impl Line {
    /// The one with a name, if anybody has it.
    pub(super) async fn owner(&self, machine: &Machine, name: &str) -> zbus::Result<Option<Owner>> {
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

    pub(super) async fn is_activatable(&self) -> zbus::Result<bool> {
        let bus = DBusProxy::new(&self.0).await?;
        let names = bus.list_activatable_names().await?;
        Ok(names.iter().any(|name| name.as_str() == NAME))
    }

    pub(super) async fn ask(&self, owner: &Owner, layout: Layout) -> Answer {
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

    pub(super) async fn unit(&self, systemd: &Owner) -> Systemd {
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

    pub(super) async fn upower(&self, owner: Owner) -> Upower {
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
