//! Windows of real desktops show our K750, as UPower's author showed his in 2012.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hidpp_proto::units::Timestamp;
use hidpp_sim::scenario::{K800, Staged, desk};
use tempfile::TempDir;
use test_support::bus::Bus;
use test_support::process::Process;
use test_support::tools::text;
use test_support::wait::until;

use crate::bus::{self, start};
use crate::calls::Histories;
use crate::{daemon, days};

const K750: &str = "/org/freedesktop/UPower/devices/hidpp_4002_392A0750";

/// The packages that the windows need.
const PACKAGES: &str = "xvfb, xauth, dbus-daemon, at-spi2-core, gir1.2-atspi-2.0, \
    gir1.2-gtk-3.0, gnome-power-manager and xfce4-power-manager";

const WEEK: u32 = 7 * 24 * 60 * 60;

/// Ten days of history, and a daemon for a desk where all devices are awake and nothing changes.
struct Desk {
    _daemon: Process,
    bus: Bus,
    home: TempDir,
}

impl Desk {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        days::live(home.path());
        let trace = home.path().join("trace");
        let mut desk = desk();
        desk.wake(Timestamp::START, K800);
        days::record(Staged::new(desk, &[]), Duration::from_secs(5), &trace);

        let bus = start();
        let state = home.path().to_str().unwrap();
        let trace = trace.to_str().unwrap();
        let daemon = daemon::start(&bus, &["--replay", trace, "--state", state]);
        Self {
            _daemon: daemon,
            bus,
            home,
        }
    }

    /// The text of a program's pages, run in a separate session on a separate display.
    fn pages(&self, pages: &str, sign: &str, command: &[&str]) -> String {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/desktop/window.py");
        let home = self.home.path();
        let mut session = bus::command(&self.bus, "xvfb-run");
        session
            .args(["-a", "-s", "-screen 0 900x700x24"])
            .args(["dbus-run-session", "--", "/usr/bin/python3"])
            .arg(script)
            .arg(pictures().join(format!("{}-{{}}.png", command[0])))
            .args([pages, sign])
            .args(command)
            .env("HOME", home)
            .env("XDG_CONFIG_HOME", home)
            .env("XDG_CACHE_HOME", home)
            .env("XDG_RUNTIME_DIR", home)
            .env("GSETTINGS_BACKEND", "keyfile");
        let printed = text(&mut session, PACKAGES);
        // Helper programs of the session may print something first.
        printed[printed.find('[').unwrap()..].to_owned()
    }
}

/// The directory of the screenshots.
fn pictures() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("desktop");
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A text without the line after this key.
fn without_value_of(key: &str, text: &str) -> String {
    let mut lines = text.lines();
    let mut kept = String::new();
    while let Some(line) = lines.next() {
        kept.push_str(line);
        kept.push('\n');
        if line == key {
            lines.next();
        }
    }
    kept
}

#[test]
fn gnome_shows_the_details_and_a_week_of_charge() {
    let desk = Desk::new();
    let settings = desk.home.path().join("glib-2.0/settings");
    fs::create_dir_all(&settings).unwrap();
    let keys = format!(
        "[org/gnome/power-manager]\ninfo-history-type='charge'\ninfo-history-time={WEEK}\n"
    );
    fs::write(settings.join("keyfile"), keys).unwrap();
    let histories = Histories::on(&desk.bus);

    let program = ["gnome-power-statistics", "--device", K750];
    let seen = desk.pages("Details,History", "Keyboard", &program);
    // If there is nothing to draw, the page contains a message.
    assert_eq!(
        without_value_of("Refreshed", &seen),
        include_str!("gnome.txt")
    );

    let of_week = || {
        let mut all = histories.so_far().into_iter();
        all.rfind(|it| (it.path.as_str(), it.kind.as_str(), it.timespan) == (K750, "charge", WEEK))
    };
    until("the charge of a week to be requested", || {
        of_week().is_some()
    });
    let points = of_week().unwrap().points;
    // Newest first: rising on each bright day, falling during nights and overcast days.
    assert!((100..200).contains(&points.len()), "{points:?}");
    let runs = points.chunk_by(|a, b| a.2 == b.2);
    let runs: Vec<(u32, f64)> = runs
        .map(|run| (run[0].2, run[0].1 - run[run.len() - 1].1))
        .collect();
    let risen = runs
        .iter()
        .filter(|(state, rise)| *state == 1 && *rise > 2.0);
    let fallen = runs
        .iter()
        .filter(|(state, rise)| *state == 2 && *rise < -2.0);
    assert!(risen.count() >= 4, "{runs:?}");
    assert!(fallen.count() >= 4, "{runs:?}");
}

#[test]
fn xfce_shows_all_devices() {
    let desk = Desk::new();
    // The settings dialog requires the service that it configures.
    let program = [
        "xfce4-power-manager-settings",
        "--device-id",
        K750,
        "--",
        "xfce4-power-manager",
        "--no-daemon",
    ];
    let seen = desk.pages("Devices", "hidpp_4002_392A0750", &program);
    assert_eq!(seen, include_str!("xfce.txt"));
}
