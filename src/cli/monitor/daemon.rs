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

use super::WAITING;
use super::mirror::Mirror;
use super::printer::Printer;
use crate::bus::{self, Values};
use crate::cli::args::MonitorArgs;
use crate::cli::asked::Asked;
use crate::cli::daemon::{Daemon, in_order};
use crate::cli::{Exit, complain, setting};
use crate::manager::{Change, Clock, RealClock, Wake};
use crate::units::Timestamp;

/// What a message of the bus means.
enum News {
    /// Nothing to tell.
    Nothing,
    Change(Box<Change>),
    /// The daemon is gone.
    Left,
}

pub(super) fn run(args: &MonitorArgs, mut daemon: Daemon) -> io::Result<Exit> {
    let clock = RealClock::new(None);
    let until = args.duration.map(|duration| clock.now() + duration);
    let ended = end(setting::interrupt()?, until, daemon.connection.clone())?;
    let mut printer = Printer::new(args, false);
    let mut mirror = Mirror::new(Asked(&args.common));
    for (path, interfaces) in in_order(std::mem::take(&mut daemon.objects)) {
        if let Some(change) = mirror.appear(path.as_str(), interfaces) {
            printer.tell(clock.now(), change)?;
        }
    }
    if mirror.is_empty() {
        complain(&WAITING);
    }
    while let Some(message) = zbus::block_on(daemon.stream.next()) {
        let news = message.and_then(|message| hear(&message, &daemon.owner, &mut mirror));
        match news {
            Ok(News::Change(change)) => printer.tell(clock.now(), *change)?,
            Ok(News::Nothing) => {}
            Ok(News::Left) => {
                complain(&format_args!("solar-statusd left {}", daemon.bus));
                return Ok(Exit::Failure);
            }
            // A newer daemon, or the end.
            Err(error) => debug!("a message cannot be read: {error}"),
        }
    }
    let Ok(wake) = ended.try_recv() else {
        complain(&format_args!("{} closed the connection", daemon.bus));
        return Ok(Exit::Failure);
    };
    Ok(match wake? {
        Wake::Interrupted => Exit::Interrupted,
        Wake::Due | Wake::Readable(_) => Exit::Ok,
    })
}

/// Closes the connection when the user or the time wants it, from a thread that sleeps until then.
fn end(
    interrupt: UnixStream,
    until: Option<Timestamp>,
    connection: Connection,
) -> io::Result<Receiver<io::Result<Wake>>> {
    let (give, ended) = sync_channel(1);
    let wait = move || {
        let mut clock = RealClock::new(Some(interrupt.as_fd()));
        let wake = loop {
            match clock.wait(&[], until) {
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

fn hear(message: &Message, owner: &str, mirror: &mut Mirror<'_>) -> zbus::Result<News> {
    let header = message.header();
    let (Type::Signal, Some(sender), Some(member), Some(path)) = (
        message.message_type(),
        header.sender(),
        header.member(),
        header.path(),
    ) else {
        return Ok(News::Nothing);
    };
    let body = message.body();
    // Anybody can send us signals.
    if sender.as_str() == "org.freedesktop.DBus" {
        if member.as_str() == "NameOwnerChanged" {
            let (name, before, _): (String, String, String) = body.deserialize()?;
            if name == bus::NAME && before == owner {
                return Ok(News::Left);
            }
        }
        return Ok(News::Nothing);
    }
    if sender.as_str() != owner {
        return Ok(News::Nothing);
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
    Ok(change.map_or(News::Nothing, |change| News::Change(Box::new(change))))
}
