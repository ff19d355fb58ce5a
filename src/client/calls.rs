//! The D-Bus methods of solar-statusd, one function each; clients name the methods only here.
//!
//! All are addressed to a unique name, so that the bus never starts a daemon.

use std::collections::HashMap;

use serde::de::DeserializeOwned;
use zbus::wire::{DynamicType, Type};
use zbus::{Connection, Message, OwnedObjectPath};

use crate::bus::entries::Row;
use crate::bus::{
    DEVICE_INTERFACE, Layout, UPOWER_DEVICE_INTERFACE, UPOWER_INTERFACE, Values, text_of,
};
use crate::history;
use hidpp_proto::feature::solar_dashboard::LightMeasure;

/// The interfaces of an object with their values.
pub type Interfaces = HashMap<String, Values>;

/// Objects by their paths.
pub type Objects = HashMap<OwnedObjectPath, Interfaces>;

/// The interface and method of the object that lists all others.
const OBJECTS: (&str, &str) = ("org.freedesktop.DBus.ObjectManager", "GetManagedObjects");

/// The program that receives a call, on a connection.
#[derive(Clone, Copy, Debug)]
pub struct Destination<'a> {
    /// The connection to its bus.
    pub connection: &'a Connection,
    /// Its unique name: `:1.5`.
    pub owner: &'a str,
}

/// A device of a daemon.
#[derive(Clone, Copy, Debug)]
pub struct DeviceObject<'a> {
    /// The daemon.
    pub daemon: Destination<'a>,
    /// The path of the device.
    pub path: &'a str,
}

impl Destination<'_> {
    /// The call that returns all objects, not sent yet.
    pub(super) fn objects_call(owner: &str, layout: Layout) -> zbus::Result<Message> {
        let (interface, method) = OBJECTS;
        let call = Message::method_call(layout.root(), method)
            .destination(owner)
            .interface(interface);
        call.build(&())
    }

    /// All its objects.
    pub async fn objects(self, layout: Layout) -> zbus::Result<Objects> {
        let (interface, method) = OBJECTS;
        self.call(layout.root(), interface, method, &()).await
    }

    /// The paths of its devices, by UPower's interface; this works with upowerd as well.
    pub async fn device_paths(self, layout: Layout) -> zbus::Result<Vec<OwnedObjectPath>> {
        self.call(layout.root(), UPOWER_INTERFACE, "EnumerateDevices", &())
            .await
    }

    /// The values of one interface of an object.
    pub async fn values(self, path: &str, interface: &str) -> zbus::Result<Values> {
        const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
        self.call(path, PROPERTIES, "GetAll", &interface).await
    }

    /// Its version, by UPower's interface; this works with upowerd as well.
    pub async fn version(self, layout: Layout) -> zbus::Result<Option<String>> {
        let values = self.values(layout.root(), UPOWER_INTERFACE).await?;
        Ok(text_of(&values, "DaemonVersion").map(str::to_owned))
    }

    async fn call<T, B>(
        self,
        path: &str,
        interface: &str,
        method: &str,
        arguments: &B,
    ) -> zbus::Result<T>
    where
        T: DeserializeOwned + Type,
        B: serde::Serialize + DynamicType + Sync,
    {
        let (owner, interface) = (Some(self.owner), Some(interface));
        let call = self
            .connection
            .call_method(owner, path, interface, method, arguments);
        call.await?.body().deserialize()
    }
}

impl DeviceObject<'_> {
    /// Requests a new battery reading; the result arrives as a signal.
    pub async fn refresh(self) -> zbus::Result<()> {
        let Self { daemon, path } = self;
        let call = daemon.call(path, UPOWER_DEVICE_INTERFACE, "Refresh", &());
        call.await
    }

    /// The recorded values of the last `timespan_s` seconds, averaged to at most `resolution`
    /// points.
    pub async fn history(
        self,
        kind: history::Quantity,
        timespan_s: u32,
        resolution: u32,
    ) -> zbus::Result<Vec<history::Point>> {
        let Self { daemon, path } = self;
        let arguments = (kind.name(), timespan_s, resolution);
        let call = daemon.call(path, UPOWER_DEVICE_INTERFACE, "GetHistory", &arguments);
        call.await
    }

    /// A page of the entries since this time, in seconds since 1970.
    pub async fn entries(self, since: u64) -> zbus::Result<Vec<Row>> {
        let Self { daemon, path } = self;
        let call = daemon.call(path, DEVICE_INTERFACE, "GetEntries", &since);
        call.await
    }

    /// The call that requests light measurements, not sent yet.
    pub(super) fn measure_light_call(
        owner: &str,
        path: &str,
        series: LightMeasure,
    ) -> zbus::Result<Message> {
        let call = Message::method_call(path, "MeasureLight")
            .destination(owner)
            .interface(DEVICE_INTERFACE);
        call.build(&(u32::from(series.reports), u32::from(series.period_s)))
    }
}
