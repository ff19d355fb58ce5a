//! Runs the daemon and the program on a bus; each ends with its test.

use std::process::{Command, Output, Stdio};

use solar_status::bus;
use test_support::bus::{Broker, Bus, NOWHERE, OPEN};
use test_support::lines::Lines;
use test_support::process::Process;
use test_support::program::{self, Program};

const SOLAR_STATUS: Program = Program::new(env!("CARGO_BIN_EXE_solar-status"));
const SOLAR_STATUSD: Program = Program::new(env!("CARGO_BIN_EXE_solar-statusd"));

/// Starts programs on a bus.
pub(crate) trait Harness {
    /// Starts a daemon and waits until it has read its devices.
    fn serve(&self, arguments: &[&str]) -> Process {
        self.serve_as(bus::NAME, arguments)
    }

    /// The same with this bus name.
    fn serve_as(&self, name: &str, arguments: &[&str]) -> Process;

    /// Runs the program with this bus as the system bus and no session bus.
    fn solar_status(&self, arguments: &[&str]) -> Output;

    /// The standard output of the program, which must succeed.
    fn stdout(&self, arguments: &[&str]) -> String {
        program::stdout(&self.solar_status(arguments))
    }

    /// Starts a `monitor` that keeps running.
    fn monitor(&self, arguments: &[&str]) -> Follower {
        self.follow(&[&["monitor"], arguments].concat())
    }

    /// Starts a program that keeps running.
    fn follow(&self, arguments: &[&str]) -> Follower;
}

impl Harness for Bus {
    fn serve_as(&self, name: &str, arguments: &[&str]) -> Process {
        let arguments = [&["--bus", self.address()], arguments].concat();
        let daemon = Process::start(&mut SOLAR_STATUSD.command(&arguments));
        // The daemon requests its name only after its devices are on the bus.
        self.wait_for_name(name);
        daemon
    }

    fn solar_status(&self, arguments: &[&str]) -> Output {
        let mut command = solar_status(self.address(), NOWHERE, arguments);
        command.output().unwrap()
    }

    fn follow(&self, arguments: &[&str]) -> Follower {
        follow(self.address(), NOWHERE, arguments)
    }
}

/// A bus with a policy that rejects all calls to the daemon.
pub(crate) fn closed_bus() -> Bus {
    let closed =
        r#"<policy context="default"><deny send_destination="org.solarstatus.Monitor1"/></policy>"#;
    Bus::start(Broker::DbusDaemon, &format!("{OPEN}{closed}"), &[])
}

/// The program with these system and session buses, without a cache.
pub(crate) fn solar_status(system: &str, session: &str, arguments: &[&str]) -> Command {
    let mut command = SOLAR_STATUS.command(arguments);
    command
        .env("DBUS_SYSTEM_BUS_ADDRESS", system)
        .env("DBUS_SESSION_BUS_ADDRESS", session);
    command
}

/// Starts the program with these system and session buses; it keeps running.
pub(crate) fn follow(system: &str, session: &str, arguments: &[&str]) -> Follower {
    let mut command = solar_status(system, session, arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = Process::start(&mut command);
    let lines = process.lines();
    Follower { process, lines }
}

/// A running program that prints lines.
pub(crate) struct Follower {
    pub(crate) process: Process,
    lines: Lines,
}

impl Follower {
    /// The next line unchanged; empty at the end.
    pub(crate) fn whole_line(&mut self) -> String {
        self.lines.next().unwrap_or_default()
    }

    /// The next line, without its time.
    pub(crate) fn line(&mut self) -> String {
        let line = self.whole_line();
        let words = line.split_once("  ").map_or("", |(_, words)| words);
        words.trim_end().to_owned()
    }

    /// Its exit status and what it reported on standard error.
    pub(crate) fn end(self) -> (Option<i32>, String) {
        self.process.end()
    }
}
