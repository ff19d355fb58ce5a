//! Judges the kernel's drivers, and whether its batteries agree with the devices.

use super::hidraw::children;
use super::{list, unseen};
use crate::device::{Device, Link, Presence, ValueKind};
use crate::doctor::look::{Facts, Kernel, KernelBattery};
use crate::doctor::{Area, Finding};
use crate::transport::Place;

/// The difference in percentage points up to which charges agree: that of the kernel is as old as
/// the last event.
const CLOSE: u8 = 5;

pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    let kernel = match &facts.kernel {
        Ok(kernel) => kernel,
        Err(why) => return unseen(Area::Kernel, why),
    };
    let mut findings = vec![drivers(kernel, facts)];
    findings.extend(kernel.batteries.iter().map(|it| battery(it, facts)));
    findings
}

fn drivers(kernel: &Kernel, facts: &Facts) -> Finding {
    let release = kernel.release.as_deref().unwrap_or("of an unknown release");
    let missing: Vec<String> = [
        ("hid-logitech-dj", kernel.dj),
        ("hid-logitech-hidpp", kernel.hidpp),
    ]
    .into_iter()
    .filter(|(_, there)| !there)
    .map(|(name, _)| name.to_owned())
    .collect();
    if !missing.is_empty() && !facts.nodes().is_empty() {
        let text = format!(
            "Linux {release} without {}: this program works, but the kernel and UPower show no battery",
            list(&missing)
        );
        let advice = format!("sudo modprobe --all {}", missing.join(" "));
        return Finding::note(Area::Kernel, "no-driver", text).advise(advice);
    }
    let drivers = if missing.is_empty() {
        "has the drivers of receivers and devices"
    } else {
        "has not loaded the drivers of receivers and devices"
    };
    let children = children(facts).map_or_else(String::new, |it| format!(", {it}"));
    let text = format!("Linux {release} {drivers}{children}");
    Finding::ok(Area::Kernel, "drivers", text)
}

fn battery(battery: &KernelBattery, facts: &Facts) -> Finding {
    let device = owner(&battery.supply.place, facts);
    let charge = match battery.supply.charge {
        Some(charge) => charge.to_string(),
        None => "no charge in percent".to_owned(),
    };
    let status = battery.status.as_deref().unwrap_or("Unknown");
    let of = device.map_or_else(String::new, |it| {
        format!(" of {}", super::devices::name(it))
    });
    let says = format!("{}{of}: {charge}, {status}", battery.name);
    let Some(device) = device else {
        return Finding::ok(Area::Kernel, "battery", says);
    };
    if battery.supply.lost && device.presence == Presence::Online {
        let text = format!("{says}: the kernel considers it disconnected, but it is online");
        return Finding::note(Area::Kernel, "lost", text).advise(
            "press a key, or run solar-status --direct: the next report updates the kernel's battery",
        );
    }
    let theirs = battery.supply.charge;
    let ours = device.battery.as_ref();
    let exact = ours.filter(|it| it.value_kind == ValueKind::Percent);
    let ours = exact.and_then(|it| it.percent);
    match (theirs, ours) {
        (Some(theirs), Some(ours)) if theirs.get().abs_diff(ours.get()) > CLOSE => {
            let text = format!("{says}: the kernel's charge is stale, the device reports {ours}");
            Finding::note(Area::Kernel, "stale", text)
                .advise("desktops show the kernel's charge; the device's next event updates it")
        }
        (Some(_), Some(_)) => Finding::ok(
            Area::Kernel,
            "battery",
            format!("{says}, as the device reports"),
        ),
        _ => Finding::ok(Area::Kernel, "battery", says),
    }
}

/// The device that a battery is of.
fn owner<'a>(place: &Place, facts: &'a Facts) -> Option<&'a Device> {
    let seen = facts.devices.as_ref().ok()?;
    let mut nodes = facts.nodes().iter();
    let node = nodes.find(|it| it.info.place().hid == place.hid)?;
    let receiver = seen.receivers.iter().find(|it| it.node == node.info.path);
    let is_there = |link: &Link| match link {
        Link::Paired { receiver: id, slot } => {
            receiver.is_some_and(|it| it.id == *id) && Some(*slot) == place.slot
        }
        Link::Direct { node: path, .. } => place.slot.is_none() && *path == node.info.path,
    };
    let mut devices = seen.devices.iter();
    devices.find(|device| device.links().any(|(link, _)| is_there(link)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;
    use crate::doctor::judge::testing::healthy;
    use hidpp_proto::units::Percent;

    /// The finding about the K750's battery after a change to it.
    fn of_k750(act: impl FnOnce(&mut KernelBattery)) -> Finding {
        let mut facts = healthy();
        act(&mut facts.kernel.as_mut().unwrap().batteries[0]);
        judge(&facts).remove(1)
    }

    #[test]
    fn drivers_and_batteries_are_reported() {
        let findings = judge(&healthy());
        let texts: Vec<&str> = findings.iter().map(|it| &*it.text).collect();
        assert_eq!(
            texts,
            [
                "Linux 6.1.0 has the drivers of receivers and devices, \
                 2 paired devices with a separate node",
                "hidpp_battery_0 of K750: 57 %, Discharging, as the device reports"
            ]
        );
        assert!(findings.iter().all(|it| it.verdict == Verdict::Ok));
    }

    #[test]
    fn a_stale_charge_is_worth_a_note() {
        let finding = of_k750(|it| it.supply.charge = Percent::new(90));
        assert_eq!((finding.id, finding.verdict), ("stale", Verdict::Note));
        assert!(
            finding.text.contains("the device reports 57 %"),
            "{}",
            finding.text
        );
        let finding = of_k750(|it| it.supply.charge = Percent::new(60));
        assert_eq!(finding.id, "battery", "close enough");
    }

    #[test]
    fn a_device_that_the_kernel_lost_is_worth_a_note() {
        let finding = of_k750(|it| it.supply.lost = true);
        assert_eq!((finding.id, finding.verdict), ("lost", Verdict::Note));
    }

    #[test]
    fn a_battery_of_an_unknown_device_is_only_reported() {
        let finding = of_k750(|it| it.supply.place.slot = None);
        assert_eq!(finding.text, "hidpp_battery_0: 57 %, Discharging");
    }

    #[test]
    fn missing_drivers_are_reported_only_with_devices_for_them() {
        let mut facts = healthy();
        facts.kernel.as_mut().unwrap().hidpp = false;
        let finding = judge(&facts).remove(0);
        assert_eq!((finding.id, finding.verdict), ("no-driver", Verdict::Note));
        assert_eq!(
            finding.advice.as_deref(),
            Some("sudo modprobe --all hid-logitech-hidpp")
        );
        facts.hidraw.as_mut().unwrap().nodes.clear();
        assert_eq!(judge(&facts).remove(0).id, "drivers");
    }
}
