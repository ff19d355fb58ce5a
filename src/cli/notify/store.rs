//! The file in which shown alerts are stored.

use std::io;
use std::path::{Path, PathBuf};

use log::{info, warn};
use serde::{Deserialize, Serialize};

use crate::alerts::Memory;
use crate::config::folder;
use crate::storage::{regular, replace};

/// The version of the file's format.
const SCHEMA: u32 = 1;

/// The longest accepted file, in bytes: this program writes none that long.
const LONGEST: u64 = 4 << 20;

/// The file and its content.
#[derive(Debug)]
pub(super) struct Store {
    /// `None`: there is no place for it, or nothing is to be stored.
    path: Option<PathBuf>,
    saved: Memory,
}

#[derive(Debug, Deserialize, Serialize)]
struct File<M> {
    schema: u32,
    devices: M,
}

/// The part of the format shared by all versions.
#[derive(Deserialize)]
struct Version {
    schema: u32,
}

/// Why a file is not used and not replaced.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error("schema {0} is that of a newer version: update solar-status, or move the file away")]
    Newer(u32),
    #[error(transparent)]
    NotRegular(#[from] io::Error),
}

impl Store {
    /// Opens `$XDG_STATE_HOME/solar-status/alerts.json`, or the same below `~/.local/state`.
    pub(super) fn open() -> Self {
        let own = || Some(folder("HOME")?.join(".local/state"));
        let base = folder("XDG_STATE_HOME").or_else(own);
        base.map_or_else(Self::nowhere, |base| {
            Self::at(base.join("solar-status/alerts.json"))
        })
    }

    /// Opens a file. A missing or damaged one counts as empty and is written; one of a newer
    /// version, or one that is not a regular file, is left alone.
    fn at(path: PathBuf) -> Self {
        match read(&path) {
            Ok(saved) => Self {
                path: Some(path),
                saved: saved.unwrap_or_default(),
            },
            Err(error) => {
                warn!("{}: {error}; shown alerts are not stored", path.display());
                Self::nowhere()
            }
        }
    }

    /// A store without a file.
    pub(super) fn nowhere() -> Self {
        Self {
            path: None,
            saved: Memory::default(),
        }
    }

    /// Makes it never write its file.
    pub(super) fn read_only(self) -> Self {
        Self { path: None, ..self }
    }

    /// Returns the stored alerts.
    pub(super) fn memory(&self) -> Memory {
        self.saved.clone()
    }

    /// Stores this, if it changed. The file is replaced atomically.
    pub(super) fn save(&mut self, memory: &Memory) {
        let Some(path) = self.path.as_deref().filter(|_| *memory != self.saved) else {
            return;
        };
        match write(path, memory) {
            Ok(()) => self.saved = memory.clone(),
            // Showing an alert twice is better than not at all.
            Err(error) => warn!("{} cannot be written: {error}", path.display()),
        }
    }
}

/// Reads a file; `None`: missing or damaged. An error means that it must not be replaced.
fn read(path: &Path) -> Result<Option<Memory>, Unusable> {
    let text = match regular::read(path, LONGEST) {
        Ok(text) => text,
        Err(error) if regular::is_not_regular(&error) => return Err(error.into()),
        Err(error) => {
            if error.kind() != io::ErrorKind::NotFound {
                info!("{} cannot be read: {error}", path.display());
            }
            return Ok(None);
        }
    };
    if let Ok(Version { schema }) = serde_json::from_slice(&text)
        && schema > SCHEMA
    {
        return Err(Unusable::Newer(schema));
    }
    match serde_json::from_slice(&text) {
        Ok(File { schema, devices }) if schema == SCHEMA => Ok(Some(devices)),
        Ok(File { schema, .. }) => {
            info!("{} has the unknown schema {schema}", path.display());
            Ok(None)
        }
        Err(error) => {
            info!("{} is damaged and not used: {error}", path.display());
            Ok(None)
        }
    }
}

fn write(path: &Path, devices: &Memory) -> io::Result<()> {
    let schema = SCHEMA;
    let mut text = serde_json::to_vec(&File { schema, devices })?;
    text.push(b'\n');
    replace(path, &text)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::FileTypeExt;

    use rustix::fs::{CWD, FileType, Mode, makedev, mknodat};

    use super::*;

    fn stored() -> Memory {
        serde_json::from_str(r#"{"A":{"heard":{"secs":0,"nanos":0},"told":{}}}"#).unwrap()
    }

    #[test]
    fn a_truncated_file_counts_as_empty_and_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alerts.json");
        for torn in ["", "{", r#"{"schema":1,"devices":{"A":{"#] {
            fs::write(&path, torn).unwrap();
            assert_eq!(read(&path).unwrap(), None, "{torn}");
            Store::at(path.clone()).save(&stored());
            assert_eq!(read(&path).unwrap(), Some(stored()));
        }
    }

    #[test]
    fn a_file_of_a_newer_version_and_a_fifo_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alerts.json");
        let newer = r#"{"schema":2,"devices":[]}"#;
        fs::write(&path, newer).unwrap();
        Store::at(path.clone()).save(&stored());
        assert_eq!(fs::read_to_string(&path).unwrap(), newer);
        fs::remove_file(&path).unwrap();
        mknodat(CWD, &path, FileType::Fifo, Mode::RWXU, makedev(0, 0)).unwrap();
        Store::at(path.clone()).save(&stored());
        assert!(fs::metadata(&path).unwrap().file_type().is_fifo());
    }

    #[test]
    fn stored_alerts_are_not_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alerts.json");
        let mut store = Store {
            path: Some(path.clone()),
            saved: Memory::default(),
        };
        store.save(&stored());
        fs::remove_file(&path).unwrap();
        store.save(&stored());
        assert!(!path.exists());
    }
}
