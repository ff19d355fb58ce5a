//! The report for other people to read: findings, descriptors, and the trace of reports.

use std::fmt::Write;

use super::look::{Devices, Facts, Kernel};
use super::scrub::Scrubber;
use super::{Finding, worst};
use crate::device::Device;
use crate::text;

/// The report. Serial numbers, addresses, and names of people and machines are not in it.
pub fn report(facts: &Facts, findings: &[Finding]) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    _ = write(&mut text, facts, findings);
    let mut displayable = String::with_capacity(text.len());
    for line in Scrubber::of(facts).scrub(&text).lines() {
        let indent = line.len() - line.trim_start_matches(' ').len();
        displayable.extend([&" ".repeat(indent), &text::line(line), "\n"]);
    }
    displayable
}

fn write(to: &mut String, facts: &Facts, findings: &[Finding]) -> std::fmt::Result {
    writeln!(to, "# solar-status report 1")?;
    writeln!(
        to,
        "# Read it before you pass it on: it should not contain identifying information."
    )?;
    writeln!(to, "solar-status {}", env!("CARGO_PKG_VERSION"))?;
    let kernel = facts.kernel.as_ref().ok();
    let known = |value: fn(&Kernel) -> Option<&String>| {
        kernel.and_then(value).map_or("unknown", String::as_str)
    };
    writeln!(to, "Linux {}", known(|it| it.release.as_ref()))?;
    writeln!(to, "system {}", known(|it| it.system.as_ref()))?;
    writeln!(to, "verdict {}", worst(findings).name())?;

    heading(to, "Findings")?;
    for finding in findings {
        let (area, verdict) = (finding.area.name(), finding.verdict.name());
        writeln!(to, "{area} {} {verdict}: {}", finding.id, finding.text)?;
        if let Some(advice) = &finding.advice {
            writeln!(to, "    -> {advice}")?;
        }
    }
    heading(to, "USB descriptors")?;
    for device in facts.usb.iter().flatten() {
        let (vendor, product) = (device.vendor, device.product);
        writeln!(to, "usb {} {vendor:04X}:{product:04X}", device.place())?;
        bytes(to, &device.descriptors)?;
    }
    heading(to, "HID report descriptors")?;
    for node in facts.nodes() {
        writeln!(to, "{}", node.info)?;
        bytes(to, &node.descriptor)?;
    }
    for unread in facts.unread() {
        let found = &unread.found;
        let (vendor, product) = (found.vendor, found.product);
        writeln!(to, "{} ({vendor:04X}:{product:04X})", found.node)?;
        bytes(to, &unread.descriptor)?;
    }
    if let Ok(devices) = &facts.devices {
        heading(to, "Devices")?;
        for it in &devices.devices {
            device(to, it)?;
        }
        heading(to, "Trace")?;
        match devices {
            Devices {
                trace: Some(trace), ..
            } => to.write_str(trace)?,
            Devices { origin, .. } => writeln!(to, "none: {origin}")?,
        }
    }
    Ok(())
}

fn heading(to: &mut String, text: &str) -> std::fmt::Result {
    writeln!(to, "\n## {text}")
}

fn bytes(to: &mut String, bytes: &[u8]) -> std::fmt::Result {
    for line in bytes.chunks(16) {
        let line: Vec<String> = line.iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(to, "    {}", line.join(" "))?;
    }
    Ok(())
}

fn device(to: &mut String, device: &Device) -> std::fmt::Result {
    let unknown = || "-".to_owned();
    let name = device.name.as_deref().and_then(text::name);
    let name = name.unwrap_or_else(unknown);
    let wpid = device.wpid.map_or_else(unknown, |it| it.to_string());
    let slot = device.slot().map_or_else(unknown, |it| it.to_string());
    let protocol = device.protocol.map_or_else(unknown, |it| it.to_string());
    let firmware = device.firmware.map_or_else(unknown, |it| it.to_string());
    let presence = device.presence.name();
    writeln!(
        to,
        "{name}: model {wpid}, slot {slot}, HID++ {protocol}, firmware {firmware}, {presence}"
    )?;
    if let Some(battery) = &device.battery {
        let percent = battery.percent.map_or_else(unknown, |it| it.to_string());
        let state = battery.state.name().unwrap_or("unknown");
        let source = battery.source.name();
        writeln!(to, "    battery {source}: {percent}, {state}")?;
    }
    if let Some(light) = &device.light {
        writeln!(to, "    light {}, trusted {}", light.lux, light.trusted)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::judge;
    use crate::doctor::judge::testing::{directly, healthy};
    use crate::doctor::look::Whose;

    #[test]
    fn it_has_findings_descriptors_and_the_trace() {
        let mut facts = directly();
        facts.devices.as_mut().unwrap().trace = Some("# solar-status trace 1\n".to_owned());
        let text = report(&facts, &judge(&facts));
        for part in [
            "solar-status 0.1.0\nLinux 6.1.0\n",
            "verdict note\n",
            "usb device ok: Unifying Receiver 046D:C52B at usb 1-2",
            "usb 1-2 046D:C52B\n    12 01\n",
            "/dev/hidraw2 (046D:C52B)\n    06 00 ff\n",
            "K750: model 4002, slot 1, HID++ -, firmware -, online\n    battery register 0D: 57 %",
            "## Trace\n# solar-status trace 1\n",
        ] {
            assert!(text.contains(part), "{part:?} is not in\n{text}");
        }
    }

    #[test]
    fn it_contains_no_identifying_information() {
        let mut facts = healthy();
        facts.whose = Whose {
            host: Some("attic".to_owned()),
            users: vec!["anna".to_owned()],
            home: Some("/home/anna".to_owned()),
        };
        // In any place: a name, a file, a message of a bus.
        let device = &mut facts.devices.as_mut().unwrap().devices[0];
        device.name = Some("392a0750 of anna".to_owned());
        let on = facts.buses[0].seen.as_mut().unwrap();
        on.upower.as_mut().unwrap().devices = Err("attic: AF:4F:95:EA".to_owned());
        let cache = "/home/anna/.cache/solar-status".into();
        facts.files.as_mut().unwrap().cache = crate::doctor::Kept::Whole(cache, 1);
        let text = report(&facts, &judge(&facts));
        let lower = text.to_lowercase();
        for secret in [
            "392a0750", "39-2a", "af4f95ea", "af:4f", "1e624c3a", "anna", "attic", "/home",
        ] {
            assert!(!lower.contains(secret), "{secret} is in\n{text}");
        }
        assert!(text.contains("~/.cache/solar-status"), "{text}");
    }
}
