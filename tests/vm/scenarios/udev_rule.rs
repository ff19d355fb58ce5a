//! The optional udev rule opens the receiver's own node to the seat's user, and no other.

use std::fs;
use std::path::Path;
use std::process::Command;

use solar_status::sim::scenario::{K750, M705};

use crate::program::Program;
use crate::scenarios::plug_in;

/// The rule as it is shipped.
const RULE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/udev/70-solar-status-uaccess.rules"
);
/// Where udevd looks for rules of this boot.
const RULES: &str = "/run/udev/rules.d";

pub(crate) fn prove(_: &Program) {
    let installed = Path::new(RULES).join("70-solar-status-uaccess.rules");
    fs::create_dir_all(RULES).expect("a folder for rules");
    fs::copy(RULE, &installed).expect("the rule can be copied");
    udevadm(&["control", "--reload"]);
    let desk = plug_in();
    udevadm(&["settle"]);
    let receiver = desk.seen().node().expect("the receiver's node");
    assert!(
        has_uaccess(&receiver),
        "the receiver's node has no uaccess tag"
    );
    for slot in [K750, M705] {
        let node = desk.seen().node_of(slot).expect("the device's node");
        assert!(!has_uaccess(&node), "{} must stay closed", node.display());
    }
    fs::remove_file(&installed).expect("the rule can be removed");
    udevadm(&["control", "--reload"]);
}

/// Whether udev gives the seat's user access to a node.
fn has_uaccess(node: &Path) -> bool {
    let properties = udevadm(&["info", "--query=property", &node.display().to_string()]);
    let tags = properties
        .lines()
        .find_map(|line| line.strip_prefix("CURRENT_TAGS="));
    tags.is_some_and(|tags| tags.split(':').any(|tag| tag == "uaccess"))
}

fn udevadm(arguments: &[&str]) -> String {
    let output = Command::new("udevadm")
        .args(arguments)
        .output()
        .expect("udevadm runs");
    assert!(output.status.success(), "udevadm {arguments:?}: {output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
