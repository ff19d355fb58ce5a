//! A notification server that passes its calls on to the test.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};

use test_support::bus::Bus;
use test_support::wait::PATIENCE;
use zbus::connection::Builder;
use zbus::{Connection, OwnedVariant, block_on, fdo, interface};

/// A call it received.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Call {
    /// Shows a notification with this number, replacing another one or none (0).
    Notify {
        id: u32,
        replaces: u32,
        what: Shown,
    },
    Close(u32),
    Refused,
}

/// A notification.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shown {
    pub(crate) icon: String,
    pub(crate) summary: String,
    pub(crate) body: String,
    pub(crate) urgency: u8,
}

/// A server on a bus; it leaves the bus when dropped.
pub(crate) struct Server {
    connection: Connection,
    calls: Receiver<Call>,
}

struct Screen {
    calls: Sender<Call>,
    shown: u32,
    refuses: bool,
}

#[interface(name = "org.freedesktop.Notifications")]
impl Screen {
    #[expect(clippy::unused_self, reason = "D-Bus methods need a receiver")]
    fn get_capabilities(&self) -> Vec<&str> {
        vec!["actions", "body", "body-markup"]
    }

    #[expect(
        clippy::too_many_arguments,
        clippy::needless_pass_by_value,
        reason = "the specification has this many parameters, and they arrive as values"
    )]
    fn notify(
        &mut self,
        app_name: &str,
        replaces_id: u32,
        app_icon: String,
        summary: String,
        body: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedVariant>,
        expire_timeout: i32,
    ) -> fdo::Result<u32> {
        if self.refuses {
            self.calls.send(Call::Refused).unwrap();
            return Err(fdo::Error::LimitsExceeded("enough".to_owned()));
        }
        assert_eq!((app_name, expire_timeout), ("solar-status", -1));
        assert!(actions.is_empty());
        let hint = |name: &str| hints.get(name).unwrap().try_clone().unwrap();
        let text = |name| String::try_from(hint(name)).unwrap();
        assert_eq!(text("category"), "device");
        assert_eq!(text("desktop-entry"), "solar-status-notify");
        if replaces_id == 0 {
            self.shown += 1;
        }
        let id = if replaces_id == 0 {
            self.shown
        } else {
            replaces_id
        };
        let what = Shown {
            icon: app_icon,
            summary,
            body,
            urgency: u8::try_from(hint("urgency")).unwrap(),
        };
        let replaces = replaces_id;
        self.calls
            .send(Call::Notify { id, replaces, what })
            .unwrap();
        Ok(id)
    }

    fn close_notification(&self, id: u32) {
        self.calls.send(Call::Close(id)).unwrap();
    }
}

impl Server {
    pub(crate) fn on(bus: &Bus) -> Self {
        Self::start(bus, false)
    }

    /// A server that rejects every notification.
    pub(crate) fn refusing(bus: &Bus) -> Self {
        Self::start(bus, true)
    }

    fn start(bus: &Bus, refuses: bool) -> Self {
        let (sender, calls) = channel();
        let screen = Screen {
            calls: sender,
            shown: 0,
            refuses,
        };
        let builder = Builder::address(bus.address())
            .serve_at("/org/freedesktop/Notifications", screen)
            .name("org.freedesktop.Notifications");
        let connection = block_on(builder.build()).unwrap();
        Self { connection, calls }
    }

    /// The next call.
    pub(crate) fn call(&self) -> Call {
        self.calls.recv_timeout(PATIENCE).unwrap()
    }

    /// The next notification, with its number and that of the one it replaces.
    pub(crate) fn shows(&self) -> (u32, u32, Shown) {
        match self.call() {
            Call::Notify { id, replaces, what } => (id, replaces, what),
            call => panic!("expected a notification instead of {call:?}"),
        }
    }

    pub(crate) fn leave(self) {
        block_on(self.connection.close()).unwrap();
    }
}
