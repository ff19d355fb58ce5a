//! A system bus of our own: real clients look there, and nowhere else, for UPower.

use std::process::Command;

use test_support::bus::{Broker, Bus};

/// Every program may do everything there, and receive what others send.
const POLICY: &str = r#"
  <policy context="default">
    <allow own="*"/>
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
  </policy>"#;

/// Where programs look for the system bus, whatever library they use.
const VARIABLE: &str = "DBUS_SYSTEM_BUS_ADDRESS";

/// Starts it.
pub(crate) fn start() -> Bus {
    Bus::start(Broker::DbusDaemon, POLICY, &[])
}

/// A program for which this is the system bus.
pub(crate) fn command(bus: &Bus, program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .env(VARIABLE, bus.address())
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC");
    command
}
