//! Reads and writes the cache file, and decides whether a file is used, left alone or set aside.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use log::warn;

use super::document::{self, Contents, Newer};
use super::entry::Entry;
use crate::storage::{regular, replace, replace_damaged};

/// The size limit in bytes; no file of this program is longer.
const LONGEST: u64 = 4 << 20;

/// Why the cache is not saved.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// The file cannot be written.
    #[error("{path} cannot be written: {source}", path = .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file cannot be read, and is left alone.
    #[error("{path} cannot be read and is left alone: {source}", path = .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file is of a newer version of this program.
    #[error(
        "{path} has schema {schema} of a newer version and is left alone, so nothing is \
         remembered: update solar-status, or move it away",
        path = .path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        schema: u32,
    },
}

/// What was found at the file's path.
pub(super) enum Found {
    Nothing,
    Document(Contents),
}

/// Reads a file. After an error it is left alone.
pub(super) fn find(path: &Path) -> Result<Found, MemoryError> {
    let text = match regular::read(path, LONGEST) {
        Ok(text) => text,
        Err(error) => {
            return match error.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Ok(Found::Nothing),
                io::ErrorKind::PermissionDenied | io::ErrorKind::FileTooLarge => {
                    Ok(Found::Document(Contents {
                        damage: Some(format!("it cannot be read: {error}")),
                        ..Contents::default()
                    }))
                }
                // Not a regular file, or a system error while the file may be intact.
                _ => Err(MemoryError::Read {
                    path: path.to_owned(),
                    source: error,
                }),
            };
        }
    };
    let contents = document::parse(&text).map_err(|Newer(schema)| MemoryError::Newer {
        path: path.to_owned(),
        schema,
    })?;
    Ok(Found::Document(contents))
}

/// Writes a file; a damaged one is renamed first, not overwritten.
pub(super) fn write(
    path: &Path,
    devices: &BTreeMap<String, Entry>,
    damage: Option<String>,
) -> io::Result<()> {
    let text = document::write(devices)?;
    let Some(damage) = damage else {
        return replace(path, text.as_bytes());
    };
    let kept = replace_damaged(path, text.as_bytes())?;
    warn!(
        "{} was damaged ({damage}): it is kept as {}",
        path.display(),
        kept.display()
    );
    Ok(())
}
