//! The unit of the daemon, checked and rated by systemd.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use tempfile::TempDir;
use test_support::tools::run;

use test_support::documents::document;

use crate::tools::UNIT;

/// The exposure stated in the documents, from 0 to 10, the value without any
/// protection.
const EXPOSURE: &str = "1.0";

/// A copy of the unit in a temporary folder, changed by the test.
struct Unit {
    file: PathBuf,
    _folder: TempDir,
}

impl Unit {
    fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("solar-statusd.service");
        fs::write(&file, text).unwrap();
        Self {
            file,
            _folder: folder,
        }
    }

    /// The shipped unit with the path of an existing program, because systemd checks that.
    fn shipped() -> Self {
        let built = env!("CARGO_BIN_EXE_solar-statusd");
        Self::new(&document(UNIT).replace("/usr/bin/solar-statusd", built))
    }

    fn analyze(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new("systemd-analyze");
        run(command.args(arguments).arg(&self.file), "systemd")
    }

    /// Faults of other units are ignored.
    fn verify(&self) -> Output {
        self.analyze(&["verify", "--man=no", "--recursive-errors=no"])
    }

    fn security(&self) -> Output {
        let threshold = format!("--threshold={}", EXPOSURE.replace('.', ""));
        self.analyze(&["security", "--offline=true", "--no-pager", &threshold])
    }
}

#[test]
fn systemd_understands_every_line_of_the_unit() {
    let output = Unit::shipped().verify();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaints}");
    assert!(!complaints.contains("solar-statusd"), "{complaints}");
}

#[test]
fn an_unknown_setting_is_detected() {
    let output = Unit::new(&document(UNIT).replace("UMask=", "UMsk=")).verify();
    assert!(!output.status.success(), "{output:?}");
}

#[test]
fn the_exposure_of_the_unit_is_low() {
    let output = Unit::shipped().security();
    let judgement = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{judgement}");
    assert!(judgement.contains("Overall exposure"), "{judgement}");
}

#[test]
fn a_unit_without_protection_exceeds_the_limit() {
    let output = Unit::new("[Service]\nExecStart=/bin/true\n").security();
    assert!(!output.status.success(), "{output:?}");
}

#[test]
fn the_documents_state_the_exposure() {
    let sentence =
        format!("`systemd-analyze security` of systemd 252 rates the unit {EXPOSURE} of 10");
    for file in ["README.md", "SECURITY.md", "docs/permissions.md"] {
        assert!(document(file).contains(&sentence), "{file}: {sentence}");
    }
}

#[test]
fn the_unit_has_every_setting_that_is_documented() {
    let unit = document(UNIT);
    let document = document("SECURITY.md");
    let quoted = document.split('`').skip(1).step_by(2);
    let settings: Vec<_> = quoted.filter(|quoted| is_setting(quoted)).collect();
    assert!(settings.len() > 20, "{settings:?}");
    for setting in settings {
        let stated = unit.lines().any(|line| line == setting);
        assert!(stated, "SECURITY.md states {setting}");
    }
}

/// Whether it is a setting of a unit, such as `DevicePolicy=closed`.
fn is_setting(quoted: &str) -> bool {
    quoted.split_once('=').is_some_and(|(key, _)| {
        key.starts_with(char::is_uppercase) && key.chars().all(char::is_alphabetic)
    })
}
