//! Attacks on programs that follow the service: each survives and shows the next change.

mod client_harness;
mod hunter;
mod notifications;
mod rules;

use std::process::Output;
use std::time::Duration;

use test_support::attacker::attack::Attack;
use test_support::attacker::attacks;
use test_support::attacker::odd::FORGED;
use test_support::attacker::target::Target;
use test_support::attacker::user::ATTACKER;
use test_support::bus::{BROKERS, Broker};

use client_harness::{Clients, Shown};
use hunter::Hunter;
use notifications::Notifications;

/// The deadline of an attack; it is aborted after that.
const LONGEST: Duration = Duration::from_secs(10);

/// How many times a one-shot program is run under attack.
const RUNS: usize = 5;

#[test]
fn a_bar_stream_shows_the_next_change_after_each_attack() {
    attack_shown(&["--format", "waybar", "--watch", "--device", "M705"]);
}

#[test]
fn a_monitor_shows_the_next_change_after_each_attack() {
    attack_shown(&["monitor", "--device", "M705"]);
}

#[test]
fn a_watch_shows_the_next_change_after_each_attack() {
    attack_shown(&["watch", "--device", "M705"]);
}

#[test]
fn a_notify_shows_an_empty_battery_after_each_attack() {
    let _alone = crate::alone();
    for broker in BROKERS {
        for attack in all(broker) {
            // A battery that was empty and is full again would look implausible.
            let clients = Clients::new(broker);
            let server = Notifications::on(clients.socket());
            clients.set_charge(60);
            let mut notify = clients.notify();
            make(attack, broker, || notify.targets());
            assert_eq!(notify.ended(), None, "{broker:?}: after {}", attack.name);
            // The second reading confirms the first.
            clients.set_charge(9);
            clients.set_charge(8);
            let shown = server.next();
            assert!(shown, "{broker:?}: no notification after {}", attack.name);
        }
    }
}

#[test]
fn one_shot_programs_print_the_same_under_attack() {
    let _alone = crate::alone();
    for broker in BROKERS {
        let clients = Clients::new(broker);
        for arguments in [["--json"].as_slice(), &["history", "--csv"], &["doctor"]] {
            let run = || clients.command(arguments).output().unwrap();
            let undisturbed = text(&run());
            let hunter = Hunter::on(clients.socket());
            for _ in 0..RUNS {
                assert_eq!(text(&run()), undisturbed, "{broker:?}: {arguments:?}");
            }
            let count = hunter.stop();
            assert!(
                count >= RUNS,
                "{broker:?}: {count} connections were attacked"
            );
        }
    }
}

/// The output of a program without digits (times, ages, process ids), and its exit status.
fn text(output: &Output) -> String {
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(!stdout.contains(FORGED), "{stdout}");
    let stderr = String::from_utf8_lossy(&output.stderr);
    let text = format!("{}\n{stdout}{stderr}", output.status);
    text.replace(|it: char| it.is_ascii_digit(), "")
}

/// Attacks a program that shows the mouse's charge, which changes after each attack.
fn attack_shown(arguments: &[&str]) {
    let _alone = crate::alone();
    for broker in BROKERS {
        let clients = Clients::new(broker);
        let program = Shown::start(&clients, arguments);
        for (charge, attack) in (20..=40).rev().zip(all(broker)) {
            make(attack, broker, || program.targets());
            clients.set_charge(charge);
            program.shows(&format!("{} on {broker:?}", attack.name), charge);
        }
    }
}

/// Attacks each connection of a program and asserts that none was lost; reconnecting does not
/// count.
fn make(attack: &Attack, broker: Broker, targets: impl Fn() -> Vec<Target>) {
    let before = targets();
    assert!(!before.is_empty(), "the program is not on the bus");
    for target in &before {
        let tally = attack.run(target, ATTACKER.or_own(), LONGEST);
        assert!(tally.sent > 0, "{}: the attack was not made", attack.name);
    }
    let names = |targets: Vec<Target>| targets.into_iter().map(|it| it.unique).collect::<Vec<_>>();
    let after = names(targets());
    assert_eq!(after, names(before), "{broker:?}: after {}", attack.name);
}

/// The attacks that matter for this implementation of the bus.
fn all(broker: Broker) -> impl Iterator<Item = &'static Attack> {
    let (common, odd) = match broker {
        Broker::DbusDaemon => (&attacks::CLIENTS[..], &attacks::ODD[..2]),
        Broker::DbusBroker => (&attacks::CLIENTS[..2], &attacks::ODD[..]),
    };
    common.iter().chain(odd)
}
