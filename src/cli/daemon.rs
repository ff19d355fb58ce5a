//! solar-statusd, as a client sees it: where it is, and all its objects at once.

use std::io;
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::{Duration, Instant};

use log::debug;
use ordered_stream::OrderedStreamExt;
use zbus::fdo::{self, DBusProxy, ManagedObjects};
use zbus::message::Type;
use zbus::names::BusName;
use zbus::{Connection, MatchRule, Message, MessageStream};

use crate::bus::{self, Bus, DEVICE_INTERFACE, Layout, RECEIVER_INTERFACE};
use crate::device::{Device, Link, Receiver};

/// The interface of the object that lists all others.
pub(super) const OBJECT_MANAGER: &str = "org.freedesktop.DBus.ObjectManager";

/// Why the daemon cannot be asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoDaemon {
    /// It does not run, or there is no such bus.
    #[error("no solar-statusd on {0}")]
    Absent(Bus),
    /// The bus refuses to be asked.
    #[error("{bus} cannot be used: {source}")]
    Bus { bus: Bus, source: zbus::Error },
    /// The bus hangs.
    #[error("{0} does not answer")]
    SilentBus(Bus),
    /// The daemon, or the bus for it, refuses to be asked.
    #[error("solar-statusd on {bus} cannot be asked: {source}")]
    Refused { bus: Bus, source: zbus::Error },
    /// The daemon hangs.
    #[error("solar-statusd on {bus} ({owner}) does not answer")]
    Silent { bus: Bus, owner: String },
    /// There is no thread to wait in.
    #[error("there is no thread for the bus: {0}")]
    Thread(#[from] io::Error),
}

/// A daemon that answered.
pub(super) struct Daemon {
    pub(super) bus: Bus,
    /// Its unique name: `:1.5`.
    pub(super) owner: String,
    pub(super) connection: Connection,
    /// What comes after its answer.
    pub(super) stream: MessageStream,
    /// Its answer: all objects with their values.
    pub(super) objects: ManagedObjects,
}

impl Daemon {
    /// Asks the daemon on this bus, if it runs; it is not started. All must be answered in time. Who
    /// means to follow it hears everything from then on.
    pub(super) fn on(bus: Bus, follow: bool, patience: Duration) -> Result<Self, NoDaemon> {
        let start = Instant::now();
        let asked = bus.clone();
        let (connection, owner) =
            within(patience, move || zbus::block_on(connect(asked)))?
                .unwrap_or_else(|| Err(NoDaemon::SilentBus(bus.clone())))?;
        // The owner is asked and not the name: then the bus starts nobody.
        let (line, whom) = (connection.clone(), owner.clone());
        let ask = move || zbus::block_on(objects(&line, &whom, follow));
        match within(patience.saturating_sub(start.elapsed()), ask)? {
            Some(Ok((stream, objects))) => Ok(Self {
                bus,
                owner,
                connection,
                stream,
                objects,
            }),
            Some(Err(source)) => Err(NoDaemon::Refused { bus, source }),
            None => Err(NoDaemon::Silent { bus, owner }),
        }
    }

    /// All receivers and devices, in the order of their nodes and slots.
    pub(super) fn everything(&self) -> (Vec<Receiver>, Vec<Device>) {
        let of = |interface: &'static str| {
            let objects = self.objects.values();
            objects.filter_map(move |it| it.iter().find(|(name, _)| name.as_str() == interface))
        };
        let receivers = of(RECEIVER_INTERFACE).filter_map(|(_, values)| bus::receiver(values));
        let devices = of(DEVICE_INTERFACE).filter_map(|(_, values)| bus::device(values));
        let (mut receivers, mut devices) =
            (receivers.collect::<Vec<_>>(), devices.collect::<Vec<_>>());
        sort(&mut receivers, &mut devices);
        (receivers, devices)
    }
}

/// Sorts as nodes are listed where they are opened: `hidraw9` before `hidraw10`.
fn sort(receivers: &mut [Receiver], devices: &mut [Device]) {
    let place = |node: &str| (node.len(), node.to_owned());
    receivers.sort_by_key(|receiver| place(&receiver.node));
    let node = |device: &Device| match &device.link {
        Link::Direct { node, .. } => place(node),
        Link::Paired { receiver, .. } => {
            let receiver = receivers.iter().find(|it| it.id == *receiver);
            place(receiver.map_or("", |it| &it.node))
        }
    };
    devices.sort_by_key(|device| (node(device), device.slot()));
}

/// Does something that may hang; `None`: it did not end in time. Then it is left behind: the
/// program does not live long, and nothing waits for it any more.
fn within<T: Send + 'static>(
    patience: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<Option<T>> {
    let (give, take) = sync_channel(1);
    thread::Builder::new()
        .name("bus".to_owned())
        .spawn(move || give.send(work()))?;
    Ok(take.recv_timeout(patience).ok())
}

/// Connects to a bus, and looks who has our name there.
async fn connect(bus: Bus) -> Result<(Connection, String), NoDaemon> {
    let connection = match bus.builder().build().await {
        Ok(connection) => connection,
        Err(zbus::Error::InputOutput(error)) if error.kind() == io::ErrorKind::NotFound => {
            debug!("{bus}: {error}");
            return Err(NoDaemon::Absent(bus));
        }
        Err(source) => return Err(NoDaemon::Bus { bus, source }),
    };
    match owner(&connection).await {
        Ok(owner) => Ok((connection, owner)),
        Err(zbus::Error::FDO(error)) if matches!(*error, fdo::Error::NameHasNoOwner(_)) => {
            Err(NoDaemon::Absent(bus))
        }
        Err(source) => Err(NoDaemon::Bus { bus, source }),
    }
}

async fn owner(connection: &Connection) -> zbus::Result<String> {
    let proxy = DBusProxy::new(connection).await?;
    let owner = proxy.get_name_owner(BusName::try_from(bus::NAME)?).await?;
    Ok(owner.to_string())
}

/// Asks for all objects. The stream begins behind the answer, with what the answer does not know.
async fn objects(
    connection: &Connection,
    owner: &str,
    follow: bool,
) -> zbus::Result<(MessageStream, ManagedObjects)> {
    let mut stream = MessageStream::from(connection);
    if follow {
        let proxy = DBusProxy::new(connection).await?;
        let signals = || MatchRule::builder().msg_type(Type::Signal);
        let said = signals().sender(owner).build()?;
        proxy.add_match_rule(said).await?;
        let leaving = signals()
            .sender("org.freedesktop.DBus")
            .interface("org.freedesktop.DBus")
            .member("NameOwnerChanged")
            .arg(0, bus::NAME)
            .build()?;
        proxy.add_match_rule(leaving).await?;
    }
    let call = Message::method_call(Layout::of(bus::NAME).root(), "GetManagedObjects")
        .destination(owner)
        .interface(OBJECT_MANAGER)
        .build(&())?;
    let serial = call.header().primary().serial_num();
    connection.send(&call).await?;
    while let Some(message) = stream.next().await {
        let message = message?;
        if message.header().reply_serial() != Some(serial) {
            continue;
        }
        return match message.message_type() {
            Type::MethodReturn => Ok((stream, message.body().deserialize()?)),
            _ => Err(message.into()),
        };
    }
    Err(zbus::Error::InputOutput(
        io::Error::from(io::ErrorKind::ConnectionReset).into(),
    ))
}
