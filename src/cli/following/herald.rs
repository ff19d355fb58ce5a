//! Tells when solar-statusd comes to a bus.

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

/// Rings from now on when the daemon comes to this bus; `false`: there is no such bus. It costs
/// nothing until then.
pub(super) fn post(bus: Bus, mut bell: Bell) -> bool {
    let listen = move || zbus::block_on(listen(&bus));
    let Ok(Outcome::Ended(Ok((connection, mut stream)))) = within("bus", PATIENCE, listen) else {
        return false;
    };
    let wait = move || {
        while let Some(message) = zbus::block_on(stream.next()) {
            let arrived = message.is_ok_and(|message| is_arrival(&message));
            if arrived && bell.ring(Ring::Arrived).is_err() {
                return;
            }
        }
        drop(connection);
        _ = bell.ring(Ring::Ended);
    };
    let thread = thread::Builder::new().name("herald".to_owned());
    thread.spawn(wait).is_ok()
}

async fn listen(bus: &Bus) -> zbus::Result<(Connection, MessageStream)> {
    let connection = bus.builder().build().await?;
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
