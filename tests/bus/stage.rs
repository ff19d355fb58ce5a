//! Buses, daemons and the program, each ended with its test.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use solar_status::bus;
use tempfile::TempDir;
use zbus::connection::Builder;
use zbus::fdo::DBusProxy;
use zbus::names::BusName;
use zbus::{Connection, block_on};

use crate::lines::Lines;

/// Nothing takes so long, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// No bus is there.
pub(crate) const NOWHERE: &str = "unix:path=/nonexistent/bus";

/// Ends with the test, also with one that failed.
pub(crate) struct Process(pub(crate) Child);

impl Drop for Process {
    fn drop(&mut self) {
        _ = self.0.kill();
        _ = self.0.wait();
    }
}

impl Process {
    /// Waits until it ends.
    pub(crate) fn exit_status(&mut self) -> Option<i32> {
        let mut status = None;
        until(|| {
            status = self.0.try_wait().unwrap();
            status.is_some()
        });
        status.unwrap().code()
    }
}

/// A `dbus-daemon`.
pub(crate) struct Bus {
    pub(crate) address: String,
    folder: TempDir,
    process: Process,
}

impl Bus {
    /// A bus on which everything is allowed.
    pub(crate) fn start() -> Self {
        Self::with_policy("")
    }

    /// A bus with these rules too.
    pub(crate) fn with_policy(rules: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("bus");
        let configuration = folder.path().join("bus.conf");
        let text = format!(
            r#"<busconfig><type>session</type><listen>unix:path={}</listen>
            <auth>EXTERNAL</auth><policy context="default"><allow send_destination="*"/>
            <allow receive_sender="*"/><allow own="*"/>{rules}</policy></busconfig>"#,
            socket.display()
        );
        fs::write(&configuration, text).unwrap();
        let (address, process) = run_bus(&folder);
        Self {
            address,
            folder,
            process,
        }
    }

    /// Kills the bus. Its socket stays behind, and refuses connections.
    pub(crate) fn kill(&mut self) {
        _ = self.process.0.kill();
        _ = self.process.0.wait();
    }

    /// Kills the bus and removes its socket.
    pub(crate) fn remove(&mut self) {
        self.kill();
        fs::remove_file(self.socket()).unwrap();
    }

    /// Starts the bus again, at the same address.
    pub(crate) fn start_again(&mut self) {
        self.kill();
        let (address, process) = run_bus(&self.folder);
        // The address also has the identity of the bus, which differs now.
        let path = |address: &str| address.split(',').next().map(str::to_owned);
        assert_eq!(path(&address), path(&self.address));
        self.address = address;
        self.process = process;
    }

    /// The path of its socket.
    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.path().join("bus")
    }

    /// Its address without its identity: clients of the machine's buses know no more.
    pub(crate) fn place(&self) -> String {
        format!("unix:path={}", self.socket().display())
    }

    pub(crate) fn connect(&self) -> Connection {
        block_on(Builder::address(self.address.as_str()).build()).unwrap()
    }

    /// A daemon that has asked its devices.
    pub(crate) fn serve(&self, arguments: &[&str]) -> Process {
        self.serve_as(bus::NAME, arguments)
    }

    /// The same, of one that takes this name.
    pub(crate) fn serve_as(&self, name: &str, arguments: &[&str]) -> Process {
        let daemon = Command::new(env!("CARGO_BIN_EXE_solar-statusd"))
            .args(["--bus", &self.address])
            .args(arguments)
            .env_remove("RUST_LOG")
            .env_remove("STATE_DIRECTORY")
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let daemon = Process(daemon);
        self.wait_for(name);
        daemon
    }

    /// Waits until somebody has this name: devices are on the bus before it is taken.
    fn wait_for(&self, name: &str) {
        let connection = self.connect();
        let proxy = block_on(DBusProxy::new(&connection)).unwrap();
        let name = || BusName::try_from(name).unwrap();
        until(|| block_on(proxy.name_has_owner(name())).unwrap());
    }
}

/// Starts the `dbus-daemon` that is configured in this folder: its address and process.
fn run_bus(folder: &TempDir) -> (String, Process) {
    let configuration = folder.path().join("bus.conf");
    let mut child = Command::new("dbus-daemon")
        .arg(format!("--config-file={}", configuration.display()))
        .args(["--nofork", "--print-address"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("dbus-daemon: {error}; tests/setup.sh installs it"));
    let mut out = Lines::of(child.stdout.take().unwrap());
    let address = out.next().unwrap();
    (address.trim().to_owned(), Process(child))
}

pub(crate) fn until(mut done: impl FnMut() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < PATIENCE, "it takes too long");
        sleep(Duration::from_millis(10));
    }
}

/// The program, for which these are the system's and the session's bus. It remembers nothing.
pub(crate) fn solar_status(system: &str, session: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_solar-status"));
    command
        .args(arguments)
        .env("DBUS_SYSTEM_BUS_ADDRESS", system)
        .env("DBUS_SESSION_BUS_ADDRESS", session)
        .env_remove("RUST_LOG")
        .env_remove("CLICOLOR_FORCE")
        .env_remove("CACHE_DIRECTORY")
        .env("XDG_CACHE_HOME", "/nonexistent")
        .env("LC_ALL", "C.UTF-8")
        .env("TZ", "UTC")
        .stdin(Stdio::null());
    command
}

impl Bus {
    /// The program, for which this is the system's bus and the only one.
    pub(crate) fn solar_status(&self, arguments: &[&str]) -> Output {
        solar_status(&self.address, NOWHERE, arguments)
            .output()
            .unwrap()
    }

    /// What the program prints when all is well.
    pub(crate) fn stdout(&self, arguments: &[&str]) -> String {
        let output = self.solar_status(arguments);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert!(output.stderr.is_empty(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// A `monitor` that goes on.
    pub(crate) fn monitor(&self, arguments: &[&str]) -> Monitor {
        self.follow(&[&["monitor"], arguments].concat())
    }

    /// The program, following.
    pub(crate) fn follow(&self, arguments: &[&str]) -> Monitor {
        self.follow_beside(NOWHERE, arguments)
    }

    /// The same, with a session's bus too.
    pub(crate) fn follow_beside(&self, session: &str, arguments: &[&str]) -> Monitor {
        follow(&self.address, session, arguments)
    }
}

/// The program, following, for which these are the system's and the session's bus.
pub(crate) fn follow(system: &str, session: &str, arguments: &[&str]) -> Monitor {
    let mut child = solar_status(system, session, arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let out = Lines::of(child.stdout.take().unwrap());
    Monitor {
        process: Process(child),
        out,
    }
}

pub(crate) struct Monitor {
    pub(crate) process: Process,
    out: Lines,
}

impl Monitor {
    /// The next line as it is; empty at the end.
    pub(crate) fn whole_line(&mut self) -> String {
        self.out.next().unwrap_or_default()
    }

    /// The next line, without its time.
    pub(crate) fn line(&mut self) -> String {
        let line = self.whole_line();
        let words = line.split_once("  ").map_or("", |(_, words)| words);
        words.trim_end().to_owned()
    }

    /// Its exit status and what it said on standard error.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let status = self.process.exit_status();
        let errors = self.process.0.stderr.take().unwrap();
        (status, std::io::read_to_string(errors).unwrap())
    }
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}
