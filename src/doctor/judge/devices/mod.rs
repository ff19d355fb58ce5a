//! Judges the devices: presence, charge, and whether they answer.

#[cfg(test)]
mod tests;

use super::unseen;
use crate::device::{Battery, BatteryLevel, CHARGING_ABOVE, Device, Presence, Receiver};
use crate::doctor::look::{Devices, Facts, Origin};
use crate::doctor::{Area, Finding, LookError, Verdict};
use crate::manager::Failure;
use crate::transport::TransportError;
use hidpp_proto::units::Timestamp;

pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    let seen = match &facts.devices {
        Ok(seen) => seen,
        Err(why @ LookError::Slow { .. }) => {
            let finding = Finding::problem(Area::Devices, "hang", why.to_string());
            return vec![finding.advise("plug the receiver in again, then try once more")];
        }
        Err(why) => return unseen(Area::Devices, why),
    };
    match seen.origin {
        Origin::None => return nobody(facts),
        Origin::Daemon(_) | Origin::Direct => {}
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
            let text = format!(
                "{}: the device marks its light measurement as unreliable",
                name(it)
            );
            findings.push(Finding::note(Area::Devices, "light-untrusted", text));
        }
    }
    if findings.is_empty() {
        let text = "no device was found";
        findings.push(Finding::new(
            Area::Devices,
            "nothing",
            Verdict::Absent,
            text,
        ));
    }
    findings
}

/// No device could be queried; the findings about the nodes have the reason, if these could be
/// examined.
fn nobody(facts: &Facts) -> Vec<Finding> {
    let mut on_usb = facts.usb.iter().flatten();
    let there = !facts.nodes().is_empty() || on_usb.any(|it| it.receiver().is_some());
    if there {
        let text = "the devices were not read: no node can be opened, and no solar-statusd answers";
        return vec![Finding::unseen(Area::Devices, "unasked", text)];
    }
    if facts.hidraw.is_ok() {
        return Vec::new();
    }
    let text = "no device was found";
    let finding = Finding::new(Area::Devices, "nothing", Verdict::Absent, text);
    vec![finding.advise("plug a receiver in; in a container pass on /sys and its node")]
}

fn failure(failure: &Failure, seen: &Devices) -> Option<Finding> {
    let problem = |id| Finding::problem(Area::Devices, id, failure.to_string());
    Some(match failure {
        // Reported with the node.
        Failure::Transport(TransportError::PermissionDenied { .. }) => return None,
        Failure::NoReceiver { node, .. } => {
            let text = format!("the receiver on {node} does not answer");
            Finding::problem(Area::Devices, "receiver-silent", text)
                .advise("plug it in again, at another port if that does not help")
        }
        // Reported with the device.
        Failure::Device { device, .. } if seen.silent.contains(device) => return None,
        Failure::Device { .. } => problem("device-fails"),
        Failure::NoMeasurement { .. } => problem("no-light"),
        Failure::TimedOut { .. } => problem("slow"),
        Failure::Transport(_) | Failure::Usb(_) => problem("node-fails"),
    })
}

fn receiver(receiver: &Receiver, seen: &Devices) -> Finding {
    let by = match &seen.origin {
        Origin::Daemon(bus) => format!(", according to solar-statusd on {bus}"),
        Origin::Direct | Origin::None => String::new(),
    };
    let paired = receiver.slot_usage();
    let paired = paired.unwrap_or_else(|| "number of paired devices not known".to_owned());
    let text = format!(
        "{} on {}: {paired}{by}",
        receiver.model.name(),
        receiver.node
    );
    if receiver.paired == Some(0) {
        return Finding::note(Area::Devices, "unpaired", text)
            .advise("pair a device with it first, with Solaar, ltunify or Logitech's own program");
    }
    Finding::ok(Area::Devices, "receiver", text)
}

fn device(device: &Device, seen: &Devices) -> Finding {
    let place = device.slot().map(|slot| format!(" (slot {slot})"));
    let who = format!("{}{}", name(device), place.unwrap_or_default());
    if seen.silent.contains(&device.id) {
        let text = format!(
            "{who} does not answer, and the receiver reports it neither as asleep nor as out of range"
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
    // The daemon polls a device when it wakes, and otherwise assumes that it is still present.
    let answers = match seen.origin {
        Origin::Daemon(_) => "is online",
        Origin::Direct | Origin::None => "answers",
    };
    let ok = |id, text| Finding::ok(Area::Devices, id, text);
    match (device.presence, device.has_battery) {
        (Presence::Offline, _) => ok(
            "asleep",
            format!("{who} is asleep, switched off or out of range{last}"),
        ),
        (Presence::Unknown, _) => Finding::note(
            Area::Devices,
            "unknown",
            format!("{who}: not known whether it is online{last}"),
        ),
        (Presence::Online, Some(false)) => ok(
            "no-battery",
            format!("{who} {answers}, and has no readable battery"),
        ),
        (Presence::Online, _) if device.battery.is_none() => Finding::note(
            Area::Devices,
            "no-charge",
            format!("{who} is online, but its charge is not known"),
        )
        .advise("wait until it sends a report, or run: solar-status --direct"),
        (Presence::Online, _) => ok("online", format!("{who} {answers}{charge}")),
    }
}

fn low(device: &Device, battery: &Battery) -> Option<Finding> {
    let step = matches!(
        battery.level,
        Some(BatteryLevel::Critical | BatteryLevel::Low)
    );
    let percent = battery
        .highest()
        .is_some_and(|it| it.get() <= device.preferences.shown_limits.low);
    (step || percent).then(|| {
        let text = format!(
            "{}'s battery is low: {}",
            name(device),
            charge(battery).unwrap_or_default()
        );
        let advice = if device.is_solar() {
            format!("give it light: a solar keyboard charges above {CHARGING_ABOVE}")
        } else {
            "charge it, or replace its batteries".to_owned()
        };
        Finding::note(Area::Devices, "low", text).advise(advice)
    })
}

fn charge(battery: &Battery) -> Option<String> {
    let percent = battery.percent.map(|it| it.to_string());
    percent.or(battery.level.map(|it| it.name().to_owned()))
}

/// The name of a device as shown, else its model, else its id.
pub(super) fn name(device: &Device) -> String {
    let name = device.shown_name().or(device.full_name.as_deref());
    name.map(str::to_owned)
        .or(device.wpid.map(|wpid| wpid.to_string()))
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
