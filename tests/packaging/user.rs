//! The daemon's user, as systemd-sysusers creates it in an empty system.

use std::fs;
use std::process::Command;

use test_support::tools::run;

use crate::tools::{USER, path};

#[test]
fn the_user_cannot_log_in_and_has_a_group_without_members() {
    let system = tempfile::tempdir().unwrap();
    let etc = system.path().join("etc");
    fs::create_dir(&etc).unwrap();
    let mut command = Command::new("systemd-sysusers");
    command.arg("--root").arg(system.path()).arg(path(USER));
    let output = run(&mut command, "systemd");
    assert!(output.status.success(), "{output:?}");

    let made = |file| fs::read_to_string(etc.join(file)).unwrap();
    let user = made("passwd");
    assert!(user.starts_with("solar-status:x:"), "{user}");
    assert!(user.trim_end().ends_with(":/:/usr/sbin/nologin"), "{user}");
    let group = made("group");
    assert!(group.starts_with("solar-status:x:"), "{group}");
    assert!(group.trim_end().ends_with(':'), "{group}");
}
