//! udev in the guest: temporarily installed rules, and udev's properties of a node.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The directory of udev's runtime rules.
const RULES: &str = "/run/udev/rules.d";

/// A shipped udev rule. Dropping it uninstalls it.
pub(crate) struct Installed(PathBuf);

impl Installed {
    /// Installs the rule file with this name.
    pub(crate) fn new(name: &str) -> Self {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("udev")
            .join(name);
        let installed = Path::new(RULES).join(name);
        fs::create_dir_all(RULES).expect("a folder for rules");
        fs::copy(shipped, &installed).expect("the rule can be copied");
        udevadm(&["control", "--reload"]);
        Self(installed)
    }
}

impl Drop for Installed {
    fn drop(&mut self) {
        // A panic here would hide the reason of a failed scenario.
        fs::remove_file(&self.0).ok();
        let mut reload = Command::new("udevadm");
        reload.args(["control", "--reload"]).status().ok();
    }
}

/// Waits until udev has processed all events.
pub(crate) fn settle() {
    udevadm(&["settle"]);
}

/// A property of a node in udev.
pub(crate) fn property(node: &Path, key: &str) -> Option<String> {
    let node = node.display().to_string();
    let properties = udevadm(&["info", "--query=property", &node]);
    let mut values = properties
        .lines()
        .filter_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    values.next().map(str::to_owned)
}

/// Whether a node has a tag at present.
pub(crate) fn has_tag(node: &Path, tag: &str) -> bool {
    let tags = property(node, "CURRENT_TAGS");
    tags.is_some_and(|tags| tags.split(':').any(|it| it == tag))
}

fn udevadm(arguments: &[&str]) -> String {
    let output = Command::new("udevadm")
        .args(arguments)
        .output()
        .expect("udevadm runs");
    assert!(output.status.success(), "udevadm {arguments:?}: {output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
