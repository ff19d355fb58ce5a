//! In real time: devices, the notification server and the clock each have their say.
//!
//! One thread follows the devices, one listens for servers that come and go, and both tell a third,
//! which decides and shows. It sleeps until it is told something or something is due.

use std::io;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use ordered_stream::OrderedStreamExt;
use zbus::fdo::{DBusProxy, NameOwnerChangedStream};
use zbus::{Connection, block_on};

use super::args::NotifyArgs;
use super::complain;
use super::desktop::SERVER;
use super::teller::{Screen, Teller};
use crate::bus::Bus;
use crate::cli::exit::Exit;
use crate::cli::following::{Bell, Ear, FollowOn, Hand, Lasting, News, bell};
use crate::cli::way;
use crate::manager::{Change, Clock, RealClock};
use crate::units::Timestamp;

/// Waiting does not count the time in which the computer sleeps. So whoever waits for something looks
/// at the clock so often.
const LOOKS: Duration = Duration::from_secs(10 * 60);

/// What the deciding thread is told.
enum Message {
    /// All who are there will be told of.
    Anew,
    Change(Box<Change>),
    /// All who are there were told of.
    Settled,
    /// Another notification server is there.
    Server,
    /// The session is over.
    NoBus,
    End,
}

/// Follows until it is interrupted, or for its duration.
pub(super) fn run(args: &NotifyArgs, mut teller: Teller) -> io::Result<Exit> {
    if way::direct(&args.common).is_none() {
        let bus = args.common.way.bus.clone();
        teller.ask(bus.map_or_else(|| vec![Bus::System, Bus::Session], |bus| vec![bus]));
    }
    let (bell, ear) = bell()?;
    bell.for_signals()?;
    let (give, take) = mpsc::channel();
    if let Screen::Desktop(desktop) = teller.screen() {
        listen(desktop.connection(), give.clone())?;
    }
    let end = bell.try_clone()?;
    let decide = move || {
        let ended = decide(teller, &take);
        // Then there is nobody left to follow for.
        _ = end.end();
        ended
    };
    let decider = thread::Builder::new()
        .name("alerts".to_owned())
        .spawn(decide)?;
    let exit = follow(args, bell, ear, &give);
    // It may have ended by itself.
    _ = give.send(Message::End);
    match decider.join() {
        Ok(Ok(Exit::Ok)) => exit,
        Ok(ended) => ended,
        Err(_) => Err(io::Error::other("the thread for alerts ended early")),
    }
}

/// Follows the devices, and each daemon that comes.
fn follow(args: &NotifyArgs, bell: Bell, ear: Ear, give: &Sender<Message>) -> io::Result<Exit> {
    let following = FollowOn {
        common: &args.common,
        duration: args.duration,
        hand: Hand::default(),
        bell,
        ear,
    };
    following.run(&mut |_, heard| {
        let message = match heard {
            Lasting::Anew => Message::Anew,
            Lasting::News(News::Change(change)) => Message::Change(change),
            Lasting::News(News::Settled) => Message::Settled,
            Lasting::News(News::Remark(what)) | Lasting::Lost(what) => {
                complain(&what);
                return Ok(());
            }
            Lasting::Away => return Ok(()),
        };
        // Nobody listens when it has ended by itself, and then this ends too.
        _ = give.send(message);
        Ok(())
    })
}

/// Decides and shows, until there is an end to it.
fn decide(mut teller: Teller, take: &Receiver<Message>) -> io::Result<Exit> {
    loop {
        let now = time_of_day();
        let wait = teller.due(now).map(|due| due.since(now));
        let message = match wait {
            // What is due at once was refused just now.
            Some(wait) => take.recv_timeout(wait.clamp(Duration::from_secs(1), LOOKS)),
            None => take.recv().map_err(RecvTimeoutError::from),
        };
        let now = time_of_day();
        match message {
            Ok(Message::Anew) => teller.begin(),
            Ok(Message::Change(change)) => teller.take(now, *change)?,
            Ok(Message::Settled) => teller.settle(now)?,
            Ok(Message::Server) => teller.server_appeared(now),
            Ok(Message::NoBus) => {
                complain(&"the session bus closed the connection");
                return Ok(Exit::Failure);
            }
            Err(RecvTimeoutError::Timeout) => teller.advance(now)?,
            Ok(Message::End) | Err(RecvTimeoutError::Disconnected) => return Ok(Exit::Ok),
        }
    }
}

/// As the user has it now: quiet hours and what was told are kept by it, also when it was set.
fn time_of_day() -> Timestamp {
    RealClock::new(None).now()
}

/// Tells of notification servers that come, from a thread that sleeps in between.
fn listen(connection: &Connection, give: Sender<Message>) -> io::Result<()> {
    let mut owners = block_on(owners(connection)).map_err(io::Error::other)?;
    let listen = move || {
        while let Some(change) = block_on(owners.next()) {
            let Ok(change) = change.args() else {
                continue;
            };
            if change.new_owner().is_some() && give.send(Message::Server).is_err() {
                return;
            }
        }
        // Nobody need hear it any more.
        _ = give.send(Message::NoBus);
    };
    thread::Builder::new()
        .name("server".to_owned())
        .spawn(listen)?;
    Ok(())
}

async fn owners(connection: &Connection) -> zbus::Result<NameOwnerChangedStream> {
    let proxy = DBusProxy::new(connection).await?;
    proxy
        .receive_name_owner_changed_with_args(&[(0, SERVER)])
        .await
}
