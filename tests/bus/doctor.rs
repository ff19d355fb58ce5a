//! The doctor's findings about the daemon and the bus.

use std::fs;
use std::os::unix::net::UnixListener;
use std::process::Output;

use rustix::process::Signal;
use serde_json::Value;
use test_support::bus::{Bus, NOWHERE};

use crate::daemon_harness::{Harness, closed_bus, solar_status};
use crate::fake::Fake;

/// A nonexistent directory, for a machine without USB, hidraw and processes.
const BARE: &str = "/nonexistent";

/// The findings with these system and session buses.
struct Found {
    status: Option<i32>,
    findings: Vec<Value>,
}

impl Found {
    fn at(system: &str, session: &str) -> Self {
        let arguments = ["doctor", "--json", "--root", BARE];
        let output = solar_status(system, session, &arguments).output().unwrap();
        let document: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {output:?}"));
        Self {
            status: output.status.code(),
            findings: document
                .get("findings")
                .and_then(Value::as_array)
                .unwrap()
                .clone(),
        }
    }

    /// The verdict and text of a finding.
    fn get(&self, area: &str, id: &str) -> (&str, &str) {
        let is = |it: &&Value| it["area"] == area && it["id"] == id;
        let found = self.findings.iter().find(is);
        let found = found.unwrap_or_else(|| panic!("no {area} {id} in {:#?}", self.findings));
        (
            found["verdict"].as_str().unwrap(),
            found["text"].as_str().unwrap(),
        )
    }
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn a_running_daemon_is_reported_as_ok_on_both_buses() {
    let bus = Bus::open();
    let _daemon = bus.serve(&["--simulate"]);
    for (system, session, called) in [
        (bus.address(), NOWHERE, "the system bus"),
        (NOWHERE, bus.address(), "the session bus"),
    ] {
        let found = Found::at(system, session);
        assert_eq!(found.status, Some(0), "{:#?}", found.findings);
        let (verdict, text) = found.get("daemon", "runs");
        assert_eq!(verdict, "ok");
        assert!(
            text.starts_with(&format!("solar-statusd on {called} (:1.")),
            "{text}"
        );
        assert!(text.ends_with(": 1 receiver and 3 devices"), "{text}");
        assert_eq!(found.get("daemon", "simulated").0, "note");
        let online = ("ok", "K750 (slot 1) is online, 57 %");
        assert_eq!(found.get("devices", "online"), online);
    }
}

#[test]
fn a_daemon_with_the_name_of_upower_is_found() {
    let bus = Bus::open();
    let name = "org.freedesktop.UPower";
    let _daemon = bus.serve_as(name, &["--simulate", "--bus-name", name]);
    // The process that owns the name is looked up in this machine's own /proc.
    let output = bus.solar_status(&["doctor", "--json", "--listen", "0"]);
    let errors = text(&output);
    assert!(errors.contains("\"stands-in\""), "{errors}");
    assert!(errors.contains("1 receiver and 3 devices"), "{errors}");
}

#[test]
fn a_missing_bus_is_not_a_problem() {
    let found = Found::at(NOWHERE, NOWHERE);
    assert_eq!(found.status, Some(3), "no device");
    let gone = ("unseen", "the system bus does not exist");
    assert_eq!(found.get("daemon", "no-bus"), gone);
    assert_eq!(found.get("daemon", "absent").0, "note");
    assert_eq!(found.get("upower", "unseen").0, "unseen");
    assert_eq!(found.get("devices", "nothing").0, "absent");
}

#[test]
fn a_policy_that_rejects_calls_is_a_problem() {
    let bus = closed_bus();
    let _daemon = bus.serve(&["--simulate"]);
    let found = Found::at(bus.address(), NOWHERE);
    assert_eq!(found.status, Some(1));
    assert_eq!(found.get("daemon", "refused").0, "problem");
}

#[test]
fn a_hanging_daemon_is_a_problem() {
    let bus = Bus::open();
    let daemon = bus.serve(&["--simulate"]);
    daemon.signal(Signal::STOP);
    let found = Found::at(bus.address(), NOWHERE);
    assert_eq!(found.status, Some(1));
    let (verdict, text) = found.get("daemon", "silent");
    assert_eq!(verdict, "problem");
    assert!(text.ends_with("does not answer"), "{text}");
}

#[test]
fn a_hanging_bus_is_a_problem_after_a_timeout() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("bus");
    let _never_answers = UnixListener::bind(&socket).unwrap();
    let found = Found::at(&format!("unix:path={}", socket.display()), NOWHERE);
    assert_eq!(found.status, Some(1));
    let hangs = ("problem", "the system bus did not answer in time");
    assert_eq!(found.get("daemon", "bus-silent"), hangs);
}

#[test]
fn a_daemon_of_another_version_is_a_note() {
    let bus = Bus::open();
    // This daemon reports no version.
    let _daemon = Fake::on(&bus);
    let found = Found::at(bus.address(), NOWHERE);
    assert_eq!(found.get("daemon", "version").0, "note");
}

#[test]
fn a_report_omits_the_serial_numbers_that_the_daemon_provides() {
    let bus = Bus::open();
    let _daemon = bus.serve(&["--simulate"]);
    let serials = ["AF4F95EA", "392A0750"];
    let document = bus.stdout(&["--json"]);
    assert!(serials.iter().all(|it| document.contains(it)), "{document}");
    let report = text(&bus.solar_status(&["doctor", "--report", "-", "--root", BARE]));
    assert!(
        report.contains("K750: model 4002, slot 1, HID++ 2.0"),
        "{report}"
    );
    for serial in serials {
        let report = report.to_uppercase().replace(['-', ':', '_'], "");
        assert!(!report.contains(serial), "{serial} is in\n{report}");
    }
}

#[test]
fn findings_have_the_names_and_limits_of_the_configuration_and_a_report_has_neither() {
    let bus = Bus::open();
    let _daemon = bus.serve(&["--simulate"]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(
        &path,
        "[[device]]\nmatch = 'K750'\nname = 'Anna'\nlow = 60\n",
    )
    .unwrap();
    let config = path.to_str().unwrap();
    let path = folder.path().join("report.txt");
    let file = path.to_str().unwrap();
    let arguments = [
        "doctor", "--root", BARE, "--config", config, "--report", file,
    ];
    let findings = text(&bus.solar_status(&arguments));
    assert!(findings.contains("Anna (slot 1) is online"), "{findings}");
    assert!(
        findings.contains("Anna's battery is low: 57 %"),
        "{findings}"
    );
    let report = fs::read_to_string(&path).unwrap();
    assert!(report.contains("K750 (slot 1) is online, 57 %"), "{report}");
    for secret in ["anna", "battery is low"] {
        assert!(!report.to_lowercase().contains(secret), "{report}");
    }
}

#[test]
fn a_wrong_configuration_is_a_problem_that_a_report_leaves_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, "[bars]\nanna = 1\n").unwrap();
    let bus = Bus::open();
    let config = ["doctor", "--root", BARE, "--config", path.to_str().unwrap()];
    let output = bus.solar_status(&[&config[..], &["--json"]].concat());
    assert_eq!(output.status.code(), Some(1));
    let findings = text(&output);
    assert!(
        findings.contains("config.toml:2:1: unknown field `anna`"),
        "{findings}"
    );
    let report = text(&bus.solar_status(&[&config[..], &["--report", "-"]].concat()));
    assert!(!report.contains("anna"), "{report}");
}
