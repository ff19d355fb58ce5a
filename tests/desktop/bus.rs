//! A private system bus: real clients look for UPower only there.

use std::process::Command;

use test_support::bus::{Broker, Bus};

/// Every program may do everything, including receiving the messages of others.
const POLICY: &str = r#"
  <policy context="default">
    <allow own="*"/>
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
  </policy>"#;

/// The variable with the address of the system bus, which all D-Bus libraries use.
const VARIABLE: &str = "DBUS_SYSTEM_BUS_ADDRESS";

/// Starts the bus.
pub(crate) fn start() -> Bus {
    Bus::start(Broker::DbusDaemon, POLICY, &[])
}

/// A program with this bus as the system bus.
pub(crate) fn command(bus: &Bus, program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .env(VARIABLE, bus.address())
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC");
    command
}
