//! Examines files: the installed udev rules, the cache, the histories.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::machine::{Machine, names, text};
use crate::history;
use crate::storage::regular;
use hidpp_proto::units::Timestamp;

/// The largest cache that is read, in bytes: larger ones are never written.
const LONGEST: u64 = 4 << 20;

/// The directories of udev rules; the first file of a name counts.
const RULES: [&str; 5] = [
    "/etc/udev/rules.d",
    "/run/udev/rules.d",
    "/usr/local/lib/udev/rules.d",
    "/usr/lib/udev/rules.d",
    "/lib/udev/rules.d",
];
/// The directories of D-Bus policies.
const POLICIES: [&str; 3] = [
    "/etc/dbus-1/system.d",
    "/usr/local/share/dbus-1/system.d",
    "/usr/share/dbus-1/system.d",
];
/// The directories of systemd units.
const UNITS: [&str; 5] = [
    "/etc/systemd/system",
    "/run/systemd/system",
    "/usr/local/lib/systemd/system",
    "/usr/lib/systemd/system",
    "/lib/systemd/system",
];

/// A file that this version ships: its name and contents.
type Shipped = (&'static str, &'static str);
const USER_RULE: Shipped = (
    "70-solar-status-uaccess.rules",
    include_str!("../../../udev/70-solar-status-uaccess.rules"),
);
const DAEMON_RULE: Shipped = (
    "71-solar-statusd.rules",
    include_str!("../../../udev/71-solar-statusd.rules"),
);
const POLICY: Shipped = (
    "org.solarstatus.Monitor1.conf",
    include_str!("../../../packaging/dbus/org.solarstatus.Monitor1.conf"),
);
const UNIT: Shipped = (
    "solar-statusd.service",
    include_str!("../../../packaging/systemd/solar-statusd.service"),
);

/// The places of the user's and the system's files, on the examined machine.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// The cache of what is known about devices.
    pub cache: Option<PathBuf>,
    /// The daemon's histories.
    pub history: PathBuf,
}

/// The state of the files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    /// The udev rule for the logged-in user.
    pub user_rule: Installed,
    /// That for the daemon.
    pub daemon_rule: Installed,
    /// The daemon's D-Bus policy.
    pub policy: Installed,
    /// The daemon's unit.
    pub unit: Installed,
    /// The cache of what is known about devices.
    pub cache: Kept,
    /// The histories.
    pub history: Kept,
    /// The ids of all devices in cache and histories, including damaged ones.
    pub ids: BTreeSet<String>,
}

/// A file that is shipped and may be installed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Installed {
    /// It is not installed.
    #[default]
    No,
    /// It is installed as this version ships it.
    Same(PathBuf),
    /// It is installed and differs: from another version, or changed.
    Differs(PathBuf),
    /// It is masked: an empty file or a link to `/dev/null` of that name disables it.
    Masked(PathBuf),
}

impl Installed {
    /// Whether it is installed and takes effect.
    pub const fn acts(&self) -> bool {
        matches!(self, Self::Same(_) | Self::Differs(_))
    }
}

/// A file or directory that the program writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Kept {
    /// It does not exist.
    #[default]
    Nothing,
    /// It can be read and contains this number of devices.
    Whole(PathBuf, usize),
    /// It cannot be read by this user.
    Denied(PathBuf),
    /// It is damaged or cannot be read, for this reason.
    Damaged(PathBuf, String),
}

pub(super) fn look(machine: &Machine, places: &Places) -> Files {
    Files {
        user_rule: installed(machine, &RULES, USER_RULE),
        daemon_rule: installed(machine, &RULES, DAEMON_RULE),
        policy: installed(machine, &POLICIES, POLICY),
        unit: installed(machine, &UNITS, UNIT),
        cache: places.cache.as_deref().map_or(Kept::Nothing, cache),
        history: histories(&places.history),
        ids: ids(places),
    }
}

/// The ids in the cache, and in the names of histories.
fn ids(places: &Places) -> BTreeSet<String> {
    let cache = places
        .cache
        .as_ref()
        .and_then(|it| regular::read(it, LONGEST).ok());
    let cache = cache.and_then(|it| serde_json::from_slice::<Value>(&it).ok());
    let remembered = cache.as_ref().and_then(|it| it.get("devices")?.as_object());
    let remembered = remembered.into_iter().flat_map(|it| it.keys().cloned());
    let files = names(&places.history).unwrap_or_default();
    let files = files.iter().filter(|name| is_history(name));
    let histories =
        files.filter_map(|name| Some(Path::new(name).file_stem()?.to_str()?.to_owned()));
    remembered.chain(histories).collect()
}

fn is_history(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|it| it == "jsonl")
}

fn installed(machine: &Machine, folders: &[&str], (name, shipped): Shipped) -> Installed {
    for folder in folders {
        let path = Path::new(folder).join(name);
        // The target `/dev/null` of a link is compared as it is, not resolved on the examined
        // machine.
        let target = fs::read_link(machine.path(&path)).ok();
        if target.is_some_and(|it| it == Path::new("/dev/null")) {
            return Installed::Masked(path);
        }
        match text(&machine.path(&path)) {
            None => {}
            Some(text) if text.is_empty() => return Installed::Masked(path),
            Some(text) if at_usual_prefix(&text) == shipped.trim_end() => {
                return Installed::Same(path);
            }
            Some(_) => return Installed::Differs(path),
        }
    }
    Installed::No
}

/// The text of an installed file as it is shipped: `packaging/install --prefix /usr/local` changes
/// the path of the program.
fn at_usual_prefix(text: &str) -> String {
    text.replace("/usr/local/bin/", "/usr/bin/")
}

/// The state of the cache: JSON with a table of devices.
fn cache(path: &Path) -> Kept {
    let damaged = |why: String| Kept::Damaged(path.to_owned(), why);
    let text = match regular::read_text(path, LONGEST) {
        Ok(text) => text,
        Err(error) => return unreadable(path, &error),
    };
    match serde_json::from_str::<Value>(&text) {
        Ok(value) => match value.get("devices").and_then(Value::as_object) {
            Some(devices) => Kept::Whole(path.to_owned(), devices.len()),
            None => damaged("it has no table of devices".to_owned()),
        },
        Err(error) => damaged(error.to_string()),
    }
}

fn histories(folder: &Path) -> Kept {
    let files = match names(folder) {
        Ok(files) => files,
        Err(error) => return unreadable(folder, &error),
    };
    let files = files.iter().filter(|name| is_history(name)).count();
    let devices = match history::devices(folder) {
        Ok(devices) => devices,
        Err(error) => return Kept::Damaged(folder.to_owned(), error.to_string()),
    };
    // The name of the file contains the device's serial number, which must not be shown.
    let read = |device: &&String| history::read(folder, device, Timestamp::START).is_ok();
    let unread = devices.iter().filter(|it| !read(it)).count();
    if unread > 0 {
        let why = format!("{unread} of {files} files cannot be read");
        return Kept::Damaged(folder.to_owned(), why);
    }
    match files.saturating_sub(devices.len()) {
        0 if files == 0 => Kept::Nothing,
        0 => Kept::Whole(folder.to_owned(), devices.len()),
        strange => Kept::Damaged(
            folder.to_owned(),
            format!("{strange} of {files} files are not histories of this version"),
        ),
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Kept {
    match error.kind() {
        io::ErrorKind::NotFound => Kept::Nothing,
        io::ErrorKind::PermissionDenied => Kept::Denied(path.to_owned()),
        _ => Kept::Damaged(path.to_owned(), error.to_string()),
    }
}
