//! The contents of the root file system, and its changes.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::NAME;

/// The directories where dpkg, apt and the journal keep records; changes there are expected, except
/// in files named after our package.
const BOOKS: [&str; 5] = [
    "/var/cache/apt",
    "/var/cache/debconf",
    "/var/lib/apt",
    "/var/lib/dpkg",
    "/var/log",
];

/// Every path of the root file system (not of other mounts), with its identity.
pub(super) struct Files(BTreeMap<PathBuf, Identity>);

/// What changes when a file is written, replaced or gets another owner. A folder's contents are not
/// part of its identity.
#[derive(Debug, PartialEq, Eq)]
struct Identity {
    mode: u32,
    owner: (u32, u32),
    content: Option<(u64, u64, i64, i64)>,
}

impl Files {
    /// Lists all files.
    pub(super) fn list() -> Self {
        let root = fs::symlink_metadata("/").expect("the root");
        let mut files = BTreeMap::new();
        let mut folders = vec![PathBuf::from("/")];
        while let Some(folder) = folders.pop() {
            // The folder may have just been removed.
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let path = entry.path();
                let Ok(metadata) = entry.metadata() else {
                    continue;
                };
                if metadata.dev() != root.dev() {
                    continue;
                }
                if metadata.is_dir() {
                    folders.push(path.clone());
                }
                if !is_of_books(&path) {
                    files.insert(path, Identity::of(&metadata));
                }
            }
        }
        Self(files)
    }

    /// The files that are new, gone or changed since `before`.
    pub(super) fn since(&self, before: &Self) -> Changes {
        let paths = |of: &BTreeMap<PathBuf, Identity>,
                     wanted: &dyn Fn(&PathBuf, &Identity) -> bool| {
            let paths = of.iter().filter(|(path, identity)| wanted(path, identity));
            paths.map(|(path, _)| path.display().to_string()).collect()
        };
        Changes {
            new: paths(&self.0, &|path, _| !before.0.contains_key(path)),
            gone: paths(&before.0, &|path, _| !self.0.contains_key(path)),
            changed: paths(&before.0, &|path, was| {
                self.0.get(path).is_some_and(|is| is != was)
            }),
        }
    }
}

fn is_of_books(path: &Path) -> bool {
    BOOKS.iter().any(|books| path.starts_with(books)) && !path.to_string_lossy().contains(NAME)
}

impl Identity {
    fn of(metadata: &Metadata) -> Self {
        let written = (metadata.mtime(), metadata.mtime_nsec());
        let content = (metadata.ino(), metadata.len(), written.0, written.1);
        Self {
            mode: metadata.mode(),
            owner: (metadata.uid(), metadata.gid()),
            content: (!metadata.is_dir()).then_some(content),
        }
    }
}

/// The changed paths.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Changes {
    pub(super) new: Vec<String>,
    pub(super) gone: Vec<String>,
    pub(super) changed: Vec<String>,
}
