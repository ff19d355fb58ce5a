//! Identifies callers: queries the bus for the user of each connection.

use std::collections::{BTreeMap, VecDeque};

use super::call::{Call, User};
use super::fair_queue::{FairQueue, Limits};
use crate::bus::{Incoming, MessageKind};

/// The limits for calls of callers not identified yet, which share one account.
pub(super) const WAITING: Limits = Limits {
    caller: 256,
    user: 1024,
    all: 1024,
};

/// The number of identified callers stored; the oldest are dropped.
pub(super) const IDENTIFIED: usize = 1024;

/// The number of unanswered queries to the bus.
const QUESTIONS: usize = 2048;

/// The bus's error for a caller that left.
const NO_OWNER: &str = "org.freedesktop.DBus.Error.NameHasNoOwner";

/// A query to the bus for the user of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) caller: String,
    /// The user with the audit that sent it.
    pub(super) audit: Option<User>,
}

/// The users of callers, and the queued calls of callers not identified yet.
#[derive(Debug)]
pub(super) struct Identities {
    users: BTreeMap<String, User>,
    /// In which order they were identified.
    order: VecDeque<String>,
    waiting: FairQueue,
    /// The queries to be sent.
    asking: VecDeque<Question>,
    /// The pending queries, by the serial number of their call.
    questions: BTreeMap<u32, Question>,
}

impl Default for Identities {
    fn default() -> Self {
        Self {
            users: BTreeMap::new(),
            order: VecDeque::new(),
            waiting: FairQueue::new(WAITING),
            asking: VecDeque::new(),
            questions: BTreeMap::new(),
        }
    }
}

impl Identities {
    /// The user of a caller, if known.
    pub(super) fn user(&self, caller: &str) -> Option<User> {
        self.users.get(caller).copied()
    }

    /// Queues a call until its user is known. Returns the call that exceeds the limits, if any.
    pub(super) fn wait(&mut self, call: Call) -> Option<Call> {
        let caller = call.caller.clone();
        let is_asked = self.waiting.has(User::Unknown, &caller);
        let displaced = self.waiting.push(User::Unknown, call);
        if !is_asked && self.waiting.has(User::Unknown, &caller) {
            let audit = None;
            self.asking.push_back(Question { caller, audit });
        }
        displaced
    }

    /// Queues queries about callers. Returns their number.
    pub(super) fn ask(&mut self, questions: impl Iterator<Item = Question>) -> usize {
        let before = self.asking.len();
        self.asking.extend(questions);
        self.asking.len() - before
    }

    pub(super) fn has_questions(&self) -> bool {
        !self.asking.is_empty()
    }

    pub(super) fn next_question(&mut self) -> Option<Question> {
        self.asking.pop_front()
    }

    /// Records a query that was sent. If too many are pending, the oldest is given up.
    pub(super) fn expect(&mut self, serial: u32, question: Question) {
        if self.questions.len() >= QUESTIONS
            && let Some((_, oldest)) = self.questions.pop_first()
        {
            self.waiting.take(User::Unknown, &oldest.caller);
        }
        self.questions.insert(serial, question);
    }

    /// Reads a message of the bus. Returns the query that it answers and the user, which is `None`
    /// if the caller left. Returns `None` if it does not answer a query.
    pub(super) fn answer(&mut self, message: &Incoming) -> Option<(Question, Option<User>)> {
        let serial = message.head.reply_serial?;
        let question = self.questions.remove(&serial)?;
        let user = match (message.head.kind, message.head.error.as_deref()) {
            (MessageKind::Return, _) => Some(message.number.map_or(User::Unknown, User::Id)),
            (_, Some(NO_OWNER)) => None,
            _ => Some(User::Unknown),
        };
        Some((question, user))
    }

    /// Stores the user of a caller. Returns the calls queued until then.
    pub(super) fn insert(&mut self, caller: &str, user: User) -> VecDeque<Call> {
        if self.users.insert(caller.to_owned(), user).is_none() {
            self.order.push_back(caller.to_owned());
            if self.order.len() > IDENTIFIED
                && let Some(oldest) = self.order.pop_front()
            {
                self.users.remove(&oldest);
            }
        }
        self.waiting.take(User::Unknown, caller)
    }

    /// A caller left: its queued calls are dropped. Returns its user, if known.
    pub(super) fn remove(&mut self, caller: &str) -> Option<User> {
        self.waiting.take(User::Unknown, caller);
        let user = self.users.remove(caller)?;
        self.order.retain(|it| it != caller);
        Some(user)
    }

    /// The number of identified callers (in both collections) and of queries to be sent.
    #[cfg(test)]
    pub(super) fn size(&self) -> [usize; 3] {
        [self.users.len(), self.order.len(), self.asking.len()]
    }
}
