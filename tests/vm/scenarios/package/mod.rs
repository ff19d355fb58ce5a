//! The package in a fresh Debian with systemd: installed by apt, used by an ordinary user without
//! any set-up, upgraded, purged.

mod files;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use files::Files;
use serde_json::json;
use test_support::wait::eventually;

use crate::process::{Finished, Running};
use crate::program::Program;
use crate::scenarios::denied::DENIED;
use crate::scenarios::{plug_in, reading};
use crate::shipped::LATER;

/// The package, its service, the daemon, and the state directory.
const NAME: &str = "solar-status";
pub(super) const SERVICE: &str = "solar-statusd.service";
const DAEMON: &str = "/usr/bin/solar-statusd";
pub(super) const STATE: &str = "/var/lib/solar-status";

/// An ordinary user.
pub(super) const USER: &str = "ada";

/// The deadline for apt, systemd or the daemon in a slow guest on a busy host.
pub(super) const LIMIT: Duration = Duration::from_secs(120);

/// The files that differ after the purge: the user remains, and the tools that create it keep
/// backups.
const STAYS: [&str; 8] = [
    "/etc/group",
    "/etc/group-",
    "/etc/gshadow",
    "/etc/gshadow-",
    "/etc/passwd",
    "/etc/passwd-",
    "/etc/shadow",
    "/etc/shadow-",
];

pub(crate) fn prove(program: &Program) {
    let [package, later] = program.packages();
    succeed("useradd", &["--create-home", USER]);
    let before = Files::list();

    apt("install", package);
    assert_eq!(state(), "inactive", "nothing is plugged in yet");
    let desk = plug_in();
    await_state("active");
    await_light();
    reading::expect_desk(&as_user("solar-status --json").document());
    let table = as_user("solar-status --verbose");
    table.expect_status(0);
    print_indented(&table.stdout);
    print_indented(&table.stderr);
    // The daemon provides the values; the nodes are still closed to the user.
    as_user("solar-status --direct").expect_status(DENIED);

    let history = history();
    assert!(!history.is_empty(), "the readings are in the history");
    apt("install", later);
    assert_eq!(version(), LATER);
    eventually("the new daemon", LIMIT, || {
        (daemon().as_deref() == Some(Path::new(DAEMON))).then_some(())
    });
    for (file, lines) in history {
        let now = fs::read_to_string(&file).expect("the history after the upgrade");
        assert!(now.starts_with(&lines), "{} was {lines}", file.display());
    }
    await_light();

    drop(desk);
    eventually("the receiver to be gone", LIMIT, || {
        let document = as_user("solar-status --json --bus system").printed();
        (document["receivers"] == json!([])).then_some(())
    });
    assert_eq!(state(), "active", "it waits for the next receiver");

    apt("purge", Path::new(NAME));
    assert_eq!(state(), "inactive", "the service must stop on a purge");
    let changes = Files::list().since(&before);
    assert_eq!(changes.new, [""; 0], "files left behind");
    assert_eq!(changes.gone, [""; 0], "files removed by the purge");
    assert_eq!(changes.changed, STAYS, "files changed");

    // Users usually install it with the receiver already plugged in.
    let _desk = plug_in();
    apt("install", package);
    await_state("active");
}

/// Waits until an ordinary user gets the light.
pub(super) fn await_light() {
    eventually("light", LIMIT, || {
        let run = as_user("solar-status --json --bus system");
        let document = run.status.success().then(|| run.printed())?;
        let mut devices = document["devices"].as_array()?.iter();
        devices.find(|device| device["light"]["lux"].is_u64())?;
        Some(())
    });
}

/// Makes apt install or purge a package, named as a person would: `./solar-status_0.1.0_amd64.deb`.
pub(super) fn apt(action: &str, what: &Path) {
    let mut command = Command::new("apt");
    command.args([action, "--yes"]);
    command.env("DEBIAN_FRONTEND", "noninteractive");
    match what.parent().filter(|folder| folder.is_absolute()) {
        Some(folder) => {
            let file = what.file_name().expect("a package has a name");
            command.arg(Path::new(".").join(file)).current_dir(folder);
        }
        None => {
            command.arg(what);
        }
    }
    let run = Running::start(command).finish(LIMIT);
    println!("        apt {action} took {:.0} s", run.took.as_secs_f32());
    run.expect_status(0);
}

/// The installed version.
fn version() -> String {
    succeed("dpkg-query", &["--show", "--showformat=${Version}", NAME])
}

/// The executable of the service: if the service missed an upgrade, a deleted file.
fn daemon() -> Option<PathBuf> {
    let process = succeed(
        "systemctl",
        &["show", "--property=MainPID", "--value", SERVICE],
    );
    fs::read_link(format!("/proc/{}/exe", process.trim())).ok()
}

/// The state of the service according to systemd.
pub(super) fn state() -> String {
    let output = Command::new("systemctl")
        .args(["is-active", SERVICE])
        .output();
    let output = output.expect("systemctl runs");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

pub(super) fn await_state(wanted: &str) {
    eventually(wanted, LIMIT, || (state() == wanted).then_some(()));
}

/// The files of the history with their contents.
fn history() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(STATE)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("the daemon's folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "jsonl") {
                let lines = fs::read_to_string(&path).expect("a text");
                found.push((path, lines));
            }
        }
    }
    found
}

/// Runs one command in a login shell of the ordinary user.
pub(super) fn as_user(line: &str) -> Finished {
    let mut command = Command::new("runuser");
    command.args(["--login", USER, "--command", line]);
    Running::start(command).finish(LIMIT)
}

/// Runs a program that must succeed, and returns its output.
pub(super) fn succeed(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {output:?}"
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn print_indented(text: &str) {
    for line in text.lines() {
        println!("        {line}");
    }
}
