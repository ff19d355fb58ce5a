//! Schedules calls: which are queued, which are running, and which is next.

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroU32;
use std::time::Duration;

use super::audits::{AUDITED, Audits};
use super::call::{Call, Cost, User};
use super::fair_queue::{FairQueue, Limits};
use super::identities::{Identities, Question};
use super::traffic::Traffic;
use crate::bus::{Head, Incoming, MessageKind};
use hidpp_proto::units::Timestamp;

/// Running small calls per user; more than one, because some wait for the bus.
pub(super) const SMALL_PER_USER: usize = 4;

/// Running small calls in total.
pub(super) const SMALL_AT_ONCE: usize = 24;

/// Running bulk calls: a small answer waits behind at most this number.
pub(super) const BULK_AT_ONCE: usize = 1;

/// Queued small calls. dbus-daemon allows each caller 128 unanswered calls.
pub(super) const SMALL_WAITING: Limits = Limits {
    caller: 256,
    user: 1024,
    all: 4096,
};

/// Queued bulk calls.
pub(super) const BULK_WAITING: Limits = Limits {
    caller: 128,
    user: 256,
    all: 1024,
};

/// Queued signals.
const SIGNALS_WAITING: usize = 1024;

/// Queued refusals. Further ones are dropped, and the caller's call times out.
pub(super) const REFUSALS: usize = 1024;

/// The timeout after which an unanswered call frees its slot.
const LONGEST: Duration = Duration::from_secs(60);

/// Why a call is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("too many calls of this caller or user are pending; wait for answers and retry")]
    Calls,
    #[error(
        "too many bytes were sent to this user that may be unread; retry later, or disconnect and \
         retry"
    )]
    Bytes,
    #[error("message too long: no method takes more than a few hundred bytes")]
    Length,
}

/// A message to be sent because of a call.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BusTask {
    /// Query the bus for the user of a connection.
    Identify(Question),
    /// Refuse a call.
    Refuse {
        user: User,
        caller: String,
        serial: NonZeroU32,
        refusal: Refusal,
    },
}

/// An admitted call.
#[derive(Debug)]
struct Running {
    user: User,
    cost: Cost,
    since: Timestamp,
    /// The caller expects no answer.
    is_silent: bool,
}

/// Whether an answer may be sent to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Yes,
    /// Not before the running audit has finished.
    Wait,
    No,
}

#[derive(Debug)]
pub(super) struct Scheduler {
    /// The peer with admitted signals, in addition to the bus.
    trusted: Option<String>,
    /// Messages that are not scheduled: signals, and the bus's answers to our own calls.
    passing: VecDeque<Vec<u8>>,
    small: FairQueue,
    bulk: FairQueue,
    /// By caller and serial number.
    running: BTreeMap<(String, u32), Running>,
    identities: Identities,
    traffic: Traffic,
    audits: Audits,
    refusing: VecDeque<BusTask>,
    /// Whether a message is being sent, which the bus may delay.
    is_sending: bool,
}

impl Default for Scheduler {
    fn default() -> Self {
        Self {
            trusted: None,
            passing: VecDeque::new(),
            small: FairQueue::new(SMALL_WAITING),
            bulk: FairQueue::new(BULK_WAITING),
            running: BTreeMap::new(),
            identities: Identities::default(),
            traffic: Traffic::default(),
            audits: Audits::default(),
            refusing: VecDeque::new(),
            is_sending: false,
        }
    }
}

impl Scheduler {
    pub(super) fn trust(&mut self, peer: Option<String>) {
        self.trusted = peer;
    }

    /// The user of a caller, if it is identified or has a running call.
    pub(super) fn user(&self, caller: &str) -> Option<User> {
        self.identities.user(caller).or_else(|| {
            let first = (caller.to_owned(), 0);
            let (key, running) = self.running.range(first..).next()?;
            (key.0 == caller).then_some(running.user)
        })
    }

    pub(super) fn on_message(&mut self, now: Timestamp, message: Incoming) {
        let head = &message.head;
        match head.kind {
            MessageKind::Call => {
                if let Some(call) = Call::of(message) {
                    self.on_call(now, call);
                }
            }
            // The service calls only the bus.
            MessageKind::Return | MessageKind::Error if head.is_of_bus() => {
                match self.identities.answer(&message) {
                    Some((question, user)) => self.on_identity(now, &question, user),
                    None => self.passing.push_back(message.bytes),
                }
            }
            MessageKind::Signal
                if (head.is_of_bus() || (head.sender.is_some() && head.sender == self.trusted))
                    && self.passing.len() < SIGNALS_WAITING =>
            {
                self.passing.push_back(message.bytes);
            }
            _ => {}
        }
    }

    pub(super) fn on_oversized(&mut self, now: Timestamp, head: Head) {
        if head.kind == MessageKind::Call
            && !head.no_reply
            && let Some(caller) = head.sender
        {
            let user = self.user(&caller).unwrap_or(User::Unknown);
            self.refuse(now, user, caller, head.serial, Refusal::Length);
        }
    }

    fn on_call(&mut self, now: Timestamp, call: Call) {
        if let Some(user) = self.user(&call.caller) {
            self.enqueue(now, user, call);
        } else if let Some(displaced) = self.identities.wait(call) {
            self.refuse_call(now, User::Unknown, displaced, Refusal::Calls);
        }
    }

    fn enqueue(&mut self, now: Timestamp, user: User, call: Call) {
        let queue = match call.cost {
            Cost::Small => &mut self.small,
            Cost::Bulk => &mut self.bulk,
        };
        if let Some(displaced) = queue.push(user, call) {
            self.refuse_call(now, user, displaced, Refusal::Calls);
        }
    }

    /// The bytes of the next message to admit.
    pub(super) fn next_message(&mut self, now: Timestamp) -> Option<Vec<u8>> {
        if let Some(bytes) = self.passing.pop_front() {
            return Some(bytes);
        }
        // While the bus delays a message, answers are late but not lost.
        if !self.is_sending {
            self.running
                .retain(|_, running| now.since(running.since) < LONGEST);
        }
        self.let_in(now, Cost::Small)
            .or_else(|| self.let_in(now, Cost::Bulk))
    }

    fn let_in(&mut self, now: Timestamp, cost: Cost) -> Option<Vec<u8>> {
        loop {
            let (user, call) = self.next_call(now, cost)?;
            match self.verdict(now, user, cost) {
                Verdict::Yes => {}
                Verdict::Wait => {
                    self.enqueue(now, user, call);
                    continue;
                }
                Verdict::No => {
                    self.refuse_call(now, user, call, Refusal::Bytes);
                    continue;
                }
            }
            let key = (call.caller, call.serial);
            // A second call with a serial number in use: the bus admits it only if no answer is
            // expected. Its answer could not be distinguished from that of the first.
            if self.running.contains_key(&key) {
                continue;
            }
            let running = Running {
                user,
                cost,
                since: now,
                is_silent: call.no_reply,
            };
            self.running.insert(key, running);
            return Some(call.bytes);
        }
    }

    /// The next call of this cost class for which a slot is free.
    fn next_call(&mut self, now: Timestamp, cost: Cost) -> Option<(User, Call)> {
        let running = || self.running.values().filter(|it| it.cost == cost);
        let (at_once, per_user, queue) = match cost {
            Cost::Small => (SMALL_AT_ONCE, SMALL_PER_USER, &mut self.small),
            Cost::Bulk => (BULK_AT_ONCE, BULK_AT_ONCE, &mut self.bulk),
        };
        if running().count() >= at_once {
            return None;
        }
        let audits = &self.audits;
        queue.pop(|user| {
            !audits.is_running(now, user)
                && running().filter(|it| it.user == user).count() < per_user
        })
    }

    fn verdict(&mut self, now: Timestamp, user: User, cost: Cost) -> Verdict {
        if self.traffic.allows(now, user, cost) {
            return Verdict::Yes;
        }
        if self.audits.is_settled(now, user) {
            return Verdict::No;
        }
        // No audit is running, or this user's calls would not have been considered.
        let callers = self.traffic.callers(user).take(AUDITED);
        let questions = callers.map(|caller| Question {
            caller: caller.clone(),
            audit: Some(user),
        });
        let awaited = self.identities.ask(questions);
        self.audits.begin(now, user, awaited);
        if awaited == 0 {
            Verdict::No
        } else {
            Verdict::Wait
        }
    }

    /// Records a query that was sent to the bus.
    pub(super) fn expect_identity(&mut self, serial: u32, question: Question) {
        self.identities.expect(serial, question);
    }

    /// The bus returned the user of a caller; `None`: the caller left.
    fn on_identity(&mut self, now: Timestamp, question: &Question, user: Option<User>) {
        if let Some(user) = user {
            self.traffic.forget(now);
            self.audits.forget(now);
            for call in self.identities.insert(&question.caller, user) {
                self.enqueue(now, user, call);
            }
        } else {
            self.on_left(&question.caller);
        }
        if let Some(user) = question.audit {
            self.audits.advance(now, user);
        }
    }

    /// A caller left the bus: its queued calls are dropped.
    pub(super) fn on_left(&mut self, caller: &str) {
        if let Some(user) = self.identities.remove(caller) {
            self.small.take(user, caller);
            self.bulk.take(user, caller);
        }
        self.traffic.left(caller);
    }

    /// Sending a message started or ended.
    pub(super) fn on_sending(&mut self, is_sending: bool) {
        self.is_sending = is_sending;
    }

    /// Whether the answer to this call is dropped.
    pub(super) fn is_silent(&self, caller: &str, serial: u32) -> bool {
        let running = self.running.get(&(caller.to_owned(), serial));
        running.is_some_and(|running| running.is_silent)
    }

    /// Whether this call is running. An error for another call with the same serial number would be
    /// taken for its answer.
    pub(super) fn is_in(&self, caller: &str, serial: u32) -> bool {
        self.running.contains_key(&(caller.to_owned(), serial))
    }

    /// A call was answered, which frees its slot.
    pub(super) fn on_answered(&mut self, now: Timestamp, caller: &str, serial: u32, bytes: u64) {
        if let Some(running) = self.running.remove(&(caller.to_owned(), serial))
            && !running.is_silent
        {
            self.traffic.sent(now, running.user, caller, bytes);
        }
    }

    /// A call is refused by an error of this length.
    pub(super) fn on_refused(&mut self, now: Timestamp, user: User, caller: &str, bytes: u64) {
        self.traffic.sent(now, user, caller, bytes);
    }

    fn refuse_call(&mut self, now: Timestamp, user: User, call: Call, refusal: Refusal) {
        if !call.no_reply {
            self.refuse(now, user, call.caller, call.serial, refusal);
        }
    }

    fn refuse(
        &mut self,
        now: Timestamp,
        user: User,
        caller: String,
        serial: u32,
        refusal: Refusal,
    ) {
        if let Some(serial) = NonZeroU32::new(serial)
            && self.refusing.len() < REFUSALS
            && self.traffic.allows_error(now, user)
        {
            self.refusing.push_back(BusTask::Refuse {
                user,
                caller,
                serial,
                refusal,
            });
        }
    }

    pub(super) fn next_task(&mut self) -> Option<BusTask> {
        // Queries take precedence: the calls of new callers wait for the answers.
        let question = self.identities.next_question().map(BusTask::Identify);
        question.or_else(|| self.refusing.pop_front())
    }

    pub(super) fn has_tasks(&self) -> bool {
        self.identities.has_questions() || !self.refusing.is_empty()
    }

    #[cfg(test)]
    pub(super) fn waiting_refusals(&self) -> usize {
        self.refusing.len()
    }

    #[cfg(test)]
    pub(super) fn running(&self) -> usize {
        self.running.len()
    }

    #[cfg(test)]
    pub(super) const fn identities(&self) -> &Identities {
        &self.identities
    }
}
