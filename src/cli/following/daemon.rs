//! Following solar-statusd: its signals become the changes that the devices would tell.

use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use log::debug;
use ordered_stream::OrderedStreamExt;
use zbus::message::Type;
use zbus::{Connection, Message, OwnedObjectPath};

use super::mirror::Mirror;
use super::{Following, Hand, News, WAITING};
use crate::bus::{self, Values};
use crate::cli::asked::Asked;
use crate::cli::daemon::{Daemon, NoDaemon, in_order};
use crate::cli::{Exit, setting};
use crate::manager::{Change, Clock, RealClock, Wake};
use crate::units::Timestamp;

/// What a message of the bus means.
enum Heard {
    /// Nothing to tell.
    Nothing,
    Change(Box<Change>),
    /// The daemon is gone.
    Left,
}

/// How following a daemon ended.
pub(super) enum Ended {
    Exit(Exit),
    /// The daemon is gone: why.
    Lost(String),
    /// It cannot be asked.
    Unheard(NoDaemon),
}

pub(super) fn follow(
    following: Following<'_>,
    mut daemon: Daemon,
    hand: &Hand,
    tell: &mut dyn FnMut(Timestamp, News) -> io::Result<()>,
) -> io::Result<Ended> {
    let Following {
        common,
        duration,
        interrupt,
    } = following;
    let interrupt = interrupt.map_or_else(setting::interrupt, Ok)?;
    let clock = RealClock::new(None);
    let until = duration.map(|duration| clock.now() + duration);
    // Dropped with this function: nobody is left waiting for the end.
    let (_here, there) = UnixStream::pair()?;
    let ended = end(interrupt, there, until, daemon.connection.clone())?;
    hand.take_daemon(daemon.connection.clone(), daemon.owner.clone());
    let mut mirror = Mirror::new(Asked(common));
    for (path, interfaces) in in_order(std::mem::take(&mut daemon.objects)) {
        if let Some(change) = mirror.appear(path.as_str(), interfaces) {
            learn(hand, &mirror, &change);
            tell(clock.now(), News::Change(Box::new(change)))?;
        }
    }
    if mirror.is_empty() {
        tell(clock.now(), News::Remark(WAITING.to_owned()))?;
    }
    tell(clock.now(), News::Settled)?;
    while let Some(message) = zbus::block_on(daemon.stream.next()) {
        match message.and_then(|message| hear(&message, &daemon.owner, &mut mirror)) {
            Ok(Heard::Change(change)) => {
                learn(hand, &mirror, &change);
                tell(clock.now(), News::Change(change))?;
            }
            Ok(Heard::Nothing) => {}
            Ok(Heard::Left) => {
                hand.let_go();
                return Ok(Ended::Lost(format!("solar-statusd left {}", daemon.bus)));
            }
            // A newer daemon, or the end.
            Err(error) => debug!("a message cannot be read: {error}"),
        }
    }
    hand.let_go();
    let Ok(wake) = ended.try_recv() else {
        let why = format!("{} closed the connection", daemon.bus);
        return Ok(Ended::Lost(why));
    };
    Ok(Ended::Exit(match wake? {
        Wake::Interrupted => Exit::Interrupted,
        Wake::Due | Wake::Readable(_) => Exit::Ok,
    }))
}

/// Where a device that was found is to be asked.
fn learn(hand: &Hand, mirror: &Mirror<'_>, change: &Change) {
    if let Change::DeviceAdded(device) = change
        && let Some(path) = mirror.path(&device.link)
    {
        hand.learn(device.link.clone(), path.to_owned());
    }
}

/// Closes the connection when the user or the time wants it, from a thread that sleeps until then,
/// or until the other end of `there` is dropped.
fn end(
    interrupt: UnixStream,
    there: UnixStream,
    until: Option<Timestamp>,
    connection: Connection,
) -> io::Result<Receiver<io::Result<Wake>>> {
    let (give, ended) = sync_channel(1);
    let wait = move || {
        let mut clock = RealClock::new(Some(interrupt.as_fd()));
        let wake = loop {
            match clock.wait(&[there.as_fd()], until) {
                // A signal came in between.
                Ok(Wake::Due) if until.is_none_or(|until| clock.now() < until) => {}
                wake => break wake,
            }
        };
        if give.send(wake).is_ok() {
            _ = zbus::block_on(connection.close());
        }
    };
    thread::Builder::new().name("end".to_owned()).spawn(wait)?;
    Ok(ended)
}

fn hear(message: &Message, owner: &str, mirror: &mut Mirror<'_>) -> zbus::Result<Heard> {
    let header = message.header();
    let (Type::Signal, Some(sender), Some(member), Some(path)) = (
        message.message_type(),
        header.sender(),
        header.member(),
        header.path(),
    ) else {
        return Ok(Heard::Nothing);
    };
    let body = message.body();
    // Anybody can send us signals.
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
            mirror.appear(path.as_str(), interfaces)
        }
        "InterfacesRemoved" => {
            let (path, interfaces): (OwnedObjectPath, Vec<String>) = body.deserialize()?;
            mirror.vanish(path.as_str(), &interfaces)
        }
        "PropertiesChanged" => {
            let (interface, values, _): (String, Values, Vec<String>) = body.deserialize()?;
            mirror.change(path.as_str(), &interface, values)
        }
        "LightButtonPressed" => mirror.light_key(path.as_str()),
        _ => None,
    };
    Ok(change.map_or(Heard::Nothing, |change| Heard::Change(Box::new(change))))
}
