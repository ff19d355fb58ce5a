//! A client on the guest's system bus: it queries services with UPower's interfaces, and receives
//! their signals.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use ordered_stream::OrderedStreamExt;
use serde::Serialize;
use serde::de::DeserializeOwned;
use test_support::wait::eventually;
use zbus::connection::Builder;
use zbus::message::Type;
use zbus::wire::DynamicType;
use zbus::{Connection, Message, MessageStream, OwnedObjectPath, OwnedVariant, block_on};

use crate::kernel::PATIENCE;

const OBJECT_MANAGER: &str = "org.freedesktop.DBus.ObjectManager";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
const INTROSPECTABLE: &str = "org.freedesktop.DBus.Introspectable";
const UPOWER_ROOT: &str = "org.freedesktop.UPower";
const UPOWER_DEVICE: &str = "org.freedesktop.UPower.Device";
const OUR_DEVICE: &str = "org.solarstatus.Device1";
const BUS: &str = "org.freedesktop.DBus";

/// A service with UPower's interfaces.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Service {
    pub(crate) name: &'static str,
    root: &'static str,
}

/// The real UPower.
pub(crate) const UPOWER: Service = Service {
    name: "org.freedesktop.UPower",
    root: "/org/freedesktop/UPower",
};

/// solar-statusd.
pub(crate) const OURS: Service = Service {
    name: "org.solarstatus.Monitor1",
    root: "/org/solarstatus/Monitor1",
};

/// The values of an object as text, without their types.
pub(crate) type Values = BTreeMap<String, String>;

/// A device with a battery, as published by a service.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    pub(crate) path: String,
    /// The values of UPower's interface.
    pub(crate) upower: Values,
    /// The values of our interface; upowerd has none.
    pub(crate) ours: Values,
}

/// The values of an object, by interface.
type Interfaces = BTreeMap<String, BTreeMap<String, OwnedVariant>>;

/// A connection to the bus.
pub(crate) struct Client {
    connection: Connection,
    signals: Arc<Mutex<Vec<Signal>>>,
}

/// A signal that a service sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signal {
    pub(crate) member: String,
    /// The object that it is about.
    pub(crate) path: String,
}

impl Client {
    /// Connects, and records the signals of our service from then on.
    pub(crate) fn connect() -> Self {
        let builder = Builder::system().method_timeout(PATIENCE);
        let connection = block_on(builder.build()).expect("the system bus");
        let signals = Arc::new(Mutex::new(Vec::new()));
        let received = Arc::clone(&signals);
        let mut stream = MessageStream::from(&connection);
        // The thread ends with the connection.
        thread::spawn(move || {
            while let Some(message) = block_on(stream.next()) {
                let signal = message.ok().as_ref().and_then(Signal::of);
                lock(&received).extend(signal);
            }
        });
        let client = Self {
            connection,
            signals,
        };
        let rule = format!("type='signal',path_namespace='{}'", OURS.root);
        client.call_bus::<_, ()>("AddMatch", &rule);
        client
    }

    /// Waits until a service owns its name.
    pub(crate) fn wait_for(&self, service: Service) {
        eventually(service.name, PATIENCE, || {
            self.is_there(service).then_some(())
        });
    }

    /// Whether a service owns its name.
    pub(crate) fn is_there(&self, service: Service) -> bool {
        self.call_bus("NameHasOwner", &service.name)
    }

    /// The devices that a service lists.
    pub(crate) fn devices(&self, service: Service) -> Vec<String> {
        let Service { name, root } = service;
        let paths: zbus::Result<Vec<OwnedObjectPath>> =
            self.call(name, root, UPOWER_ROOT, "EnumerateDevices", &());
        let paths = paths.unwrap_or_else(|error| panic!("{name} lists no devices: {error}"));
        let mut paths: Vec<String> = paths.iter().map(ToString::to_string).collect();
        paths.sort();
        paths
    }

    /// All values that a service publishes about its devices.
    pub(crate) fn batteries(&self, service: Service) -> Vec<Device> {
        if service.name == OURS.name {
            return self.our_batteries();
        }
        let paths = self.devices(service).into_iter();
        let devices = paths.filter_map(|path| {
            let values: zbus::Result<BTreeMap<String, OwnedVariant>> =
                self.call(service.name, &path, PROPERTIES, "GetAll", &UPOWER_DEVICE);
            Some(Device {
                path,
                // The device may have just been removed.
                upower: plain(values.ok()?),
                ours: Values::new(),
            })
        });
        devices.collect()
    }

    fn our_batteries(&self) -> Vec<Device> {
        let Service { name, root } = OURS;
        let objects: zbus::Result<HashMap<OwnedObjectPath, Interfaces>> =
            self.call(name, root, OBJECT_MANAGER, "GetManagedObjects", &());
        let objects = objects.unwrap_or_else(|error| panic!("{name} shows nothing: {error}"));
        let objects = objects.into_iter();
        let devices = objects.filter_map(|(path, mut interfaces)| {
            Some(Device {
                path: path.to_string(),
                upower: plain(interfaces.remove(UPOWER_DEVICE)?),
                ours: plain(interfaces.remove(OUR_DEVICE)?),
            })
        });
        devices.collect()
    }

    /// Whether our service reports the device with this serial number as online.
    pub(crate) fn is_online(&self, serial: [u8; 4]) -> Option<String> {
        let serial = serial.map(|byte| format!("{byte:02X}")).concat();
        let mut paths = self.devices(OURS).into_iter();
        let path = paths.find(|path| path.ends_with(&serial))?;
        let asked = &(OUR_DEVICE, "Online");
        let value: OwnedVariant = self.call(OURS.name, &path, PROPERTIES, "Get", asked).ok()?;
        Some(value.to_string())
    }

    /// Requests a light series from the K750 at this path.
    pub(crate) fn measure_light(&self, path: &str, count: u32, period: u32) {
        let measured: zbus::Result<()> = self.call(
            OURS.name,
            path,
            OUR_DEVICE,
            "MeasureLight",
            &(count, period),
        );
        measured.expect("the series is accepted");
    }

    /// The last path elements of all objects below our root, from its introspection.
    pub(crate) fn objects(&self) -> Vec<String> {
        let Service { name, root } = OURS;
        let xml: zbus::Result<String> = self.call(name, root, INTROSPECTABLE, "Introspect", &());
        let xml = xml.unwrap_or_else(|error| panic!("introspection of {root}: {error}"));
        let nodes = xml.split("<node name=\"").skip(1);
        let names = nodes.filter_map(|rest| rest.split('"').next());
        names.map(str::to_owned).collect()
    }

    /// Makes the bus reload its policies.
    pub(crate) fn reload_policies(&self) {
        self.call_bus::<_, ()>("ReloadConfig", &());
    }

    /// The signals of our service since the previous call.
    pub(crate) fn take_signals(&self) -> Vec<Signal> {
        std::mem::take(&mut *lock(&self.signals))
    }

    fn call_bus<B, R>(&self, member: &str, body: &B) -> R
    where
        B: Serialize + DynamicType,
        R: DeserializeOwned + zbus::Type,
    {
        let answer = self.call(BUS, "/org/freedesktop/DBus", BUS, member, body);
        answer.unwrap_or_else(|error| panic!("{member} of the bus failed: {error}"))
    }

    fn call<B, R>(
        &self,
        service: &str,
        path: &str,
        interface: &str,
        member: &str,
        body: &B,
    ) -> zbus::Result<R>
    where
        B: Serialize + DynamicType,
        R: DeserializeOwned + zbus::Type,
    {
        let connection = &self.connection;
        let call = connection.call_method(Some(service), path, Some(interface), member, body);
        block_on(call)?.body().deserialize()
    }
}

impl Device {
    /// Whether it has this serial number. The kernel adds dashes and, before Linux 6.4, puts the
    /// model before it.
    pub(crate) fn has_serial(&self, serial: [u8; 4]) -> bool {
        let wanted = serial.map(|byte| format!("{byte:02x}")).concat();
        let serial = self.upower["Serial"].replace('-', "").to_lowercase();
        serial.ends_with(&wanted)
    }
}

impl Signal {
    fn of(message: &Message) -> Option<Self> {
        if message.message_type() != Type::Signal {
            return None;
        }
        let header = message.header();
        let body = message.body();
        // Signals about an object have its path in their body.
        let object: Option<OwnedObjectPath> = body.deserialize().ok();
        let path = object.map_or_else(
            || header.path().map(ToString::to_string),
            |it| Some(it.to_string()),
        );
        Some(Self {
            member: header.member()?.to_string(),
            path: path?,
        })
    }
}

/// `57.`, `uint32 6` or `"K750"` without the parts for their types.
fn plain(values: BTreeMap<String, OwnedVariant>) -> Values {
    let text = |value: OwnedVariant| {
        let text = value.to_string();
        let numbers = ["byte", "int", "uint"];
        let number = text
            .split_once(' ')
            .filter(|(kind, _)| numbers.iter().any(|number| kind.starts_with(number)));
        let text = number.map_or(text.as_str(), |(_, value)| value);
        text.trim_end_matches('.').trim_matches('"').to_owned()
    };
    let values = values.into_iter();
    values.map(|(name, value)| (name, text(value))).collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
