//! Admission of method calls: what one caller asks must not cost another.
//!
//! It is the intake of the service's socket, before zbus reads a message. zbus makes a task of each
//! call and lets its answer wait for the socket, in whatever number they come; so calls wait here,
//! in queues that are bounded and fair to users ([`fair_queue`]), and few are let in at a time. A
//! call has its place until its answer was written to the socket. Of bulk methods one call is
//! in at a time, so that memory stays small; small calls are let in before it.
//!
//! What exceeds a queue gets `org.freedesktop.DBus.Error.LimitsExceeded`. A user with too many
//! bytes possibly unread is refused as well: more could silence the service ([`traffic`]). Calls that want no answer are dropped where the method only answers.
//!
//! The user of a caller is asked of the bus, once for each caller. That, and the errors, are
//! [errands](Errand), which a task on the bus thread runs.

mod audits;
mod call;
mod fair_queue;
mod identities;
mod scheduler;
#[cfg(test)]
mod tests;
mod traffic;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use log::debug;
use zbus::message::Type;
use zbus::{Connection, Message};
use zruntime::Event;

pub(super) use call::User;
use scheduler::{Errand, Scheduler};

use crate::bus::{Head, Incoming, Intake, Limits, yield_now};
use hidpp_proto::units::Timestamp;

/// The longest messages that are read. The longest call of a client is a few hundred bytes.
const LIMITS: Limits = Limits {
    call: 2 << 10,
    signal: 2 << 10,
    answer: 16 << 10,
};

/// The error of what is refused.
const LIMITS_EXCEEDED: &str = "org.freedesktop.DBus.Error.LimitsExceeded";

/// Decides which calls zbus reads, and when.
#[derive(Debug)]
pub(super) struct Admission {
    scheduler: Mutex<Scheduler>,
    started: Instant,
    /// A message can be let in.
    released: Event,
    /// There is an errand.
    errands: Event,
}

impl Default for Admission {
    fn default() -> Self {
        Self {
            scheduler: Mutex::default(),
            started: Instant::now(),
            released: Event::new(),
            errands: Event::new(),
        }
    }
}

impl Admission {
    /// Lets the signals of this peer in, beside those of the bus; `None`: of no other.
    pub(super) fn trust(&self, peer: Option<String>) {
        self.scheduler().trust(peer);
    }

    /// The user of a caller whose call was let in.
    pub(super) fn user(&self, caller: &str) -> User {
        self.scheduler().user(caller).unwrap_or(User::Unknown)
    }

    /// A caller left the bus.
    pub(super) fn on_left(&self, caller: &str) {
        self.change(|scheduler, _| scheduler.on_left(caller));
    }

    /// Runs errands until the connection ends.
    pub(super) async fn run_errands(self: Arc<Self>, connection: Connection) {
        loop {
            // Before the look: what comes after it ends the wait.
            let next = self.errands.listen();
            while let Some(errand) = self.next_errand() {
                if let Err(error) = self.run(&connection, errand).await {
                    debug!("an errand failed: {error}");
                }
                // There may be a thousand, and answers to others are due.
                yield_now().await;
            }
            next.await;
        }
    }

    async fn run(&self, connection: &Connection, errand: Errand) -> zbus::Result<()> {
        match errand {
            Errand::Identify(question) => {
                let call = Message::method_call("/org/freedesktop/DBus", "GetConnectionUnixUser")
                    .destination("org.freedesktop.DBus")
                    .interface("org.freedesktop.DBus")
                    .build(&question.caller)?;
                let serial = call.primary_header().serial_num().get();
                self.scheduler().expect_identity(serial, question);
                connection.send(&call).await
            }
            Errand::Refuse {
                user,
                caller,
                serial,
                refusal,
            } => {
                if self.scheduler().is_in(&caller, serial.get()) {
                    return Ok(());
                }
                // Only its sender and serial number appear in the error.
                let call = Message::method_call("/", "Refused")
                    .sender(caller.as_str())
                    .serial(serial)
                    .build(&())?;
                let error = Message::error(&call.header(), LIMITS_EXCEEDED);
                let error = error.build(&refusal.to_string())?;
                self.change(|scheduler, now| {
                    scheduler.on_refused(now, user, &caller, length(&error));
                });
                connection.send(&error).await
            }
        }
    }

    fn next_errand(&self) -> Option<Errand> {
        self.scheduler().next_errand()
    }

    /// Changes the state, and notifies the task that runs errands.
    fn change<T>(&self, change: impl FnOnce(&mut Scheduler, Timestamp) -> T) -> T {
        let now = Timestamp::from_start(self.started.elapsed());
        let (result, has_errands) = {
            let mut scheduler = self.scheduler();
            let result = change(&mut scheduler, now);
            (result, scheduler.has_errands())
        };
        if has_errands {
            self.errands.notify(1);
        }
        result
    }

    fn scheduler(&self) -> MutexGuard<'_, Scheduler> {
        self.scheduler
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Intake for Admission {
    fn limits(&self) -> Limits {
        LIMITS
    }

    /// Those of others come into the queues in time, and what is dropped makes room on the bus.
    fn takes_more(&self) -> bool {
        true
    }

    fn on_message(&self, message: Incoming) {
        self.change(|scheduler, now| scheduler.on_message(now, message));
    }

    fn on_oversized(&self, head: Head) {
        self.change(|scheduler, now| scheduler.on_oversized(now, head));
    }

    fn next_message(&self) -> Option<Vec<u8>> {
        self.change(Scheduler::next_message)
    }

    fn released(&self) -> &Event {
        &self.released
    }

    fn is_sent(&self, message: &Message) -> bool {
        let mut scheduler = self.scheduler();
        scheduler.on_sending(true);
        match answered(message) {
            Some((caller, serial)) => !scheduler.is_silent(&caller, serial),
            None => true,
        }
    }

    fn on_sent(&self, message: &Message) {
        self.scheduler().on_sending(false);
        if let Some((caller, serial)) = answered(message) {
            self.change(|scheduler, now| {
                scheduler.on_answered(now, &caller, serial, length(message));
            });
            self.released.notify(1);
        }
    }
}

/// Whom a message answers, and which call.
fn answered(message: &Message) -> Option<(String, u32)> {
    if !matches!(message.message_type(), Type::MethodReturn | Type::Error) {
        return None;
    }
    let header = message.header();
    let caller = header.destination()?.to_string();
    Some((caller, header.reply_serial()?.get()))
}

fn length(message: &Message) -> u64 {
    message.data().bytes().len() as u64
}
