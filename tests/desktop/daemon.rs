//! Runs solar-statusd instead of upowerd.

use std::process::Command;

use test_support::bus::Bus;
use test_support::process::Process;
use test_support::program::Program;
use zbus::block_on;
use zbus::fdo::DBusProxy;
use zbus::names::BusName;

pub(crate) const SOLAR_STATUSD: Program = Program::new(env!("CARGO_BIN_EXE_solar-statusd"));

pub(crate) const NAME: &str = "org.freedesktop.UPower";

/// The daemon on a bus, with UPower's name.
pub(crate) fn command(bus: &Bus) -> Command {
    SOLAR_STATUSD.command(&["--bus", bus.address(), "--bus-name", NAME])
}

/// Starts it with these arguments, and waits until clients can find its devices.
pub(crate) fn start(bus: &Bus, arguments: &[&str]) -> Process {
    let daemon = Process::start(command(bus).args(arguments));
    bus.wait_for_name(NAME);
    daemon
}

/// The process that owns UPower's name.
pub(crate) fn owner(bus: &Bus) -> Option<u32> {
    let connection = bus.connect();
    let name = BusName::try_from(NAME).unwrap();
    block_on(async {
        let bus = DBusProxy::new(&connection).await.unwrap();
        bus.get_connection_unix_process_id(name).await.ok()
    })
}
