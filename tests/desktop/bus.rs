//! A system bus of our own: real clients look there, and nowhere else, for UPower.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;
use zbus::connection::Builder;
use zbus::{Connection, block_on};

use crate::tools::{Running, missing};

/// Everybody may do everything there, and hear it.
const CONFIG: &str = r#"<busconfig><type>system</type><auth>EXTERNAL</auth>
<policy context="default"><allow own="*"/><allow send_destination="*" eavesdrop="true"/>
<allow eavesdrop="true"/></policy>"#;

/// Where programs look for the system bus, whatever library they use.
const VARIABLE: &str = "DBUS_SYSTEM_BUS_ADDRESS";

/// A bus; it ends when dropped.
pub(crate) struct Bus {
    pub(crate) address: String,
    _daemon: Running,
    _folder: TempDir,
}

impl Bus {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("bus.conf");
        let place = folder.path().display();
        let text = format!("{CONFIG}<listen>unix:dir={place}</listen></busconfig>");
        fs::write(&config, text).unwrap();
        let mut command = Command::new("dbus-daemon");
        command
            .args(["--nofork", "--print-address", "--config-file"])
            .arg(&config)
            .stdout(Stdio::piped())
            // Without root it says that it cannot have more files.
            .stderr(Stdio::null());
        let mut daemon: Child = command
            .spawn()
            .unwrap_or_else(|error| missing(&command, "dbus-daemon", &error));
        let mut address = String::new();
        let mut stdout = BufReader::new(daemon.stdout.take().unwrap());
        stdout.read_line(&mut address).unwrap();
        assert!(!address.is_empty(), "dbus-daemon did not start");
        Self {
            address: address.trim_end().to_owned(),
            _daemon: Running(daemon),
            _folder: folder,
        }
    }

    /// A program for which this is the system bus.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env(VARIABLE, &self.address)
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC");
        command
    }

    pub(crate) fn connect(&self) -> Connection {
        block_on(Builder::address(self.address.as_str()).build()).unwrap()
    }
}
