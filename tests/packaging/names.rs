//! Names that one file defines and another one uses.

use std::path::Path;

use solar_status::bus;

use test_support::documents::document;

use crate::tools::{ACTIVATION, POLICY, RULES, UNIT, USER};

/// The value of `KEY=value` in a systemd-style file, where it must occur once.
fn value(file: &str, key: &str) -> String {
    let text = document(file);
    let mut values = text
        .lines()
        .filter_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    let (Some(value), None) = (values.next(), values.next()) else {
        panic!("expected exactly one {key}= in {file}");
    };
    value.to_owned()
}

fn file_name(file: &str) -> &str {
    Path::new(file).file_name().unwrap().to_str().unwrap()
}

#[test]
fn the_bus_name_is_the_same_everywhere() {
    let name = value(UNIT, "BusName");
    assert_eq!(name, bus::NAME);
    assert_eq!(value(ACTIVATION, "Name"), name);
    // dbus-daemon finds the activation file by its name, and people the policy.
    assert_eq!(file_name(ACTIVATION), format!("{name}.service"));
    assert_eq!(file_name(POLICY), format!("{name}.conf"));
}

#[test]
fn bus_activation_and_udev_start_the_unit() {
    let unit = file_name(UNIT);
    assert_eq!(value(ACTIVATION, "SystemdService"), unit);
    let wants = format!(r#"ENV{{SYSTEMD_WANTS}}+="{unit}""#);
    assert!(document(RULES).contains(&wants), "{wants}");
}

#[test]
fn systemd_and_bus_activation_start_the_built_program() {
    let program = format!(
        "/usr/bin/{}",
        file_name(env!("CARGO_BIN_EXE_solar-statusd"))
    );
    assert_eq!(value(UNIT, "ExecStart"), program);
    assert_eq!(value(ACTIVATION, "Exec"), program);
}

#[test]
fn the_user_is_the_one_that_sysusers_creates() {
    let made = document(USER);
    let line = made.lines().find(|line| !line.starts_with('#')).unwrap();
    let user = value(UNIT, "User");
    assert!(line.starts_with(&format!("u {user} ")), "{line}");
    assert_eq!(value(ACTIVATION, "User"), user);
    let group = format!(r#"GROUP="{user}""#);
    assert!(document(RULES).contains(&group), "{group}");
}
