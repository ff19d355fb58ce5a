//! Judges other programs that use HID++.

use super::{count, list, unseen};
use crate::doctor::look::{Facts, Holder, Programs, Traffic};
use crate::doctor::{Area, Finding};
use hidpp_proto::wire::SoftwareId;
use hidpp_proto::wire::software::{is_spare, on_linux};

/// The software id of the kernel's driver.
const KERNEL: u8 = 1;
/// The programs of this project, which do not disturb each other.
const QUIET: [&str; 2] = ["solar-statusd", "solar-status"];

pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    let mut findings = match &facts.programs {
        Ok(programs) => running(programs),
        Err(why) => unseen(Area::Programs, why),
    };
    findings.extend(match &facts.traffic {
        None => None,
        Some(Ok(seen)) => Some(traffic(seen)),
        Some(Err(why)) => Some(Finding::unseen(Area::Programs, "unheard", why.to_string())),
    });
    findings
}

fn running(programs: &Programs) -> Vec<Finding> {
    let mut findings: Vec<Finding> = programs.holders.iter().map(holder).collect();
    let holds = |pid| programs.holders.iter().any(|it| it.pid == pid);
    let others = programs.known.iter().filter(|it| !holds(it.pid));
    findings.extend(others.map(|it| {
        let text = format!(
            "{} runs (process {}), and does not visibly hold a node",
            it.program, it.pid
        );
        Finding::note(Area::Programs, "runs", text)
    }));
    let hidden = match programs.hidden {
        0 => String::new(),
        hidden => format!(
            " ({} cannot be examined; sudo solar-status doctor can)",
            match hidden {
                1 => "1 process".to_owned(),
                _ => format!("{hidden} processes"),
            }
        ),
    };
    if findings.is_empty() {
        let text = format!("no other program is seen to hold a node{hidden}");
        findings.push(Finding::ok(Area::Programs, "alone", text));
    }
    findings
}

fn holder(holder: &Holder) -> Finding {
    let files: Vec<String> = holder.files.iter().cloned().collect();
    let text = format!(
        "{} (process {}) holds {}",
        holder.name,
        holder.pid,
        list(&files)
    );
    let on_usb = |file: &String| file.starts_with("/dev/bus/usb/");
    let on_usb = holder.files.iter().any(on_usb);
    if !on_usb && QUIET.contains(&holder.name.as_str()) {
        return Finding::ok(Area::Programs, "ours", text);
    }
    let finding = Finding::note(Area::Programs, "holds", text);
    if on_usb {
        finding.advise("it may claim the receiver: end it if devices are missing")
    } else {
        finding.advise(
            "both work at the same time; if values jump or devices disappear, try without it",
        )
    }
}

fn traffic(traffic: &Traffic) -> Finding {
    let span = traffic.span.as_secs_f32();
    let ours = |id: u8| id == SoftwareId::OURS.get() || is_spare(id);
    let describe = |id: u8, answers: usize| {
        let program = match on_linux(id) {
            Some(program) if !ours(id) => program,
            Some(_) => "solar-status or solar-statusd",
            None => "an unknown program",
        };
        format!(
            "{program} (software id {id:X}, {})",
            count(answers, "answer")
        )
    };
    let all = traffic
        .answers
        .iter()
        .map(|(id, answers)| describe(*id, *answers));
    let all: Vec<String> = all.collect();
    if all.is_empty() && traffic.registers == 0 {
        let text = format!("no HID++ answer was received in {span} s");
        return Finding::ok(Area::Programs, "quiet", text);
    }
    let registers = match traffic.registers {
        0 => None,
        answers => Some(format!(
            "a program that reads registers ({})",
            count(answers, "answer")
        )),
    };
    let all: Vec<String> = all.into_iter().chain(registers).collect();
    let text = format!("programs with HID++ answers in {span} s: {}", list(&all));
    let strange = traffic.answers.keys().any(|id| *id != KERNEL && !ours(*id));
    if strange || traffic.registers > 0 {
        Finding::note(Area::Programs, "traffic", text)
            .advise("an id is a hint, not a proof: older versions of Solaar use any of them")
    } else {
        Finding::ok(Area::Programs, "traffic", text)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::time::Duration;

    use super::*;
    use crate::doctor::Verdict;
    use crate::doctor::judge::testing::{healthy, only};
    use crate::doctor::look::{LookError, Running};

    fn held(name: &str, file: &str) -> Finding {
        let mut facts = healthy();
        let programs = facts.programs.as_mut().unwrap();
        programs.holders.push(Holder {
            pid: 42,
            name: name.to_owned(),
            files: BTreeSet::from([file.to_owned()]),
        });
        programs.known.push(Running {
            pid: 42,
            program: "Solaar",
        });
        only(judge(&facts))
    }

    fn traffic(answers: &[(u8, usize)], registers: usize) -> Finding {
        let mut facts = healthy();
        facts.traffic = Some(Ok(Traffic {
            span: Duration::from_secs(2),
            answers: answers.iter().copied().collect::<BTreeMap<_, _>>(),
            registers,
        }));
        judge(&facts).pop().unwrap()
    }

    #[test]
    fn a_program_that_holds_a_node_is_reported_once() {
        let finding = held("solaar", "/dev/hidraw2");
        assert_eq!((finding.id, finding.verdict), ("holds", Verdict::Note));
        assert_eq!(finding.text, "solaar (process 42) holds /dev/hidraw2");
        let finding = held("fwupd", "/dev/bus/usb/001/002");
        assert!(finding.advice.unwrap().contains("end it"));
        assert_eq!(held("solar-statusd", "/dev/hidraw2").verdict, Verdict::Ok);
        let taken = held("solar-status", "/dev/bus/usb/001/002");
        assert_eq!(taken.verdict, Verdict::Note, "--transport usb");
    }

    #[test]
    fn a_known_program_is_reported_without_its_open_files() {
        let mut facts = healthy();
        let programs = facts.programs.as_mut().unwrap();
        programs.hidden = 7;
        assert_eq!(
            only(judge(&facts)).text,
            "no other program is seen to hold a node \
             (7 processes cannot be examined; sudo solar-status doctor can)"
        );
        let programs = facts.programs.as_mut().unwrap();
        programs.known.push(Running {
            pid: 42,
            program: "Solaar",
        });
        assert_eq!(only(judge(&facts)).id, "runs");
    }

    #[test]
    fn programs_are_named_by_their_software_ids() {
        assert_eq!(traffic(&[], 0).id, "quiet");
        let kernel = traffic(&[(1, 3)], 0);
        assert_eq!(kernel.verdict, Verdict::Ok);
        assert!(
            kernel
                .text
                .ends_with("Linux kernel (software id 1, 3 answers)"),
            "{kernel:?}"
        );
        let solaar = traffic(&[(0xB, 1), (6, 2)], 0);
        assert_eq!(solaar.verdict, Verdict::Note);
        assert_eq!(
            solaar.text,
            "programs with HID++ answers in 2 s: solar-status or solar-statusd (software id 6, 2 answers) and \
             Solaar (software id B, 1 answer)"
        );
        assert!(traffic(&[(0xE, 1)], 0).text.contains("an unknown program"));
        assert!(traffic(&[], 2).text.contains("reads registers (2 answers)"));
    }

    #[test]
    fn a_failure_to_listen_is_reported() {
        let mut facts = healthy();
        let what = "traffic".to_owned();
        facts.traffic = Some(Err(LookError::Slow { what }));
        assert_eq!(judge(&facts).pop().unwrap().id, "unheard");
    }
}
