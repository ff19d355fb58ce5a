//! Finds solar-statusd on a bus and reads all its objects at once.

use std::io;
use std::time::{Duration, Instant};

use ordered_stream::OrderedStreamExt;
use zbus::fdo::{self, DBusProxy};
use zbus::message::Type;
use zbus::names::BusName;
use zbus::{Connection, MatchRule, MessageStream, OwnedObjectPath};

use super::calls::{Destination, Interfaces, Objects};
use super::deadline::{Executor, Limits, Stopped};
use crate::bus::{self, Bus, DEVICE_INTERFACE, Layout, RECEIVER_INTERFACE};
use crate::device::{Device, Link, Receiver};

/// Why the daemon cannot be queried.
#[derive(Debug, thiserror::Error)]
pub enum NoDaemon {
    /// It is not running.
    #[error("no solar-statusd on {0}")]
    Absent(Bus),
    /// There is no such bus.
    #[error("there is no bus at {address}{}", where_is(.bus))]
    NoBus {
        /// Which.
        bus: Bus,
        /// The address at which it should be.
        address: String,
    },
    /// The bus rejects the connection or the query.
    #[error("{bus} cannot be used: {source}")]
    Bus {
        /// Which.
        bus: Bus,
        /// Why.
        source: zbus::Error,
    },
    /// The bus did not answer before the deadline.
    #[error("{0} does not answer")]
    SilentBus(Bus),
    /// The daemon, or the bus for it, rejects the query.
    #[error("solar-statusd on {bus} cannot be queried: {source}")]
    Refused {
        /// The daemon's bus.
        bus: Bus,
        /// Why.
        source: zbus::Error,
    },
    /// The daemon did not answer before the deadline.
    #[error("solar-statusd on {bus} ({owner}) does not answer")]
    Silent {
        /// The daemon's bus.
        bus: Bus,
        /// The daemon's unique name there.
        owner: String,
    },
    /// The query was interrupted.
    #[error("the query to {0} was interrupted")]
    Interrupted(Bus),
    /// Waiting for the answer failed.
    #[error("cannot wait for the bus: {0}")]
    Wait(#[from] io::Error),
}

impl NoDaemon {
    /// The bus on which another attempt may succeed although neither the bus nor the daemon reports
    /// a change; `None`: a retry is pointless, as for a bus that does not exist.
    pub fn retry(&self) -> Option<&Bus> {
        match self {
            Self::Refused { source, .. } if is_denied(source) => None,
            Self::Bus { bus, .. }
            | Self::SilentBus(bus)
            | Self::Refused { bus, .. }
            | Self::Silent { bus, .. } => Some(bus),
            Self::Absent(_) | Self::NoBus { .. } | Self::Interrupted(_) | Self::Wait(_) => None,
        }
    }
}

/// Whether a policy forbids it, which does not change.
fn is_denied(error: &zbus::Error) -> bool {
    const DENIED: &str = "org.freedesktop.DBus.Error.AccessDenied";
    match error {
        zbus::Error::MethodError(name, ..) => name.as_str() == DENIED,
        zbus::Error::FDO(error) => matches!(**error, fdo::Error::AccessDenied(_)),
        _ => false,
    }
}

/// The daemon on a bus, and the connection to it.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) bus: Bus,
    /// Its unique name: `:1.5`.
    pub(super) owner: String,
    pub(super) connection: Connection,
}

impl Found {
    /// The destination for calls of its methods.
    pub(super) fn destination(&self) -> Destination<'_> {
        Destination {
            connection: &self.connection,
            owner: &self.owner,
        }
    }
}

/// Finds the daemon on this bus, if it runs, and queries it, both within these limits. Does not
/// start the daemon.
pub(super) fn ask<T>(
    bus: Bus,
    limits: Limits<'_>,
    ask: impl AsyncFnOnce(Destination<'_>) -> zbus::Result<T>,
) -> Result<(Found, T), NoDaemon> {
    let start = Instant::now();
    let mut executor = Executor::new()?;
    let found = match executor.run(limits, connect(bus.clone())) {
        Ok(connected) => connected?,
        Err(Stopped::Late) => return Err(NoDaemon::SilentBus(bus)),
        Err(Stopped::Interrupted) => return Err(NoDaemon::Interrupted(bus)),
        Err(Stopped::Io(error)) => return Err(error.into()),
    };
    let left = |timeout: Duration| timeout.saturating_sub(start.elapsed());
    let limits = Limits {
        timeout: limits.timeout.map(left),
        ..limits
    };
    // The call is sent to the owner and not to the name, so that the bus does not start a daemon.
    match executor.run(limits, ask(found.destination())) {
        Ok(Ok(answer)) => Ok((found, answer)),
        Ok(Err(source)) => Err(NoDaemon::Refused { bus, source }),
        Err(Stopped::Late) => Err(NoDaemon::Silent {
            bus,
            owner: found.owner,
        }),
        Err(Stopped::Interrupted) => Err(NoDaemon::Interrupted(bus)),
        Err(Stopped::Io(error)) => Err(error.into()),
    }
}

/// Queries the daemon on the first of these buses that has one. Otherwise returns an error for each
/// bus that was tried; after an interrupt that is the last one.
pub(super) fn first<T>(
    buses: &[Bus],
    ask: impl Fn(Bus) -> Result<T, NoDaemon>,
) -> Result<T, Vec<NoDaemon>> {
    let mut why = Vec::new();
    for bus in buses {
        match ask(bus.clone()) {
            Ok(answer) => return Ok(answer),
            Err(error) => {
                let is_over = matches!(error, NoDaemon::Interrupted(_));
                why.push(error);
                if is_over {
                    break;
                }
            }
        }
    }
    Err(why)
}

/// A daemon, and a snapshot of all its objects.
#[derive(Debug)]
pub struct Daemon {
    found: Found,
    objects: Objects,
}

impl Daemon {
    /// Queries the daemon on this bus, if it runs, within these limits. Does not start it.
    pub fn on(bus: Bus, limits: Limits<'_>) -> Result<Self, NoDaemon> {
        let objects = async |daemon: Destination<'_>| daemon.objects(Layout::of(bus::NAME)).await;
        let (found, objects) = ask(bus, limits, objects)?;
        Ok(Self { found, objects })
    }

    /// The daemon on the first of these buses that has one, with these limits for each bus.
    /// Otherwise returns an error for each bus that was tried; after an interrupt that is the last
    /// one.
    pub fn first(buses: &[Bus], limits: Limits<'_>) -> Result<Self, Vec<NoDaemon>> {
        first(buses, |bus| Self::on(bus, limits))
    }

    /// Its bus.
    pub const fn bus(&self) -> &Bus {
        &self.found.bus
    }

    /// Its unique name there: `:1.5`.
    pub fn owner(&self) -> &str {
        &self.found.owner
    }

    /// Returns the connection, for calls of its history, and the objects.
    pub(super) fn into_parts(self) -> (Found, Objects) {
        (self.found, self.objects)
    }

    /// All receivers and devices, in the order of their nodes and slots.
    pub fn everything(self) -> (Vec<Receiver>, Vec<Device>) {
        let (mut receivers, mut devices) = (Vec::new(), Vec::new());
        for (_, interfaces) in in_order(self.objects) {
            receivers.extend(interfaces.get(RECEIVER_INTERFACE).and_then(bus::receiver));
            devices.extend(interfaces.get(DEVICE_INTERFACE).and_then(bus::device));
        }
        (receivers, devices)
    }
}

/// A daemon with a subscription to its signals.
pub(super) struct Subscription {
    pub(super) daemon: Found,
    /// A snapshot of all its objects.
    pub(super) objects: Objects,
    /// The messages after its answer.
    pub(super) stream: MessageStream,
}

impl Subscription {
    /// Subscribes on one bus, as [`Daemon::on`].
    pub(super) fn on(bus: Bus, limits: Limits<'_>) -> Result<Self, NoDaemon> {
        let (daemon, (stream, objects)) = ask(bus, limits, subscribe)?;
        Ok(Self {
            daemon,
            objects,
            stream,
        })
    }

    /// Subscribes on the first bus with a daemon, as [`Daemon::first`].
    pub(super) fn first(buses: &[Bus], limits: Limits<'_>) -> Result<Self, Vec<NoDaemon>> {
        first(buses, |bus| Self::on(bus, limits))
    }
}

/// Sorts objects in the order in which nodes are opened, `hidraw9` before `hidraw10`: receivers,
/// then devices by receiver and slot.
pub fn in_order(objects: Objects) -> Vec<(OwnedObjectPath, Interfaces)> {
    let receiver = |it: &Interfaces| bus::receiver(it.get(RECEIVER_INTERFACE)?);
    let receivers: Vec<Receiver> = objects.values().filter_map(receiver).collect();
    let place = |interfaces: &Interfaces| {
        let device = interfaces.get(DEVICE_INTERFACE).and_then(bus::device);
        let node = match device.as_ref().map(|it| &it.link) {
            None => receiver(interfaces).map(|it| it.node),
            Some(Link::Direct { node, .. }) => Some(node.clone()),
            Some(Link::Paired { receiver, .. }) => {
                let receiver = receivers.iter().find(|it| it.id == *receiver);
                receiver.map(|it| it.node.clone())
            }
        };
        let node = node.map(|node| (node.len(), node));
        let slot = device.as_ref().and_then(Device::slot);
        (device.is_some(), node, slot)
    };
    let mut objects: Vec<_> = objects.into_iter().collect();
    objects.sort_by_cached_key(|(_, interfaces)| place(interfaces));
    objects
}

/// The bus that is missing, if its address does not show that.
fn where_is(bus: &Bus) -> String {
    match bus {
        Bus::Address(_) => String::new(),
        bus => format!(", where {bus} should be"),
    }
}

/// Connects to a bus, and looks up the owner of the daemon's name there.
async fn connect(bus: Bus) -> Result<Found, NoDaemon> {
    let connect = async { bus.builder()?.build().await };
    let connection = match connect.await {
        Ok(connection) => connection,
        Err(zbus::Error::Connection(error, address)) if error.kind() == io::ErrorKind::NotFound => {
            let address = address.to_string();
            return Err(NoDaemon::NoBus { bus, address });
        }
        Err(source) => return Err(NoDaemon::Bus { bus, source }),
    };
    match owner(&connection).await {
        Ok(owner) => Ok(Found {
            bus,
            owner,
            connection,
        }),
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

/// The signal that reports changes of the owner of the daemon's name.
pub fn owner_changes() -> zbus::Result<MatchRule<'static>> {
    let rule = MatchRule::builder()
        .msg_type(Type::Signal)
        .sender("org.freedesktop.DBus")
        .interface("org.freedesktop.DBus")
        .member("NameOwnerChanged")
        .arg(0, bus::NAME);
    rule.build()
}

/// Subscribes to the daemon's signals, then requests all objects. The stream begins after the
/// answer, with the changes that it does not contain.
async fn subscribe(daemon: Destination<'_>) -> zbus::Result<(MessageStream, Objects)> {
    let Destination { connection, owner } = daemon;
    let mut stream = MessageStream::from(connection);
    let proxy = DBusProxy::new(connection).await?;
    let said = MatchRule::builder().msg_type(Type::Signal).sender(owner);
    proxy.add_match_rule(said.build()?).await?;
    proxy.add_match_rule(owner_changes()?).await?;
    let call = Destination::objects_call(owner, Layout::of(bus::NAME))?;
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
