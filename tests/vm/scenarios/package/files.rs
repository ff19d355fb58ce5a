//! What lies in the root file system, and how it differs from what lay there before.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::NAME;

/// Where dpkg, apt and the journal keep their own books: to remember is their task, but not in files
/// named after our package.
const BOOKS: [&str; 5] = [
    "/var/cache/apt",
    "/var/cache/debconf",
    "/var/lib/apt",
    "/var/lib/dpkg",
    "/var/log",
];

/// Every path of the root file system, but not of others mounted there, with what identifies it.
pub(super) struct Files(BTreeMap<PathBuf, Identity>);

/// What cannot stay the same when a file is written, replaced or given away. Folders of which
/// something came and went are the same.
#[derive(Debug, PartialEq, Eq)]
struct Identity {
    mode: u32,
    owner: (u32, u32),
    content: Option<(u64, u64, i64, i64)>,
}

impl Files {
    /// Looks at all.
    pub(super) fn list() -> Self {
        let root = fs::symlink_metadata("/").expect("the root");
        let mut files = BTreeMap::new();
        let mut folders = vec![PathBuf::from("/")];
        while let Some(folder) = folders.pop() {
            // It may go just now.
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

    /// What is there and was not before, what is no longer there, and what is another now.
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

/// A difference, in paths.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Changes {
    pub(super) new: Vec<String>,
    pub(super) gone: Vec<String>,
    pub(super) changed: Vec<String>,
}
