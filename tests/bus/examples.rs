//! The shipped examples for integrators.

use std::process::{Command, Stdio};

use test_support::bus::Bus;
use test_support::process::Process;

use crate::daemon_harness::Harness;

/// An example with this bus as the system bus.
fn example(name: &str, bus: &Bus) -> Command {
    let path = format!("{}/packaging/examples/{name}", env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(path);
    command
        .env("DBUS_SYSTEM_BUS_ADDRESS", bus.address())
        .stdin(Stdio::null());
    command
}

#[test]
fn the_shell_example_lists_charge_and_light() {
    let bus = Bus::open();
    let _daemon = bus.serve(&["--simulate"]);
    let output = example("charge.sh", &bus).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    let [k750, k800, m705] = lines[..] else {
        unreachable!("{output:?}")
    };
    assert_eq!(k750, "K750: 57 %, 12 lux");
    assert!(k800.starts_with("K800: "), "asleep or awake: {k800}");
    assert_eq!(m705, "M705: 65 %");
}

#[test]
fn the_python_example_follows_changes_of_light() {
    let bus = Bus::open();
    let _daemon = bus.serve(&["--simulate"]);
    let mut follow = example("follow.py", &bus);
    let mut follow = Process::start(follow.stdout(Stdio::piped()));
    let mut k750 = follow.lines().filter(|it| it.starts_with("K750")).take(20);
    // On a busy machine the first line may already show the bright light.
    let bright = k750.find(|line| line.ends_with("320 lux\n"));
    assert_eq!(bright.unwrap(), "K750: 57 %, 320 lux\n");
}
