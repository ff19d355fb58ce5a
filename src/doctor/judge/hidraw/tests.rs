use std::path::PathBuf;

use super::*;
use crate::doctor::judge::testing::{healthy, only, without_daemon};
use crate::doctor::look::{Answer, Driver, Installed};
use crate::manager::Unreadable;
use crate::transport::Bus;

fn opened(mut facts: Facts, opening: Opening) -> Finding {
    facts.hidraw.as_mut().unwrap().nodes[0].opening = opening;
    only(judge(&facts))
}

#[test]
fn a_node_is_reported_with_its_driver_and_permissions() {
    let finding = only(judge(&healthy()));
    assert_eq!(
        finding,
        Finding::ok(
            Area::Hidraw,
            "opens",
            "/dev/hidraw2 leads to Unifying Receiver 046D:C52B (driver logitech-djreceiver; \
             short, long, DJ reports): root:root 0600, you can open it"
        )
    );
}

#[test]
fn a_denied_node_has_advice_on_how_to_get_access() {
    let finding = opened(without_daemon(), Opening::Denied);
    assert_eq!((finding.id, finding.verdict), ("denied", Verdict::Denied));
    assert!(
        finding
            .text
            .ends_with("root:root 0600, you cannot open it (permission denied)")
    );
    let advice = finding.advice.unwrap();
    for word in [
        "sudo solar-status",
        "70-solar-status-uaccess.rules",
        "warning",
    ] {
        assert!(advice.contains(word), "{advice}");
    }
}

#[test]
fn an_ineffective_rule_and_a_stopped_daemon_are_considered() {
    let mut facts = without_daemon();
    let rule = Installed::Same(PathBuf::from(
        "/etc/udev/rules.d/70-solar-status-uaccess.rules",
    ));
    facts.files.as_mut().unwrap().user_rule = rule;
    let advice = opened(facts, Opening::Denied).advice.unwrap();
    assert!(advice.contains("plug the receiver in again"), "{advice}");

    let mut facts = without_daemon();
    facts.files.as_mut().unwrap().unit = Installed::Same(PathBuf::new());
    let advice = opened(facts, Opening::Denied).advice.unwrap();
    assert!(advice.contains("systemctl start solar-statusd"), "{advice}");
}

#[test]
fn a_group_that_may_open_it_is_named_unless_it_is_the_daemon_s() {
    for (group, named) in [("plugdev", true), ("solar-status", false), ("root", false)] {
        let mut facts = without_daemon();
        let node = &mut facts.hidraw.as_mut().unwrap().nodes[0];
        let access = node.access.as_mut().unwrap();
        (access.mode, access.group) = (0o660, group.to_owned());
        let advice = opened(facts, Opening::Denied).advice.unwrap();
        assert_eq!(
            advice.contains(&format!("--groups {group}")),
            named,
            "{advice}"
        );
    }
}

#[test]
fn a_node_that_the_daemon_reads_need_not_be_opened() {
    for opening in [Opening::Denied, Opening::Forbidden] {
        let finding = opened(healthy(), opening);
        assert_eq!((finding.id, finding.verdict), ("served", Verdict::Ok));
    }
}

#[test]
fn a_node_unknown_to_the_daemon_still_needs_permission() {
    let mut facts = healthy();
    let on = facts.buses[0].seen.as_mut().unwrap();
    if let Answer::State { receivers, .. } = &mut on.answer {
        receivers[0].node = "simulated".to_owned();
    }
    assert_eq!(opened(facts, Opening::Denied).id, "denied");
}

#[test]
fn a_container_is_distinguished_from_a_missing_permission() {
    let finding = opened(without_daemon(), Opening::Forbidden);
    assert_eq!(
        (finding.id, finding.verdict),
        ("forbidden", Verdict::Denied)
    );
    assert!(
        finding
            .advice
            .unwrap()
            .contains("DeviceAllow=char-hidraw rw")
    );
    let finding = opened(without_daemon(), Opening::Missing);
    assert_eq!((finding.id, finding.verdict), ("no-file", Verdict::Problem));
    assert!(finding.advice.unwrap().contains("--device /dev/hidraw2"));
    let finding = opened(without_daemon(), Opening::Failed("EIO".to_owned()));
    assert_eq!((finding.id, finding.verdict), ("fails", Verdict::Problem));
}

#[test]
fn a_kernel_without_hidraw_is_detected_by_devices_without_it() {
    let mut facts = healthy();
    facts.hidraw = Ok(Hidraw {
        hid_devices: 1,
        ..Hidraw::default()
    });
    let finding = only(judge(&facts));
    assert_eq!(
        (finding.id, finding.verdict),
        ("no-hidraw", Verdict::Problem)
    );
    assert!(finding.advice.unwrap().contains("--transport usb"));
}

#[test]
fn a_receiver_without_a_node_is_a_problem_and_no_receiver_is_not() {
    let mut facts = without_daemon();
    facts.hidraw.as_mut().unwrap().nodes.clear();
    assert_eq!(only(judge(&facts)).id, "no-node");
    facts.usb.as_mut().unwrap()[0].interfaces[2].driver = Driver::None;
    assert_eq!(
        only(judge(&facts)).id,
        "taken",
        "that is the problem of USB"
    );
    facts.usb = Ok(Vec::new());
    let finding = only(judge(&facts));
    assert_eq!((finding.id, finding.verdict), ("nothing", Verdict::Absent));
}

#[test]
fn a_daemon_may_know_of_devices_that_are_not_here() {
    let mut facts = healthy();
    facts.hidraw.as_mut().unwrap().nodes.clear();
    facts.usb = Ok(Vec::new());
    let finding = only(judge(&facts));
    assert_eq!((finding.id, finding.verdict), ("elsewhere", Verdict::Note));
}

#[test]
fn the_wrong_driver_is_worth_a_note() {
    let mut facts = healthy();
    facts.hidraw.as_mut().unwrap().nodes[0].driver = Some("hid-generic".to_owned());
    let findings = judge(&facts);
    let finding = findings.last().unwrap();
    assert_eq!((finding.id, finding.verdict), ("generic", Verdict::Note));
    assert!(
        finding
            .advice
            .as_ref()
            .unwrap()
            .contains("modprobe hid-logitech-dj")
    );
}

#[test]
fn a_headset_that_cannot_be_read_is_named() {
    let mut facts = healthy();
    let seen = facts.hidraw.as_mut().unwrap();
    seen.unread.push(unread(0x0ACB, Obstacle::NoHidpp));
    let finding = judge(&facts).pop().unwrap();
    assert_eq!((finding.id, finding.verdict), ("no-hidpp", Verdict::Note));
}

fn unread(product: u16, obstacle: Obstacle) -> Unread {
    Unread {
        found: Unreadable {
            unit: "usb-0000:00:14.0-3".to_owned(),
            name: Some("Wireless Receiver".to_owned()),
            bus: Bus::Usb,
            vendor: 0x046D,
            product,
            node: "/dev/hidraw7".to_owned(),
            obstacle,
        },
        descriptor: Vec::new(),
    }
}

#[test]
fn unreadable_hardware_is_named_without_advice_to_plug_a_receiver_in() {
    for (product, obstacle, id) in [
        (0x0ACB, Obstacle::NoHidpp, "no-hidpp"),
        (0xC542, Obstacle::NoHidpp, "no-hidpp"),
    ] {
        let mut facts = without_daemon();
        facts.usb = Ok(Vec::new());
        let seen = facts.hidraw.as_mut().unwrap();
        seen.nodes.clear();
        seen.unread.push(unread(product, obstacle));
        let findings = judge(&facts);
        let ids: Vec<&str> = findings.iter().map(|it| it.id).collect();
        assert_eq!(ids, ["nothing-readable", id]);
        assert!(findings.iter().all(|it| it.advice.is_none()));
        assert_eq!(findings[0].verdict, Verdict::Absent);
    }
}
