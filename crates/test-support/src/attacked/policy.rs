//! The policy of the bus.

use std::fs;

use crate::attacker::user::{self, User};
use crate::bus::{Broker, Bus, OPEN, SYSTEM};
use crate::project;

/// The messages that the bus passes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Everything.
    Open,
    /// Those that a system bus with the packaged policy passes on.
    Packaged,
}

/// The user of the service under the policy of the package: `bin` or `daemon`.
const SERVICE: User = User(2);

const SHIPPED: &str = "packaging/dbus/org.solarstatus.Monitor1.conf";

impl Policy {
    /// The user that runs the service; `None`: the user of the test.
    pub fn service(self) -> Option<User> {
        (self == Self::Packaged && user::can_change()).then_some(SERVICE)
    }

    /// Starts a bus with this policy.
    pub fn start(self, broker: Broker) -> Bus {
        match self {
            Self::Open => Bus::start(broker, OPEN, &[]),
            Self::Packaged => {
                let User(user) = SERVICE.or_own();
                let shipped = fs::read_to_string(project().join(SHIPPED)).unwrap();
                let ours = shipped.replace("user=\"solar-status\"", &format!("user=\"{user}\""));
                assert_ne!(ours, shipped, "the policy names the user solar-status");
                Bus::start(broker, SYSTEM, &[&ours])
            }
        }
    }
}
