//! Reports each start of solar-statusd on a bus, and reconnects when the connection to that bus is
//! lost.

use std::io;
use std::os::fd::BorrowedFd;
use std::sync::Arc;
use std::thread;

use log::debug;
use ordered_stream::OrderedStreamExt;
use zbus::fdo::DBusProxy;
use zbus::names::{BusName, MemberName, UniqueName};
use zbus::{Message, MessageStream};

use super::PATIENCE;
use super::backoff::{Backoff, patience, reconnect};
use super::waker::{WakeReason, Waker};
use crate::bus::{self, Bus};
use crate::client::daemon::owner_changes;
use crate::client::deadline::{self, Limits, Stopped};
use crate::clock::{Clock, RealClock};

/// A bus with a subscription to the owner of the daemon's name.
struct Line {
    /// It holds the connection.
    stream: MessageStream,
    /// Whether the daemon was running at the start of the stream.
    has_daemon: bool,
}

/// Wakes the follower when the last of the buses is given up.
struct Last(Waker);

impl Drop for Last {
    fn drop(&mut self) {
        // It fails once the follower ended.
        _ = self.0.wake(WakeReason::NoBus);
    }
}

/// Starts a thread for each of these buses, which wakes the follower when the daemon starts there.
/// Returns `false` if none of them can be connected to: a bus that never existed is not retried.
/// Stops connecting once `interrupt` is readable. The threads sleep until a daemon starts or a bus
/// is lost.
pub(super) fn start(buses: &[Bus], waker: &Waker, interrupt: BorrowedFd<'_>) -> io::Result<bool> {
    let limits = Limits {
        timeout: Some(PATIENCE),
        interrupt: Some(interrupt),
    };
    let mut lines = Vec::new();
    for (rank, bus) in (0..).zip(buses) {
        match connect(bus, limits) {
            Ok(Some(line)) => lines.push((rank, bus.clone(), line)),
            Ok(None) => {}
            Err(Stopped::Interrupted) => break,
            Err(Stopped::Late) => debug!("{bus} does not answer"),
            Err(Stopped::Io(error)) => return Err(error),
        }
    }
    if lines.is_empty() {
        return Ok(false);
    }
    let last = Arc::new(Last(waker.clone()));
    for (rank, bus, line) in lines {
        let (waker, last) = (waker.clone(), Arc::clone(&last));
        let watch = move || {
            let _last = last;
            watch(&bus, rank, line, &waker);
        };
        let thread = thread::Builder::new().name("name watch".to_owned());
        thread.spawn(watch)?;
    }
    Ok(true)
}

/// Sends an event for each daemon that starts, until the follower ends or the bus is given up.
fn watch(bus: &Bus, rank: u8, mut line: Line, waker: &Waker) {
    let (mut backoff, mut clock) = (Backoff::default(), RealClock::new(None));
    let arrived = WakeReason::Arrived { rank };
    loop {
        let connected = clock.now();
        while let Some(message) = zbus::block_on(line.stream.next()) {
            let has_come = message.is_ok_and(|message| is_arrival(&message));
            if has_come && waker.wake(arrived).is_err() {
                return;
            }
        }
        drop(line);
        backoff.on_lost(clock.now().since(connected));
        let mut again = || connect(bus, Limits::timeout(PATIENCE)).ok().flatten();
        let again = reconnect(&mut backoff, patience(bus), &mut clock, &mut again);
        let Ok(Some(connected)) = again else {
            debug!("{bus} did not come back");
            return;
        };
        line = connected;
        if line.has_daemon && waker.wake(arrived).is_err() {
            return;
        }
    }
}

fn connect(bus: &Bus, limits: Limits<'_>) -> Result<Option<Line>, Stopped> {
    let line = deadline::run(limits, listen(bus))?;
    let failed = |error: &zbus::Error| debug!("{bus} cannot be watched: {error}");
    Ok(line.inspect_err(failed).ok())
}

async fn listen(bus: &Bus) -> zbus::Result<Line> {
    let connection = bus.builder()?.build().await?;
    let stream = MessageStream::from(&connection);
    let proxy = DBusProxy::new(&connection).await?;
    proxy.add_match_rule(owner_changes()?).await?;
    let has_daemon = proxy.name_has_owner(BusName::try_from(bus::NAME)?).await?;
    Ok(Line { stream, has_daemon })
}

fn is_arrival(message: &Message) -> bool {
    let header = message.header();
    let sender = header.sender().map(UniqueName::as_str);
    let member = header.member().map(MemberName::as_str);
    if (sender, member) != (Some("org.freedesktop.DBus"), Some("NameOwnerChanged")) {
        return false;
    }
    let body = message.body();
    let owners = body.deserialize::<(String, String, String)>();
    owners.is_ok_and(|(name, _, owner)| name == bus::NAME && !owner.is_empty())
}
