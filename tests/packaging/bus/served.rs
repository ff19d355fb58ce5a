//! Buses with the shipped policies, and connections to them.

use rustix::process::getuid;
use test_support::bus::{Broker, Bus, SYSTEM};
use zbus::{Connection, block_on};

use test_support::documents::document;

/// A system bus with these policies.
pub(super) fn with_policies(broker: Broker, policies: &[&str]) -> Bus {
    Bus::start(broker, SYSTEM, policies)
}

/// A bus on which the daemon's user is that of the test.
pub(super) fn for_our_user(broker: Broker, policy: &str) -> Bus {
    with_policies(broker, &[&for_user(policy, getuid().as_raw())])
}

/// A connection that owns `name` and replies to every call with an error.
pub(super) fn serve(bus: &Bus, name: &str) -> Connection {
    let daemon = bus.connect();
    daemon.object_server();
    block_on(daemon.request_name(name)).unwrap();
    daemon
}

/// A shipped file, changed to another user.
pub(super) fn for_user(policy: &str, user: u32) -> String {
    let shipped = r#"<policy user="solar-status">"#;
    let policy = document(policy);
    assert!(policy.contains(shipped), "{policy}");
    policy.replace(shipped, &format!(r#"<policy user="{user}">"#))
}
