//! Attacks on the programs that follow the service: none ends, and each shows the next change.

mod notifications;
mod stage;

use std::time::Duration;

use crate::attacker::attacks;
use crate::attacker::user::ATTACKER;
use notifications::Notifications;
use stage::{Clients, Shown};

/// An attack that is not over by then is broken off.
const LONGEST: Duration = Duration::from_secs(10);

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
    for attack in &attacks::CLIENTS {
        // A battery that was empty and is full again would be doubted.
        let clients = Clients::new();
        let server = Notifications::on(clients.socket());
        clients.set_charge(60);
        let mut notify = clients.notify();
        for target in notify.targets() {
            let tally = attack.run(&target, ATTACKER.or_own(), LONGEST);
            assert!(tally.sent > 0, "{}: the attack was not made", attack.name);
        }
        assert_eq!(notify.ended(), None, "after {}", attack.name);
        // The second reading confirms the first.
        clients.set_charge(9);
        clients.set_charge(8);
        let shown = server.next();
        assert!(shown, "no notification after {}", attack.name);
    }
}

/// Attacks a program that shows the mouse's charge, and changes that after each attack.
fn attack_shown(arguments: &[&str]) {
    let _alone = crate::alone();
    let clients = Clients::new();
    let program = Shown::start(&clients, arguments);
    for (charge, attack) in (30..=40).rev().zip(&attacks::CLIENTS) {
        for target in program.targets() {
            let tally = attack.run(&target, ATTACKER.or_own(), LONGEST);
            assert!(tally.sent > 0, "{}: the attack was not made", attack.name);
        }
        clients.set_charge(charge);
        program.shows(attack.name, charge);
    }
}
