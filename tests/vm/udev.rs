//! udev in the guest: rules that are installed for a while, and what udev says of a node.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where udevd looks for rules of this boot.
const RULES: &str = "/run/udev/rules.d";

/// A rule of the project, as it is shipped. Dropping it takes it out again.
pub(crate) struct Installed(PathBuf);

impl Installed {
    /// Puts the file of this name to udev's rules.
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
        // A panic here would hide the reason of a scenario that fails.
        fs::remove_file(&self.0).ok();
        let mut reload = Command::new("udevadm");
        reload.args(["control", "--reload"]).status().ok();
    }
}

/// Waits until udev has done all there is to do.
pub(crate) fn settle() {
    udevadm(&["settle"]);
}

/// What udev says of a node under this key.
pub(crate) fn property(node: &Path, key: &str) -> Option<String> {
    let node = node.display().to_string();
    let properties = udevadm(&["info", "--query=property", &node]);
    let mut values = properties
        .lines()
        .filter_map(|line| line.strip_prefix(key)?.strip_prefix('='));
    values.next().map(str::to_owned)
}

/// Whether a node carries a tag now.
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
