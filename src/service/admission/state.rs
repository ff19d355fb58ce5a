//! Which calls wait, which are in, and whose they are.

use std::collections::{BTreeMap, VecDeque};
use std::num::NonZeroU32;
use std::time::Duration;

use super::call::{Call, Cost, User};
use super::fair_queue::{FairQueue, Limits};
use super::traffic::Traffic;
use crate::bus::{Head, Incoming, MessageKind};
use crate::units::Timestamp;

/// The small calls of a user that are in at once: some wait for the bus.
const SMALL_PER_USER: usize = 4;

/// The small calls that are in at once.
const SMALL_AT_ONCE: usize = 24;

/// The bulk calls that are in at once: a small answer waits behind at most one.
const BULK_AT_ONCE: usize = 1;

/// Small calls that wait. dbus-daemon allows each caller 128 calls without an answer.
const SMALL_WAITING: Limits = Limits {
    caller: 256,
    user: 1024,
    all: 4096,
};

/// Bulk calls that wait.
const BULK_WAITING: Limits = Limits {
    caller: 128,
    user: 256,
    all: 1024,
};

/// Calls of callers whose user is not known yet.
const UNIDENTIFIED: Limits = Limits {
    caller: 256,
    user: 1024,
    all: 1024,
};

/// The callers whose user is known; those that were known for longest are forgotten first.
const IDENTIFIED: usize = 1024;

/// Signals that wait.
const SIGNALS_WAITING: usize = 1024;

/// Refusals that wait. What exceeds them is dropped: the caller's call times out.
const REFUSALS: usize = 1024;

/// Questions to the bus without an answer.
const QUESTIONS: usize = 2048;

/// A call that was not answered after this time has no place any more.
const LONGEST: Duration = Duration::from_secs(60);

/// How long an audit may take.
const AUDIT_TAKES: Duration = Duration::from_secs(5);

/// How long the outcome of an audit holds.
const AUDIT_HOLDS: Duration = Duration::from_secs(1);

/// The callers that are asked for in one audit.
const AUDITED: usize = 256;

/// Why a call is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("too many calls of this caller or user are pending; wait for answers and retry")]
    Calls,
    #[error(
        "this user was sent too many bytes that may not have been read; retry later, or \
         disconnect and retry"
    )]
    Bytes,
    #[error("message too long: no method takes more than a few hundred bytes")]
    Length,
}

/// Something that is sent over the bus because of a call.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Errand {
    /// Ask the bus whose connection this is.
    Identify(Question),
    /// Refuse a call.
    Refuse {
        user: User,
        caller: String,
        serial: NonZeroU32,
        refusal: Refusal,
    },
}

/// A question about a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) caller: String,
    /// The user of whom an audit asks it.
    audit: Option<User>,
}

/// A call that was let in.
#[derive(Debug)]
struct Running {
    user: User,
    cost: Cost,
    since: Timestamp,
    /// The caller does not wait for the answer.
    is_silent: bool,
}

/// An audit asks which callers of a user are still on the bus: what was sent to others is gone.
#[derive(Clone, Copy, Debug)]
enum Audit {
    /// So many answers are awaited.
    Running { awaited: usize, since: Timestamp },
    /// It ended then.
    Ended(Timestamp),
}

/// Whether a user may have an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Yes,
    /// An audit decides.
    Wait,
    No,
}

#[derive(Debug)]
pub(super) struct State {
    /// The peer other than the bus whose signals are let in.
    trusted: Option<String>,
    /// What is let in as it came: signals, and answers of the bus to our own calls.
    passing: VecDeque<Vec<u8>>,
    small: FairQueue,
    bulk: FairQueue,
    /// By caller and serial number.
    running: BTreeMap<(String, u32), Running>,
    identified: BTreeMap<String, User>,
    /// In which order they were identified.
    identified_order: VecDeque<String>,
    /// Calls of callers whose user is not known yet: all in one share.
    unidentified: FairQueue,
    /// By the serial number of the call that asks.
    questions: BTreeMap<u32, Question>,
    traffic: Traffic,
    audits: BTreeMap<User, Audit>,
    /// Questions come before refusals: somebody else waits for them.
    asking: VecDeque<Question>,
    refusing: VecDeque<Errand>,
    /// A message is being sent: the bus may take its time.
    is_sending: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            trusted: None,
            passing: VecDeque::new(),
            small: FairQueue::new(SMALL_WAITING),
            bulk: FairQueue::new(BULK_WAITING),
            running: BTreeMap::new(),
            identified: BTreeMap::new(),
            identified_order: VecDeque::new(),
            unidentified: FairQueue::new(UNIDENTIFIED),
            questions: BTreeMap::new(),
            traffic: Traffic::default(),
            audits: BTreeMap::new(),
            asking: VecDeque::new(),
            refusing: VecDeque::new(),
            is_sending: false,
        }
    }
}

impl State {
    pub(super) fn trust(&mut self, peer: Option<String>) {
        self.trusted = peer;
    }

    /// The user of a caller that is known or has a call in.
    pub(super) fn user(&self, caller: &str) -> Option<User> {
        let identified = self.identified.get(caller).copied();
        identified.or_else(|| {
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
                let question = head
                    .reply_serial
                    .and_then(|serial| self.questions.remove(&serial));
                match question {
                    Some(question) => self.on_identity(now, &question, &message),
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
        } else {
            let caller = call.caller.clone();
            let is_asked = self.unidentified.has(User::Unknown, &caller);
            if let Some(displaced) = self.unidentified.push(User::Unknown, call) {
                self.refuse_call(now, User::Unknown, displaced, Refusal::Calls);
            }
            if !is_asked && self.unidentified.has(User::Unknown, &caller) {
                let audit = None;
                self.asking.push_back(Question { caller, audit });
            }
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

    /// The bytes of the next message to be let in.
    pub(super) fn next_message(&mut self, now: Timestamp) -> Option<Vec<u8>> {
        if let Some(bytes) = self.passing.pop_front() {
            return Some(bytes);
        }
        // An answer that waits for the bus is not lost.
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
            // The bus refuses a second call with a serial number that is in use, unless no answer
            // is wanted. Its answer could not be told from that of the first.
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

    /// The next call of this cost that has a place.
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
            let is_audited = audits.get(&user).is_some_and(|audit| audit.is_running(now));
            !is_audited && running().filter(|it| it.user == user).count() < per_user
        })
    }

    fn verdict(&mut self, now: Timestamp, user: User, cost: Cost) -> Verdict {
        if self.traffic.allows(now, user, cost) {
            return Verdict::Yes;
        }
        match self.audits.get(&user) {
            Some(audit) if audit.is_running(now) => Verdict::Wait,
            Some(Audit::Ended(at)) if now.since(*at) < AUDIT_HOLDS => Verdict::No,
            _ => self.audit(now, user),
        }
    }

    /// Begins to ask which callers of a user are still there.
    fn audit(&mut self, now: Timestamp, user: User) -> Verdict {
        let callers = self.traffic.callers(user).take(AUDITED);
        let questions = callers.map(|caller| Question {
            caller: caller.clone(),
            audit: Some(user),
        });
        let before = self.asking.len();
        self.asking.extend(questions);
        let awaited = self.asking.len() - before;
        if awaited == 0 {
            self.audits.insert(user, Audit::Ended(now));
            return Verdict::No;
        }
        let since = now;
        self.audits.insert(user, Audit::Running { awaited, since });
        Verdict::Wait
    }

    /// Notes the question that a call asks the bus.
    pub(super) fn expect_identity(&mut self, serial: u32, question: Question) {
        if self.questions.len() >= QUESTIONS {
            self.questions.pop_first();
        }
        self.questions.insert(serial, question);
    }

    fn on_identity(&mut self, now: Timestamp, question: &Question, answer: &Incoming) {
        let user = match (answer.head.kind, answer.head.error.as_deref()) {
            (MessageKind::Return, _) => answer.number.map_or(User::Unknown, User::Id),
            (_, Some("org.freedesktop.DBus.Error.NameHasNoOwner")) => {
                self.on_left(&question.caller);
                self.advance_audit(now, question);
                return;
            }
            _ => User::Unknown,
        };
        self.identify(now, &question.caller, user);
        self.advance_audit(now, question);
    }

    fn identify(&mut self, now: Timestamp, caller: &str, user: User) {
        if self.identified.insert(caller.to_owned(), user).is_none() {
            self.identified_order.push_back(caller.to_owned());
            if self.identified_order.len() > IDENTIFIED
                && let Some(oldest) = self.identified_order.pop_front()
            {
                self.identified.remove(&oldest);
            }
            self.traffic.forget(now);
            self.audits.retain(|_, audit| !audit.is_over(now));
        }
        for call in self.unidentified.take(User::Unknown, caller) {
            self.enqueue(now, user, call);
        }
    }

    fn advance_audit(&mut self, now: Timestamp, question: &Question) {
        if let Some(user) = question.audit
            && let Some(audit) = self.audits.get_mut(&user)
            && let Audit::Running { awaited, .. } = audit
        {
            *awaited = awaited.saturating_sub(1);
            if *awaited == 0 {
                *audit = Audit::Ended(now);
            }
        }
    }

    /// A caller left the bus: what it waits for is dropped.
    pub(super) fn on_left(&mut self, caller: &str) {
        self.unidentified.take(User::Unknown, caller);
        if let Some(user) = self.identified.remove(caller) {
            self.identified_order.retain(|it| it != caller);
            self.small.take(user, caller);
            self.bulk.take(user, caller);
        }
        self.traffic.left(caller);
    }

    /// A message is sent.
    pub(super) fn on_sending(&mut self, is_sending: bool) {
        self.is_sending = is_sending;
    }

    /// Whether the answer to this call is dropped.
    pub(super) fn is_silent(&self, caller: &str, serial: u32) -> bool {
        let running = self.running.get(&(caller.to_owned(), serial));
        running.is_some_and(|running| running.is_silent)
    }

    /// Whether this call is in. An error for another with its serial number could be taken for its
    /// answer.
    pub(super) fn is_in(&self, caller: &str, serial: u32) -> bool {
        self.running.contains_key(&(caller.to_owned(), serial))
    }

    /// A call was answered: its place is free.
    pub(super) fn on_answered(&mut self, now: Timestamp, caller: &str, serial: u32, bytes: u64) {
        if let Some(running) = self.running.remove(&(caller.to_owned(), serial))
            && !running.is_silent
        {
            self.traffic.sent(now, running.user, caller, bytes);
        }
    }

    /// A call is refused by an error of so many bytes.
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
            self.refusing.push_back(Errand::Refuse {
                user,
                caller,
                serial,
                refusal,
            });
        }
    }

    pub(super) fn next_errand(&mut self) -> Option<Errand> {
        let question = self.asking.pop_front().map(Errand::Identify);
        question.or_else(|| self.refusing.pop_front())
    }

    pub(super) fn has_errands(&self) -> bool {
        !self.asking.is_empty() || !self.refusing.is_empty()
    }
}

impl Audit {
    fn is_running(self, now: Timestamp) -> bool {
        matches!(self, Self::Running { since, .. } if now.since(since) < AUDIT_TAKES)
    }

    /// Whether its outcome holds no longer.
    fn is_over(self, now: Timestamp) -> bool {
        match self {
            Self::Running { .. } => !self.is_running(now),
            Self::Ended(at) => now.since(at) >= AUDIT_HOLDS,
        }
    }
}

#[cfg(test)]
mod tests {
    use zbus::Message;
    use zbus::message::Flags;

    use super::*;

    const MANAGER: &str = "org.freedesktop.DBus.ObjectManager";
    const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
    const DEVICE: &str = "org.solarstatus.Device1";
    const BUS: &str = "org.freedesktop.DBus";

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_start(Duration::from_millis(millis))
    }

    fn incoming(message: &Message) -> Incoming {
        Incoming::read(message.data().bytes()).unwrap()
    }

    /// A connection of the service, with callers whose user numbers are given by the thousands in
    /// their names: `:1.1000005` is of user 1000.
    #[derive(Default)]
    struct Stage {
        state: State,
        refused: Vec<(String, u32, Refusal)>,
        gone: Vec<String>,
    }

    impl Stage {
        fn call(&mut self, caller: &str, serial: u32, interface: &str, member: &str) {
            self.call_with(caller, serial, interface, member, Flags::empty());
        }

        fn call_with(
            &mut self,
            caller: &str,
            serial: u32,
            interface: &str,
            member: &str,
            flags: Flags,
        ) {
            let call = Message::method_call("/", member)
                .interface(interface)
                .sender(caller)
                .serial(NonZeroU32::new(serial).unwrap())
                .with_flags(flags)
                .build(&())
                .unwrap();
            self.state.on_message(at(0), incoming(&call));
        }

        /// Runs the errands, the bus answering.
        fn run(&mut self, now: Timestamp) {
            while let Some(errand) = self.state.next_errand() {
                match errand {
                    Errand::Identify(question) => self.answer(now, question),
                    Errand::Refuse {
                        user,
                        caller,
                        serial,
                        refusal,
                    } => {
                        self.state.on_refused(now, user, &caller, 200);
                        self.refused.push((caller, serial.get(), refusal));
                    }
                }
            }
        }

        fn answer(&mut self, now: Timestamp, question: Question) {
            let call = Message::method_call("/", "GetConnectionUnixUser");
            let call = call.sender(":1.0").build(&()).unwrap();
            let header = call.header();
            let answer = if self.gone.contains(&question.caller) {
                let error = "org.freedesktop.DBus.Error.NameHasNoOwner";
                Message::error(&header, error).sender(BUS).build(&"gone")
            } else {
                let number: u32 = question.caller[3..].parse().unwrap();
                Message::method_return(&header)
                    .sender(BUS)
                    .build(&(number / 1000))
            };
            let serial = call.primary_header().serial_num().get();
            self.state.expect_identity(serial, question);
            self.state.on_message(now, incoming(&answer.unwrap()));
        }

        /// Caller and serial number of the next call that is let in.
        fn next(&mut self) -> Option<(String, u32)> {
            self.next_at(at(0))
        }

        fn next_at(&mut self, now: Timestamp) -> Option<(String, u32)> {
            self.run(now);
            loop {
                let bytes = self.state.next_message(now);
                if !self.state.has_errands() {
                    let message = Incoming::read(&bytes?).unwrap();
                    return Some((message.head.sender?, message.head.serial));
                }
                assert!(bytes.is_none());
                self.run(now);
            }
        }
    }

    #[test]
    fn limits_are_documented() {
        let document = include_str!("../../../SECURITY.md");
        let Limits { caller, user, all } = SMALL_WAITING;
        for limit in [
            format!("| {caller} of a connection, {user} of a user, {all} in all;"),
            format!("| {SMALL_PER_USER} of a user, {SMALL_AT_ONCE} in all;"),
            format!("{BULK_AT_ONCE} in all |"),
            format!("| {} KB; longer ones", super::super::LIMITS.call >> 10),
        ] {
            assert!(document.contains(&limit), "{limit}");
        }
    }

    #[test]
    fn a_caller_is_identified_before_its_calls_are_let_in() {
        let mut stage = Stage::default();
        stage.call(":1.1000001", 7, PROPERTIES, "Get");
        assert_eq!(stage.state.next_message(at(0)), None);
        assert_eq!(stage.next(), Some((":1.1000001".to_owned(), 7)));
        assert_eq!(stage.state.user(":1.1000001"), Some(User::Id(1000)));
        stage.call(":1.1000001", 8, PROPERTIES, "Get");
        assert!(!stage.state.has_errands(), "it is known now");
    }

    #[test]
    fn a_user_has_few_small_calls_in_and_others_as_many() {
        let mut stage = Stage::default();
        for serial in 1..=20 {
            stage.call(":1.1000001", serial, PROPERTIES, "Get");
            stage.call(":1.1001001", 100 + serial, PROPERTIES, "Get");
        }
        let let_in = std::iter::from_fn(|| stage.next()).count();
        assert_eq!(let_in, 2 * SMALL_PER_USER);
        stage.state.on_answered(at(0), ":1.1000001", 1, 100);
        assert_eq!(stage.next(), Some((":1.1000001".to_owned(), 5)));
        assert_eq!(stage.next(), None);
    }

    #[test]
    fn bulk_calls_are_let_in_one_at_a_time_by_turns_and_after_small_ones() {
        let mut stage = Stage::default();
        stage.call(":1.1000001", 1, MANAGER, "GetManagedObjects");
        stage.call(":1.1000002", 2, DEVICE, "GetEntries");
        stage.call(":1.1001001", 3, MANAGER, "GetManagedObjects");
        stage.call(":1.1002001", 4, MANAGER, "GetManagedObjects");
        stage.call(":1.1000001", 5, PROPERTIES, "Get");
        let let_in: Vec<u32> = std::iter::from_fn(|| stage.next()).map(|it| it.1).collect();
        assert_eq!(let_in, [5, 1]);
        stage.state.on_answered(at(0), ":1.1000001", 1, 100);
        assert_eq!(stage.next(), Some((":1.1001001".to_owned(), 3)));
        assert_eq!(stage.next(), None);
        stage.state.on_answered(at(0), ":1.1001001", 3, 100);
        assert_eq!(stage.next(), Some((":1.1002001".to_owned(), 4)));
        stage.state.on_answered(at(0), ":1.1002001", 4, 100);
        assert_eq!(stage.next(), Some((":1.1000002".to_owned(), 2)));
    }

    #[test]
    fn calls_that_want_no_answer_are_dropped_unless_they_have_an_effect() {
        let mut stage = Stage::default();
        let no_reply = Flags::NO_REPLY_EXPECTED;
        stage.call_with(":1.1000001", 1, DEVICE, "GetEntries", no_reply);
        stage.call_with(":1.1000001", 2, PROPERTIES, "Get", no_reply);
        stage.call_with(":1.1000001", 3, DEVICE, "Nonsense", no_reply);
        assert!(!stage.state.has_errands());
        stage.call_with(":1.1000001", 4, DEVICE, "MeasureLight", no_reply);
        assert_eq!(stage.next(), Some((":1.1000001".to_owned(), 4)));
        assert!(stage.state.is_silent(":1.1000001", 4));
        assert!(!stage.state.is_silent(":1.1000001", 5));
    }

    #[test]
    fn calls_with_the_same_serial_number_have_one_place() {
        let mut stage = Stage::default();
        let no_reply = Flags::NO_REPLY_EXPECTED;
        for _ in 0..10 {
            stage.call_with(":1.1000001", 4, DEVICE, "MeasureLight", no_reply);
        }
        assert!(stage.next().is_some());
        assert!(stage.next().is_none());
    }

    #[test]
    fn calls_beyond_the_limits_are_refused() {
        let mut stage = Stage::default();
        stage.call(":1.1000001", 1, PROPERTIES, "Get");
        stage.run(at(0));
        for serial in 2..=300 {
            stage.call(":1.1000001", serial, PROPERTIES, "Get");
        }
        stage.run(at(0));
        let first = (":1.1000001".to_owned(), 257, Refusal::Calls);
        assert_eq!(stage.refused.first(), Some(&first));
        assert_eq!(stage.refused.len(), 300 - SMALL_WAITING.caller);
    }

    #[test]
    fn those_who_wait_to_be_identified_do_not_keep_a_newcomer_out() {
        let mut stage = Stage::default();
        for caller in 1..=8 {
            for serial in 1..=256 {
                stage.call(&format!(":1.100000{caller}"), serial, PROPERTIES, "Get");
            }
        }
        stage.call(":1.1001001", 1, PROPERTIES, "Get");
        // It is identified before a thousand calls are refused.
        for _ in 0..9 {
            let Some(Errand::Identify(question)) = stage.state.next_errand() else {
                unreachable!("refusals come later");
            };
            stage.answer(at(0), question);
        }
        assert_eq!(stage.state.user(":1.1001001"), Some(User::Id(1001)));
        let let_in: Vec<_> = std::iter::from_fn(|| stage.next()).collect();
        assert!(let_in.contains(&(":1.1001001".to_owned(), 1)));
        assert!(stage.refused.iter().all(|it| it.0 != ":1.1001001"));
    }

    #[test]
    fn calls_of_a_caller_that_left_are_dropped() {
        let mut stage = Stage::default();
        for serial in 1..=9 {
            stage.call(":1.1000001", serial, PROPERTIES, "Get");
            stage.call(":1.1000001", 100 + serial, DEVICE, "GetEntries");
        }
        assert!(stage.next().is_some());
        stage.state.on_left(":1.1000001");
        assert_eq!(stage.next(), None);
    }

    #[test]
    fn a_place_is_kept_while_an_answer_waits_for_the_bus() {
        let mut stage = Stage::default();
        stage.call(":1.1000001", 1, DEVICE, "GetEntries");
        assert!(stage.next().is_some());
        stage.call(":1.1000001", 2, DEVICE, "GetEntries");
        stage.state.on_sending(true);
        assert_eq!(stage.next_at(at(61_000)), None);
        stage.state.on_sending(false);
        assert!(stage.next_at(at(61_000)).is_some());
    }

    #[test]
    fn a_user_who_was_sent_too_much_is_refused_and_others_are_not() {
        let mut stage = Stage::default();
        stage.call(":1.1000001", 200, PROPERTIES, "Get");
        assert!(stage.next().is_some());
        for serial in 1..=100 {
            stage.call(":1.1000001", serial, DEVICE, "GetEntries");
        }
        let mut served = 0;
        while let Some((caller, serial)) = stage.next() {
            served += 1;
            stage.state.on_answered(at(0), &caller, serial, 1 << 20);
        }
        assert_eq!(served, 40);
        assert_eq!(stage.refused.len(), 60);
        let (_, _, refusal) = stage.refused[0];
        assert_eq!(refusal, Refusal::Bytes);
        // Small calls of the same user, and bulk calls of another, are still answered.
        stage.call(":1.1000002", 1, PROPERTIES, "Get");
        assert!(stage.next().is_some());
        stage.call(":1.1001001", 1, DEVICE, "GetEntries");
        assert!(stage.next().is_some());
    }

    #[test]
    fn answers_to_callers_that_left_do_not_count() {
        let mut stage = Stage::default();
        for serial in 1..=40 {
            stage.call(":1.1000001", serial, DEVICE, "GetEntries");
            let (caller, serial) = stage.next().unwrap();
            stage.state.on_answered(at(0), &caller, serial, 1 << 20);
        }
        stage.gone.push(":1.1000001".to_owned());
        stage.call(":1.1000002", 1, DEVICE, "GetEntries");
        assert_eq!(stage.next(), Some((":1.1000002".to_owned(), 1)));
        assert_eq!(stage.refused, []);
    }

    #[test]
    fn a_place_is_free_again_when_no_answer_comes() {
        let mut stage = Stage::default();
        stage.call(":1.1000001", 1, DEVICE, "GetEntries");
        assert!(stage.next().is_some());
        stage.call(":1.1000001", 2, DEVICE, "GetEntries");
        assert_eq!(stage.next(), None);
        assert!(stage.next_at(at(61_000)).is_some());
    }

    #[test]
    fn only_the_bus_and_a_trusted_peer_send_signals_and_only_the_bus_answers() {
        let mut state = State::default();
        let sleep = |sender: &str| {
            let sleep = Message::signal("/", "org.freedesktop.login1.Manager", "PrepareForSleep");
            incoming(&sleep.sender(sender).build(&false).unwrap())
        };
        let own = Message::method_call("/", "Get").sender(":1.0");
        let own = own.build(&()).unwrap();
        let answer = |sender: &str| {
            let answer = Message::method_return(&own.header()).sender(sender);
            incoming(&answer.build(&()).unwrap())
        };
        for stranger in [sleep(":1.7"), answer(":1.7")] {
            state.on_message(at(0), stranger);
            assert_eq!(state.next_message(at(0)), None);
        }
        state.trust(Some(":1.7".to_owned()));
        for known in [sleep(":1.7"), sleep(BUS), answer(BUS)] {
            state.on_message(at(0), known);
            assert!(state.next_message(at(0)).is_some());
        }
    }

    #[test]
    fn nothing_that_callers_do_makes_the_state_grow_without_bounds() {
        let mut stage = Stage::default();
        for number in 0..20_000_u32 {
            let caller = format!(":1.{}", 1000 * (number % 50) + number / 50);
            stage.call(&caller, number + 1, DEVICE, "GetEntries");
            stage.call(&caller, number + 30_000, PROPERTIES, "Get");
            if number % 7 == 0 {
                stage.run(at(0));
            }
        }
        let left = &stage.state;
        assert!(left.refusing.len() <= REFUSALS);
        assert!(left.asking.len() <= UNIDENTIFIED.all);
        assert!(left.identified.len() <= IDENTIFIED);
        assert!(left.identified_order.len() <= IDENTIFIED);
        assert!(left.running.len() <= SMALL_AT_ONCE + BULK_AT_ONCE);
    }
}
