//! The match rules of all programs: each filters by a sender with a protected name.
//!
//! dbus-broker closes the connection of a peer if a broadcast with descriptors matches one of its
//! rules. A rule without a sender would therefore let any peer disconnect a program.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use solar_status::bus::NAME;
use test_support::attacked::{Desk, Policy};
use test_support::attacker::calls;
use test_support::attacker::user::HONEST;
use test_support::attacker::wire::Peer;
use test_support::bus::{BROKERS, Broker};
use test_support::wait::PATIENCE;

use super::client_harness::{Clients, Shown};
use super::notifications::Notifications;

/// The rule that marks the end of a test.
const LAST: &str = "type='signal',sender='org.freedesktop.DBus',member='Last'";

/// The names that other programs cannot own: the policies of the system bus protect them.
const TRUSTED: [&str; 4] = [
    "org.freedesktop.DBus",
    "org.freedesktop.login1",
    "org.freedesktop.Notifications",
    NAME,
];

#[test]
fn every_match_rule_of_the_service_names_a_trusted_sender() {
    let _alone = crate::alone();
    for broker in BROKERS {
        let bus = Policy::Open.start(broker);
        let rules = Rules::on(bus.socket());
        let service = crate::PROGRAMS.serve_on(bus, Desk::Small, Policy::Open);
        // While the service measures light for a caller, it watches that caller's name.
        let mut caller = service.target.connect(HONEST.or_own(), false).unwrap();
        let light = calls::light(&service.target, 10, 1);
        assert!(caller.call(&light, PATIENCE).unwrap().is_return());

        let rules = rules.all(&service.target.socket);
        let ours = rules.iter().filter(|it| it.by == service.target.unique);
        let ours: Vec<_> = ours.inspect(|it| it.assert_trusts(broker, &[])).collect();
        for about in [LOGIND, &caller.unique] {
            let is_there = ours
                .iter()
                .any(|it| it.text.contains(&format!("arg0='{about}'")));
            assert!(is_there, "{broker:?}: no rule about {about}: {ours:?}");
        }
    }
}

#[test]
fn every_match_rule_of_each_client_names_a_trusted_sender() {
    let _alone = crate::alone();
    for broker in BROKERS {
        let clients = Clients::new(broker);
        let _server = Notifications::on(clients.socket());
        let before = clients.names();
        let rules = Rules::on(clients.socket());
        for arguments in [
            ["--format", "waybar", "--watch"].as_slice(),
            &["monitor"],
            &["watch"],
        ] {
            drop(Shown::start(&clients, arguments));
        }
        for arguments in [["--json"].as_slice(), &["history"], &["doctor"]] {
            clients.command(arguments).output().unwrap();
        }
        let notify = clients.notify();
        clients.set_charge(9);
        clients.set_charge(8);
        drop(notify);

        let rules = rules.all(clients.socket());
        let service = clients.service();
        let ours = rules.iter().filter(|it| !before.contains(&it.by));
        let ours: Vec<_> = ours
            .inspect(|it| it.assert_trusts(broker, &[&service]))
            .collect();
        // Each of the four long-running programs has rules, on at least one connection.
        let connections: BTreeSet<_> = ours.iter().map(|it| &it.by).collect();
        assert!(connections.len() >= 4, "{broker:?}: {ours:?}");
    }
}

const LOGIND: &str = "org.freedesktop.login1";

/// A match rule and the unique name of its owner.
#[derive(Debug)]
struct Rule {
    by: String,
    text: String,
}

impl Rule {
    /// Asserts that its sender is a protected name, or one of `others`.
    fn assert_trusts(&self, broker: Broker, others: &[&str]) {
        let sender = self.text.split(',').find_map(|part| {
            let sender = part.trim().strip_prefix("sender='")?;
            sender.strip_suffix('\'')
        });
        let is_trusted = sender.is_some_and(|it| TRUSTED.contains(&it) || others.contains(&it));
        assert!(is_trusted, "{broker:?}: {self:?}");
    }
}

/// Records all match rules that any peer adds, including those that it removes again.
struct Rules(Receiver<Rule>);

impl Rules {
    fn on(socket: &Path) -> Self {
        let mut monitor = Peer::connect(socket, false).unwrap();
        let reply = monitor.call(&calls::monitor_calls("AddMatch"), PATIENCE);
        let reply = reply.unwrap();
        assert!(reply.is_return(), "{reply}");
        let (sender, rules) = channel();
        thread::spawn(move || {
            let hour = Duration::from_secs(3600);
            while let Ok(call) = monitor.receive(Instant::now() + hour) {
                let Some(text) = call.text().filter(|_| call.member == "AddMatch") else {
                    continue;
                };
                let by = call.sender;
                if sender.send(Rule { by, text }).is_err() {
                    return;
                }
            }
        });
        Self(rules)
    }

    /// The rules added so far.
    fn all(self, socket: &Path) -> Vec<Rule> {
        let mut peer = Peer::connect(socket, false).unwrap();
        peer.call(&calls::add_match(LAST), PATIENCE).unwrap();
        let next = || self.0.recv_timeout(PATIENCE).unwrap();
        let rules = std::iter::repeat_with(next).take_while(|it| it.text != LAST);
        rules.collect()
    }
}
