//! Waiting for solar-statusd where it does not run.

use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::sync_channel;
use std::thread;

use ordered_stream::OrderedStreamExt;
use zbus::block_on;
use zbus::fdo::DBusProxy;
use zbus::names::BusName;

use super::complain;
use crate::bus::{self, Bus};
use crate::cli::exit::Exit;
use crate::manager::{Clock, RealClock, Wake};
use crate::units::Timestamp;

/// Why waiting ended.
pub(super) enum End {
    /// A daemon with this unique name is there.
    Found(String),
    /// The program is to end so.
    Stopped(Exit),
}

/// Waits for a daemon on this bus. The one that was followed `before` is no news: when it is still
/// there, following it failed.
pub(super) fn daemon(
    bus: &Bus,
    before: Option<&str>,
    interrupt: &UnixStream,
    until: Option<Timestamp>,
) -> io::Result<End> {
    let (mut bell, rings) = UnixStream::pair()?;
    let (give, found) = sync_channel(1);
    let asked = bus.clone();
    let wait = move || {
        // Who does not wait any more need not hear it.
        _ = give.send(block_on(owner(&asked)));
        _ = bell.write_all(&[0]);
    };
    // It ends with the program where nobody comes.
    thread::Builder::new()
        .name("daemon".to_owned())
        .spawn(wait)?;
    let mut clock = RealClock::new(Some(interrupt.as_fd()));
    loop {
        match clock.wait(&[rings.as_fd()], until)? {
            Wake::Interrupted => return Ok(End::Stopped(Exit::Interrupted)),
            Wake::Readable(_) => break,
            Wake::Due if until.is_some_and(|until| clock.now() >= until) => {
                return Ok(End::Stopped(Exit::Ok));
            }
            // A signal came in between.
            Wake::Due => {}
        }
    }
    match found.recv() {
        Ok(Ok(owner)) if before == Some(owner.as_str()) => Ok(End::Stopped(Exit::Failure)),
        Ok(Ok(owner)) => Ok(End::Found(owner)),
        Ok(Err(error)) => {
            complain(&format_args!("{bus} cannot be used: {error}"));
            Ok(End::Stopped(Exit::Failure))
        }
        Err(_) => Ok(End::Stopped(Exit::Failure)),
    }
}

/// Who has the daemon's name, as soon as somebody has.
async fn owner(bus: &Bus) -> zbus::Result<String> {
    let connection = bus.builder().build().await?;
    let proxy = DBusProxy::new(&connection).await?;
    let mut owners = proxy
        .receive_name_owner_changed_with_args(&[(0, bus::NAME)])
        .await?;
    if let Ok(owner) = proxy.get_name_owner(BusName::try_from(bus::NAME)?).await {
        return Ok(owner.to_string());
    }
    complain(&format_args!("waiting for solar-statusd on {bus}"));
    while let Some(change) = owners.next().await {
        if let Some(owner) = change.args()?.new_owner().as_ref() {
            return Ok(owner.to_string());
        }
    }
    Err(zbus::Error::InputOutput(
        io::Error::from(io::ErrorKind::ConnectionReset).into(),
    ))
}
