//! The shipped examples for integrators.

use std::process::{Command, Stdio};

use test_support::bus::Bus;
use test_support::process::Process;
use test_support::wait::until;

use crate::daemon_harness::Harness;

/// An example with this bus as the system bus.
fn example(name: &str, bus: &Bus) -> Command {
    let path = format!("{}/packaging/examples/{name}", env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(path);
    command
        .env("DBUS_SYSTEM_BUS_ADDRESS", bus.address())
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
        .stdin(Stdio::null());
    command
}

/// The same with this bus as the session bus.
fn user_example(name: &str, bus: &Bus) -> Command {
    let mut command = example(name, bus);
    command
        .env("DBUS_SESSION_BUS_ADDRESS", bus.address())
        .env("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent")
        .arg("--user");
    command
}

#[test]
fn the_examples_have_the_same_option_for_the_session_bus() {
    let bus = Bus::open();
    let _daemon = bus.serve(&["--simulate"]);
    let output = user_example("charge.sh", &bus).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("M705: 65 %\n"), "{output:?}");
    let mut follow = user_example("follow.py", &bus);
    let mut follow = Process::start(follow.stdout(Stdio::piped()));
    let mut lines = follow.lines().take(100);
    assert!(lines.any(|line| line == "M705: 65 %\n"));
}

#[test]
fn the_examples_print_their_help_and_refuse_other_options() {
    let bus = Bus::open();
    for name in ["charge.sh", "follow.py"] {
        for help in ["--help", "-h"] {
            let output = example(name, &bus).arg(help).output().unwrap();
            assert!(output.status.success(), "{name}: {output:?}");
            let text = String::from_utf8(output.stdout).unwrap();
            assert!(
                text.starts_with("usage: ") && text.contains("--user"),
                "{text}"
            );
        }
        for wrong in ["--session", "x"] {
            let output = example(name, &bus).arg(wrong).output().unwrap();
            assert_eq!(output.status.code(), Some(2), "{name} {wrong}: {output:?}");
            let errors = String::from_utf8(output.stderr).unwrap();
            assert!(
                errors.contains("usage: ") && errors.contains(wrong),
                "{errors}"
            );
        }
    }
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
fn the_shell_example_shows_a_level_where_there_is_no_percentage() {
    // A K800 has register 07. It is seen once it wakes.
    let bus = Bus::open();
    let _daemon = bus.serve(&["--simulate"]);
    until("the level of the K800", || {
        let output = example("charge.sh", &bus).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        text.lines().any(|line| line == "K800: full")
    });
}

#[test]
fn the_python_example_shows_a_level_where_there_is_no_percentage() {
    let bus = Bus::open();
    let _daemon = bus.serve(&["--simulate"]);
    let mut follow = example("follow.py", &bus);
    let mut follow = Process::start(follow.stdout(Stdio::piped()));
    let mut lines = follow.lines().take(100);
    assert!(lines.any(|line| line == "K800: full\n"));
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
