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
use super::objects::{Actions, DeviceList, Root, UpowerDevice};
use super::shutdown::ShutdownSender;
use super::wall_clock::today;

/// A connection that serves the permanent objects, and the state that they share.
#[derive(Clone)]
pub(super) struct Served {
    pub(super) connection: Connection,
    pub(super) device_list: DeviceList,
    pub(super) actions: Actions,
}

/// The timeout of calls to the bus.
const CALL_TIMEOUT: Duration = Duration::from_secs(25);

/// The service that signals suspend and resume.
const LOGIND: &str = "org.freedesktop.login1";

/// Its signal before suspend (true) and after resume (false).
const SLEEP: &str = "PrepareForSleep";

/// Connects on a new thread, which then serves the connection. Ends the daemon through
/// `shutdown_sender` when the bus or the name is lost.
pub(super) fn connect(
    args: &Args,
    board: &Arc<Board>,
    actions: Actions,
    shutdown_sender: ShutdownSender,
) -> Result<Served, BusError> {
    let (give, take) = sync_channel(1);
    let (args, board) = (args.clone(), Arc::clone(board));
    let serve = move || {
        zbus::block_on(async {
            match build(&args, &board, actions).await {
                Ok(served) => {
                    let admission = Arc::clone(served.actions.admission());
                    let tasks = admission.run_tasks(served.connection.clone());
                    // Ends with the connection.
                    let _tasks = zruntime::spawn(tasks);
                    // Created before the connection is shared, so that no message is missed.
                    let stream = MessageStream::from(&served.connection);
                    let receiver = SignalReceiver {
                        connection: served.connection.clone(),
                        actions: served.actions.clone(),
                        name: args.bus_name,
                    };
                    if give.send(Ok(served)).is_ok() {
                        shutdown_sender.start(receiver.listen(stream).await);
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
    let timeout = CALL_TIMEOUT + CALL_TIMEOUT;
    take.recv_timeout(timeout).unwrap_or(Err(BusError::Silent))
}

/// Connects and serves the permanent objects.
async fn build(args: &Args, board: &Board, actions: Actions) -> Result<Served, BusError> {
    let layout = board.layout();
    let device_list = DeviceList::default();
    let root = Root {
        device_list: Arc::clone(&device_list),
        layout,
    };
    let admission = Arc::clone(actions.admission());
    let connect = async {
        args.bus
            .builder_with(admission)?
            .method_timeout(CALL_TIMEOUT)
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
        Ok(logind) => actions.admission().trust(logind),
        Err(error) => {
            info!("cannot reach logind ({error}); suspend and resume will not be noticed");
        }
    }
    Ok(Served {
        connection,
        device_list,
        actions,
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
struct SignalReceiver {
    connection: Connection,
    actions: Actions,
    /// Our name.
    name: String,
}

impl SignalReceiver {
    /// Never waits for anything but the stream: while the stream's queue is full, the connection
    /// stops reading, including the answer that such a wait would be for.
    async fn listen(self, mut stream: MessageStream) -> BusError {
        while let Some(message) = stream.next().await {
            match message {
                Ok(message) if message.message_type() == Type::Signal => {
                    if let Some(why) = self.on_signal(&message).await {
                        return why;
                    }
                }
                Ok(_) => {}
                Err(error) => debug!("unreadable message on the bus: {error}"),
            }
        }
        BusError::Lost
    }

    async fn on_signal(&self, message: &Message) -> Option<BusError> {
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
                    self.actions.admission().trust(Some(owner));
                } else if owner.is_empty() {
                    self.actions.on_left(&name);
                    self.actions.unwatch(&self.connection, &name).await;
                }
            }
            // The only other peer with admitted signals is logind.
            SLEEP if !of_bus => {
                let sleeps: bool = message.body().deserialize().ok()?;
                if !sleeps {
                    self.actions.resume();
                }
            }
            _ => {}
        }
        None
    }
}
