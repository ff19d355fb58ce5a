//! The devices: there, awake, full, and whether they answer.

use super::unseen;
use crate::device::{Battery, BatteryLevel, Device, Presence, Receiver};
use crate::doctor::look::{Devices, Facts, Way};
use crate::doctor::{Area, Finding, Verdict};
use crate::manager::Failure;
use crate::transport::TransportError;
use crate::units::Timestamp;

/// From here on downwards a battery is low, in percent.
const LOW: u8 = 20;

pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    let seen = match &facts.devices {
        Ok(seen) => seen,
        Err(why) => return unseen(Area::Devices, why),
    };
    match seen.way {
        Way::Nobody => return nobody(facts),
        Way::Daemon(_) | Way::Direct => {}
    }
    let mut findings: Vec<Finding> = seen
        .failures
        .iter()
        .filter_map(|it| failure(it, seen))
        .collect();
    findings.extend(seen.receivers.iter().map(|it| receiver(it, seen)));
    for it in &seen.devices {
        findings.push(device(it, seen));
        findings.extend(it.battery.as_ref().and_then(|battery| low(it, battery)));
        if it.light.is_some_and(|light| !light.trusted) {
            let text = format!("{} does not vouch for the light it measured", name(it));
            findings.push(Finding::note(Area::Devices, "light-untrusted", text));
        }
    }
    if findings.is_empty() {
        let text = "no device is known";
        findings.push(Finding::new(
            Area::Devices,
            "nothing",
            Verdict::Absent,
            text,
        ));
    }
    findings
}

/// Nobody could be asked. Where there is a node that is told there; where there is none, there may
/// be no device, or no looking at it.
fn nobody(facts: &Facts) -> Vec<Finding> {
    if facts.nodes().is_empty() {
        let text = "there is no device to ask";
        return vec![Finding::new(
            Area::Devices,
            "nothing",
            Verdict::Absent,
            text,
        )];
    }
    let text =
        "the devices could not be asked: no node may be opened, and no solar-statusd answers";
    vec![Finding::unseen(Area::Devices, "unasked", text)]
}

fn failure(failure: &Failure, seen: &Devices) -> Option<Finding> {
    let problem = |id| Finding::problem(Area::Devices, id, failure.to_string());
    Some(match failure {
        // That is told of the node.
        Failure::Transport(TransportError::PermissionDenied { .. }) => return None,
        Failure::NoReceiver { node, .. } => {
            let text = format!("the receiver on {node} does not answer");
            Finding::problem(Area::Devices, "receiver-silent", text)
                .advise("plug it in again, at another port if that does not help")
        }
        // That is told of the device.
        Failure::Device { device, .. } if seen.silent.contains(device) => return None,
        Failure::Device { .. } => problem("device-fails"),
        Failure::NoMeasurement { .. } => problem("no-light"),
        Failure::TimedOut { .. } => problem("slow"),
        Failure::Transport(_) | Failure::Usb(_) => problem("node-fails"),
    })
}

fn receiver(receiver: &Receiver, seen: &Devices) -> Finding {
    let by = match &seen.way {
        Way::Daemon(bus) => format!(", as solar-statusd on {bus} says"),
        Way::Direct | Way::Nobody => String::new(),
    };
    let paired = match (receiver.paired, receiver.slots) {
        (Some(paired), Some(slots)) if paired <= slots => format!("{paired} of {slots} slots used"),
        (Some(paired), _) => format!("{paired} paired"),
        (None, _) => "paired devices not known".to_owned(),
    };
    let text = format!(
        "{} on {}: {paired}{by}",
        receiver.model.name(),
        receiver.node
    );
    if receiver.paired == Some(0) {
        return Finding::note(Area::Devices, "unpaired", text)
            .advise("pair a device with it first: Solaar, ltunify or Logitech's own program can");
    }
    Finding::ok(Area::Devices, "receiver", text)
}

fn device(device: &Device, seen: &Devices) -> Finding {
    let place = device.slot().map(|slot| format!(" (slot {slot})"));
    let who = format!("{}{}", name(device), place.unwrap_or_default());
    if seen.silent.contains(&device.id) {
        let text = format!(
            "{who} hangs: it is linked and does not answer, and the receiver does not call it absent"
        );
        return Finding::problem(Area::Devices, "wedged", text).advise(
            "switch it off and on again; if that does not help, plug the receiver in again",
        );
    }
    let last = device.seen.map_or_else(String::new, |at| {
        format!(", last seen {} ago", span(seen.at, at))
    });
    let charge = device.battery.as_ref().and_then(charge);
    let charge = charge.map_or_else(String::new, |it| format!(", {it}"));
    let ok = |id, text| Finding::ok(Area::Devices, id, text);
    match (device.presence, device.has_battery) {
        (Presence::Offline, _) => ok(
            "asleep",
            format!("{who} sleeps, is off or out of range{last}"),
        ),
        (Presence::Unknown, _) => Finding::note(
            Area::Devices,
            "unknown",
            format!("{who}: whether it is there is not known{last}"),
        ),
        (Presence::Online, Some(false)) => ok(
            "no-battery",
            format!("{who} answers, and has no battery that can be read"),
        ),
        (Presence::Online, _) if device.battery.is_none() => Finding::note(
            Area::Devices,
            "no-charge",
            format!("{who} is online, and its charge is not known"),
        )
        .advise("wait for its next sign of life, or: solar-status --direct"),
        (Presence::Online, _) => ok("online", format!("{who} answers{charge}")),
    }
}

fn low(device: &Device, battery: &Battery) -> Option<Finding> {
    let step = matches!(
        battery.level,
        Some(BatteryLevel::Critical | BatteryLevel::Low)
    );
    let percent = battery.percent.is_some_and(|it| it.get() <= LOW);
    (step || percent).then(|| {
        let text = format!(
            "{}'s battery is low: {}",
            name(device),
            charge(battery).unwrap_or_default()
        );
        let advice = if device.light.is_some() {
            "give it light: a solar keyboard charges above 200 lux"
        } else {
            "charge it, or put fresh cells in"
        };
        Finding::note(Area::Devices, "low", text).advise(advice)
    })
}

fn charge(battery: &Battery) -> Option<String> {
    let percent = battery.percent.map(|it| it.to_string());
    percent.or(battery.level.map(|it| it.name().to_owned()))
}

/// What a device is called: its name, else its model, else its id.
pub(super) fn name(device: &Device) -> String {
    let name = device.name.clone().or_else(|| device.full_name.clone());
    name.or(device.wpid.map(|wpid| wpid.to_string()))
        .unwrap_or_else(|| device.id.clone())
}

fn span(now: Timestamp, at: Timestamp) -> String {
    match now.since(at).as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", seconds / 60),
        seconds @ 7200..172_800 => format!("{} h", seconds / 3600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::bus::Bus;
    use crate::doctor::judge::testing::{directly, healthy, only};
    use crate::session::RequestError;
    use crate::units::Percent;

    const K750: &str = "4002-392A0750";

    /// What is found after something is done to the devices.
    fn after(act: impl FnOnce(&mut Devices)) -> Vec<Finding> {
        let mut facts = directly();
        act(facts.devices.as_mut().unwrap());
        judge(&facts)
    }

    fn of(findings: &[Finding], id: &str) -> Finding {
        let found = findings.iter().find(|it| it.id == id);
        found
            .unwrap_or_else(|| panic!("no {id} in {findings:?}"))
            .clone()
    }

    #[test]
    fn all_devices_are_told_awake_or_asleep() {
        let findings = judge(&healthy());
        let texts: Vec<&str> = findings.iter().map(|it| &*it.text).collect();
        assert_eq!(
            texts,
            [
                "Unifying Receiver on /dev/hidraw2: 3 of 6 slots used, \
                 as solar-statusd on the system bus says",
                "K750 (slot 1) answers, 57 %",
                "M705 (slot 2) answers, and has no battery that can be read",
                "K800 (slot 3) sleeps, is off or out of range, last seen 3 h ago",
            ]
        );
        assert!(findings.iter().all(|it| it.verdict == Verdict::Ok));
    }

    #[test]
    fn a_device_of_which_the_receiver_says_nothing_hangs() {
        let findings = after(|seen| {
            seen.silent = BTreeSet::from([K750.to_owned()]);
            seen.devices[0].presence = Presence::Offline;
            seen.failures.push(Failure::Device {
                device: K750.to_owned(),
                error: RequestError::Silent,
            });
        });
        let wedged = of(&findings, "wedged");
        assert_eq!(wedged.verdict, Verdict::Problem);
        assert!(
            wedged.text.starts_with("K750 (slot 1) hangs"),
            "{}",
            wedged.text
        );
        assert!(wedged.advice.unwrap().contains("off and on again"));
        assert!(
            findings.iter().all(|it| it.id != "device-fails"),
            "told twice"
        );
    }

    #[test]
    fn what_failed_is_a_problem() {
        let node = || "/dev/hidraw2".to_owned();
        for (failure, id) in [
            (
                Failure::NoReceiver {
                    node: node(),
                    error: RequestError::Silent,
                },
                "receiver-silent",
            ),
            (Failure::TimedOut { node: node() }, "slow"),
            (
                Failure::Transport(TransportError::Gone { node: node() }),
                "node-fails",
            ),
            (
                Failure::NoMeasurement {
                    device: K750.to_owned(),
                },
                "no-light",
            ),
        ] {
            let findings = after(|seen| seen.failures.push(failure));
            assert_eq!(of(&findings, id).verdict, Verdict::Problem);
        }
    }

    #[test]
    fn a_low_battery_is_worth_a_note_with_what_fills_it() {
        let findings = after(|seen| {
            let battery = seen.devices[0].battery.as_mut().unwrap();
            battery.percent = Percent::new(20);
        });
        let low = of(&findings, "low");
        assert_eq!(low.verdict, Verdict::Note);
        assert!(low.advice.unwrap().contains("light"), "a solar keyboard");
        let findings = after(|seen| {
            let device = &mut seen.devices[0];
            device.light = None;
            let battery = device.battery.as_mut().unwrap();
            (battery.percent, battery.level) = (None, Some(BatteryLevel::Critical));
        });
        assert!(of(&findings, "low").advice.unwrap().contains("fresh cells"));
    }

    #[test]
    fn light_that_is_not_vouched_for_is_worth_a_note() {
        let findings = after(|seen| seen.devices[0].light.as_mut().unwrap().trusted = false);
        assert_eq!(of(&findings, "light-untrusted").verdict, Verdict::Note);
    }

    #[test]
    fn what_is_not_known_is_said() {
        let findings = after(|seen| {
            seen.devices[0].battery = None;
            seen.devices[1].presence = Presence::Unknown;
            seen.receivers[0].paired = Some(0);
        });
        for id in ["no-charge", "unknown", "unpaired"] {
            assert_eq!(of(&findings, id).verdict, Verdict::Note);
        }
    }

    #[test]
    fn no_device_at_all_is_told_from_one_that_may_not_be_asked() {
        let mut facts = directly();
        facts.devices = Ok(Devices::unknown());
        assert_eq!(only(judge(&facts)).id, "unasked");
        facts.hidraw.as_mut().unwrap().nodes.clear();
        assert_eq!(only(judge(&facts)).verdict, Verdict::Absent);
        facts.devices = Ok(Devices::told(
            Way::Daemon(Bus::System),
            Vec::new(),
            Vec::new(),
        ));
        assert_eq!(only(judge(&facts)).verdict, Verdict::Absent);
    }
}
