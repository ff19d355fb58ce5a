//! The bus thread: serves the objects, and receives signals about callers that leave the bus and
//! about suspend.

use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Duration;

use log::{debug, info};
use ordered_stream::OrderedStreamExt;
use zbus::fdo::{DBusProxy, ObjectManager};
use zbus::message::Type;
use zbus::names::BusName;
use zbus::{Connection, MatchRule, Message, MessageStream};

use super::args::Args;
use super::board::Board;
use super::bus_error::BusError;
use super::ending::Teller;
use super::objects::{Hands, Root, Roster, UpowerDevice};
use super::wall::today;

/// A connection that serves the permanent objects, and the state that they share.
#[derive(Clone)]
pub(super) struct Served {
    pub(super) connection: Connection,
    pub(super) roster: Roster,
    pub(super) hands: Hands,
}

/// The timeout of calls to the bus.
const PATIENCE: Duration = Duration::from_secs(25);

/// The service that signals suspend and resume.
const LOGIND: &str = "org.freedesktop.login1";

/// Its signal before suspend (true) and after resume (false).
const SLEEP: &str = "PrepareForSleep";

/// Connects on a new thread, which then serves the connection. Ends the daemon through `teller`
/// when the bus or the name is lost.
pub(super) fn connect(
    args: &Args,
    board: &Arc<Board>,
    hands: Hands,
    teller: Teller,
) -> Result<Served, BusError> {
    let (give, take) = sync_channel(1);
    let (args, board) = (args.clone(), Arc::clone(board));
    let serve = move || {
        zbus::block_on(async {
            match build(&args, &board, hands).await {
                Ok(served) => {
                    let admission = Arc::clone(served.hands.admission());
                    let errands = admission.run_errands(served.connection.clone());
                    // Ends with the connection.
                    let _errands = zruntime::spawn(errands);
                    // Created before the connection is shared, so that no message is missed.
                    let stream = MessageStream::from(&served.connection);
                    let ear = Ear {
                        connection: served.connection.clone(),
                        hands: served.hands.clone(),
                        name: args.bus_name,
                    };
                    if give.send(Ok(served)).is_ok() {
                        teller.end(ear.listen(stream).await);
                    }
                }
                Err(error) => _ = give.send(Err(error)),
            }
        });
    };
    thread::Builder::new()
        .name("bus".to_owned())
        .spawn(serve)
        .map_err(BusError::Thread)?;
    let patience = PATIENCE + PATIENCE;
    take.recv_timeout(patience).unwrap_or(Err(BusError::Silent))
}

/// Connects and serves the permanent objects.
async fn build(args: &Args, board: &Board, hands: Hands) -> Result<Served, BusError> {
    let layout = board.layout();
    let roster = Roster::default();
    let root = Root {
        roster: Arc::clone(&roster),
        layout,
    };
    let admission = Arc::clone(hands.admission());
    let connect = async {
        args.bus
            .builder_with(admission)?
            .method_timeout(PATIENCE)
            .serve_at(layout.root(), root)
            .serve_at(layout.root(), ObjectManager)
            .serve_at(layout.display_device(), UpowerDevice::display(today()))
            .build()
            .await
    };
    let connection = connect.await.map_err(|source| BusError::Connect {
        bus: args.bus.to_string(),
        source,
    })?;
    refuse_taken(&connection, &args.bus_name).await?;
    match find_logind(&connection).await {
        Ok(logind) => hands.admission().trust(logind),
        Err(error) => {
            info!("cannot reach logind ({error}); suspend and resume will not be noticed");
        }
    }
    Ok(Served {
        connection,
        roster,
        hands,
    })
}

/// Subscribes to logind's signals, and returns the unique name of its connection.
async fn find_logind(connection: &Connection) -> zbus::Result<Option<String>> {
    let bus = DBusProxy::new(connection).await?;
    let signal = || MatchRule::builder().msg_type(Type::Signal);
    let sleep = signal().sender(LOGIND).member(SLEEP).build()?;
    let comes = signal()
        .sender("org.freedesktop.DBus")
        .member("NameOwnerChanged")
        .arg(0, LOGIND)
        .build()?;
    bus.add_match_rule(sleep).await?;
    bus.add_match_rule(comes).await?;
    let owner = bus.get_name_owner(BusName::try_from(LOGIND)?).await;
    Ok(owner.ok().map(|owner| owner.to_string()))
}

/// Fails early if the name is owned already, before requests are sent to devices.
async fn refuse_taken(connection: &Connection, name: &str) -> Result<(), BusError> {
    let Ok(bus) = DBusProxy::new(connection).await else {
        return Ok(());
    };
    let Ok(wanted) = BusName::try_from(name) else {
        return Ok(());
    };
    match bus.get_name_owner(wanted).await {
        Ok(owner) => Err(BusError::taken(name, owner.to_string())),
        Err(_) => Ok(()),
    }
}

/// Processes signals until the connection is lost.
struct Ear {
    connection: Connection,
    hands: Hands,
    /// Our name.
    name: String,
}

impl Ear {
    /// Never waits for anything but the stream: while the stream's queue is full, the connection
    /// stops reading, including the answer that such a wait would be for.
    async fn listen(self, mut stream: MessageStream) -> BusError {
        while let Some(message) = stream.next().await {
            match message {
                Ok(message) if message.message_type() == Type::Signal => {
                    if let Some(why) = self.hear(&message).await {
                        return why;
                    }
                }
                Ok(_) => {}
                Err(error) => debug!("unreadable message on the bus: {error}"),
            }
        }
        BusError::Lost
    }

    async fn hear(&self, message: &Message) -> Option<BusError> {
        let header = message.header();
        let sender = header.sender()?;
        // The bus itself sets the sender, so it cannot be forged.
        let of_bus = sender == "org.freedesktop.DBus";
        match header.member()?.as_str() {
            "NameLost" if of_bus => {
                let lost: String = message.body().deserialize().ok()?;
                return (lost == self.name).then_some(BusError::NameLost(lost));
            }
            "NameOwnerChanged" if of_bus => {
                let (name, _, owner): (String, String, String) =
                    message.body().deserialize().ok()?;
                if name == LOGIND {
                    self.hands.admission().trust(Some(owner));
                } else if owner.is_empty() {
                    self.hands.on_left(&name);
                    self.hands.unwatch(&self.connection, &name).await;
                }
            }
            // The only other peer with admitted signals is logind.
            SLEEP if !of_bus => {
                let sleeps: bool = message.body().deserialize().ok()?;
                if !sleeps {
                    self.hands.resume();
                }
            }
            _ => {}
        }
        None
    }
}
