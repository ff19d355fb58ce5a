use std::fs;

use crate::attacker::user::{self, User};
use crate::broker::{Broker, Bus, OPEN, SYSTEM};

/// What the bus lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    /// Everything.
    Open,
    /// What a system bus does with the policy of the package.
    Packaged,
}

/// The user of the service under the policy of the package: `bin` or `daemon`.
const SERVICE: User = User(2);

const SHIPPED: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/packaging/dbus/org.solarstatus.Monitor1.conf"
);

impl Policy {
    /// The user that the service runs as; `None`: the one of the test.
    pub(crate) fn service(self) -> Option<User> {
        (self == Self::Packaged && user::can_change()).then_some(SERVICE)
    }

    pub(crate) fn start(self, broker: Broker) -> Bus {
        match self {
            Self::Open => Bus::start(broker, OPEN, &[]),
            Self::Packaged => {
                let User(user) = SERVICE.or_own();
                let shipped = fs::read_to_string(SHIPPED).unwrap();
                let ours = shipped.replace("user=\"solar-status\"", &format!("user=\"{user}\""));
                assert_ne!(ours, shipped, "the policy names the user solar-status");
                Bus::start(broker, SYSTEM, &[&ours])
            }
        }
    }
}
