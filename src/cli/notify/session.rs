//! Runs `notify` in real time: events of devices, of the notification server and of the clock.
//!
//! One thread follows the devices, one watches for servers that start and stop and reconnects when
//! the session bus is lost. Both send events to a third, which decides and shows; it sleeps until an
//! event or a deadline.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use log::debug;
use ordered_stream::OrderedStreamExt;
use zbus::fdo::{DBusProxy, NameOwnerChangedStream};
use zbus::{Connection, block_on};

use super::args::NotifyArgs;
use super::complain;
use super::desktop::{self, NoDesktop, SERVER};
use super::presenter::{AlertPresenter, Screen};
use crate::cli::exit::Exit;
use crate::cli::follow::Following;
use crate::cli::origin;
use crate::client::deadline::{self, Limits};
use crate::client::follow::{
    Backoff, FollowEvent, Remark, SESSION_PATIENCE, SessionEvent, reconnect,
};
use crate::clock::{Clock, RealClock};
use crate::device::Change;
use hidpp_proto::units::Timestamp;

/// How many messages the deciding thread may have pending: it may be waiting for the notification
/// server. Beyond that the queue exerts back-pressure: the connection to the daemon is not read.
const WAITING_AT_MOST: usize = 256;

/// How long the deciding thread may take to end: it may wait for a server that does not answer.
const ENDING: Duration = Duration::from_secs(2);

/// How long the session bus may take for each step of a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many attempts must find the name taken until it counts as taken by another notify: the bus
/// may not have noticed yet that the former connection is lost.
const TAKEN_ATTEMPTS: u32 = 3;

/// The longest wait before the clock is read again: waiting does not count the time in which the
/// computer is suspended.
const LOOKS: Duration = Duration::from_secs(10 * 60);

/// An event for the deciding thread.
enum Message {
    /// All present devices are about to be reported.
    Begun,
    Change(Box<Change>),
    /// All present devices were reported.
    Settled,
    /// Another notification server appeared.
    Server,
    /// The connection to the session bus that replaces a lost one.
    Connected(Connection),
    /// Another notify owns the name.
    Taken,
    /// The session has ended.
    NoBus,
    End,
}

/// Follows until interrupted, or for the duration.
pub(super) fn run(args: &NotifyArgs, mut presenter: AlertPresenter) -> io::Result<Exit> {
    let buses = origin::buses(&args.common);
    if !buses.is_empty() {
        presenter.ask(buses);
    }
    let following = Following::new(&args.common, args.duration)?;
    following.end_on_signals()?;
    let (give, take) = sync_channel(WAITING_AT_MOST);
    if let Screen::Desktop(desktop) = presenter.screen() {
        listen(desktop.connection().clone(), give.clone())?;
    }
    let handle = following.handle();
    let (ending, ended) = sync_channel(1);
    let decide = move || {
        let decided = decide(presenter, &take);
        // Without the deciding thread, following has no purpose.
        handle.end();
        _ = ending.send(decided);
    };
    thread::Builder::new()
        .name("alerts".to_owned())
        .spawn(decide)?;
    let exit = follow(following, &give);
    // The thread may have ended, or its queue may be full.
    _ = give.try_send(Message::End);
    match ended.recv_timeout(ENDING) {
        Ok(Ok(Exit::Ok)) | Err(RecvTimeoutError::Timeout) => exit,
        Ok(decided) => decided,
        Err(RecvTimeoutError::Disconnected) => Err(io::Error::other(
            "internal error: the thread for alerts ended early; please report this bug",
        )),
    }
}

/// Follows the devices, and each daemon that appears.
fn follow(following: Following, give: &SyncSender<Message>) -> io::Result<Exit> {
    following.run(&mut |_, event| {
        let message = match event {
            SessionEvent::Begun(_) => Message::Begun,
            SessionEvent::Follow(FollowEvent::Change(change)) => Message::Change(change),
            SessionEvent::Follow(FollowEvent::Settled { .. }) => Message::Settled,
            SessionEvent::Follow(FollowEvent::Alarm | FollowEvent::Remark(_))
            | SessionEvent::Lost
            | SessionEvent::Away => return Ok(None),
        };
        // If the deciding thread has ended, it ends following as well.
        _ = give.send(message);
        Ok(None)
    })
}

/// Decides and shows, until the end.
fn decide(mut presenter: AlertPresenter, take: &Receiver<Message>) -> io::Result<Exit> {
    loop {
        let now = time_of_day();
        let wait = presenter.due(now).map(|due| due.since(now));
        let message = match wait {
            // A deadline in the past belongs to a notification that was rejected just now.
            Some(wait) => take.recv_timeout(wait.clamp(Duration::from_secs(1), LOOKS)),
            None => take.recv().map_err(RecvTimeoutError::from),
        };
        let now = time_of_day();
        match message {
            Ok(Message::Begun) => presenter.begin(),
            Ok(Message::Change(change)) => presenter.on_change(now, *change)?,
            Ok(Message::Settled) => presenter.settle(now)?,
            Ok(Message::Server) => presenter.server_appeared(now),
            Ok(Message::Connected(connection)) => presenter.reconnect(now, connection),
            Ok(Message::Taken) => {
                complain(&NoDesktop::Taken);
                return Ok(Exit::Ok);
            }
            Ok(Message::NoBus) => {
                complain(&Remark::GivenUp);
                return Ok(Exit::Failure);
            }
            Err(RecvTimeoutError::Timeout) => presenter.advance(now)?,
            Ok(Message::End) | Err(RecvTimeoutError::Disconnected) => return Ok(Exit::Ok),
        }
    }
}

/// The user's clock, including changes of it: quiet hours and shown alerts are kept by it.
fn time_of_day() -> Timestamp {
    RealClock::new(None).now()
}

/// Starts a thread that reports new notification servers, and each connection that replaces a lost
/// one.
fn listen(connection: Connection, give: SyncSender<Message>) -> io::Result<()> {
    let owners = deadline::run(Limits::timeout(PATIENCE), owners(&connection));
    let owners = owners
        .map_err(io::Error::other)?
        .map_err(io::Error::other)?;
    let listen = move || {
        // The receiver may have ended already.
        _ = give.send(keep_listening(connection, owners, &give));
    };
    thread::Builder::new()
        .name("server".to_owned())
        .spawn(listen)?;
    Ok(())
}

/// Waits for servers, and reconnects with backoff when the session bus is lost. Returns why it
/// ended.
fn keep_listening(
    mut connection: Connection,
    mut owners: NameOwnerChangedStream,
    give: &SyncSender<Message>,
) -> Message {
    let (mut backoff, mut clock) = (Backoff::default(), RealClock::new(None));
    loop {
        let connected = clock.now();
        while let Some(change) = block_on(owners.next()) {
            let has_come = change.args().is_ok_and(|it| it.new_owner().is_some());
            if has_come && give.send(Message::Server).is_err() {
                return Message::End;
            }
        }
        // Otherwise the bus may not notice the loss, and the name stays taken.
        _ = deadline::run(Limits::timeout(PATIENCE), connection.close());
        if backoff.on_lost(clock.now().since(connected)) {
            complain(&"lost the connection to the session bus; reconnecting");
        }
        let mut taken = 0;
        let mut again = || match connect() {
            Err(NoDesktop::Taken) => {
                taken += 1;
                (taken == TAKEN_ATTEMPTS).then_some(None)
            }
            Err(error) => {
                debug!("{error}");
                None
            }
            Ok(connected) => Some(Some(connected)),
        };
        let patience = Some(SESSION_PATIENCE);
        match reconnect(&mut backoff, patience, &mut clock, &mut again) {
            Ok(Some(Some(connected))) => (connection, owners) = connected,
            Ok(Some(None)) => return Message::Taken,
            Ok(None) => return Message::NoBus,
            Err(error) => {
                complain(&error);
                return Message::NoBus;
            }
        }
        if give.send(Message::Connected(connection.clone())).is_err() {
            return Message::End;
        }
    }
}

/// Connects to the session bus again, and subscribes to its notification servers.
fn connect() -> Result<(Connection, NameOwnerChangedStream), NoDesktop> {
    let connection = desktop::connect()?;
    let owners = deadline::run(Limits::timeout(PATIENCE), owners(&connection))?;
    let owners = owners.map_err(NoDesktop::Bus)?;
    Ok((connection, owners))
}

async fn owners(connection: &Connection) -> zbus::Result<NameOwnerChangedStream> {
    let proxy = DBusProxy::new(connection).await?;
    proxy
        .receive_name_owner_changed_with_args(&[(0, SERVER)])
        .await
}
