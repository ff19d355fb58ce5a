//! Tells when solar-statusd comes to a bus.

use std::io;
use std::sync::Arc;
use std::thread;

use ordered_stream::OrderedStreamExt;
use zbus::fdo::DBusProxy;
use zbus::names::{MemberName, UniqueName};
use zbus::{Connection, Message, MessageStream};

use super::PATIENCE;
use super::bell::{Bell, Ring};
use crate::bus::{self, Bus};
use crate::cli::daemon::owner_changes;
use crate::manager::{Outcome, within};

/// What the bus says, for as long as there is the connection.
type Line = (Connection, MessageStream);

/// Rings when the last of the buses is gone.
struct Last(Bell);

impl Drop for Last {
    fn drop(&mut self) {
        // It fails where nobody follows any more.
        _ = self.0.ring(Ring::NoBus);
    }
}

/// Rings from now on when the daemon comes to one of these buses; `false`: there is none of them. It
/// costs nothing until then.
pub(super) fn post(buses: Vec<Bus>, bell: &Bell) -> io::Result<bool> {
    let lines: Vec<Line> = buses.into_iter().filter_map(line).collect();
    if lines.is_empty() {
        return Ok(false);
    }
    let last = Arc::new(Last(bell.try_clone()?));
    for line in lines {
        let (bell, last) = (bell.try_clone()?, Arc::clone(&last));
        let wait = move || {
            let _last = last;
            wait(line, &bell);
        };
        let thread = thread::Builder::new().name("herald".to_owned());
        thread.spawn(wait)?;
    }
    Ok(true)
}

/// Rings for each daemon that comes, until the bus is gone.
fn wait((_connection, mut stream): Line, bell: &Bell) {
    while let Some(message) = zbus::block_on(stream.next()) {
        let arrived = message.is_ok_and(|message| is_arrival(&message));
        if arrived && bell.ring(Ring::Arrived).is_err() {
            return;
        }
    }
}

fn line(bus: Bus) -> Option<Line> {
    let listen = move || zbus::block_on(listen(&bus));
    match within("bus", PATIENCE, listen) {
        Ok(Outcome::Ended(line)) => line.ok(),
        _ => None,
    }
}

async fn listen(bus: &Bus) -> zbus::Result<Line> {
    let connection = bus.builder()?.build().await?;
    let stream = MessageStream::from(&connection);
    let proxy = DBusProxy::new(&connection).await?;
    proxy.add_match_rule(owner_changes()?).await?;
    Ok((connection, stream))
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
