//! Buses with our policies, and connections to them.

use rustix::process::getuid;
use test_support::bus::{Broker, Bus, SYSTEM};
use zbus::{Connection, block_on};

use crate::tools::text;

/// A system bus with these policies.
pub(super) fn with_policies(broker: Broker, policies: &[&str]) -> Bus {
    Bus::start(broker, SYSTEM, policies)
}

/// The daemon's user is the one that runs the test.
pub(super) fn for_our_user(broker: Broker, policy: &str) -> Bus {
    with_policies(broker, &[&for_user(policy, getuid().as_raw())])
}

/// A connection that owns `name` and answers every call, though with an error.
pub(super) fn serve(bus: &Bus, name: &str) -> Connection {
    let daemon = bus.connect();
    daemon.object_server();
    block_on(daemon.request_name(name)).unwrap();
    daemon
}

/// A file of ours for another user than the one it is shipped for.
pub(super) fn for_user(policy: &str, user: u32) -> String {
    let shipped = r#"<policy user="solar-status">"#;
    let policy = text(policy);
    assert!(policy.contains(shipped), "{policy}");
    policy.replace(shipped, &format!(r#"<policy user="{user}">"#))
}
