//! The command `upower` shows our devices: its complete output.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use test_support::bus::Bus;
use test_support::process::Process;
use test_support::tools::text;
use test_support::wait::until;

use crate::bus::{command, start};
use crate::{daemon, days};

const K750: &str = "/org/freedesktop/UPower/devices/hidpp_4002_392A0750";
const K800: &str = "/org/freedesktop/UPower/devices/hidpp_2010_FB841B86";
const M705: &str = "/org/freedesktop/UPower/devices/hidpp_101B_1C5E0705";

const DISPLAY: &str = "/org/freedesktop/UPower/devices/DisplayDevice";

/// The deadline for the next block: longer than everything that happens on the simulated desk.
const PATIENCE: Duration = Duration::from_secs(90);

/// Reads `upower --monitor-detail`, block by block.
struct Monitor {
    blocks: Receiver<String>,
    _upower: Process,
}

impl Monitor {
    /// Starts it, and waits until it is monitoring.
    fn new(bus: &Bus) -> Self {
        let mut command = command(bus, "upower");
        command.arg("--monitor-detail").stdout(Stdio::piped());
        let mut upower = Process::start_from(&mut command, "upower");
        let lines = BufReader::new(upower.stdout()).lines();
        let (sender, blocks) = channel();
        thread::spawn(move || {
            let mut block = String::new();
            for line in lines.map_while(Result::ok) {
                // An empty line ends a block; the first line is a block of its own.
                if line.is_empty() || line.starts_with("Monitoring") {
                    drop(sender.send(std::mem::take(&mut block)));
                } else {
                    block.push_str(&line);
                    block.push('\n');
                }
            }
        });
        let monitor = Self {
            blocks,
            _upower: upower,
        };
        assert_eq!(monitor.next(), "");
        monitor
    }

    fn next(&self) -> String {
        self.blocks.recv_timeout(PATIENCE).unwrap()
    }

    fn next_change(&self) -> String {
        loop {
            let block = self.next();
            if block.contains("device changed:") {
                return block;
            }
        }
    }
}

/// A text with its times replaced, unless they were never set, and with our version replaced.
pub(crate) fn timeless(text: &str) -> String {
    let lines = text.lines().map(|line| match line.split_once(':') {
        Some((key, time)) if key.trim() == "updated" && !time.contains(" 1970 ") => {
            format!("{key}:              TIME")
        }
        Some((key, _)) if key.trim() == "daemon-version" => format!("{key}:  VERSION"),
        _ => line.to_owned(),
    });
    lines.flat_map(|line| [line, "\n".to_owned()]).collect()
}

#[test]
fn upower_shows_our_devices_and_changes_of_light() {
    let bus = start();
    let _daemon = daemon::start(&bus, &["--simulate"]);
    let monitor = Monitor::new(&bus);
    let upower = |argument: &[&str]| text(command(&bus, "upower").args(argument), "upower");

    // The keyboard that is asleep at first reports its battery only when it wakes.
    until("the K800 to wake", || upower(&["-e"]).contains(K800));
    assert_eq!(timeless(&upower(&["-d"])), include_str!("upower.txt"));
    assert_eq!(
        upower(&["-e"]).lines().collect::<Vec<_>>(),
        [M705, K800, K750, DISPLAY]
    );

    let k750 = timeless(&upower(&["-i", K750]));
    let shown = include_str!("upower.txt").split("Device: ");
    let shown = shown.filter_map(|block| block.strip_prefix(&format!("{K750}\n")));
    assert_eq!(vec![k750], shown.collect::<Vec<_>>());

    // The sun rises, and the keyboard is polled before the mouse reports its next percentage.
    let changed = monitor.next_change();
    let first = changed.lines().next().unwrap();
    assert!(first.ends_with(K750), "{changed}");
    assert!(changed.contains("luminosity:          320 lx"), "{changed}");
    assert!(
        changed.contains("state:               charging"),
        "{changed}"
    );
    assert!(
        changed.contains("'battery-good-charging-symbolic'"),
        "{changed}"
    );
}

#[test]
fn upower_shows_the_newest_recorded_entry() {
    let state = tempfile::tempdir().unwrap();
    days::live(state.path());
    let bus = start();
    let path = state.path().to_str().unwrap();
    let _daemon = daemon::start(&bus, &["--simulate", "--state", path]);
    let shown = text(command(&bus, "upower").args(["-i", K750]), "upower");
    assert!(shown.contains("  has history:          yes\n"), "{shown}");
    let history = shown.split("  History (charge):\n").nth(1).unwrap();
    let newest = history.lines().next().unwrap();
    assert!(newest.ends_with("\t57.000\tdischarging"), "{shown}");
}

#[test]
fn upower_prints_the_version_of_our_daemon() {
    let bus = start();
    let _daemon = daemon::start(&bus, &["--simulate"]);
    let version = text(command(&bus, "upower").arg("--version"), "upower");
    let daemon = version.lines().nth(1);
    assert_eq!(
        daemon,
        Some(concat!("UPower daemon version ", env!("CARGO_PKG_VERSION")))
    );
}
