//! Attacks on the service. After each it is the same process, has used little memory, and has
//! answered honest clients.

use std::thread;
use std::time::{Duration, Instant};

use test_support::attacked::Trial;
use test_support::attacked::{Desk, Policy};
use test_support::attacker::attack::Attack;
use test_support::attacker::target::Target;
use test_support::attacker::user::{self, HONEST};
use test_support::attacker::{attacks, calls};
use test_support::bus::{BROKERS, Broker};

/// The limit on the service's memory, in kB. A debug build uses some MB more, even undisturbed.
const PEAK_AT_MOST: u64 = if cfg!(debug_assertions) {
    32_000
} else {
    24_000
};

/// A generous limit for a busy machine and a debug build; `cargo bench --bench hostile` has exact
/// figures.
const WORST_AT_MOST: Duration = Duration::from_secs(5);

#[test]
fn descriptors_do_not_end_the_service() {
    withstand(
        Broker::DbusDaemon,
        Desk::Small,
        Policy::Open,
        &attacks::DESCRIPTORS,
    );
}

#[test]
fn unread_replies_do_not_accumulate_in_memory() {
    withstand(Broker::DbusDaemon, Desk::Full, Policy::Open, &attacks::BULK);
}

#[test]
fn floods_of_calls_do_not_delay_others() {
    withstand(
        Broker::DbusDaemon,
        Desk::Full,
        Policy::Open,
        &attacks::FLOODS,
    );
}

#[test]
fn oversize_and_broken_messages_affect_only_their_sender() {
    withstand(
        Broker::DbusDaemon,
        Desk::Small,
        Policy::Open,
        &attacks::OVERSIZE,
    );
}

/// Headers that no library writes, and forged signals with the names of those that it subscribes
/// to.
#[test]
fn odd_messages_do_not_end_the_service() {
    for broker in BROKERS {
        withstand(broker, Desk::Small, Policy::Open, &attacks::ODD);
    }
}

#[test]
fn with_the_packaged_policy_odd_messages_do_not_end_the_service() {
    let all = [attacks::ODD[0], attacks::ODD[1], attacks::ODD[5]];
    for broker in BROKERS {
        withstand(broker, Desk::Small, Policy::Packaged, &all);
    }
}

/// The attacks of each kind for which dbus-broker has its own rules and limits.
#[test]
fn on_dbus_broker_the_service_withstands_every_kind_of_attack() {
    let open = [
        attacks::DESCRIPTORS[0],
        attacks::DESCRIPTORS[2],
        attacks::BULK[7],
        attacks::FLOODS[1],
        attacks::OVERSIZE[0],
    ];
    withstand(Broker::DbusBroker, Desk::Small, Policy::Open, &open);
    let packaged = [
        attacks::DESCRIPTORS[0],
        attacks::BULK[0],
        attacks::FLOODS[3],
    ];
    withstand(Broker::DbusBroker, Desk::Small, Policy::Packaged, &packaged);
}

#[test]
fn with_the_packaged_policy_the_service_withstands_every_kind_of_attack() {
    let all = [
        attacks::DESCRIPTORS[1],
        attacks::BULK[0],
        attacks::BULK[2],
        attacks::BULK[7],
        attacks::FLOODS[0],
        attacks::FLOODS[1],
        attacks::OVERSIZE[0],
    ];
    withstand(Broker::DbusDaemon, Desk::Full, Policy::Packaged, &all);
}

/// Runs attacks in sequence, and reports all failures; a service that ended is restarted.
fn withstand(broker: Broker, desk: Desk, policy: Policy, attacks: &[Attack]) {
    let _alone = crate::alone();
    if !user::can_change() {
        println!("not run as root: attacker and honest clients are the same user");
    }
    let mut faults = Vec::new();
    let mut service = None;
    for attack in attacks {
        let on = service.get_or_insert_with(|| crate::PROGRAMS.serve(broker, desk, policy));
        let trial = Trial::of(on, attack);
        println!("{broker:?} {policy:?} {trial}");
        assert!(
            trial.was_made(attack),
            "{broker:?}: {}: the attack was not made",
            attack.name
        );
        let found = trial.faults(PEAK_AT_MOST, WORST_AT_MOST);
        let is_good = found.is_empty();
        faults.extend(
            found
                .into_iter()
                .map(|it| format!("{broker:?}: {}: {it}", attack.name)),
        );
        if is_good {
            assert!(answers_again(&on.target), "no answer after {}", attack.name);
        } else {
            service = None;
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Whether an honest client gets a reply; one of the attacker's own user may have to wait.
fn answers_again(target: &Target) -> bool {
    let start = Instant::now();
    let get = calls::get(target, 0);
    let is_answered = || {
        let reply = target.ask(HONEST.or_own(), &get);
        reply.is_ok_and(|it| it.is_return())
    };
    while !is_answered() {
        if start.elapsed() > WORST_AT_MOST {
            return false;
        }
        thread::sleep(Duration::from_millis(100));
    }
    true
}
