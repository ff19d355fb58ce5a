//! A program on the bus: it calls, and hears all signals.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
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

/// Longer than anything takes on the slowest machine.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

pub(crate) const DEVICE: &str = "org.solarstatus.Device1";
pub(crate) const UPOWER: &str = "org.freedesktop.UPower";
pub(crate) const UPOWER_DEVICE: &str = "org.freedesktop.UPower.Device";
pub(crate) const ROOT: &str = "/org/solarstatus/Monitor1";
pub(crate) const NAME: &str = "org.solarstatus.Monitor1";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

pub(crate) type Values = BTreeMap<String, OwnedVariant>;

/// A connection, and the signals that came on it.
pub(crate) struct Client {
    pub(crate) connection: Connection,
    /// Whom it calls.
    pub(crate) service: String,
    signals: Receiver<Signal>,
}

/// A signal that was heard.
#[derive(Clone, Debug)]
pub(crate) struct Signal {
    pub(crate) sender: String,
    pub(crate) path: String,
    pub(crate) member: String,
    pub(crate) message: Message,
}

impl Client {
    /// A client that hears everything, and calls our service.
    pub(crate) fn of(bus: &Bus) -> Self {
        let client = Self::deaf(bus);
        client.listen_to("type='signal'");
        client
    }

    /// A client that hears only what is sent to itself.
    pub(crate) fn deaf(bus: &Bus) -> Self {
        let builder = Builder::address(bus.address()).method_timeout(LIMIT);
        let connection = block_on(builder.build()).unwrap();
        let (tell, signals) = mpsc::channel();
        let mut stream = MessageStream::from(&connection);
        thread::spawn(move || {
            while let Some(message) = block_on(stream.next()) {
                let Ok(message) = message else { continue };
                if message.message_type() == Type::Signal && tell.send(signal(message)).is_err() {
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

    pub(crate) fn listen_to(&self, rule: &str) {
        self.ask_bus::<_, ()>("AddMatch", &rule).unwrap();
    }

    /// Calls a method of an object of the service.
    pub(crate) fn call<B, R>(
        &self,
        path: &str,
        interface: &str,
        member: &str,
        body: &B,
    ) -> zbus::Result<R>
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
    pub(crate) fn ask_bus<B, R>(&self, member: &str, body: &B) -> zbus::Result<R>
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

    /// Sends a signal to all who want to hear it.
    pub(crate) fn broadcast<B>(&self, interface: &str, member: &str, body: &B)
    where
        B: Serialize + zbus::wire::DynamicType,
    {
        let signal = Message::signal("/org/freedesktop/login1", interface, member);
        let signal = signal.build(body).unwrap();
        block_on(self.connection.send(&signal)).unwrap();
    }

    /// Sends somebody a signal that others do not hear.
    pub(crate) fn signal_to<B>(&self, to: &str, interface: &str, member: &str, body: &B)
    where
        B: Serialize + zbus::wire::DynamicType,
    {
        let signal = Message::signal("/org/freedesktop/login1", interface, member);
        let signal = signal.destination(to).build(body).unwrap();
        block_on(self.connection.send(&signal)).unwrap();
    }

    /// All values of an interface of an object.
    pub(crate) fn values(&self, path: &str, interface: &str) -> zbus::Result<Values> {
        self.call(path, PROPERTIES, "GetAll", &interface)
    }

    /// One value, as text.
    pub(crate) fn value(&self, path: &str, interface: &str, name: &str) -> zbus::Result<String> {
        let value: OwnedVariant = self.call(path, PROPERTIES, "Get", &(interface, name))?;
        Ok(plain(&value))
    }

    pub(crate) fn display_device(&self) -> String {
        let path: OwnedObjectPath = self.call(ROOT, UPOWER, "GetDisplayDevice", &()).unwrap();
        path.to_string()
    }

    pub(crate) fn enumerate(&self) -> Vec<String> {
        let paths: Vec<OwnedObjectPath> = self.call(ROOT, UPOWER, "EnumerateDevices", &()).unwrap();
        paths.into_iter().map(|path| path.to_string()).collect()
    }

    /// All objects with the values of their interfaces.
    pub(crate) fn managed_objects(&self) -> BTreeMap<String, BTreeMap<String, Values>> {
        let manager = "org.freedesktop.DBus.ObjectManager";
        let objects: HashMap<OwnedObjectPath, BTreeMap<String, Values>> =
            self.call(ROOT, manager, "GetManagedObjects", &()).unwrap();
        let objects = objects.into_iter();
        objects.map(|(path, it)| (path.to_string(), it)).collect()
    }

    pub(crate) fn introspect(&self, path: &str) -> String {
        let introspectable = "org.freedesktop.DBus.Introspectable";
        self.call(path, introspectable, "Introspect", &()).unwrap()
    }

    /// Waits until somebody has this name.
    pub(crate) fn wait_for_name(&self, name: &str) {
        let start = Instant::now();
        // Whoever took it before this client listened is found by asking, also in between.
        while !self.ask_bus::<_, bool>("NameHasOwner", &name).unwrap() {
            assert!(start.elapsed() < LIMIT, "nobody takes the name {name}");
            _ = self.signals.recv_timeout(Duration::from_millis(100));
        }
    }

    /// The next signal that is wanted; those before it are dropped.
    pub(crate) fn wait_for(&self, what: &str, wanted: impl Fn(&Signal) -> bool) -> Signal {
        let mut heard = Vec::new();
        let end = Instant::now() + LIMIT;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.signals.recv_timeout(left) {
                Ok(signal) if wanted(&signal) => return signal,
                Ok(signal) => heard.push(signal.to_string()),
                Err(error) => panic!("no {what} ({error}), but only {heard:#?}"),
            }
        }
    }

    /// The next signal that tells this value.
    pub(crate) fn wait_for_value(&self, path: &str, name: &str, value: &str) -> Signal {
        self.wait_for(&format!("{name} = {value}"), |signal| {
            let changed = signal.changed();
            signal.path == path && changed.get(name).is_some_and(|it| plain(it) == value)
        })
    }

    /// Waits until this device is announced.
    pub(crate) fn wait_for_device(&self, path: &str) {
        self.wait_for(path, |signal| {
            signal.member == "DeviceAdded" && signal.object() == path
        });
    }

    /// Waits until an object has this value.
    pub(crate) fn wait_until(&self, path: &str, interface: &str, name: &str, wanted: &str) {
        let start = Instant::now();
        while self.value(path, interface, name).ok().as_deref() != Some(wanted) {
            assert!(start.elapsed() < LIMIT, "{name} does not become {wanted}");
            _ = self.signals.recv_timeout(Duration::from_millis(100));
        }
    }

    /// What was heard of the service until nothing more came for so long.
    pub(crate) fn heard_until_quiet(&self, quiet: Duration) -> Vec<Signal> {
        let mut heard = Vec::new();
        let start = Instant::now();
        while let Ok(signal) = self.signals.recv_timeout(quiet) {
            assert!(start.elapsed() < LIMIT, "it is never quiet: {heard:#?}");
            if signal.sender != "org.freedesktop.DBus" {
                heard.push(signal);
            }
        }
        heard
    }
}

impl Drop for Client {
    /// Leaves the bus; the thread that listens ends by that.
    fn drop(&mut self) {
        _ = block_on(self.connection.clone().close());
    }
}

fn signal(message: Message) -> Signal {
    let header = message.header();
    let sender = header
        .sender()
        .map_or_else(String::new, ToString::to_string);
    let path = header.path().map_or_else(String::new, ToString::to_string);
    let member = header
        .member()
        .map_or_else(String::new, ToString::to_string);
    Signal {
        sender,
        path,
        member,
        message,
    }
}

impl Signal {
    /// The changed values, if it tells some.
    pub(crate) fn changed(&self) -> Values {
        self.properties_changed()
            .map_or_else(Values::new, |(_, values, _)| values)
    }

    fn properties_changed(&self) -> Option<(String, Values, Vec<String>)> {
        (self.member == "PropertiesChanged").then(|| self.message.body().deserialize().unwrap())
    }

    /// Of `InterfacesAdded` and `InterfacesRemoved`: the path and the interfaces.
    pub(crate) fn interfaces(&self) -> (String, Vec<String>) {
        let body = self.message.body();
        let (path, interfaces) = if self.member == "InterfacesAdded" {
            let (path, values): (OwnedObjectPath, BTreeMap<String, Values>) =
                body.deserialize().unwrap();
            (path, values.into_keys().collect())
        } else {
            body.deserialize::<(OwnedObjectPath, Vec<String>)>()
                .unwrap()
        };
        (path.to_string(), interfaces)
    }

    /// The path that it is about, if it tells of an object.
    pub(crate) fn object(&self) -> String {
        let body = self.message.body();
        let path: OwnedObjectPath = body.deserialize().unwrap();
        path.to_string()
    }
}

impl std::fmt::Display for Signal {
    /// In one line, times left out: `hidpp_101B_1C5E0705 UPower.Device: Percentage=64.0`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let object = self.path.rsplit('/').next().unwrap_or_default();
        let Some((interface, values, invalidated)) = self.properties_changed() else {
            return write!(f, "{object} {}", self.member);
        };
        let interface = interface
            .trim_start_matches("org.freedesktop.")
            .trim_start_matches("org.solarstatus.");
        write!(f, "{object} {interface}:")?;
        for (name, value) in &values {
            let value = if name.ends_with("Time") || name == "LastSeen" {
                "…".to_owned()
            } else {
                plain(value)
            };
            write!(f, " {name}={value}")?;
        }
        if !invalidated.is_empty() {
            write!(f, " invalidated={invalidated:?}")?;
        }
        Ok(())
    }
}

/// A value without the word for its type.
pub(crate) fn plain(value: &OwnedVariant) -> String {
    let text = value.to_string();
    match value.value_signature().to_string().as_str() {
        "d" => text.trim_end_matches('.').to_owned(),
        "y" | "q" | "u" | "t" | "n" | "x" => text.split(' ').next_back().unwrap().to_owned(),
        _ => text,
    }
}

/// The name of an error, as it goes over the bus.
pub(crate) fn error_name<T: std::fmt::Debug>(outcome: zbus::Result<T>) -> String {
    match outcome.unwrap_err() {
        zbus::Error::MethodError(name, _, _) => name.to_string(),
        zbus::Error::FDO(error) => zbus::DBusError::name(&*error).to_string(),
        other => format!("{other:?}"),
    }
}

/// Values in lines, sorted.
pub(crate) fn lines(values: &Values) -> String {
    let mut text = String::new();
    for (name, value) in values {
        let told = if name.ends_with("Time") || name == "LastSeen" {
            if plain(value) == "0" {
                "never"
            } else {
                "(a time)"
            }
            .to_owned()
        } else {
            plain(value)
        };
        writeln!(text, "  {:<20} {} {told}", name, value.value_signature()).unwrap();
    }
    text
}
