//! The life cycle of the package in a fresh Debian: installed, used, upgraded, removed, purged.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::deb::NEWER;
use crate::system::life;

fn names(document: &str) -> Vec<String> {
    let document: Value = serde_json::from_str(document).unwrap();
    let devices = document.get("devices").unwrap().as_array().unwrap();
    let name = |device: &Value| device.get("name").unwrap().as_str().unwrap().to_owned();
    devices.iter().map(name).collect()
}

/// The paths that are in the second list and not in the first.
fn more<'a>(few: &BTreeSet<String>, many: &'a BTreeSet<String>) -> Vec<&'a str> {
    let paths = |files: &'a BTreeSet<String>| files.iter().map(|line| path(line));
    let known: BTreeSet<_> = few.iter().map(|line| path(line)).collect();
    paths(many).filter(|path| !known.contains(path)).collect()
}

fn path(line: &str) -> &str {
    line.splitn(3, ' ').last().unwrap()
}

#[test]
fn the_installed_program_works() {
    assert_eq!(names(&life().text("simulated")), ["K750", "M705", "K800"]);
}

#[test]
fn the_bus_starts_the_daemon_as_its_own_user() {
    assert_eq!(life().text("user"), "solar-status\n");
}

#[test]
fn every_user_may_query_the_daemon() {
    assert_eq!(names(&life().text("by-bus")), ["K750", "M705", "K800"]);
}

#[test]
fn the_installation_adds_no_file_in_etc() {
    let installed = life().files("installed");
    let more = more(&life().files("before"), &installed);
    let in_etc: Vec<_> = more
        .iter()
        .filter(|path| path.starts_with("/etc/"))
        .collect();
    assert!(in_etc.is_empty(), "{in_etc:?}");
}

#[test]
fn the_package_can_be_upgraded() {
    assert_eq!(life().text("upgraded"), NEWER);
}

#[test]
fn removing_the_package_keeps_its_state() {
    let removed = life().files("removed");
    let more = more(&life().files("before"), &removed);
    assert!(more.contains(&"/var/lib/solar-status"), "{more:?}");
    assert!(!more.contains(&"/usr/bin/solar-status"), "{more:?}");
}

#[test]
fn purging_the_package_leaves_only_its_user() {
    let (before, purged) = (life().files("before"), life().files("purged"));
    assert_eq!(more(&before, &purged), [""; 0]);
    assert_eq!(more(&purged, &before), [""; 0]);
    assert!(life().text("account").starts_with("solar-status:"));
}
