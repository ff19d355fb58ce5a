//! Judges UPower: whether desktops show a device twice.

use std::collections::BTreeMap;

use super::list;
use crate::doctor::look::{Facts, Upower, UpowerDevice};
use crate::doctor::{Area, Finding};

pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    let Some(system) = facts.system() else {
        let text = "UPower cannot be examined without the system bus";
        return vec![Finding::unseen(Area::Upower, "unseen", text)];
    };
    let Some(upower) = &system.upower else {
        let text = "UPower is not running on the system bus: desktops show no battery of these devices \
                    unless solar-statusd replaces it (--bus-name org.freedesktop.UPower)";
        return vec![Finding::note(Area::Upower, "absent", text)];
    };
    let version = upower.version.as_deref().unwrap_or("of an unknown version");
    let devices = match &upower.devices {
        Ok(devices) => devices,
        Err(why) => {
            let text = format!("UPower {version} does not list its devices: {why}");
            return vec![Finding::unseen(Area::Upower, "silent", text)];
        }
    };
    let mut findings = vec![runs(upower, version, devices)];
    findings.extend(doubles(devices).into_iter().map(|twins| {
        let names: Vec<String> = twins.iter().map(|it| it.identity.native.clone()).collect();
        let model = twins.first().map_or("", |it| &it.identity.model);
        let text = format!("UPower lists {model} twice: as {}", list(&names));
        Finding::note(Area::Upower, "twice", text).advise(
            "desktops show both; one comes from the kernel, the other from another driver of the same \
             device (Bluetooth, or a second receiver): neither comes from solar-status",
        )
    }));
    findings
}

fn runs(upower: &Upower, version: &str, devices: &[UpowerDevice]) -> Finding {
    if upower.owner.program.as_deref() == Some("solar-statusd") {
        let text =
            "solar-statusd replaces UPower: desktops read from it, and show each device once";
        return Finding::ok(Area::Upower, "stands-in", text);
    }
    let ours = devices
        .iter()
        .filter(|it| it.identity.native.contains("hidpp_battery_"));
    let ours: Vec<String> = ours.map(|it| it.identity.model.clone()).collect();
    let sees = match list(&ours) {
        all if all.is_empty() => "lists none of these devices".to_owned(),
        all => format!("lists {all}, read by the kernel, without light"),
    };
    Finding::ok(Area::Upower, "runs", format!("UPower {version} {sees}"))
}

/// Devices with the same serial number. It has many forms, with or without the model before it;
/// zeros alone do not count.
fn doubles(devices: &[UpowerDevice]) -> Vec<Vec<&UpowerDevice>> {
    let mut by_serial: BTreeMap<String, Vec<&UpowerDevice>> = BTreeMap::new();
    for device in devices {
        let digits: String = device
            .identity
            .serial
            .chars()
            .filter(char::is_ascii_hexdigit)
            .collect();
        let start = digits.len().saturating_sub(8);
        let serial = digits.get(start..).unwrap_or_default().to_uppercase();
        if serial.len() == 8 && serial.chars().any(|it| it != '0') {
            by_serial.entry(serial).or_default().push(device);
        }
    }
    by_serial.into_values().filter(|it| it.len() > 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bus::upower::Identity;
    use crate::doctor::Verdict;
    use crate::doctor::judge::testing::{healthy, only};

    fn device(native: &str, serial: &str) -> UpowerDevice {
        UpowerDevice {
            object: format!("battery_{native}"),
            identity: Identity {
                native: native.to_owned(),
                model: "Wireless Solar Keyboard K750".to_owned(),
                serial: serial.to_owned(),
            },
        }
    }

    fn sees(devices: Vec<UpowerDevice>) -> Vec<Finding> {
        let mut facts = healthy();
        let on = facts.buses[0].seen.as_mut().unwrap();
        on.upower.as_mut().unwrap().devices = Ok(devices);
        judge(&facts)
    }

    #[test]
    fn upowerd_is_reported_with_its_devices() {
        let finding = only(judge(&healthy()));
        assert_eq!(
            finding.text,
            "UPower 0.99.20 lists Wireless Solar Keyboard K750, read by the kernel, without light"
        );
        assert_eq!(finding.verdict, Verdict::Ok);
    }

    #[test]
    fn a_device_listed_twice_is_worth_a_note_in_any_spelling_of_its_number() {
        let findings = sees(vec![
            device("hidpp_battery_0", "4002-39-2a-07-50"),
            device("/org/bluez/hci0/dev_39", "392A0750"),
            device("hidpp_battery_1", "39-2a-07-51"),
        ]);
        let twice = &findings[1];
        assert_eq!(
            (twice.id, twice.verdict, findings.len()),
            ("twice", Verdict::Note, 2)
        );
        assert!(
            twice
                .text
                .ends_with("as hidpp_battery_0 and /org/bluez/hci0/dev_39")
        );
    }

    #[test]
    fn devices_without_a_serial_number_are_not_the_same() {
        let zeros = || device("hidpp_battery_0", "00-00-00-00");
        assert_eq!(sees(vec![zeros(), zeros()]).len(), 1);
    }

    #[test]
    fn the_daemon_in_place_of_upower_is_detected() {
        let mut facts = healthy();
        let on = facts.buses[0].seen.as_mut().unwrap();
        on.upower.as_mut().unwrap().owner.program = Some("solar-statusd".to_owned());
        assert_eq!(only(judge(&facts)).id, "stands-in");
    }

    #[test]
    fn missing_and_silent_upower_are_reported() {
        let mut facts = healthy();
        let on = facts.buses[0].seen.as_mut().unwrap();
        on.upower.as_mut().unwrap().devices = Err("time ran out".to_owned());
        assert_eq!(only(judge(&facts)).id, "silent");
        facts.buses[0].seen.as_mut().unwrap().upower = None;
        assert_eq!(only(judge(&facts)).id, "absent");
        facts.buses.clear();
        assert_eq!(only(judge(&facts)).id, "unseen");
    }
}
