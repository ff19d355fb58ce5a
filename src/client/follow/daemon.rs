//! Following solar-statusd: converts its signals to the same changes as those of directly read
//! devices.

use std::io;
use std::os::fd::AsFd;

use log::debug;
use ordered_stream::OrderedStreamExt;
use zbus::message::Type;
use zbus::{Message, OwnedObjectPath};

use super::object_cache::ObjectCache;
use super::waker::{WakeReason, WakeReceiver};
use super::{Control, FollowEvent, Remark, Reporter};
use crate::bus::{self, Values};
use crate::client::daemon::{Subscription, in_order};
use crate::client::deadline::{Executor, Limits, Stopped};
use crate::client::filter::Filter;
use crate::clock::{Clock, RealClock};
use crate::device::Change;
use crate::text;
use hidpp_proto::units::Timestamp;

/// What a message of the bus means.
enum Heard {
    /// Nothing to report.
    Nothing,
    Change(Box<Change>),
    /// The daemon accepted a request.
    Accepted,
    /// The daemon refused a request: why.
    Refused(String),
    /// The daemon left the bus.
    Left,
}

/// How following a daemon ended.
pub(super) enum DaemonEnd {
    /// The time limit was reached.
    Due,
    /// It was interrupted for this reason.
    Woken(WakeReason),
    /// The daemon has left its bus.
    Left,
    /// The connection was lost.
    Closed,
}

/// Follows this daemon, on the bus of this rank, until the time limit, an interrupt, or the loss of
/// the daemon.
pub(super) fn follow(
    filter: &Filter,
    (subscription, rank): (Subscription, u8),
    until: Option<Timestamp>,
    interrupts: &mut WakeReceiver,
    control: &Control,
    reporter: &mut Reporter<'_>,
) -> io::Result<DaemonEnd> {
    let clock = RealClock::new(None);
    let mut executor = Executor::new()?;
    let Subscription {
        daemon,
        objects,
        mut stream,
    } = subscription;
    control.take_daemon(daemon.connection.clone(), daemon.owner.clone());
    let mut cache = ObjectCache::new(filter);
    for (path, interfaces) in in_order(objects) {
        if let Some(change) = cache.appear(path.as_str(), interfaces) {
            learn(control, &cache, &change);
            reporter.report(clock.now(), FollowEvent::Change(Box::new(change)))?;
        }
    }
    let settled = FollowEvent::Settled {
        is_empty: cache.is_empty(),
        unselected: cache.unselected(),
    };
    reporter.report(clock.now(), settled)?;
    // Requests are sent repeatedly; a refusal is reported once.
    let mut refused = false;
    loop {
        let due = until.into_iter().chain(reporter.alarm()).min();
        let limits = Limits {
            timeout: due.map(|due| due.since(clock.now())),
            interrupt: Some(interrupts.as_fd()),
        };
        let message = match executor.run(limits, stream.next()) {
            Ok(Some(message)) => message,
            Ok(None) => return Ok(DaemonEnd::Closed),
            Err(Stopped::Late) => {
                let now = clock.now();
                if until.is_some_and(|until| until <= now) {
                    return Ok(DaemonEnd::Due);
                }
                reporter.advance(now)?;
                continue;
            }
            Err(Stopped::Interrupted) => match interrupts.receive()? {
                // Only a daemon on a bus of higher precedence matters now. On the same bus it is
                // either this daemon, or this one has left and the stream reports that.
                WakeReason::Arrived { rank: of } if of >= rank => continue,
                // The connection to this daemon still exists.
                WakeReason::NoBus => continue,
                reason => return Ok(DaemonEnd::Woken(reason)),
            },
            Err(Stopped::Io(error)) => return Err(error),
        };
        match message.and_then(|message| hear(&message, &daemon.owner, &mut cache)) {
            Ok(Heard::Change(change)) => {
                learn(control, &cache, &change);
                reporter.report(clock.now(), FollowEvent::Change(change))?;
            }
            Ok(Heard::Nothing) => {}
            Ok(Heard::Accepted) => refused = false,
            Ok(Heard::Refused(why)) => {
                if !std::mem::replace(&mut refused, true) {
                    let remark = Remark::LightRefused(text::line(&why));
                    reporter.report(clock.now(), FollowEvent::Remark(remark))?;
                }
            }
            Ok(Heard::Left) => return Ok(DaemonEnd::Left),
            // From a newer daemon, or the end of the stream.
            Err(error) => debug!("a message cannot be read: {error}"),
        }
    }
}

/// Stores the path of a found device, for requests to it.
fn learn(control: &Control, cache: &ObjectCache<'_>, change: &Change) {
    if let Change::DeviceAdded(device) = change
        && let Some(path) = cache.path(&device.id)
    {
        control.learn(device.id.clone(), path.to_owned());
    }
}

fn hear(message: &Message, owner: &str, cache: &mut ObjectCache<'_>) -> zbus::Result<Heard> {
    let header = message.header();
    // At this point the only calls on this connection are light requests.
    match message.message_type() {
        Type::MethodReturn if header.sender().is_some_and(|it| it == owner) => {
            return Ok(Heard::Accepted);
        }
        Type::Error if header.sender().is_some_and(|it| it == owner) => {
            return Ok(Heard::Refused(message.body().deserialize()?));
        }
        _ => {}
    }
    let (Type::Signal, Some(sender), Some(member), Some(path)) = (
        message.message_type(),
        header.sender(),
        header.member(),
        header.path(),
    ) else {
        return Ok(Heard::Nothing);
    };
    let body = message.body();
    // Any program on the bus can send signals: only those of the bus itself count here.
    if sender.as_str() == "org.freedesktop.DBus" {
        if member.as_str() == "NameOwnerChanged" {
            let (name, before, _): (String, String, String) = body.deserialize()?;
            if name == bus::NAME && before == owner {
                return Ok(Heard::Left);
            }
        }
        return Ok(Heard::Nothing);
    }
    if sender.as_str() != owner {
        return Ok(Heard::Nothing);
    }
    let change = match member.as_str() {
        "InterfacesAdded" => {
            let (path, interfaces): (OwnedObjectPath, _) = body.deserialize()?;
            cache.appear(path.as_str(), interfaces)
        }
        "InterfacesRemoved" => {
            let (path, interfaces): (OwnedObjectPath, Vec<String>) = body.deserialize()?;
            cache.vanish(path.as_str(), &interfaces)
        }
        "PropertiesChanged" => {
            let (interface, values, _): (String, Values, Vec<String>) = body.deserialize()?;
            cache.change(path.as_str(), &interface, values)
        }
        "LightButtonPressed" => cache.light_key(path.as_str()),
        _ => None,
    };
    Ok(change.map_or(Heard::Nothing, |change| Heard::Change(Box::new(change))))
}
