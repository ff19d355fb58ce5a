//! Where it is kept what was told.

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use log::{info, warn};
use serde::{Deserialize, Serialize};

use super::config::folder;
use crate::alerts::Memory;

/// The version of the file's format.
const SCHEMA: u32 = 1;

/// A longer file is none of ours.
const LONGEST: u64 = 4 << 20;

/// The file, and what stands in it.
#[derive(Debug)]
pub(super) struct Store {
    /// `None`: there is no place for it, or nothing is to be kept.
    path: Option<PathBuf>,
    saved: Memory,
}

#[derive(Debug, Deserialize, Serialize)]
struct File<M> {
    schema: u32,
    devices: M,
}

impl Store {
    /// `$XDG_STATE_HOME/solar-status/alerts.json`, or below `~/.local/state`. A file that is missing,
    /// torn, or of another version holds nothing.
    pub(super) fn open() -> Self {
        let own = || Some(folder("HOME")?.join(".local/state"));
        let base = folder("XDG_STATE_HOME").or_else(own);
        let path = base.map(|base| base.join("solar-status/alerts.json"));
        let saved = path.as_deref().and_then(read).unwrap_or_default();
        Self { path, saved }
    }

    /// One that keeps nothing.
    pub(super) fn nowhere() -> Self {
        Self {
            path: None,
            saved: Memory::default(),
        }
    }

    /// One that is never written.
    pub(super) fn read_only(self) -> Self {
        Self { path: None, ..self }
    }

    /// What was kept.
    pub(super) fn memory(&self) -> Memory {
        self.saved.clone()
    }

    /// Keeps this, if it is different. The file is there as a whole at any time, old or new.
    pub(super) fn save(&mut self, memory: &Memory) {
        let Some(path) = self.path.as_deref().filter(|_| *memory != self.saved) else {
            return;
        };
        match write(path, memory) {
            Ok(()) => self.saved = memory.clone(),
            // Then something may be told twice, which is better than not at all.
            Err(error) => warn!("{} cannot be written: {error}", path.display()),
        }
    }
}

fn read(path: &Path) -> Option<Memory> {
    let mut text = Vec::new();
    let taken = fs::File::open(path).and_then(|file| file.take(LONGEST).read_to_end(&mut text));
    match taken {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => {
            info!("{} cannot be read: {error}", path.display());
            return None;
        }
    }
    match serde_json::from_slice(&text) {
        Ok(File { schema, devices }) if schema == SCHEMA => Some(devices),
        Ok(File { schema, .. }) => {
            info!("{} is of another version: {schema}", path.display());
            None
        }
        Err(error) => {
            info!("{} is damaged and not used: {error}", path.display());
            None
        }
    }
}

fn write(path: &Path, devices: &Memory) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    let mut temporary = tempfile::Builder::new()
        .prefix(".alerts-")
        .tempfile_in(folder)?;
    let schema = SCHEMA;
    serde_json::to_writer(&mut temporary, &File { schema, devices })?;
    temporary.write_all(b"\n")?;
    temporary.as_file().sync_all()?;
    temporary.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_file_holds_nothing_and_is_written_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alerts.json");
        for torn in [
            "",
            "{",
            r#"{"schema":1,"devices":{"A":{"#,
            r#"{"schema":9,"devices":{}}"#,
        ] {
            fs::write(&path, torn).unwrap();
            assert_eq!(read(&path), None, "{torn}");
        }
        write(&path, &Memory::default()).unwrap();
        assert_eq!(read(&path), Some(Memory::default()));
    }

    #[test]
    fn what_is_kept_already_is_not_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("alerts.json");
        let mut store = Store {
            path: Some(path.clone()),
            saved: Memory::default(),
        };
        let memory =
            serde_json::from_str(r#"{"A":{"heard":{"secs":0,"nanos":0},"told":{}}}"#).unwrap();
        store.save(&memory);
        fs::remove_file(&path).unwrap();
        store.save(&memory);
        assert!(!path.exists());
    }
}
