//! A client on the bus that calls methods and receives signals.

use std::collections::{BTreeMap, HashMap};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use ordered_stream::OrderedStreamExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use zbus::connection::Builder;
use zbus::message::Type;
use zbus::{Connection, Message, MessageStream, OwnedObjectPath, OwnedVariant, block_on};

use crate::bus::Bus;
use crate::signal::{Signal, plain};
use crate::wait::PATIENCE;

/// The service's own interface of a device.
pub const DEVICE: &str = "org.solarstatus.Device1";
/// UPower's interface of the root object.
pub const UPOWER: &str = "org.freedesktop.UPower";
/// UPower's interface of a device.
pub const UPOWER_DEVICE: &str = "org.freedesktop.UPower.Device";
/// The path of the root object.
pub const ROOT: &str = "/org/solarstatus/Monitor1";
/// The name of the service on the bus.
pub const NAME: &str = "org.solarstatus.Monitor1";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

/// Properties by their names.
pub type Values = BTreeMap<String, OwnedVariant>;

/// A connection, and the signals received over it.
pub struct Client {
    /// Its connection to the bus.
    pub connection: Connection,
    /// The bus name that it calls.
    pub service: String,
    signals: Receiver<Signal>,
}

impl Client {
    /// A client that receives all broadcasts and calls the service.
    pub fn of(bus: &Bus) -> Self {
        let client = Self::without_broadcasts(bus);
        client.subscribe("type='signal'");
        client
    }

    /// A client that receives only the signals sent to it alone.
    pub fn without_broadcasts(bus: &Bus) -> Self {
        let builder = Builder::address(bus.address()).method_timeout(PATIENCE);
        let connection = block_on(builder.build()).unwrap();
        let (sender, signals) = mpsc::channel();
        let mut stream = MessageStream::from(&connection);
        thread::spawn(move || {
            while let Some(message) = block_on(stream.next()) {
                let Ok(message) = message else { continue };
                if message.message_type() == Type::Signal && sender.send(message.into()).is_err() {
                    return;
                }
            }
        });
        Self {
            connection,
            service: NAME.to_owned(),
            signals,
        }
    }

    /// Subscribes to the signals of a match rule.
    pub fn subscribe(&self, rule: &str) {
        self.ask_bus::<_, ()>("AddMatch", &rule).unwrap();
    }

    /// Calls a method of an object of the service.
    pub fn call<B, R>(&self, path: &str, interface: &str, member: &str, body: &B) -> zbus::Result<R>
    where
        B: Serialize + zbus::wire::DynamicType,
        R: DeserializeOwned + zbus::Type,
    {
        let service = self.service.as_str();
        let call = self
            .connection
            .call_method(Some(service), path, Some(interface), member, body);
        block_on(call)?.body().deserialize()
    }

    /// Calls a method of the bus itself.
    pub fn ask_bus<B, R>(&self, member: &str, body: &B) -> zbus::Result<R>
    where
        B: Serialize + zbus::wire::DynamicType,
        R: DeserializeOwned + zbus::Type,
    {
        let bus = "org.freedesktop.DBus";
        let call = self.connection.call_method(
            Some(bus),
            "/org/freedesktop/DBus",
            Some(bus),
            member,
            body,
        );
        block_on(call)?.body().deserialize()
    }

    /// Broadcasts a signal to all subscribers.
    pub fn broadcast<B>(&self, interface: &str, member: &str, body: &B)
    where
        B: Serialize + zbus::wire::DynamicType,
    {
        let signal = Message::signal("/org/freedesktop/login1", interface, member);
        let signal = signal.build(body).unwrap();
        block_on(self.connection.send(&signal)).unwrap();
    }

    /// Sends a signal to one connection only.
    pub fn signal_to<B>(&self, to: &str, interface: &str, member: &str, body: &B)
    where
        B: Serialize + zbus::wire::DynamicType,
    {
        let signal = Message::signal("/org/freedesktop/login1", interface, member);
        let signal = signal.destination(to).build(body).unwrap();
        block_on(self.connection.send(&signal)).unwrap();
    }

    /// All values of an interface of an object.
    pub fn values(&self, path: &str, interface: &str) -> zbus::Result<Values> {
        self.call(path, PROPERTIES, "GetAll", &interface)
    }

    /// One value, as text.
    pub fn value(&self, path: &str, interface: &str, name: &str) -> zbus::Result<String> {
        let value: OwnedVariant = self.call(path, PROPERTIES, "Get", &(interface, name))?;
        Ok(plain(&value))
    }

    /// The path of UPower's display device.
    pub fn display_device(&self) -> String {
        let path: OwnedObjectPath = self.call(ROOT, UPOWER, "GetDisplayDevice", &()).unwrap();
        path.to_string()
    }

    /// The paths of the devices with a battery.
    pub fn enumerate(&self) -> Vec<String> {
        let paths: Vec<OwnedObjectPath> = self.call(ROOT, UPOWER, "EnumerateDevices", &()).unwrap();
        paths.into_iter().map(|path| path.to_string()).collect()
    }

    /// All objects with the values of their interfaces.
    pub fn managed_objects(&self) -> BTreeMap<String, BTreeMap<String, Values>> {
        let manager = "org.freedesktop.DBus.ObjectManager";
        let objects: HashMap<OwnedObjectPath, BTreeMap<String, Values>> =
            self.call(ROOT, manager, "GetManagedObjects", &()).unwrap();
        let objects = objects.into_iter();
        objects.map(|(path, it)| (path.to_string(), it)).collect()
    }

    /// The interfaces of an object, as XML.
    pub fn introspect(&self, path: &str) -> String {
        let introspectable = "org.freedesktop.DBus.Introspectable";
        self.call(path, introspectable, "Introspect", &()).unwrap()
    }

    /// Waits until a connection owns this name.
    pub fn wait_for_name(&self, name: &str) {
        let start = Instant::now();
        // Polls as well, because the owner may have appeared before this client subscribed.
        while !self.ask_bus::<_, bool>("NameHasOwner", &name).unwrap() {
            assert!(
                start.elapsed() < PATIENCE,
                "no program takes the name {name}"
            );
            _ = self.signals.recv_timeout(Duration::from_millis(100));
        }
    }

    /// Waits for the first signal that `wanted` accepts; earlier ones are dropped.
    pub fn wait_for(&self, what: &str, wanted: impl Fn(&Signal) -> bool) -> Signal {
        let mut received = Vec::new();
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.signals.recv_timeout(left) {
                Ok(signal) if wanted(&signal) => return signal,
                Ok(signal) => received.push(signal.to_string()),
                Err(error) => panic!("no {what} ({error}), only these signals: {received:#?}"),
            }
        }
    }

    /// Waits for a signal with this value of a property.
    pub fn wait_for_value(&self, path: &str, name: &str, value: &str) -> Signal {
        self.wait_for(&format!("{name} = {value}"), |signal| {
            let changed = signal.changed();
            signal.path == path && changed.get(name).is_some_and(|it| plain(it) == value)
        })
    }

    /// Waits for the `DeviceAdded` signal of this device.
    pub fn wait_for_device(&self, path: &str) {
        self.wait_for(path, |signal| {
            signal.member == "DeviceAdded" && signal.object() == path
        });
    }

    /// Waits until a property has this value.
    pub fn wait_until(&self, path: &str, interface: &str, name: &str, wanted: &str) {
        let start = Instant::now();
        loop {
            let value = self.value(path, interface, name);
            if value.as_deref().is_ok_and(|value| value == wanted) {
                return;
            }
            let is_late = start.elapsed() >= PATIENCE;
            assert!(!is_late, "{name} is not {wanted}, but {value:?}");
            _ = self.signals.recv_timeout(Duration::from_millis(100));
        }
    }

    /// Collects the signals of the service until none arrives for this long.
    pub fn signals_until_quiet(&self, quiet: Duration) -> Vec<Signal> {
        let mut received = Vec::new();
        let start = Instant::now();
        while let Ok(signal) = self.signals.recv_timeout(quiet) {
            assert!(
                start.elapsed() < PATIENCE,
                "signals keep arriving: {received:#?}"
            );
            if signal.sender != "org.freedesktop.DBus" {
                received.push(signal);
            }
        }
        received
    }
}

impl Drop for Client {
    /// Leaves the bus, which ends the receiving thread.
    fn drop(&mut self) {
        _ = block_on(self.connection.clone().close());
    }
}
