//! Our daemon in the place of upowerd.

use std::process::{Command, Stdio};

use zbus::block_on;
use zbus::fdo::DBusProxy;
use zbus::names::BusName;

use crate::bus::Bus;
use crate::tools::{Running, wait_until};

pub(crate) const NAME: &str = "org.freedesktop.UPower";

/// The daemon on a bus, under UPower's name.
pub(crate) fn command(bus: &Bus) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_solar-statusd"));
    command
        .args(["--bus", &bus.address, "--bus-name", NAME])
        .env_remove("STATE_DIRECTORY")
        .stderr(Stdio::inherit());
    command
}

/// Starts it with these arguments, and waits until clients find its devices.
pub(crate) fn start(bus: &Bus, arguments: &[&str]) -> Running {
    let daemon = command(bus).args(arguments).spawn().unwrap();
    let daemon = Running(daemon);
    wait_until("somebody is UPower", || owner(bus).is_some());
    daemon
}

/// The process that has UPower's name.
pub(crate) fn owner(bus: &Bus) -> Option<u32> {
    let connection = bus.connect();
    let name = BusName::try_from(NAME).unwrap();
    block_on(async {
        let bus = DBusProxy::new(&connection).await.unwrap();
        bus.get_connection_unix_process_id(name).await.ok()
    })
}
