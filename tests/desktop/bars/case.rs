//! Devices on a desk, as seen by the `solar-status` that a bar starts.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use hidpp_sim::scenario::{M705, Staged, desk};
use tempfile::TempDir;
use test_support::bus::Bus;
use test_support::process::Process;
use test_support::program::Program;
use test_support::wait::until;

use super::SETTLES;
use super::picture::Picture;
use crate::daemon::SOLAR_STATUSD;
use crate::days;

const SOLAR_STATUS: Program = Program::new(env!("CARGO_BIN_EXE_solar-status"));

/// The name of the daemon on its bus.
const NAME: &str = "org.solarstatus.Monitor1";

/// A desk, and what bars show for it.
pub(super) struct Case {
    /// The name of its picture.
    pub(super) name: &'static str,
    devices: Devices,
    /// The text of Waybar.
    pub(super) lowest: &'static str,
    /// The icon of Waybar in docs/bars.md.
    pub(super) icon: &'static str,
    /// The output of polybar.
    pub(super) line: &'static str,
    /// The colour that marks a device, if there is one.
    pub(super) tone: Tone,
}

enum Devices {
    /// Simulated ones with these names.
    Simulated(&'static [&'static str]),
    /// A simulated one with this name, and this configuration.
    Configured(&'static str, &'static str),
    /// A mouse that fell asleep while the daemon ran.
    Asleep,
}

/// The colour of some pixels of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    /// That of the bar's text.
    Plain,
    /// Grey.
    Dim,
    /// Orange.
    Low,
}

pub(super) const CASES: [Case; 6] = [
    Case {
        name: "nothing",
        devices: Devices::Simulated(&["nothing"]),
        lowest: "",
        icon: "",
        line: "",
        tone: Tone::Plain,
    },
    Case {
        name: "k750",
        devices: Devices::Simulated(&["K750"]),
        lowest: "K750 57 %",
        icon: "▅ ",
        line: "K750 57 %",
        tone: Tone::Plain,
    },
    Case {
        name: "k750-low-by-configuration",
        devices: Devices::Configured("K750", "[[device]]\nmatch = 'K750'\nlow = 60\n"),
        lowest: "K750 57 %",
        icon: "▂ ",
        line: "%{F#FFB86C}K750 57 % %{F-}",
        tone: Tone::Low,
    },
    Case {
        name: "full-k520",
        devices: Devices::Simulated(&["K520"]),
        lowest: "K520 full",
        icon: "▇ ",
        line: "K520 full",
        tone: Tone::Plain,
    },
    Case {
        name: "sleeping-mouse",
        devices: Devices::Asleep,
        lowest: "M705 65 %",
        icon: "",
        line: "%{F#888888}M705 65 % %{F-}",
        tone: Tone::Dim,
    },
    Case {
        name: "twelve",
        devices: Devices::Simulated(&[
            "K380", "3S", "G604", "K520", "K750", "G703", "G305", "T650", "Pebble", "K360", "M560",
            "LIFT",
        ]),
        lowest: "Bluetooth Multi-Dev… ≈20 %",
        icon: "▂ ",
        line: "%{F#FFB86C}Bluetooth Multi-Dev… ≈20 % %{F-}  MX Master 3S 25 %  G604 ≈30 %  +9",
        tone: Tone::Low,
    },
];

/// A running case: `solar-status` as the bar finds it.
pub(super) struct Stage {
    /// The `PATH` for the bar.
    pub(super) path: String,
    /// Every user can read it.
    folder: TempDir,
    /// Not empty once a bar has started `solar-status`.
    marker: PathBuf,
    _daemon: Option<(Process, Bus)>,
}

impl Case {
    pub(super) fn stage(&self) -> Stage {
        let folder = open_folder();
        let configuration = folder.path().join("config.toml");
        let mut arguments = Vec::new();
        let mut running = None;
        match self.devices {
            Devices::Simulated(names) => {
                arguments.push("--simulate=full");
                arguments.extend(names.iter().flat_map(|name| ["--device", name]));
            }
            Devices::Configured(name, text) => {
                fs::write(&configuration, text).unwrap();
                arguments.extend(["--simulate=full", "--device", name]);
                arguments.extend(["--config", configuration.to_str().unwrap()]);
            }
            Devices::Asleep => running = Some(asleep()),
        }
        let address = running
            .as_ref()
            .map(|(_, bus): &(Process, Bus)| bus.address());
        if let Some(address) = address {
            arguments.extend(["--bus", address, "--device", "M705"]);
        }
        let marker = folder.path().join("started");
        fs::write(&marker, "").unwrap();
        fs::set_permissions(&marker, Permissions::from_mode(0o666)).unwrap();
        let mark = format!("echo started > '{}'\nexec", marker.display());
        let bin = folder.path().join("bin");
        let path = SOLAR_STATUS.installed_as("solar-status", &bin, &arguments);
        let program = bin.join("solar-status");
        let script = fs::read_to_string(&program).unwrap();
        fs::write(&program, script.replacen("exec", &mark, 1)).unwrap();
        Stage {
            path,
            folder,
            marker,
            _daemon: running,
        }
    }
}

impl Case {
    /// Whether a bar with this picture shows it.
    pub(super) fn is_drawn(&self, picture: &Picture) -> bool {
        if self.line.is_empty() {
            picture.is_empty()
        } else {
            !picture.is_empty() && picture.has(self.tone)
        }
    }
}

impl Stage {
    /// Waits until a bar has started `solar-status` and had time to draw its output: only then is a
    /// bar without text the one of a desk without devices.
    pub(super) fn settle(&self) {
        let started = || fs::read_to_string(&self.marker).unwrap();
        until("the bar to start solar-status", || !started().is_empty());
        thread::sleep(SETTLES);
        // For the next bar.
        fs::write(&self.marker, "").unwrap();
    }

    /// Writes a file for the bar, and returns its path.
    pub(super) fn file(&self, name: &str, text: &str) -> String {
        let file = self.folder.path().join(name);
        fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    }
}

/// A folder that other users can read.
pub(super) fn open_folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    folder
}

/// A daemon whose M705 has fallen asleep.
fn asleep() -> (Process, Bus) {
    let home = tempfile::tempdir().unwrap();
    let trace = home.path().join("trace");
    let desk = Staged::new(desk(), &[(2, |desk, now| desk.sleep(now, M705))]);
    days::record(desk, Duration::from_secs(3), &trace);
    let bus = Bus::open();
    let trace = trace.to_str().unwrap();
    let mut daemon = SOLAR_STATUSD.command(&["--bus", bus.address(), "--replay", trace]);
    let daemon = Process::start(&mut daemon);
    bus.wait_for_name(NAME);
    let presence = [
        "--bus",
        bus.address(),
        "--device",
        "M705",
        "--format",
        "{presence}",
    ];
    until("the mouse to sleep", || {
        String::from_utf8_lossy(&SOLAR_STATUS.run(&presence).stdout) == "offline\n"
    });
    (daemon, bus)
}
