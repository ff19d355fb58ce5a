//! The metadata for software centres.

use std::process::Command;

use solar_status::bus;
use test_support::tools::run;

use crate::release::METAINFO;
use test_support::documents::document;

use crate::tools::path;

#[test]
fn appstreamcli_finds_no_fault() {
    let mut command = Command::new("appstreamcli");
    command.args(["validate", "--no-net", "--strict", "--no-color"]);
    let output = run(command.arg(path(METAINFO)), "appstream");
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn the_bus_name_equals_that_of_the_service() {
    let line = format!(r#"<dbus type="system">{}</dbus>"#, bus::NAME);
    assert!(document(METAINFO).contains(&line), "{line}");
}
