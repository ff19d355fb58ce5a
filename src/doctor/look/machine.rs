use std::fs;
use std::path::{Path, PathBuf};

use crate::storage::regular;
use crate::transport::Sysfs;

/// The largest text that is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// The root of `/sys`, `/dev`, `/proc` and the other trees: of this machine, or a directory with
/// the same structure.
#[derive(Clone, Debug)]
pub struct Machine {
    root: PathBuf,
}

impl Machine {
    /// The machine with this root directory. If that is not `/`, USB is read from its sysfs only,
    /// and devices are not read.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    pub(super) fn is_this(&self) -> bool {
        self.root == Path::new("/")
    }

    /// The location of a path of the machine.
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

/// The file name of a link's target.
pub(super) fn link(path: &Path) -> Option<String> {
    let target = fs::read_link(path).ok()?;
    Some(target.file_name()?.to_string_lossy().into_owned())
}
