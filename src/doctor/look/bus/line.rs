//! The calls that are made on a bus.

use zbus::fdo::{self, DBusProxy};
use zbus::names::BusName;
use zbus::{Connection, OwnedObjectPath};

use super::{Answer, Owner, Systemd, Unit, Upower, UpowerDevice};
use crate::bus::upower::Identity;
use crate::bus::{
    self, DEVICE_INTERFACE, Layout, NAME, RECEIVER_INTERFACE, UPOWER_DEVICE_INTERFACE, UPOWER_NAME,
};
use crate::client::calls::Destination;
use crate::doctor::look::machine::Machine;

const UNIT: &str = "solar-statusd.service";

/// A connection to a bus.
pub(super) struct Line(pub(super) Connection);

impl Line {
    /// The owner of a name, if it has one.
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
        let objects = match self.destination(owner).objects(layout).await {
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
        Answer::State {
            version: self.version(owner, layout).await,
            receivers,
            devices,
        }
    }

    /// The version of a daemon that has UPower's interface.
    async fn version(&self, owner: &Owner, layout: Layout) -> Option<String> {
        self.destination(owner).version(layout).await.ok().flatten()
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
        let (owner, interface) = (Some(&*systemd.unique), Some(MANAGER));
        let call = self
            .0
            .call_method(owner, PATH, interface, "ListUnitsByNames", &names);
        let units = async { call.await?.body().deserialize::<Vec<Unit0>>() };
        match units.await.map(|units| units.into_iter().next()) {
            Ok(Some((_, _, load, active, sub, ..))) => Systemd::Unit(Unit { load, active, sub }),
            Ok(None) => Systemd::Failed("it lists no such unit".to_owned()),
            Err(error) => Systemd::Failed(error.to_string()),
        }
    }

    pub(super) async fn upower(&self, owner: Owner) -> Upower {
        let layout = Layout::of(UPOWER_NAME);
        let devices = self.upower_devices(&owner, layout).await;
        Upower {
            version: self.version(&owner, layout).await,
            devices: devices.map_err(|error| error.to_string()),
            owner,
        }
    }

    async fn upower_devices(
        &self,
        owner: &Owner,
        layout: Layout,
    ) -> zbus::Result<Vec<UpowerDevice>> {
        let upower = self.destination(owner);
        let mut devices = Vec::new();
        for path in upower.device_paths(layout).await? {
            let values = upower
                .values(path.as_str(), UPOWER_DEVICE_INTERFACE)
                .await?;
            devices.push(UpowerDevice {
                object: path.rsplit('/').next().unwrap_or_default().to_owned(),
                identity: Identity::received(&values),
            });
        }
        Ok(devices)
    }

    /// The call is sent to the owner and not to the name, so that the bus does not start a program.
    fn destination<'a>(&'a self, owner: &'a Owner) -> Destination<'a> {
        Destination {
            connection: &self.0,
            owner: &owner.unique,
        }
    }
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
