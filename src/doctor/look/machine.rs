use std::fs;
use std::path::{Path, PathBuf};

use crate::storage::regular;
use crate::transport::Sysfs;

/// The longest text in bytes that is read.
const LONGEST: u64 = 1 << 20;

/// Where `/sys`, `/dev`, `/proc` and the rest are: this machine's, or a tree that looks like one.
#[derive(Clone, Debug)]
pub struct Machine {
    root: PathBuf,
}

impl Machine {
    /// The one whose root is there. Of another than this, USB is looked at in its sysfs only, and
    /// devices are not asked.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    pub(super) fn is_this(&self) -> bool {
        self.root == Path::new("/")
    }

    /// Where a path of the machine is.
    pub(super) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = path.as_ref();
        self.root.join(path.strip_prefix("/").unwrap_or(path))
    }

    pub(super) fn sysfs(&self) -> Sysfs {
        Sysfs::at(self.path("/sys"))
    }

    /// The text of a small file, without the end of its line.
    pub(super) fn text(&self, path: impl AsRef<Path>) -> Option<String> {
        text(&self.path(path))
    }

    /// The name of the process of this number.
    pub(super) fn process(&self, pid: u32) -> Option<String> {
        self.text(format!("/proc/{pid}/comm"))
    }
}

/// The text of a small file, without the end of its line.
pub(super) fn text(path: &Path) -> Option<String> {
    let bytes = regular::read(path, LONGEST).ok()?;
    Some(String::from_utf8_lossy(&bytes).trim_end().to_owned())
}

/// The names in a directory, sorted.
pub(super) fn names(directory: &Path) -> std::io::Result<Vec<String>> {
    let entries = fs::read_dir(directory)?;
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.collect();
    names.sort_by_key(|name| (name.len(), name.clone()));
    Ok(names)
}

/// What a link leads to, without the way there.
pub(super) fn link(path: &Path) -> Option<String> {
    let target = fs::read_link(path).ok()?;
    Some(target.file_name()?.to_string_lossy().into_owned())
}
