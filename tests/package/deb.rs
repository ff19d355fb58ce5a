//! The packages: one of this version, and a newer one for an upgrade.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use crate::tools::{output, path, place};

/// A version higher than any released one.
pub(crate) const NEWER: &str = "99.0-1";

pub(crate) struct Packages {
    pub(crate) ours: PathBuf,
    pub(crate) newer: PathBuf,
}

/// Builds them once, with `packaging/build-deb` as users do.
pub(crate) fn packages() -> &'static Packages {
    static PACKAGES: OnceLock<Packages> = OnceLock::new();
    PACKAGES.get_or_init(|| Packages {
        ours: build("ours.deb", &[]),
        newer: build("newer.deb", &["--fast", "--deb-version", NEWER]),
    })
}

fn build(name: &str, arguments: &[&str]) -> PathBuf {
    let file = place("debs").join(name);
    let mut script = Command::new(path("packaging/build-deb"));
    output(script.args(arguments).arg("--output").arg(&file));
    file
}
