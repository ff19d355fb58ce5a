//! The service in the test's own process, with a mouse that the test controls, and programs that
//! follow it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use hidpp_proto::units::Percent;
use hidpp_sim::scenario::M705;
use rustix::process::{Pid, Resource, Rlimit, prlimit};
use solar_status::bus::NAME;
use tempfile::TempDir;
use test_support::attacker::calls;
use test_support::attacker::odd::FORGED;
use test_support::attacker::target::Target;
use test_support::attacker::wire::Peer;
use test_support::bus::{Broker, Bus, OPEN};
use test_support::client::Client;
use test_support::process::Process;
use test_support::program::Program;
use test_support::terminal::Terminal;
use test_support::wait::{PATIENCE, until};

use crate::desk::{Desk, Hardware};

const SOLAR_STATUS: Program = Program::new(env!("CARGO_BIN_EXE_solar-status"));

/// A limit that an attack can exceed.
const MOST_FILES: u64 = 256;

const MOUSE: &str = "/org/solarstatus/Monitor1/devices/hidpp_101B_1C5E0705";

/// A bus with the service and the mouse.
pub(super) struct Clients {
    hardware: Hardware,
    client: Client,
    // Fields are dropped in this order.
    _service: Desk,
    bus: Bus,
}

impl Clients {
    pub(super) fn new(broker: Broker) -> Self {
        let bus = Bus::start(broker, OPEN, &[]);
        // Takes no part in the attacks: it receives only broadcasts of the service.
        let client = Client::without_broadcasts(&bus);
        client.subscribe(&format!("type='signal',sender='{NAME}'"));
        let hardware = Hardware::desk();
        let service = Desk::serve(&bus, &client, std::slice::from_ref(&hardware));
        Self {
            hardware,
            client,
            _service: service,
            bus,
        }
    }

    pub(super) fn socket(&self) -> &Path {
        self.bus.socket()
    }

    /// Changes the mouse's charge, and waits until the service has published it.
    pub(super) fn set_charge(&self, charge: u8) {
        let percent = Percent::new(charge).unwrap();
        self.hardware
            .act(|desk, now| desk.set_charge(now, M705, percent));
        let (interface, name) = ("org.freedesktop.UPower.Device", "Percentage");
        self.client
            .wait_until(MOUSE, interface, name, &charge.to_string());
    }

    /// Starts a `notify`, and waits until it has requested the devices of the service.
    pub(super) fn notify(&self) -> Notify<'_> {
        let before = self.names();
        let home = tempfile::tempdir().unwrap();
        let mut command = self.command(&["notify", "--bus", "system"]);
        command
            .env("XDG_CONFIG_HOME", home.path())
            .env("XDG_CONFIG_DIRS", "/nonexistent")
            .env("XDG_STATE_HOME", home.path())
            .stdout(Stdio::null());
        let notify = Notify {
            clients: self,
            process: Process::start(&mut command),
            before,
            _home: home,
        };
        // One connection to the service, one to the desktop.
        notify.clients.wait_for_names(&notify.before, 2);
        notify
    }

    /// A program with this bus as the system and the session bus.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = SOLAR_STATUS.command(arguments);
        command
            .env("DBUS_SYSTEM_BUS_ADDRESS", self.bus.address())
            .env("DBUS_SESSION_BUS_ADDRESS", self.bus.address())
            .env("TERM", "xterm");
        command
    }

    /// The unique name of the service.
    pub(super) fn service(&self) -> String {
        let mut peer = Peer::connect(self.socket(), false).unwrap();
        let owner = peer.call(&calls::name_owner(NAME), PATIENCE).unwrap();
        owner.text().unwrap()
    }

    /// All unique names on the bus.
    pub(super) fn names(&self) -> BTreeSet<String> {
        let mut peer = Peer::connect(self.socket(), false).unwrap();
        let names = peer.call(&calls::to_bus("ListNames"), PATIENCE).unwrap();
        let names = names.texts().unwrap().into_iter();
        let of_others = names.filter(|name| name.starts_with(':') && *name != peer.unique);
        of_others.collect()
    }

    fn wait_for_names(&self, before: &BTreeSet<String>, count: usize) {
        until("the connections of the program", || {
            self.names().difference(before).count() >= count
        });
        // Time for it to subscribe and to request the devices.
        thread::sleep(Duration::from_millis(500));
    }

    /// Each new connection as the target of an attack.
    fn targets(&self, before: &BTreeSet<String>) -> Vec<Target> {
        let mut peer = Peer::connect(self.socket(), false).unwrap();
        let mut targets = Vec::new();
        for unique in self.names().difference(before) {
            if let Ok(process) = peer.call(&calls::process_of(unique), PATIENCE)
                && let Some(process) = process.number()
                // A closing connection of the test itself may still be listed.
                && process != std::process::id()
            {
                limit_files(process);
                targets.push(Target {
                    socket: self.socket().to_owned(),
                    unique: unique.clone(),
                    devices: vec![MOUSE.to_owned()],
                    solar: MOUSE.to_owned(),
                });
            }
        }
        targets
    }
}

fn limit_files(process: u32) {
    let files = Rlimit {
        current: Some(MOST_FILES),
        maximum: Some(MOST_FILES),
    };
    let process = Pid::from_raw(process.try_into().unwrap());
    prlimit(process, Resource::Nofile, files).unwrap();
}

/// A running `notify`; dropping it ends the process.
pub(super) struct Notify<'a> {
    clients: &'a Clients,
    process: Process,
    before: BTreeSet<String>,
    _home: TempDir,
}

impl Notify<'_> {
    pub(super) fn targets(&self) -> Vec<Target> {
        self.clients.targets(&self.before)
    }

    /// How it ended, if it has.
    pub(super) fn ended(&mut self) -> Option<String> {
        self.process.ended().map(|status| status.to_string())
    }
}

/// A program that shows the mouse on a terminal; dropping it ends the program.
pub(super) struct Shown<'a> {
    clients: &'a Clients,
    terminal: Terminal,
    before: BTreeSet<String>,
}

impl<'a> Shown<'a> {
    /// Starts it, and waits until it shows the initial charge.
    pub(super) fn start(clients: &'a Clients, arguments: &[&str]) -> Self {
        let before = clients.names();
        let arguments = [arguments, &["--bus", "system"]].concat();
        let terminal = Terminal::run(&clients.command(&arguments), (160, 24));
        let shown = Self {
            clients,
            terminal,
            before,
        };
        shown.shows("the start", 65);
        shown
    }

    pub(super) fn targets(&self) -> Vec<Target> {
        self.clients.targets(&self.before)
    }

    /// Waits until this charge is shown, and asserts that no forged text is.
    pub(super) fn shows(&self, after: &str, charge: u8) {
        let what = format!("{charge} % after {after}");
        let screen = self
            .terminal
            .until(&what, |screen| screen.contains(&format!("{charge} %")));
        assert!(!screen.contains(FORGED), "after {after}:\n{screen}");
    }
}
