//! Judges files: installed rules, cache and histories.

use super::{INSTALL, count, unseen};
use crate::doctor::look::{Facts, Installed, Kept};
use crate::doctor::{Area, Finding};

pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    let files = match &facts.files {
        Ok(files) => files,
        Err(why) => return unseen(Area::Files, why),
    };
    let shipped = [
        ("the udev rule for the logged-in user", &files.user_rule),
        ("the udev rule for solar-statusd", &files.daemon_rule),
        ("the D-Bus policy of solar-statusd", &files.policy),
        ("the unit of solar-statusd", &files.unit),
    ];
    let mut findings: Vec<Finding> = shipped
        .into_iter()
        .filter_map(|(what, installed)| rule(what, installed))
        .collect();
    if files.unit.acts() && !files.policy.acts() {
        let text = "solar-statusd's unit is installed without its D-Bus policy: the bus refuses its \
                    name";
        findings.push(Finding::problem(Area::Files, "no-policy", text).advise(INSTALL));
    }
    if findings.is_empty() {
        let text = "no file of this program is installed for udev, D-Bus or systemd";
        findings.push(Finding::note(Area::Files, "none", text));
    }
    findings.extend(kept(
        "the cache",
        &files.cache,
        "delete it: it is created again",
    ));
    findings.extend(kept(
        "the histories",
        &files.history,
        "solar-statusd does not change files that are not its own: move it away",
    ));
    findings
}

fn rule(what: &str, installed: &Installed) -> Option<Finding> {
    Some(match installed {
        Installed::No => return None,
        Installed::Same(path) => Finding::ok(
            Area::Files,
            "installed",
            format!("{what} is {}", path.display()),
        ),
        Installed::Differs(path) => {
            let text = format!(
                "{what}, {}, is from another version, or was changed",
                path.display()
            );
            Finding::note(Area::Files, "differs", text)
        }
        Installed::Masked(path) => {
            let text = format!("{what} is masked by {}", path.display());
            Finding::note(Area::Files, "masked", text)
        }
    })
}

fn kept(what: &str, kept: &Kept, advice: &str) -> Option<Finding> {
    Some(match kept {
        Kept::Nothing => return None,
        Kept::Whole(path, devices) => {
            let text = format!(
                "{what}, {}, can be read: {}",
                path.display(),
                count(*devices, "device")
            );
            Finding::ok(Area::Files, "kept", text)
        }
        Kept::Denied(path) => {
            let text = format!(
                "{what}, {}, cannot be read (permission denied)",
                path.display()
            );
            Finding::unseen(Area::Files, "kept-denied", text)
        }
        Kept::Damaged(path, why) => {
            let text = format!("{what}, {}, is damaged: {why}", path.display());
            Finding::problem(Area::Files, "damaged", text).advise(advice)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;
    use crate::doctor::judge::testing::{healthy, only};
    use crate::doctor::look::Files;

    fn found(files: Files) -> Vec<Finding> {
        let mut facts = healthy();
        facts.files = Ok(files);
        judge(&facts)
    }

    #[test]
    fn nothing_installed_is_not_a_problem() {
        let finding = only(found(Files::default()));
        assert_eq!((finding.id, finding.verdict), ("none", Verdict::Note));
    }

    #[test]
    fn installed_files_are_distinguished_from_changed_and_masked_ones() {
        for (installed, id, verdict) in [
            (Installed::Same("/etc/x".into()), "installed", Verdict::Ok),
            (
                Installed::Differs("/etc/x".into()),
                "differs",
                Verdict::Note,
            ),
            (Installed::Masked("/etc/x".into()), "masked", Verdict::Note),
        ] {
            let finding = only(found(Files {
                user_rule: installed,
                ..Files::default()
            }));
            assert_eq!((finding.id, finding.verdict), (id, verdict));
        }
    }

    #[test]
    fn a_unit_without_its_policy_cannot_work() {
        let findings = found(Files {
            unit: Installed::Same("/etc/x".into()),
            ..Files::default()
        });
        assert_eq!(
            (findings[1].id, findings[1].verdict),
            ("no-policy", Verdict::Problem)
        );
    }

    #[test]
    fn damaged_files_are_problems_and_those_of_others_are_not() {
        for (cache, id, verdict) in [
            (Kept::Whole("/c".into(), 2), "kept", Verdict::Ok),
            (Kept::Denied("/c".into()), "kept-denied", Verdict::Unseen),
            (
                Kept::Damaged("/c".into(), "no JSON".to_owned()),
                "damaged",
                Verdict::Problem,
            ),
        ] {
            let finding = found(Files {
                cache,
                ..Files::default()
            });
            let finding = &finding[1];
            assert_eq!((finding.id, finding.verdict), (id, verdict));
        }
    }
}
