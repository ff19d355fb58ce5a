use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use log::warn;
use rustix::time::{ClockId, clock_gettime};
use zbus::fdo::DBusProxy;
use zbus::message::{Flags, Type};
use zbus::names::BusName;
use zbus::{Connection, MatchRule, Message};

use crate::manager::{Command, CommandSender};
use crate::service::admission::Admission;
use crate::service::histories::Histories;
use crate::service::leases::{Leases, Refusal, Wish};
use hidpp_proto::units::Timestamp;

/// What objects may do besides reading the board: ask the hardware thread for something.
#[derive(Clone)]
pub(in crate::service) struct Hands {
    commands: CommandSender,
    leases: Arc<Mutex<Leases>>,
    /// The callers whose end the bus reports.
    watched: Arc<Mutex<BTreeMap<String, Watch>>>,
    histories: Histories,
    admission: Arc<Admission>,
}

/// The state of a match rule for a caller leaving the bus. The order matters: a rule that is removed
/// before it was added is never removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Watch {
    /// The rule is being added.
    Adding,
    /// The rule is being added, and is not needed any more.
    Unwanted,
    /// The rule is there.
    Added,
}

impl Hands {
    pub(in crate::service) fn new(commands: CommandSender, histories: Histories) -> Self {
        Self {
            commands,
            leases: Arc::default(),
            watched: Arc::default(),
            histories,
            admission: Arc::default(),
        }
    }

    /// Decides which calls are let in.
    pub(in crate::service) const fn admission(&self) -> &Arc<Admission> {
        &self.admission
    }

    /// What was recorded.
    pub(in crate::service) const fn histories(&self) -> &Histories {
        &self.histories
    }

    /// Passes a command on; `false`: too many wait already.
    pub(in crate::service) fn command(&self, command: Command) -> bool {
        let sent = self.commands.send(command);
        if let Err(error) = &sent {
            warn!("a command is dropped: {error}");
        }
        sent.is_ok()
    }

    /// Asks for light to be measured, see [`Leases::want`].
    pub(in crate::service) fn want_light(
        &self,
        caller: &str,
        device: &str,
        count: u32,
        period: u32,
    ) -> Result<(), Refusal> {
        let user = self.admission.user(caller);
        let wish =
            self.with_leases(|leases, now| leases.want(now, caller, user, device, count, period))?;
        self.pass_on(wish);
        Ok(())
    }

    /// Whether a caller has light measured.
    pub(in crate::service) fn has_light(&self, caller: &str) -> bool {
        self.with_leases(|leases, now| leases.has(now, caller))
    }

    /// The computer slept: flags and series may be lost.
    pub(in crate::service) fn resume(&self) {
        self.command(Command::Resumed);
        let wishes = self.with_leases(Leases::again);
        self.pass_on(wishes);
    }

    /// A caller left the bus.
    pub(in crate::service) fn on_left(&self, caller: &str) {
        self.admission.on_left(caller);
        self.forget(caller);
    }

    /// What a caller wants is forgotten.
    pub(in crate::service) fn forget(&self, caller: &str) {
        let wishes = self.with_leases(|leases, now| leases.leave(now, caller));
        self.pass_on(wishes);
    }

    /// A device came back, and measures nothing any more.
    pub(in crate::service) fn renew(&self, device: &str) {
        let wish = self.with_leases(|leases, now| leases.renew(now, device));
        self.pass_on(wish);
    }

    /// Has the bus report when a caller leaves; `false`: it is gone already, or the bus refuses.
    /// Callers whose light was measured are watched no longer: the bus allows some hundred rules.
    pub(in crate::service) async fn watch(&self, connection: &Connection, caller: &str) -> bool {
        let watched: Vec<String> = lock(&self.watched).keys().cloned().collect();
        for other in watched {
            if !self.has_light(&other) {
                self.unwatch(connection, &other).await;
            }
        }
        let (Some(rule), Ok(name)) = (leaving(caller), BusName::try_from(caller)) else {
            return false;
        };
        let Ok(bus) = DBusProxy::new(connection).await else {
            return false;
        };
        let is_new = {
            let mut watched = lock(&self.watched);
            let before = watched.get(caller).copied();
            if before != Some(Watch::Added) {
                // Also of a rule that was not needed any more a moment ago.
                watched.insert(caller.to_owned(), Watch::Adding);
            }
            before.is_none()
        };
        if is_new {
            let added = bus.add_match_rule(rule).await.is_ok();
            let is_wanted = {
                let mut watched = lock(&self.watched);
                let watch = watched.insert(caller.to_owned(), Watch::Added);
                watch == Some(Watch::Adding)
            };
            // Also where it was not added in time: it may have been added later.
            if !added || !is_wanted {
                self.unwatch(connection, caller).await;
                return false;
            }
        }
        let is_there = bus.name_has_owner(name).await.unwrap_or(false);
        if !is_there {
            // Nothing will report that it leaves.
            self.unwatch(connection, caller).await;
        }
        is_there
    }

    /// The bus need not report any more that a caller leaves. It does not wait for the bus's answer,
    /// which the thread that calls it would have to read.
    pub(in crate::service) async fn unwatch(&self, connection: &Connection, caller: &str) {
        let is_added = {
            let mut watched = lock(&self.watched);
            match watched.get_mut(caller) {
                Some(watch @ Watch::Adding) => {
                    *watch = Watch::Unwanted;
                    false
                }
                Some(Watch::Added) => watched.remove(caller).is_some(),
                Some(Watch::Unwanted) | None => false,
            }
        };
        if is_added
            && let Some(rule) = leaving(caller)
            && let Ok(message) = Message::method_call("/org/freedesktop/DBus", "RemoveMatch")
                .destination("org.freedesktop.DBus")
                .interface("org.freedesktop.DBus")
                .with_flags(Flags::NO_REPLY_EXPECTED)
                .build(&rule)
        {
            _ = connection.send(&message).await;
        }
    }

    fn pass_on(&self, wishes: impl IntoIterator<Item = Wish>) {
        for (device, series) in wishes {
            self.command(Command::MeasureLight { device, series });
        }
    }

    fn with_leases<T>(&self, act: impl FnOnce(&mut Leases, Timestamp) -> T) -> T {
        // With the time in which the computer slept: a day of a budget is one of the user's.
        let now = clock_gettime(ClockId::Boottime);
        let now = Duration::try_from(now).unwrap_or_default();
        act(&mut lock(&self.leases), Timestamp::from_start(now))
    }
}

/// The bus's word that a caller left.
fn leaving(caller: &str) -> Option<MatchRule<'_>> {
    MatchRule::builder()
        .msg_type(Type::Signal)
        .sender("org.freedesktop.DBus")
        .interface("org.freedesktop.DBus")
        .member("NameOwnerChanged")
        .arg(0, caller)
        .build()
        .ok()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
