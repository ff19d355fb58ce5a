//! Notifications on the desktop, by way of `org.freedesktop.Notifications`.
//!
//! Source: Desktop Notifications Specification 1.3. What a server does not take is kept and given to
//! it, or to the next one, later; unless its reason has gone by then.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use log::debug;
use zbus::fdo::{self, DBusProxy, RequestNameFlags};
use zbus::names::BusName;
use zbus::{Connection, Variant, block_on, proxy};

use super::words::{self, Text};
use crate::alerts::{Bubble, Kind, Order, Urgency};
use crate::bus::Bus;
use crate::cli::complain;
use crate::cli::style::Style;
use crate::client::deadline::{self, Limits, Stopped};
use hidpp_proto::units::Timestamp;

/// The name of servers on the bus.
pub(super) const SERVER: &str = "org.freedesktop.Notifications";

/// Who has this name shows notifications in this session.
const OWN_NAME: &str = "org.solarstatus.Notify1";

/// The name of the file in `packaging/autostart`.
const DESKTOP_ENTRY: &str = "solar-status-notify";

/// A server may be busy drawing.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server that refused is asked again so much later.
const RETRY: Duration = Duration::from_secs(10 * 60);

/// How long it is shown is left to the server.
const EXPIRES_BY_SERVER: i32 = -1;

#[proxy(
    interface = "org.freedesktop.Notifications",
    default_service = "org.freedesktop.Notifications",
    default_path = "/org/freedesktop/Notifications"
)]
trait Notifications {
    fn get_capabilities(&self) -> zbus::Result<Vec<String>>;

    #[expect(clippy::too_many_arguments, reason = "the specification has so many")]
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

/// The screen of the session.
pub(super) struct Desktop {
    connection: Connection,
    /// Whether the server reads markup in bodies; `None`: it was not asked.
    reads_markup: Option<bool>,
    /// The server's unique name; `None`: there was none.
    server: Option<String>,
    /// What is on the screen, by the server's numbers.
    shown: HashMap<Bubble, u32>,
    /// Numbers of notifications to close once the server can be reached.
    closing: BTreeSet<u32>,
    /// What the server did not take yet.
    waiting: BTreeMap<Bubble, Notice>,
    retry: Option<Timestamp>,
    style: Style,
}

/// A connection to the session bus which has the name of those that show alerts.
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
    /// Whether it need not be kept when it was seen.
    is_transient: bool,
}

impl Desktop {
    /// The session's, if nobody else shows alerts there.
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
            // What goes over the bus is UTF-8.
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

    /// Replaces a connection that was lost, and shows what waits.
    pub(super) fn reconnect(&mut self, at: Timestamp, connection: Connection) {
        // Another bus may give the same unique name to another server.
        if self.connection.server_guid() != connection.server_guid() {
            self.forget_server();
        }
        self.connection = connection;
        self.give(at);
    }

    /// Does what is to be done, now or when a server takes it.
    pub(super) fn obey(&mut self, at: Timestamp, order: &Order) {
        match order {
            Order::Show(bubble, alert) => {
                let notice = Notice {
                    text: words::of(alert, at, self.style),
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
                    text: words::sum(alerts, at, self.style),
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

    /// Looks up the server: the numbers of a former one mean nothing to it. While the bus cannot be
    /// asked, it is taken for the same.
    fn look(&mut self) {
        let server = match block_on(owner(&self.connection)) {
            Ok(server) => Some(server),
            Err(error) if is_unowned(&error) => None,
            Err(error) => {
                debug!("the notification server is not known: {error}");
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

    /// Gives the server what waits.
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
                    // It may have been started by being asked.
                    if self.server.is_none() {
                        self.look();
                    }
                    self.shown.insert(bubble, id);
                    self.retry = None;
                }
                Err(error) => {
                    if self.retry.is_none() {
                        complain(&format_args!(
                            "no notification can be shown ({error}); it waits for a server that does"
                        ));
                    }
                    self.waiting.insert(bubble, notice);
                    self.retry = Some(at + RETRY);
                    return;
                }
            }
        }
    }

    /// When to try again.
    pub(super) fn due(&self) -> Option<Timestamp> {
        self.retry.filter(|_| !self.waiting.is_empty())
    }

    /// Whether all that was to be shown was.
    pub(super) fn is_done(&self) -> bool {
        self.waiting.is_empty()
    }

    /// That it is gone already is as well.
    fn close(&mut self, id: u32) {
        let close = async {
            let proxy = NotificationsProxy::new(&self.connection).await?;
            proxy.close_notification(id).await
        };
        match block_on(close) {
            Ok(()) => {}
            Err(zbus::Error::InputOutput(error)) => {
                debug!("notification {id} is closed later: {error}");
                self.closing.insert(id);
            }
            Err(error) => debug!("notification {id} was not closed: {error}"),
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

/// Text as markup.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;")
}

/// Icons that themes have: of the Icon Naming Specification, and those of UPower.
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
    fn what_looks_like_markup_is_text() {
        assert_eq!(escaped("<b> & c"), "&lt;b&gt; &amp; c");
    }
}
