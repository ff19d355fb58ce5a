//! Admission control of method calls: one caller's calls must not degrade service for another.
//!
//! It filters the messages of the service's socket before zbus reads them. zbus spawns a task for
//! each call and buffers its answer for the socket, without any limit. So calls are queued here, in
//! queues that are bounded and fair to users ([`fair_queue`]), and only a few are admitted at a
//! time. A call occupies its slot until its answer was written to the socket. One bulk call is
//! admitted at a time, to bound memory; small calls take precedence.
//!
//! A call that exceeds a queue's limits is answered with
//! `org.freedesktop.DBus.Error.LimitsExceeded`, as are calls of a user with too many bytes possibly
//! unread: more could block the service ([`traffic`]). Calls that expect no answer are dropped if
//! the method only returns values.
//!
//! The bus is queried for the user of each caller, once. These queries and the errors are
//! [tasks](BusTask), which a task on the bus thread runs.

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
use scheduler::{BusTask, Scheduler};

use crate::bus::{Head, Incoming, Intake, Limits, yield_now};
use hidpp_proto::units::Timestamp;

/// The length limits of messages in bytes. The longest legitimate call is a few hundred bytes.
const LIMITS: Limits = Limits {
    call: 2 << 10,
    signal: 2 << 10,
    answer: 16 << 10,
};

/// The name of the error that refuses a call.
const LIMITS_EXCEEDED: &str = "org.freedesktop.DBus.Error.LimitsExceeded";

/// Decides which messages zbus reads, and when.
#[derive(Debug)]
pub(super) struct Admission {
    scheduler: Mutex<Scheduler>,
    started: Instant,
    /// Notified when a message may be admitted.
    released: Event,
    /// Notified when there is a task to run.
    tasks: Event,
}

impl Default for Admission {
    fn default() -> Self {
        Self {
            scheduler: Mutex::default(),
            started: Instant::now(),
            released: Event::new(),
            tasks: Event::new(),
        }
    }
}

impl Admission {
    /// Admits the signals of this peer in addition to those of the bus; `None`: only those of the
    /// bus.
    pub(super) fn trust(&self, peer: Option<String>) {
        self.scheduler().trust(peer);
    }

    /// The user of a caller with an admitted call.
    pub(super) fn user(&self, caller: &str) -> User {
        self.scheduler().user(caller).unwrap_or(User::Unknown)
    }

    /// A caller left the bus.
    pub(super) fn on_left(&self, caller: &str) {
        self.change(|scheduler, _| scheduler.on_left(caller));
    }

    /// Runs tasks until the connection ends.
    pub(super) async fn run_tasks(self: Arc<Self>, connection: Connection) {
        loop {
            // Registered before checking, so that a later task ends the wait.
            let next = self.tasks.listen();
            while let Some(task) = self.next_task() {
                if let Err(error) = self.run(&connection, task).await {
                    debug!("cannot send to the bus: {error}");
                }
                // There may be a thousand of them; answers to other callers must not be delayed.
                yield_now().await;
            }
            next.await;
        }
    }

    async fn run(&self, connection: &Connection, task: BusTask) -> zbus::Result<()> {
        match task {
            BusTask::Identify(question) => {
                let call = Message::method_call("/org/freedesktop/DBus", "GetConnectionUnixUser")
                    .destination("org.freedesktop.DBus")
                    .interface("org.freedesktop.DBus")
                    .build(&question.caller)?;
                let serial = call.primary_header().serial_num().get();
                self.scheduler().expect_identity(serial, question);
                connection.send(&call).await
            }
            BusTask::Refuse {
                user,
                caller,
                serial,
                refusal,
            } => {
                if self.scheduler().is_in(&caller, serial.get()) {
                    return Ok(());
                }
                // The error depends only on the call's sender and serial number.
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

    fn next_task(&self) -> Option<BusTask> {
        self.scheduler().next_task()
    }

    /// Modifies the state, and wakes the task that runs tasks.
    fn change<T>(&self, change: impl FnOnce(&mut Scheduler, Timestamp) -> T) -> T {
        let now = Timestamp::from_start(self.started.elapsed());
        let (result, has_tasks) = {
            let mut scheduler = self.scheduler();
            let result = change(&mut scheduler, now);
            (result, scheduler.has_tasks())
        };
        if has_tasks {
            self.tasks.notify(1);
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

    /// Messages are always read from the socket, so that calls of other callers reach their queues,
    /// and dropped ones do not occupy the bus's buffers.
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

/// The caller and the serial number of the call that a message answers.
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
