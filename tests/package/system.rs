//! A fresh Debian root in which the package goes through its life cycle once, from installation to
//! purge.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::deb::packages;
use crate::tools::{output, path, place};

/// The packages installed before: its dependencies and recommendations.
const INCLUDED: &str = "--include=dbus,systemd-sysv,udev";

/// The results that `life.sh` wrote.
pub(crate) struct LifeCycle(PathBuf);

/// Runs the life cycle once.
pub(crate) fn life() -> &'static LifeCycle {
    static LIFE: OnceLock<LifeCycle> = OnceLock::new();
    LIFE.get_or_init(|| {
        let place = place("system");
        live(&place);
        LifeCycle(place.join("results"))
    })
}

impl LifeCycle {
    /// The text of a result.
    pub(crate) fn text(&self, name: &str) -> String {
        let file = self.0.join(name);
        fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    }

    /// Every file of the root at a step: mode, owner and path.
    pub(crate) fn files(&self, name: &str) -> BTreeSet<String> {
        self.text(name).lines().map(str::to_owned).collect()
    }
}

fn live(place: &Path) {
    drop(fs::remove_dir_all(place.join("results")));
    let (suite, sources) = sources();
    let list = place.join("sources.list");
    fs::write(&list, sources).unwrap();
    let debs = packages();
    let mut mmdebstrap = Command::new("mmdebstrap");
    // The root is created below this directory.
    mmdebstrap.env("TMPDIR", place);
    // Passed to the hooks as variables, so that no path becomes part of a shell command.
    mmdebstrap
        .env("OURS", &debs.ours)
        .env("NEWER", &debs.newer)
        .env("SCRIPT", path("tests/package/life.sh"))
        .env("PLACE", place);
    mmdebstrap.args(["--quiet", "--variant=apt", INCLUDED]);
    // The root is temporary: nothing must be synced to disk.
    mmdebstrap.arg("--dpkgopt=force-unsafe-io");
    for hook in [
        r#"mkdir "$1/srv/life" && cp "$OURS" "$NEWER" "$SCRIPT" "$1/srv/life""#,
        r#"timeout 300 chroot "$1" sh /srv/life/life.sh /srv/life/ours.deb /srv/life/newer.deb || { cat "$1/srv/life/results/apt" >&2; exit 1; }"#,
        r#"cp -r "$1/srv/life/results" "$PLACE""#,
    ] {
        mmdebstrap.arg(format!("--customize-hook={hook}"));
    }
    output(mmdebstrap.args([suite.as_str(), "/dev/null"]).arg(list));
}

/// The Debian release of this machine, and its package sources.
fn sources() -> (String, String) {
    let targets = output(Command::new("apt-get").args([
        "indextargets",
        "--format",
        "$(ORIGIN) $(RELEASE) deb $(REPO_URI) $(RELEASE) $(COMPONENT)",
        "Created-By: Packages",
    ]));
    let of_debian = targets
        .lines()
        .filter_map(|line| line.strip_prefix("Debian "));
    let (suites, sources): (Vec<_>, Vec<_>) =
        of_debian.filter_map(|line| line.split_once(' ')).unzip();
    let Some(suite) = suites.first() else {
        panic!("apt knows no packages of Debian here: run apt-get update");
    };
    ((*suite).to_owned(), sources.join("\n") + "\n")
}
