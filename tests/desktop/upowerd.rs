//! UPower's own daemon and ours on one bus: the first to start keeps the name.

use std::process::Stdio;

use test_support::bus::Bus;
use test_support::process::Process;
use test_support::tools::{run, text};
use test_support::wait::until;

use crate::bus::{command, start};
use crate::daemon::{self, owner};
use crate::upower::timeless;

/// Its path on Debian.
const UPOWERD: &str = "/usr/libexec/upowerd";

/// Starts UPower's own daemon and waits for its name.
fn upowerd(bus: &Bus) -> Process {
    let mut command = command(bus, UPOWERD);
    let upowerd = Process::start_from(command.stderr(Stdio::null()), "upower");
    bus.wait_for_name(daemon::NAME);
    upowerd
}

/// The summary of the computer's own batteries.
fn summary(bus: &Bus) -> String {
    let path = "/org/freedesktop/UPower/devices/DisplayDevice";
    timeless(&text(command(bus, "upower").args(["-i", path]), "upower"))
}

#[test]
fn while_upowerd_runs_ours_exits_with_a_reason() {
    let bus = start();
    let upowerd = upowerd(&bus);

    let mut ours = daemon::command(&bus);
    ours.arg("--simulate").stderr(Stdio::piped());
    let refused = run(&mut ours, "");
    assert_eq!(refused.status.code(), Some(1));
    let errors = String::from_utf8(refused.stderr).unwrap();
    assert!(
        errors
            .starts_with("solar-statusd: the name org.freedesktop.UPower is taken on this bus by"),
        "{errors}"
    );
    assert!(errors.contains("upowerd is running and is not replaced; omit --bus-name"));
    assert_eq!(owner(&bus), Some(upowerd.id()));
}

#[test]
fn while_ours_runs_upowerd_exits_without_replacing_it() {
    let bus = start();
    let ours = daemon::start(&bus, &["--simulate"]);
    // Even if it is asked to replace another daemon.
    for replace in [None, Some("--replace")] {
        run(command(&bus, UPOWERD).args(replace), "upower");
        assert_eq!(owner(&bus), Some(ours.id()), "{replace:?}");
    }
    let devices = text(command(&bus, "upower").arg("-e"), "upower");
    assert!(devices.contains("hidpp_4002_392A0750"), "{devices}");
}

#[test]
fn on_a_computer_without_a_battery_the_summary_equals_that_of_upowerd() {
    let bus = start();
    let upowerd = upowerd(&bus);
    let theirs = summary(&bus);
    drop(upowerd);
    until("upowerd to leave", || owner(&bus).is_none());
    let _daemon = daemon::start(&bus, &["--simulate"]);
    assert_eq!(summary(&bus), theirs);
}
