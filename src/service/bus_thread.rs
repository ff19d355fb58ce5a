//! The thread that has the bus: it serves the objects, and hears who leaves and who sleeps.

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

/// A connection with the objects that are always there, and what goes with it.
#[derive(Clone)]
pub(super) struct Served {
    pub(super) connection: Connection,
    pub(super) roster: Roster,
    pub(super) hands: Hands,
}

/// A bus that does not answer for so long is none.
const PATIENCE: Duration = Duration::from_secs(25);

/// Who knows when the computer sleeps.
const LOGIND: &str = "org.freedesktop.login1";

/// Its word that the computer goes to sleep (true) or woke (false).
const SLEEP: &str = "PrepareForSleep";

/// Connects, on a thread that serves the connection from then on. `teller` is told when the bus or
/// the name is lost.
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
                    // A stream before anybody knows the connection: it misses nothing.
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

/// Connects and serves what is always there.
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

/// Listens to logind from now on, and finds who that is.
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

/// Asks before any device is asked for something in vain.
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

/// Hears what the bus says until it is gone.
struct Ear {
    connection: Connection,
    hands: Hands,
    /// Our name.
    name: String,
}

impl Ear {
    /// The stream is read without waiting for anything else: while it is full, the connection
    /// reads no more, not even the answer that would be waited for.
    async fn listen(self, mut stream: MessageStream) -> BusError {
        while let Some(message) = stream.next().await {
            match message {
                Ok(message) if message.message_type() == Type::Signal => {
                    if let Some(why) = self.hear(&message).await {
                        return why;
                    }
                }
                Ok(_) => {}
                Err(error) => debug!("a message cannot be read: {error}"),
            }
        }
        BusError::Lost
    }

    async fn hear(&self, message: &Message) -> Option<BusError> {
        let header = message.header();
        let sender = header.sender()?;
        // The bus says itself who sends.
        let of_bus = sender == "org.freedesktop.DBus";
        match header.member()?.as_str() {
            "NameLost" if of_bus => {
                let lost: String = message.body().deserialize().ok()?;
                return (lost == self.name).then_some(BusError::NameLost(lost));
            }
            "NameOwnerChanged" if of_bus => {
                let (who, _, owner): (String, String, String) =
                    message.body().deserialize().ok()?;
                if who == LOGIND {
                    self.hands.admission().trust(Some(owner));
                } else if owner.is_empty() {
                    self.hands.on_left(&who);
                    self.hands.unwatch(&self.connection, &who).await;
                }
            }
            // The admission lets no other peer's signals in than logind's.
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
