//! Whose connections the callers are.

use std::collections::{BTreeMap, VecDeque};

use super::call::{Call, User};
use super::fair_queue::{FairQueue, Limits};
use crate::bus::{Incoming, MessageKind};

/// Calls of callers whose user is not known yet: all in one share.
pub(super) const WAITING: Limits = Limits {
    caller: 256,
    user: 1024,
    all: 1024,
};

/// The callers whose user is known; those that were known for longest are forgotten first.
pub(super) const IDENTIFIED: usize = 1024;

/// Questions to the bus without an answer.
const QUESTIONS: usize = 2048;

/// The answer of the bus for a caller that left.
const NO_OWNER: &str = "org.freedesktop.DBus.Error.NameHasNoOwner";

/// A question to the bus: whose connection is this?
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) caller: String,
    /// The user whose audit asks it.
    pub(super) audit: Option<User>,
}

/// The users of callers, and the calls that wait until theirs is known.
#[derive(Debug)]
pub(super) struct Identities {
    users: BTreeMap<String, User>,
    /// In which order they were identified.
    order: VecDeque<String>,
    waiting: FairQueue,
    /// What is to be asked.
    asking: VecDeque<Question>,
    /// What was asked, by the serial number of the call that asks.
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
    /// The user of a caller, where it is known.
    pub(super) fn user(&self, caller: &str) -> Option<User> {
        self.users.get(caller).copied()
    }

    /// Keeps a call until its user is known. Returns the call that has to give way, if one has to.
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

    /// Asks the bus about callers. Returns how many questions these are.
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

    /// Notes the question that a call asks the bus. A bus that answers none of thousands leaves the
    /// oldest unanswered.
    pub(super) fn expect(&mut self, serial: u32, question: Question) {
        if self.questions.len() >= QUESTIONS
            && let Some((_, oldest)) = self.questions.pop_first()
        {
            self.waiting.take(User::Unknown, &oldest.caller);
        }
        self.questions.insert(serial, question);
    }

    /// Reads a message of the bus: the question that it answers, and the user, or `None` if the
    /// caller left. `None`: it answers no question.
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

    /// The user of a caller is known. Returns the calls that waited for it.
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

    /// A caller left: what it waits for is dropped. Returns its user, where that was known.
    pub(super) fn remove(&mut self, caller: &str) -> Option<User> {
        self.waiting.take(User::Unknown, caller);
        let user = self.users.remove(caller)?;
        self.order.retain(|it| it != caller);
        Some(user)
    }

    /// How much is kept: known users, and questions to be asked.
    #[cfg(test)]
    pub(super) fn size(&self) -> [usize; 3] {
        [self.users.len(), self.order.len(), self.asking.len()]
    }
}
