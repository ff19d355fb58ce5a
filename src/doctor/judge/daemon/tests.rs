use super::*;
use crate::doctor::Verdict;
use crate::doctor::judge::testing::{healthy, only, without_daemon};
use crate::doctor::look::Installed;

fn answering(answer: Answer) -> Vec<Finding> {
    let mut facts = healthy();
    facts.buses[0].seen.as_mut().unwrap().answer = answer;
    judge(&facts)
}

fn unit(load: &str, active: &str, sub: &str) -> Finding {
    let mut facts = without_daemon();
    let unit = Unit {
        load: load.to_owned(),
        active: active.to_owned(),
        sub: sub.to_owned(),
    };
    let on = facts.buses[0].seen.as_mut().unwrap();
    on.systemd = Some(Systemd::Unit(unit));
    only(judge(&facts))
}

#[test]
fn a_daemon_that_answers_is_reported_with_its_devices() {
    assert_eq!(
        only(judge(&healthy())).text,
        format!(
            "solar-statusd on the system bus (:1.5, process 123) answers, version {OURS}: \
             1 receiver and 3 devices"
        )
    );
}

#[test]
fn a_daemon_of_another_version_is_worth_a_note() {
    let findings = answering(Answer::State {
        version: Some("0.0.9".to_owned()),
        receivers: Vec::new(),
        devices: Vec::new(),
    });
    assert_eq!(
        (findings[1].id, findings[1].verdict),
        ("version", Verdict::Note)
    );
    assert!(
        findings[1].text.contains("is 0.0.9"),
        "{}",
        findings[1].text
    );
    assert_eq!(
        (findings[2].id, findings[2].verdict),
        ("blind", Verdict::Problem)
    );
    assert!(
        findings[2]
            .advice
            .as_ref()
            .unwrap()
            .contains("udev rule is missing")
    );
}

#[test]
fn a_daemon_that_cannot_be_queried_is_a_problem_with_a_remedy() {
    for (answer, id, word) in [
        (Answer::Refused("no".to_owned()), "refused", "reload dbus"),
        (Answer::Silent, "silent", "restart solar-statusd"),
        (
            Answer::Failed("no such object".to_owned()),
            "odd",
            "restart",
        ),
    ] {
        let finding = only(answering(answer));
        assert_eq!((finding.id, finding.verdict), (id, Verdict::Problem));
        assert!(
            finding.advice.as_ref().unwrap().contains(word),
            "{finding:?}"
        );
    }
}

#[test]
fn the_reason_why_it_is_not_running_is_reported() {
    let failed = unit("loaded", "failed", "failed");
    assert_eq!((failed.id, failed.verdict), ("failed", Verdict::Problem));
    assert!(failed.advice.unwrap().contains("journalctl"));
    assert_eq!(unit("loaded", "activating", "auto-restart").id, "failed");
    assert_eq!(unit("masked", "inactive", "dead").id, "masked");
    assert_eq!(unit("loaded", "inactive", "dead").id, "stopped");
    assert_eq!(unit("not-found", "inactive", "dead").id, "absent");
}

#[test]
fn a_daemon_that_is_not_installed_is_not_a_problem() {
    let finding = only(judge(&without_daemon()));
    assert_eq!((finding.id, finding.verdict), ("absent", Verdict::Note));
    assert!(
        finding
            .text
            .ends_with("(no systemd on the bus): the devices are read directly")
    );
    let mut facts = without_daemon();
    facts.files.as_mut().unwrap().unit = Installed::Same("/usr/lib".into());
    assert_eq!(only(judge(&facts)).id, "stopped");
}

#[test]
fn a_missing_bus_is_reported_and_one_that_hangs_is_a_problem() {
    let mut facts = without_daemon();
    let what = || "the system bus".to_owned();
    facts.buses[0].seen = Err(LookError::Missing { what: what() });
    let findings = judge(&facts);
    let ids: Vec<&str> = findings.iter().map(|it| it.id).collect();
    assert_eq!(ids, ["no-bus", "absent"]);
    facts.buses[0].seen = Err(LookError::Slow { what: what() });
    assert_eq!(judge(&facts)[0].verdict, Verdict::Problem);
}

#[test]
fn simulated_devices_are_reported_as_such() {
    let mut facts = healthy();
    let on = facts.buses[0].seen.as_mut().unwrap();
    if let Answer::State { receivers, .. } = &mut on.answer {
        receivers[0].node = "simulated".to_owned();
    }
    assert_eq!(judge(&facts)[1].id, "simulated");
}
