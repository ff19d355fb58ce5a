//! The files that start the notifications in a user's session.

use std::fs;
use std::process::{Command, Output};

use test_support::program::Program;
use test_support::tools::run;

use test_support::documents::document;

const SOLAR_STATUS: Program = Program::new(env!("CARGO_BIN_EXE_solar-status"));

const UNIT: &str = "packaging/systemd/solar-status-notify.service";
const AUTOSTART: &str = "packaging/autostart/solar-status-notify.desktop";

/// systemd's check of a user unit, with the path of an existing program, because systemd checks
/// that.
fn verify(unit: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("solar-status-notify.service");
    fs::write(
        &file,
        unit.replace("/usr/bin/solar-status", SOLAR_STATUS.path()),
    )
    .unwrap();
    let mut command = Command::new("systemd-analyze");
    command
        .args(["--user", "verify", "--man=no", "--recursive-errors=no"])
        .arg(&file)
        .env("XDG_RUNTIME_DIR", folder.path());
    run(&mut command, "systemd")
}

/// The value of a key that must occur once.
fn value<'a>(text: &'a str, key: &str) -> &'a str {
    let mut values = text.lines().filter_map(|line| line.strip_prefix(key));
    let value = values.next().and_then(|it| it.strip_prefix('='));
    assert!(values.next().is_none(), "{key} occurs twice");
    value.unwrap_or_else(|| panic!("{key} is missing"))
}

#[test]
fn systemd_understands_every_line_of_the_user_unit() {
    let output = verify(&document(UNIT));
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaints}");
    assert!(!complaints.contains("solar-status"), "{complaints}");
}

#[test]
fn an_unknown_setting_in_the_user_unit_is_detected() {
    let output = verify(&document(UNIT).replace("UMask=", "UMsk="));
    assert!(!output.status.success(), "{output:?}");
}

#[test]
fn autostart_and_unit_run_the_same_command_but_never_both() {
    let autostart = document(AUTOSTART);
    assert_eq!(
        value(&autostart, "Exec"),
        value(&document(UNIT), "ExecStart")
    );
    assert_eq!(value(&autostart, "X-systemd-skip"), "true");
}

#[test]
fn the_started_command_exists() {
    let unit = document(UNIT);
    let mut words = value(&unit, "ExecStart").split(' ');
    assert_eq!(words.next(), Some("/usr/bin/solar-status"));
    let mut command = SOLAR_STATUS.command(&[]);
    command.args(words).arg("--check-config");
    let output = run(&mut command, "solar-status");
    assert!(output.status.success(), "{output:?}");
}
