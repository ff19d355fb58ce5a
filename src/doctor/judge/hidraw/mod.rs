//! Judges the nodes: presence and permissions.

#[cfg(test)]
mod tests;

use super::{count, ids, unseen};
use crate::device::{ReceiverFamily, ReceiverModel};
use crate::doctor::look::{Facts, Hidraw, Node, Opening, Unread};
use crate::doctor::{Area, Finding, Verdict};
use crate::manager::Obstacle;
use crate::transport::NodeRole;
use hidpp_proto::wire::descriptor::Capabilities;

/// The permission bits that let a group open a node.
const READ_WRITE: u32 = 0o060;

pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    let seen = match &facts.hidraw {
        Ok(seen) => seen,
        Err(why) => return unseen(Area::Hidraw, why),
    };
    let mut findings = Vec::new();
    findings.extend(missing(seen, facts));
    for node in &seen.nodes {
        findings.push(opening(node, facts));
        findings.extend(driver(node));
    }
    findings.extend(seen.unread.iter().map(unread));
    findings
}

/// Nodes that should exist and do not.
fn missing(seen: &Hidraw, facts: &Facts) -> Option<Finding> {
    if !seen.class && seen.hid_devices > 0 {
        let text = "this kernel has no hidraw (CONFIG_HIDRAW)";
        return Some(Finding::problem(Area::Hidraw, "no-hidraw", text).advise(
            "use a kernel with hidraw, or as a last resort: sudo solar-status --transport usb",
        ));
    }
    let on_usb = facts.usb.iter().flatten();
    let mut without = on_usb.filter(|it| {
        let ids = (it.vendor, it.product);
        let is_same = |node: &Node| (node.info.vendor, node.info.product) == ids;
        it.receiver().is_some() && !seen.nodes.iter().any(is_same)
    });
    let without = without.next();
    if let Some(receiver) = without.filter(|it| !it.is_driven()) {
        let text = format!(
            "the receiver at usb {} has no node: see its line under usb for the driver that holds it",
            receiver.place()
        );
        return Some(Finding::note(Area::Hidraw, "taken", text));
    }
    if let Some(receiver) = without {
        let ids = ids(receiver.vendor, receiver.product);
        let text = format!(
            "the receiver {ids} at usb {} has no hidraw node",
            receiver.place()
        );
        return Some(Finding::problem(Area::Hidraw, "no-node", text).advise(
            "plug it in again; if that does not help, report it with solar-status doctor --report FILE",
        ));
    }
    if seen.nodes.is_empty() && facts.known().next().is_some() {
        let text =
            "no node leads to a Logitech receiver or device here, but solar-statusd knows some";
        return Some(Finding::note(Area::Hidraw, "elsewhere", text));
    }
    if seen.nodes.is_empty() && !seen.unread.is_empty() {
        let text = "no node leads to a Logitech receiver or device that can be read";
        let finding = Finding::new(Area::Hidraw, "nothing-readable", Verdict::Absent, text);
        return Some(finding);
    }
    if seen.nodes.is_empty() {
        let text = "no node leads to a Logitech receiver or device";
        let finding = Finding::new(Area::Hidraw, "nothing", Verdict::Absent, text);
        return Some(finding.advise("plug a receiver in, or switch the Bluetooth device on"));
    }
    None
}

fn opening(node: &Node, facts: &Facts) -> Finding {
    let text = format!("{}: {}", describe(node), may(node));
    let served = facts.serves(&node.info.path);
    match &node.opening {
        Opening::Opens => Finding::ok(Area::Hidraw, "opens", text),
        Opening::Denied | Opening::Forbidden if served => {
            let text = format!("{text}, but need not: solar-statusd reads it for you");
            Finding::ok(Area::Hidraw, "served", text)
        }
        Opening::Denied => {
            let finding = Finding::new(Area::Hidraw, "denied", Verdict::Denied, text);
            finding.advise(let_in(node, facts))
        }
        Opening::Forbidden => {
            let finding = Finding::new(Area::Hidraw, "forbidden", Verdict::Denied, text);
            finding.advise(format!(
                "its permissions allow it, but a device policy, such as that of a container or service, \
                 does not: allow the device there (docker run --device {0}; systemd: \
                 DeviceAllow=char-hidraw rw)",
                node.info.path
            ))
        }
        Opening::Missing => Finding::problem(Area::Hidraw, "no-file", text).advise(format!(
            "the kernel has this node and /dev does not: in a container pass it on (docker run --device \
             {}), otherwise check that udev runs",
            node.info.path
        )),
        Opening::Failed(_) => Finding::problem(Area::Hidraw, "fails", text)
            .advise("plug it in again; if that does not help, report it"),
    }
}

fn unread(unread: &Unread) -> Finding {
    let id = match unread.found.obstacle {
        Obstacle::NoHidpp => "no-hidpp",
    };
    Finding::note(Area::Hidraw, id, unread.found.to_string())
}

/// How a user gets permission to open a node, or does without it.
fn let_in(node: &Node, facts: &Facts) -> String {
    let files = facts.files.as_ref().ok();
    let activatable = facts.system().is_some_and(|it| it.activatable);
    if activatable || files.is_some_and(|it| it.unit.acts()) {
        return "sudo systemctl start solar-statusd; or run this as root".to_owned();
    }
    if node.role == NodeRole::Receiver && files.is_some_and(|it| it.user_rule.acts()) {
        return "70-solar-status-uaccess.rules is installed but has not taken effect: plug the receiver \
                in again (the rule gives access to the user logged in at the computer, not over ssh)"
            .to_owned();
    }
    // The daemon's own group must not have other members.
    let group = node
        .access
        .as_ref()
        .filter(|it| it.mode & READ_WRITE == READ_WRITE);
    let group = group.map(|it| it.group.as_str());
    if let Some(group) = group.filter(|it| !["root", "solar-status"].contains(it)) {
        return format!(
            "its group may open it: sudo usermod --append --groups {group} $USER, then log in again; \
             members of that group can read what is typed"
        );
    }
    let rule = match node.role {
        NodeRole::Receiver => {
            ", or give the logged-in user access (read the rule's warning first): in examples/ in \
             the documentation folder of the package, \
             sudo cp 70-solar-status-uaccess.rules /etc/udev/rules.d/ && \
             sudo udevadm control --reload, then plug it in again"
        }
        _ => "",
    };
    format!("run it as root (sudo solar-status), or install solar-statusd{rule}")
}

/// `/dev/hidraw2 leads to Unifying Receiver 046D:C52B (driver logitech-djreceiver; short, long, DJ)`
fn describe(node: &Node) -> String {
    let info = &node.info;
    let name = match ReceiverModel::of(info.vendor, info.product) {
        Some(model) => model.name().to_owned(),
        None => info.name.clone().unwrap_or_else(|| "a device".to_owned()),
    };
    let driver = node.driver.as_deref().unwrap_or("none");
    format!(
        "{} leads to {name} {} (driver {driver}; {} reports)",
        info.path,
        ids(info.vendor, info.product),
        reports(info.capabilities)
    )
}

fn reports(capabilities: Capabilities) -> String {
    let all = [
        ("short", capabilities.short),
        ("long", capabilities.long),
        ("Centurion", capabilities.centurion.is_some()),
        ("very long", capabilities.very_long.is_some()),
        ("DJ", capabilities.dj),
    ];
    let there: Vec<&str> = all.into_iter().filter(|it| it.1).map(|it| it.0).collect();
    there.join(", ")
}

/// `root:root 0600, you cannot open it`
fn may(node: &Node) -> String {
    let access = node.access.as_ref().map(|it| {
        let list = if it.list { "+" } else { "" };
        format!("{}:{} {:04o}{list}, ", it.owner, it.group, it.mode)
    });
    let may = match &node.opening {
        Opening::Opens => "you can open it",
        Opening::Denied => "you cannot open it (permission denied)",
        Opening::Forbidden => "you cannot open it (operation not permitted)",
        Opening::Missing => "it has no file",
        Opening::Failed(why) => &format!("it cannot be opened: {why}"),
    };
    format!("{}{may}", access.unwrap_or_default())
}

/// Without the kernel's driver, desktops show no battery for a Unifying or Lightspeed receiver.
fn driver(node: &Node) -> Option<Finding> {
    let model = ReceiverModel::of(node.info.vendor, node.info.product)?;
    let driven = matches!(
        model.family,
        ReceiverFamily::Unifying | ReceiverFamily::Lightspeed
    );
    (driven && node.driver.as_deref() == Some("hid-generic")).then(|| {
        let text = format!(
            "{} uses the driver hid-generic instead of the kernel's receiver driver: this program works, \
             but the kernel and UPower show no battery",
            node.info.path
        );
        let finding = Finding::note(Area::Hidraw, "generic", text);
        finding.advise("sudo modprobe hid-logitech-dj, then plug the receiver in again")
    })
}

/// The number of paired devices with a kernel node, as text.
pub(super) fn children(facts: &Facts) -> Option<String> {
    let children = facts.hidraw.as_ref().ok()?.children;
    (children > 0).then(|| format!("{} with a separate node", count(children, "paired device")))
}
