//! Buses with our policies, and connections to them.

use rustix::process::getuid;
use zbus::connection::Builder;
use zbus::{Connection, block_on};

use crate::broker::{Broker, Bus, SYSTEM};
use crate::tools::text;

impl Bus {
    /// A system bus with these policies.
    pub(super) fn with_policies(broker: Broker, policies: &[&str]) -> Self {
        Self::start(broker, SYSTEM, policies)
    }

    /// The daemon's user is the one that runs the test.
    pub(super) fn for_our_user(broker: Broker, policy: &str) -> Self {
        Self::with_policies(broker, &[&for_user(policy, getuid().as_raw())])
    }

    pub(super) fn connect(&self) -> Connection {
        block_on(Builder::address(self.address()).build()).unwrap()
    }

    /// A connection that owns `name` and answers every call, though with an error.
    pub(super) fn serve(&self, name: &str) -> Connection {
        let daemon = self.connect();
        daemon.object_server();
        block_on(daemon.request_name(name)).unwrap();
        daemon
    }
}

/// A file of ours for another user than the one it is shipped for.
pub(super) fn for_user(policy: &str, user: u32) -> String {
    let shipped = r#"<policy user="solar-status">"#;
    let policy = text(policy);
    assert!(policy.contains(shipped), "{policy}");
    policy.replace(shipped, &format!(r#"<policy user="{user}">"#))
}
