//! What starts the notifications in a user's session.

use std::fs;
use std::process::{Command, Output};

use test_support::program::Program;
use test_support::tools::run;

use crate::tools::text;

const SOLAR_STATUS: Program = Program::new(env!("CARGO_BIN_EXE_solar-status"));

const UNIT: &str = "packaging/systemd/solar-status-notify.service";
const AUTOSTART: &str = "packaging/autostart/solar-status-notify.desktop";

/// What systemd says of a unit of a user, with a program that is there, since systemd looks.
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

/// The value of a key that stands there once.
fn value<'a>(text: &'a str, key: &str) -> &'a str {
    let mut values = text.lines().filter_map(|line| line.strip_prefix(key));
    let value = values.next().and_then(|it| it.strip_prefix('='));
    assert!(values.next().is_none(), "{key} stands there twice");
    value.unwrap_or_else(|| panic!("{key} is missing"))
}

#[test]
fn systemd_understands_every_line_of_the_user_unit() {
    let output = verify(&text(UNIT));
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaints}");
    assert!(!complaints.contains("solar-status"), "{complaints}");
}

#[test]
fn a_line_that_systemd_does_not_know_would_be_noticed_in_the_user_unit() {
    let output = verify(&text(UNIT).replace("UMask=", "UMsk="));
    assert!(!output.status.success(), "{output:?}");
}

#[test]
fn the_session_starts_what_the_unit_starts_and_not_both() {
    let autostart = text(AUTOSTART);
    assert_eq!(value(&autostart, "Exec"), value(&text(UNIT), "ExecStart"));
    assert_eq!(value(&autostart, "X-systemd-skip"), "true");
}

#[test]
fn what_is_started_is_a_command_that_there_is() {
    let unit = text(UNIT);
    let mut words = value(&unit, "ExecStart").split(' ');
    assert_eq!(words.next(), Some("/usr/bin/solar-status"));
    let mut command = SOLAR_STATUS.command(&[]);
    command.args(words).arg("--check-config");
    let output = run(&mut command, "solar-status");
    assert!(output.status.success(), "{output:?}");
}
