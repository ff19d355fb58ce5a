//! Shows notifications on the desktop through `org.freedesktop.Notifications`.
//!
//! Source: Desktop Notifications Specification 1.3. A notification that a server rejects is kept
//! and retried later, with this server or the next one, unless it has been withdrawn by then.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use log::debug;
use zbus::fdo::{self, DBusProxy, RequestNameFlags};
use zbus::names::BusName;
use zbus::{Connection, Variant, block_on, proxy};

use super::texts::{self, Text};
use crate::alerts::{Bubble, Kind, Order, Urgency};
use crate::bus::Bus;
use crate::cli::complain;
use crate::cli::style::Style;
use crate::client::deadline::{self, Limits, Stopped};
use hidpp_proto::units::Timestamp;

/// The well-known name of notification servers.
pub(super) const SERVER: &str = "org.freedesktop.Notifications";

/// The owner of this name shows notifications in this session.
const OWN_NAME: &str = "org.solarstatus.Notify1";

/// The name of the desktop file in `packaging/autostart`.
const DESKTOP_ENTRY: &str = "solar-status-notify";

/// The timeout for each call: a server may be busy drawing.
const PATIENCE: Duration = Duration::from_secs(10);

/// The delay until a notification that the server rejected is retried.
const RETRY: Duration = Duration::from_secs(10 * 60);

/// The server decides how long a notification is shown.
const EXPIRES_BY_SERVER: i32 = -1;

#[proxy(
    interface = "org.freedesktop.Notifications",
    default_service = "org.freedesktop.Notifications",
    default_path = "/org/freedesktop/Notifications"
)]
trait Notifications {
    fn get_capabilities(&self) -> zbus::Result<Vec<String>>;

    #[expect(clippy::too_many_arguments, reason = "the specification has this many")]
    fn notify(
        &self,
        app_name: &str,
        replaces_id: u32,
        app_icon: &str,
        summary: &str,
        body: &str,
        actions: &[&str],
        hints: HashMap<&str, Variant<'_>>,
        expire_timeout: i32,
    ) -> zbus::Result<u32>;

    fn close_notification(&self, id: u32) -> zbus::Result<()>;
}

/// Why nothing can be shown.
#[derive(Debug, thiserror::Error)]
pub(super) enum NoDesktop {
    #[error("cannot use the session bus: {0} (notify must run inside a desktop session)")]
    Bus(#[source] zbus::Error),
    #[error("cannot use the session bus: {0} (notify must run inside a desktop session)")]
    Silent(#[from] Stopped),
    #[error("another notify runs in this session already")]
    Taken,
}

/// The notifications of the session.
pub(super) struct Desktop {
    connection: Connection,
    /// Whether the server supports markup in bodies; `None`: not queried yet.
    reads_markup: Option<bool>,
    /// The server's unique name; `None`: there was none.
    server: Option<String>,
    /// The notifications on the screen, with the ids given by the server.
    shown: HashMap<Bubble, u32>,
    /// The ids of notifications to close once the server can be reached.
    closing: BTreeSet<u32>,
    /// Notifications that the server has not accepted yet.
    waiting: BTreeMap<Bubble, Notice>,
    retry: Option<Timestamp>,
    style: Style,
}

/// Connects to the session bus and requests the name that only one notify can own.
pub(super) fn connect() -> Result<Connection, NoDesktop> {
    let open = async {
        let builder = Bus::Session.builder()?.method_timeout(PATIENCE);
        let connection = builder.build().await?;
        connection
            .request_name_with_flags(OWN_NAME, RequestNameFlags::DO_NOT_QUEUE)
            .await?;
        Ok(connection)
    };
    let opened = deadline::run(Limits::timeout(PATIENCE), open)?;
    opened.map_err(|error| match error {
        zbus::Error::NameTaken => NoDesktop::Taken,
        error => NoDesktop::Bus(error),
    })
}

/// A notification.
struct Notice {
    text: Text,
    icon: &'static str,
    urgency: Urgency,
    /// Whether it need not be kept once it was seen.
    is_transient: bool,
}

impl Desktop {
    /// Opens the session's notifications, unless another notify owns the name.
    pub(super) fn open() -> Result<Self, NoDesktop> {
        let connection = connect()?;
        Ok(Self {
            connection,
            reads_markup: None,
            server: None,
            shown: HashMap::new(),
            closing: BTreeSet::new(),
            waiting: BTreeMap::new(),
            retry: None,
            // Text on the bus is UTF-8.
            style: Style {
                color: false,
                unicode: true,
                width: None,
            },
        })
    }

    pub(super) const fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Replaces a connection that was lost, and shows pending notifications.
    pub(super) fn reconnect(&mut self, at: Timestamp, connection: Connection) {
        // Another bus may give the same unique name to another server.
        if self.connection.server_guid() != connection.server_guid() {
            self.forget_server();
        }
        self.connection = connection;
        self.give(at);
    }

    /// Carries out an order, now or once a server accepts it.
    pub(super) fn execute(&mut self, at: Timestamp, order: &Order) {
        match order {
            Order::Show(bubble, alert) => {
                let notice = Notice {
                    text: texts::of(alert, at, self.style),
                    icon: icon(alert.kind),
                    urgency: alert.kind.urgency(),
                    is_transient: alert.kind == Kind::Charged,
                };
                self.waiting.insert(bubble.clone(), notice);
            }
            Order::Sum(alerts) => {
                let worst = alerts
                    .iter()
                    .map(|it| it.kind)
                    .max_by_key(|it| it.urgency());
                let notice = Notice {
                    text: texts::sum(alerts, at, self.style),
                    icon: worst.map_or("battery-low", icon),
                    urgency: worst.map_or(Urgency::Normal, Kind::urgency),
                    is_transient: false,
                };
                self.waiting.insert(Bubble::Summary, notice);
            }
            Order::Withdraw(bubble) => {
                self.waiting.remove(bubble);
                self.look();
                if let Some(id) = self.shown.remove(bubble) {
                    self.close(id);
                }
            }
            Order::ReadAgain(_) => return,
        }
        self.give(at);
    }

    /// Looks up the server: the ids of a former one are not valid for another. If the bus does not
    /// answer, the server is assumed to be the same.
    fn look(&mut self) {
        let server = match block_on(owner(&self.connection)) {
            Ok(server) => Some(server),
            Err(error) if is_unowned(&error) => None,
            Err(error) => {
                debug!("cannot look up the notification server: {error}");
                return;
            }
        };
        if self.server != server {
            self.forget_server();
            self.server = server;
        }
    }

    fn forget_server(&mut self) {
        self.shown.clear();
        self.closing.clear();
        self.reads_markup = None;
        self.server = None;
    }

    /// Sends pending notifications to the server.
    pub(super) fn give(&mut self, at: Timestamp) {
        if !self.waiting.is_empty() || !self.closing.is_empty() {
            self.look();
        }
        for id in std::mem::take(&mut self.closing) {
            self.close(id);
        }
        while let Some((bubble, notice)) = self.waiting.pop_first() {
            let before = self.shown.get(&bubble).copied();
            match block_on(show(
                &self.connection,
                &mut self.reads_markup,
                before,
                &notice,
            )) {
                Ok(id) => {
                    // The call may have started the server.
                    if self.server.is_none() {
                        self.look();
                    }
                    self.shown.insert(bubble, id);
                    self.retry = None;
                }
                Err(error) => {
                    if self.retry.is_none() {
                        complain(&format_args!(
                            "cannot show a notification ({error}); retrying in ten minutes, or when a server starts"
                        ));
                    }
                    self.waiting.insert(bubble, notice);
                    self.retry = Some(at + RETRY);
                    return;
                }
            }
        }
    }

    /// When to retry.
    pub(super) fn due(&self) -> Option<Timestamp> {
        self.retry.filter(|_| !self.waiting.is_empty())
    }

    /// Returns whether no notification is pending.
    pub(super) fn is_done(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Closes a notification. An error that it no longer exists is only logged.
    fn close(&mut self, id: u32) {
        let close = async {
            let proxy = NotificationsProxy::new(&self.connection).await?;
            proxy.close_notification(id).await
        };
        match block_on(close) {
            Ok(()) => {}
            Err(zbus::Error::InputOutput(error)) => {
                debug!("notification {id}: cannot close it ({error}), retrying later");
                self.closing.insert(id);
            }
            Err(error) => debug!("notification {id}: cannot close it ({error})"),
        }
    }
}

fn is_unowned(error: &zbus::Error) -> bool {
    let zbus::Error::FDO(error) = error else {
        return false;
    };
    matches!(**error, fdo::Error::NameHasNoOwner(_))
}

async fn owner(connection: &Connection) -> zbus::Result<String> {
    let proxy = DBusProxy::new(connection).await?;
    let owner = proxy.get_name_owner(BusName::try_from(SERVER)?).await?;
    Ok(owner.to_string())
}

async fn show(
    connection: &Connection,
    reads_markup: &mut Option<bool>,
    before: Option<u32>,
    notice: &Notice,
) -> zbus::Result<u32> {
    let server = NotificationsProxy::new(connection).await?;
    if reads_markup.is_none() {
        let capabilities = server.get_capabilities().await?;
        *reads_markup = Some(capabilities.iter().any(|it| it == "body-markup"));
    }
    let body = if *reads_markup == Some(true) {
        escaped(&notice.text.body)
    } else {
        notice.text.body.clone()
    };
    let mut hints = HashMap::from([
        ("urgency", Variant::from(notice.urgency as u8)),
        ("category", Variant::from("device")),
        ("desktop-entry", Variant::from(DESKTOP_ENTRY)),
    ]);
    if notice.is_transient {
        hints.insert("transient", Variant::from(true));
    }
    let id = server.notify(
        "solar-status",
        before.unwrap_or(0),
        notice.icon,
        &notice.text.summary,
        &body,
        &[],
        hints,
        EXPIRES_BY_SERVER,
    );
    id.await
}

/// Escapes text as markup.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;")
}

/// Icons contained in common themes: those of the Icon Naming Specification and those of UPower.
const fn icon(kind: Kind) -> &'static str {
    match kind {
        Kind::Low => "battery-low",
        Kind::Critical | Kind::ChargingError => "battery-caution",
        Kind::Charged => "battery-full-charged",
        Kind::Light => "weather-overcast",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_characters_are_escaped() {
        assert_eq!(escaped("<b> & c"), "&lt;b&gt; &amp; c");
    }
}
