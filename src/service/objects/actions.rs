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
use crate::service::leases::{Leases, LightCommand, Refusal};
use hidpp_proto::units::Timestamp;

/// The actions that objects can perform apart from reading the board: sending commands to the
/// hardware thread, and reading histories.
#[derive(Clone)]
pub(in crate::service) struct Actions {
    commands: CommandSender,
    leases: Arc<Mutex<Leases>>,
    /// The callers with a match rule for their leaving the bus.
    rules: Arc<Mutex<BTreeMap<String, RuleState>>>,
    histories: Histories,
    admission: Arc<Admission>,
}

/// The state of a match rule for a caller leaving the bus. The order matters: removing a rule
/// before it was added has no effect, and the rule would stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RuleState {
    /// The rule is being added.
    Adding,
    /// The rule is being added, and is no longer needed.
    Abandoned,
    /// The rule was added.
    Added,
}

impl Actions {
    pub(in crate::service) fn new(commands: CommandSender, histories: Histories) -> Self {
        Self {
            commands,
            leases: Arc::default(),
            rules: Arc::default(),
            histories,
            admission: Arc::default(),
        }
    }

    /// The admission of method calls.
    pub(in crate::service) const fn admission(&self) -> &Arc<Admission> {
        &self.admission
    }

    /// The recorded histories.
    pub(in crate::service) const fn histories(&self) -> &Histories {
        &self.histories
    }

    /// Sends a command to the hardware thread; `false`: the queue is full.
    pub(in crate::service) fn command(&self, command: Command) -> bool {
        let sent = self.commands.send(command);
        if let Err(error) = &sent {
            warn!("command dropped: {error}");
        }
        sent.is_ok()
    }

    /// Requests light measurements, see [`Leases::request`].
    pub(in crate::service) fn want_light(
        &self,
        caller: &str,
        device: &str,
        count: u32,
        period: u32,
    ) -> Result<(), Refusal> {
        let user = self.admission.user(caller);
        let command = self
            .with_leases(|leases, now| leases.request(now, caller, user, device, count, period))?;
        self.pass_on(command);
        Ok(())
    }

    /// Whether a caller has a lease on light measurements.
    pub(in crate::service) fn has_light(&self, caller: &str) -> bool {
        self.with_leases(|leases, now| leases.has(now, caller))
    }

    /// The computer resumed from suspend: flags and series may be lost.
    pub(in crate::service) fn resume(&self) {
        self.command(Command::Resumed);
        let commands = self.with_leases(Leases::restart_all);
        self.pass_on(commands);
    }

    /// A caller left the bus.
    pub(in crate::service) fn on_left(&self, caller: &str) {
        self.admission.on_left(caller);
        self.forget(caller);
    }

    /// Ends the leases of a caller.
    pub(in crate::service) fn forget(&self, caller: &str) {
        let commands = self.with_leases(|leases, now| leases.leave(now, caller));
        self.pass_on(commands);
    }

    /// A device is back online, without a running series.
    pub(in crate::service) fn renew(&self, device: &str) {
        let command = self.with_leases(|leases, now| leases.restart(now, device));
        self.pass_on(command);
    }

    /// Adds a match rule for a caller leaving the bus; `false`: it left already, or the bus
    /// refused. Removes the rules of callers without leases: the bus allows only some hundred
    /// rules.
    pub(in crate::service) async fn watch(&self, connection: &Connection, caller: &str) -> bool {
        let rules: Vec<String> = lock(&self.rules).keys().cloned().collect();
        for other in rules {
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
            let mut rules = lock(&self.rules);
            let before = rules.get(caller).copied();
            if before != Some(RuleState::Added) {
                // This includes a rule that was marked as no longer needed.
                rules.insert(caller.to_owned(), RuleState::Adding);
            }
            before.is_none()
        };
        if is_new {
            let added = bus.add_match_rule(rule).await.is_ok();
            let is_wanted = {
                let mut rules = lock(&self.rules);
                let rule = rules.insert(caller.to_owned(), RuleState::Added);
                rule == Some(RuleState::Adding)
            };
            // After a timeout, too: the bus may have added it later.
            if !added || !is_wanted {
                self.unwatch(connection, caller).await;
                return false;
            }
        }
        let is_there = bus.name_has_owner(name).await.unwrap_or(false);
        if !is_there {
            // It left before the rule was added, so no signal will follow.
            self.unwatch(connection, caller).await;
        }
        is_there
    }

    /// Removes the match rule of a caller. Does not wait for the bus's answer, because the calling
    /// thread is the one that reads it.
    pub(in crate::service) async fn unwatch(&self, connection: &Connection, caller: &str) {
        let is_added = {
            let mut rules = lock(&self.rules);
            match rules.get_mut(caller) {
                Some(rule @ RuleState::Adding) => {
                    *rule = RuleState::Abandoned;
                    false
                }
                Some(RuleState::Added) => rules.remove(caller).is_some(),
                Some(RuleState::Abandoned) | None => false,
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

    fn pass_on(&self, commands: impl IntoIterator<Item = LightCommand>) {
        for (device, series) in commands {
            self.command(Command::MeasureLight { device, series });
        }
    }

    fn with_leases<T>(&self, act: impl FnOnce(&mut Leases, Timestamp) -> T) -> T {
        // Includes the time in suspend, so that the budget's day is a day of wall-clock time.
        let now = clock_gettime(ClockId::Boottime);
        let now = Duration::try_from(now).unwrap_or_default();
        act(&mut lock(&self.leases), Timestamp::from_start(now))
    }
}

/// The match rule for a caller leaving the bus.
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
