//! Tests of the scheduler through the messages of the bus and callers.

use std::num::NonZeroU32;
use std::time::Duration;

use zbus::Message;
use zbus::message::Flags;

use super::call::User;
use super::fair_queue::Limits;
use super::identities::{IDENTIFIED, Question, WAITING};
use super::scheduler::{
    BULK_AT_ONCE, BULK_WAITING, BusTask, REFUSALS, Refusal, SMALL_AT_ONCE, SMALL_PER_USER,
    SMALL_WAITING, Scheduler,
};
use crate::bus::Incoming;
use hidpp_proto::units::Timestamp;

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

/// A connection of the service. The thousands in a caller's name are its uid: `:1.1000005` belongs
/// to user 1000.
#[derive(Default)]
struct Stage {
    scheduler: Scheduler,
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
        self.scheduler.on_message(at(0), incoming(&call));
    }

    /// Runs the tasks; the bus answers queries.
    fn run(&mut self, now: Timestamp) {
        while let Some(task) = self.scheduler.next_task() {
            match task {
                BusTask::Identify(question) => self.answer(now, question),
                BusTask::Refuse {
                    user,
                    caller,
                    serial,
                    refusal,
                } => {
                    self.scheduler.on_refused(now, user, &caller, 200);
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
        self.scheduler.expect_identity(serial, question);
        self.scheduler.on_message(now, incoming(&answer.unwrap()));
    }

    /// Caller and serial number of the next admitted call.
    fn next(&mut self) -> Option<(String, u32)> {
        self.next_at(at(0))
    }

    fn next_at(&mut self, now: Timestamp) -> Option<(String, u32)> {
        self.run(now);
        loop {
            let bytes = self.scheduler.next_message(now);
            if !self.scheduler.has_tasks() {
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
    let [small, bulk] = [SMALL_WAITING, BULK_WAITING].map(|Limits { caller, user, all }| {
        format!("{caller} per connection, {user} per user, {all} in total")
    });
    let Limits { caller, all, .. } = WAITING;
    let unknown = format!("{caller} per connection, {all} in total");
    for limit in [
        format!("| for short replies: {small};"),
        format!("for long replies: {bulk};"),
        format!("not known yet: {unknown};"),
        format!("| {SMALL_PER_USER} per user, {SMALL_AT_ONCE} in total;"),
        format!("{BULK_AT_ONCE} in total |"),
        format!("| {} KB; longer ones", super::LIMITS.call >> 10),
    ] {
        assert!(document.contains(&limit), "{limit}");
    }
}

#[test]
fn a_caller_is_identified_before_its_calls_are_admitted() {
    let mut stage = Stage::default();
    stage.call(":1.1000001", 7, PROPERTIES, "Get");
    assert_eq!(stage.scheduler.next_message(at(0)), None);
    assert_eq!(stage.next(), Some((":1.1000001".to_owned(), 7)));
    assert_eq!(stage.scheduler.user(":1.1000001"), Some(User::Id(1000)));
    stage.call(":1.1000001", 8, PROPERTIES, "Get");
    assert!(!stage.scheduler.has_tasks(), "identified already");
}

#[test]
fn each_user_has_a_few_small_calls_running() {
    let mut stage = Stage::default();
    for serial in 1..=20 {
        stage.call(":1.1000001", serial, PROPERTIES, "Get");
        stage.call(":1.1001001", 100 + serial, PROPERTIES, "Get");
    }
    let let_in = std::iter::from_fn(|| stage.next()).count();
    assert_eq!(let_in, 2 * SMALL_PER_USER);
    stage.scheduler.on_answered(at(0), ":1.1000001", 1, 100);
    assert_eq!(stage.next(), Some((":1.1000001".to_owned(), 5)));
    assert_eq!(stage.next(), None);
}

#[test]
fn bulk_calls_are_admitted_one_at_a_time_in_turn_and_after_small_ones() {
    let mut stage = Stage::default();
    stage.call(":1.1000001", 1, MANAGER, "GetManagedObjects");
    stage.call(":1.1000002", 2, DEVICE, "GetEntries");
    stage.call(":1.1001001", 3, MANAGER, "GetManagedObjects");
    stage.call(":1.1002001", 4, MANAGER, "GetManagedObjects");
    stage.call(":1.1000001", 5, PROPERTIES, "Get");
    let let_in: Vec<u32> = std::iter::from_fn(|| stage.next()).map(|it| it.1).collect();
    assert_eq!(let_in, [5, 1]);
    stage.scheduler.on_answered(at(0), ":1.1000001", 1, 100);
    assert_eq!(stage.next(), Some((":1.1001001".to_owned(), 3)));
    assert_eq!(stage.next(), None);
    stage.scheduler.on_answered(at(0), ":1.1001001", 3, 100);
    assert_eq!(stage.next(), Some((":1.1002001".to_owned(), 4)));
    stage.scheduler.on_answered(at(0), ":1.1002001", 4, 100);
    assert_eq!(stage.next(), Some((":1.1000002".to_owned(), 2)));
}

#[test]
fn calls_that_expect_no_answer_are_dropped_unless_they_have_an_effect() {
    let mut stage = Stage::default();
    let no_reply = Flags::NO_REPLY_EXPECTED;
    stage.call_with(":1.1000001", 1, DEVICE, "GetEntries", no_reply);
    stage.call_with(":1.1000001", 2, PROPERTIES, "Get", no_reply);
    stage.call_with(":1.1000001", 3, DEVICE, "Nonsense", no_reply);
    assert!(!stage.scheduler.has_tasks());
    stage.call_with(":1.1000001", 4, DEVICE, "MeasureLight", no_reply);
    assert_eq!(stage.next(), Some((":1.1000001".to_owned(), 4)));
    assert!(stage.scheduler.is_silent(":1.1000001", 4));
    assert!(!stage.scheduler.is_silent(":1.1000001", 5));
}

#[test]
fn calls_with_the_same_serial_number_share_one_slot() {
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
fn unidentified_callers_do_not_block_a_new_one() {
    let mut stage = Stage::default();
    for caller in 1..=8 {
        for serial in 1..=256 {
            stage.call(&format!(":1.100000{caller}"), serial, PROPERTIES, "Get");
        }
    }
    stage.call(":1.1001001", 1, PROPERTIES, "Get");
    // It is identified before a thousand calls are refused.
    for _ in 0..9 {
        let Some(BusTask::Identify(question)) = stage.scheduler.next_task() else {
            unreachable!("queries precede refusals");
        };
        stage.answer(at(0), question);
    }
    assert_eq!(stage.scheduler.user(":1.1001001"), Some(User::Id(1001)));
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
    stage.scheduler.on_left(":1.1000001");
    assert_eq!(stage.next(), None);
}

#[test]
fn a_slot_stays_occupied_while_an_answer_waits_for_the_bus() {
    let mut stage = Stage::default();
    stage.call(":1.1000001", 1, DEVICE, "GetEntries");
    assert!(stage.next().is_some());
    stage.call(":1.1000001", 2, DEVICE, "GetEntries");
    stage.scheduler.on_sending(true);
    assert_eq!(stage.next_at(at(61_000)), None);
    stage.scheduler.on_sending(false);
    assert!(stage.next_at(at(61_000)).is_some());
}

#[test]
fn a_user_with_too_many_unread_bytes_is_refused_and_others_are_not() {
    let mut stage = Stage::default();
    stage.call(":1.1000001", 200, PROPERTIES, "Get");
    assert!(stage.next().is_some());
    for serial in 1..=100 {
        stage.call(":1.1000001", serial, DEVICE, "GetEntries");
    }
    let mut served = 0;
    while let Some((caller, serial)) = stage.next() {
        served += 1;
        stage.scheduler.on_answered(at(0), &caller, serial, 1 << 20);
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
        stage.scheduler.on_answered(at(0), &caller, serial, 1 << 20);
    }
    stage.gone.push(":1.1000001".to_owned());
    stage.call(":1.1000002", 1, DEVICE, "GetEntries");
    assert_eq!(stage.next(), Some((":1.1000002".to_owned(), 1)));
    assert_eq!(stage.refused, []);
}

#[test]
fn a_slot_is_freed_after_the_timeout_without_an_answer() {
    let mut stage = Stage::default();
    stage.call(":1.1000001", 1, DEVICE, "GetEntries");
    assert!(stage.next().is_some());
    stage.call(":1.1000001", 2, DEVICE, "GetEntries");
    assert_eq!(stage.next(), None);
    assert!(stage.next_at(at(61_000)).is_some());
}

#[test]
fn only_the_bus_and_a_trusted_peer_send_signals_and_only_the_bus_answers() {
    let mut scheduler = Scheduler::default();
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
        scheduler.on_message(at(0), stranger);
        assert_eq!(scheduler.next_message(at(0)), None);
    }
    scheduler.trust(Some(":1.7".to_owned()));
    for known in [sleep(":1.7"), sleep(BUS), answer(BUS)] {
        scheduler.on_message(at(0), known);
        assert!(scheduler.next_message(at(0)).is_some());
    }
}

#[test]
fn the_state_is_bounded_whatever_callers_do() {
    let mut stage = Stage::default();
    for number in 0..20_000_u32 {
        let caller = format!(":1.{}", 1000 * (number % 50) + number / 50);
        stage.call(&caller, number + 1, DEVICE, "GetEntries");
        stage.call(&caller, number + 30_000, PROPERTIES, "Get");
        if number % 7 == 0 {
            stage.run(at(0));
        }
    }
    let left = &stage.scheduler;
    assert!(left.waiting_refusals() <= REFUSALS);
    assert!(left.running() <= SMALL_AT_ONCE + BULK_AT_ONCE);
    let [identified, order, asking] = left.identities().size();
    assert!(identified <= IDENTIFIED && order <= IDENTIFIED);
    assert!(asking <= WAITING.all);
}
