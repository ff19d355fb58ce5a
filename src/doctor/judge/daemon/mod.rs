//! Judges solar-statusd: whether it runs, answers, and knows the devices.

#[cfg(test)]
mod tests;

use super::{INSTALL, count, list};
use crate::bus::Bus;
use crate::doctor::look::{Answer, Facts, OnBus, Opening, Owner, Systemd, Unit};
use crate::doctor::{Area, BusSeen, Finding, LookError};
use crate::transport::NodeRole;

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

/// A bus that cannot be queried. Without a session, as over ssh or in a service, a missing session
/// bus is not reported.
fn no_bus(bus: &Bus, why: &LookError) -> Option<Finding> {
    match (bus, why) {
        (Bus::Session, LookError::Missing { .. } | LookError::Failed { .. }) => None,
        (_, LookError::Slow { .. }) => Some(
            Finding::problem(Area::Daemon, "bus-silent", why.to_string())
                .advise("solar-status skips this bus; to find the program that hangs: busctl list"),
        ),
        _ => Some(Finding::unseen(Area::Daemon, "no-bus", why.to_string())),
    }
}

fn answer(bus: &Bus, owner: &Owner, on: &OnBus, facts: &Facts) -> Vec<Finding> {
    let problem = |id, text: String| Finding::problem(Area::Daemon, id, text);
    let daemon = format!("{NAME} on {bus} ({})", process(owner));
    match &on.answer {
        Answer::State {
            version,
            receivers,
            devices,
        } => {
            let version = version.as_deref().unwrap_or("of an unknown version");
            let text = format!(
                "{daemon} answers, version {version}: {} and {}",
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
                findings.extend(blind(facts));
            }
            findings
        }
        Answer::Refused(why) => vec![
            problem("refused", format!("calls to {daemon} are rejected: {why}")).advise(format!(
                "sudo systemctl reload dbus; if that does not help, {INSTALL}"
            )),
        ],
        Answer::Silent => {
            vec![
                problem("silent", format!("{daemon} does not answer")).advise(format!(
                    "sudo systemctl restart solar-statusd; for the reason see {LOOK}"
                )),
            ]
        }
        Answer::Failed(why) => vec![
            problem(
                "odd",
                format!("{daemon} returned an unexpected answer: {why}"),
            )
            .advise("another program may own its name; otherwise restart it and report this"),
        ],
        Answer::Unasked => Vec::new(),
    }
}

/// Receivers that the daemon does not know. Devices with their own node are not reported, since
/// they may be asleep.
fn blind(facts: &Facts) -> Option<Finding> {
    let nodes = facts.nodes().iter();
    let unknown = nodes.filter(|it| it.role == NodeRole::Receiver && !facts.serves(&it.info.path));
    let unknown: Vec<String> = unknown.map(|it| it.info.path.clone()).collect();
    if unknown.is_empty() {
        return None;
    }
    let text = format!(
        "{NAME} does not know the receiver of {}: it cannot open the node, or the receiver does not answer",
        list(&unknown)
    );
    let rule = facts.files.as_ref().is_ok_and(|it| it.daemon_rule.acts());
    let advice = if rule {
        format!("sudo udevadm trigger --action=add --subsystem-match=hidraw; for more see {LOOK}")
    } else {
        format!("its udev rule is missing: {INSTALL}")
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
            let text = format!("{NAME} is not running: it failed ({active}, {sub})");
            return Finding::problem(Area::Daemon, "failed", text).advise(format!(
                "for the reason see {LOOK}; then sudo systemctl restart solar-statusd"
            ));
        }
        Some(Unit { load, .. }) if load == "masked" => {
            return note("masked", "solar-statusd is masked: it cannot be started")
                .advise("sudo systemctl unmask solar-statusd, if it should run");
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
        let text = format!("solar-statusd is installed but not running{systemd}");
        return note("stopped", &text).advise(
            "sudo systemctl start solar-statusd; its udev rule starts it when a receiver is plugged in",
        );
    }
    let open = facts.nodes().iter().any(|it| it.opening == Opening::Opens);
    let instead = if open {
        ": the devices are read directly"
    } else {
        ""
    };
    note(
        "absent",
        &format!("solar-statusd is not installed{systemd}{instead}"),
    )
    .advise(format!(
        "{INSTALL}: then users need no permission for the nodes"
    ))
}

/// `:1.5, process 123`
fn process(owner: &Owner) -> String {
    let pid = owner.pid.map(|pid| format!(", process {pid}"));
    let other = owner.program.as_deref().filter(|it| *it != NAME);
    let other = other.map(|it| format!(", called {it}"));
    let parts = [pid, other].into_iter().flatten();
    parts.fold(owner.unique.clone(), |all, part| all + &part)
}
