//! solar-statusd: whether it runs, answers, and knows what there is.

use super::{count, list};
use crate::bus::Bus;
use crate::doctor::look::{Answer, Facts, OnBus, Opening, Owner, Systemd, Unit};
use crate::doctor::{Area, BusSeen, Finding, Unseen};

const OURS: &str = env!("CARGO_PKG_VERSION");
const NAME: &str = "solar-statusd";
const LOOK: &str = "journalctl --unit solar-statusd";

pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut running = false;
    for BusSeen { bus, seen } in &facts.buses {
        match seen {
            Ok(on) => {
                if let Some(owner) = &on.daemon {
                    running = true;
                    findings.extend(answer(bus, owner, on, facts));
                }
            }
            Err(why) => findings.extend(no_bus(bus, why)),
        }
    }
    let system = facts.system();
    if !running {
        findings.push(not_running(system, facts));
    }
    findings
}

/// A bus that cannot be asked. Who has no session, by ssh or as a service, misses nothing.
fn no_bus(bus: &Bus, why: &Unseen) -> Option<Finding> {
    match (bus, why) {
        (Bus::Session, Unseen::Missing { .. } | Unseen::Failed { .. }) => None,
        (_, Unseen::Slow { .. }) => Some(
            Finding::problem(Area::Daemon, "bus-silent", why.to_string())
                .advise("solar-status passes over it; see what hangs there: busctl list"),
        ),
        _ => Some(Finding::unseen(Area::Daemon, "no-bus", why.to_string())),
    }
}

fn answer(bus: &Bus, owner: &Owner, on: &OnBus, facts: &Facts) -> Vec<Finding> {
    let problem = |id, text: String| Finding::problem(Area::Daemon, id, text);
    let whom = format!("{NAME} on {bus} ({})", process(owner));
    match &on.answer {
        Answer::Says {
            version,
            receivers,
            devices,
        } => {
            let version = version.as_deref().unwrap_or("of an unknown version");
            let text = format!(
                "{whom} answers, version {version}: {} and {}",
                count(receivers.len(), "receiver"),
                count(devices.len(), "device")
            );
            let mut findings = vec![Finding::ok(Area::Daemon, "runs", text)];
            if version != OURS {
                let text = format!("{NAME} is {version} and this program is {OURS}");
                let finding = Finding::note(Area::Daemon, "version", text);
                findings.push(finding.advise("sudo systemctl restart solar-statusd"));
            }
            let simulated = receivers.iter().any(|it| it.node == "simulated");
            if simulated {
                let text = format!("{NAME} on {bus} serves simulated devices");
                findings.push(Finding::note(Area::Daemon, "simulated", text));
            } else {
                findings.extend(blind(receivers.is_empty() && devices.is_empty(), facts));
            }
            findings
        }
        Answer::Refused(why) => vec![
            problem("refused", format!("{whom} may not be asked: {why}")).advise(
                "sudo cp packaging/dbus/org.solarstatus.Monitor1.conf /etc/dbus-1/system.d/ && sudo \
                 systemctl reload dbus",
            ),
        ],
        Answer::Silent => vec![
            problem("silent", format!("{whom} does not answer"))
                .advise(format!("sudo systemctl restart solar-statusd; {LOOK} tells why")),
        ],
        Answer::Failed(why) => vec![
            problem("odd", format!("{whom} answers otherwise than expected: {why}"))
                .advise("something else may have its name; else restart it and report this"),
        ],
        Answer::Unasked => Vec::new(),
    }
}

/// The daemon knows nothing, and there is something.
fn blind(knows_nothing: bool, facts: &Facts) -> Option<Finding> {
    let nodes: Vec<String> = facts
        .nodes()
        .iter()
        .map(|it| it.info.path.clone())
        .collect();
    if !knows_nothing || nodes.is_empty() {
        return None;
    }
    let text = format!(
        "{NAME} knows of nothing behind {}: it may not open it",
        list(&nodes)
    );
    let rule = facts.files.as_ref().is_ok_and(|it| it.daemon_rule.acts());
    let advice = if rule {
        format!("sudo udevadm trigger --action=add --subsystem-match=hidraw; {LOOK} tells more")
    } else {
        "sudo cp udev/71-solar-statusd.rules /etc/udev/rules.d/ && sudo udevadm control --reload && sudo \
         udevadm trigger --action=add --subsystem-match=hidraw"
            .to_owned()
    };
    Some(Finding::problem(Area::Daemon, "blind", text).advise(advice))
}

fn not_running(system: Option<&OnBus>, facts: &Facts) -> Finding {
    let unit = match system.and_then(|it| it.systemd.as_ref()) {
        Some(Systemd::Unit(unit)) => Some(unit),
        Some(Systemd::Failed(_)) | None => None,
    };
    let note = |id, text: &str| Finding::note(Area::Daemon, id, text);
    match unit {
        Some(Unit { active, sub, .. }) if active == "failed" || sub == "auto-restart" => {
            let text = format!("{NAME} does not run: it failed ({active}, {sub})");
            return Finding::problem(Area::Daemon, "failed", text).advise(format!(
                "{LOOK} tells why; then sudo systemctl restart solar-statusd"
            ));
        }
        Some(Unit { load, .. }) if load == "masked" => {
            return note("masked", "solar-statusd is masked: it never runs")
                .advise("sudo systemctl unmask solar-statusd, if it shall");
        }
        _ => {}
    }
    let installed = unit.is_some_and(|it| it.load == "loaded")
        || system.is_some_and(|it| it.activatable)
        || facts.files.as_ref().is_ok_and(|it| it.unit.acts());
    let systemd = match system {
        Some(it) if it.systemd.is_none() => " (no systemd on the bus)",
        _ => "",
    };
    if installed {
        let text = format!("solar-statusd is installed and does not run{systemd}");
        return note("stopped", &text).advise(
            "sudo systemctl start solar-statusd; its udev rule starts it when a receiver comes",
        );
    }
    let open = facts.nodes().iter().any(|it| it.opening == Opening::Opens);
    let instead = if open {
        ": the devices are asked directly"
    } else {
        ""
    };
    note(
        "absent",
        &format!("solar-statusd is not installed{systemd}{instead}"),
    )
    .advise("README.md, Installing the daemon: then nobody needs a permission")
}

/// `:1.5, process 123`
fn process(owner: &Owner) -> String {
    let pid = owner.pid.map(|pid| format!(", process {pid}"));
    let other = owner.program.as_deref().filter(|it| *it != NAME);
    let other = other.map(|it| format!(", called {it}"));
    let parts = [pid, other].into_iter().flatten();
    parts.fold(owner.unique.clone(), |all, part| all + &part)
}

#[cfg(test)]
mod tests {
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
    fn a_daemon_that_answers_is_told_with_what_it_knows() {
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
        let findings = answering(Answer::Says {
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
                .contains("71-solar-statusd.rules")
        );
    }

    #[test]
    fn a_daemon_that_cannot_be_asked_is_a_problem_with_its_remedy() {
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
    fn why_it_does_not_run_is_told() {
        let failed = unit("loaded", "failed", "failed");
        assert_eq!((failed.id, failed.verdict), ("failed", Verdict::Problem));
        assert!(failed.advice.unwrap().contains("journalctl"));
        assert_eq!(unit("loaded", "activating", "auto-restart").id, "failed");
        assert_eq!(unit("masked", "inactive", "dead").id, "masked");
        assert_eq!(unit("loaded", "inactive", "dead").id, "stopped");
        assert_eq!(unit("not-found", "inactive", "dead").id, "absent");
    }

    #[test]
    fn one_that_is_not_installed_is_no_problem() {
        let finding = only(judge(&without_daemon()));
        assert_eq!((finding.id, finding.verdict), ("absent", Verdict::Note));
        assert!(
            finding
                .text
                .ends_with("(no systemd on the bus): the devices are asked directly")
        );
        let mut facts = without_daemon();
        facts.files.as_mut().unwrap().unit = Installed::Same("/usr/lib".into());
        assert_eq!(only(judge(&facts)).id, "stopped");
    }

    #[test]
    fn a_bus_that_is_not_there_is_said_and_one_that_hangs_is_a_problem() {
        let mut facts = without_daemon();
        let what = || "the system bus".to_owned();
        facts.buses[0].seen = Err(Unseen::Missing { what: what() });
        let findings = judge(&facts);
        let ids: Vec<&str> = findings.iter().map(|it| it.id).collect();
        assert_eq!(ids, ["no-bus", "absent"]);
        facts.buses[0].seen = Err(Unseen::Slow { what: what() });
        assert_eq!(judge(&facts)[0].verdict, Verdict::Problem);
    }

    #[test]
    fn simulated_devices_are_not_taken_for_real_ones() {
        let mut facts = healthy();
        let on = facts.buses[0].seen.as_mut().unwrap();
        if let Answer::Says { receivers, .. } = &mut on.answer {
            receivers[0].node = "simulated".to_owned();
        }
        assert_eq!(judge(&facts)[1].id, "simulated");
    }
}
