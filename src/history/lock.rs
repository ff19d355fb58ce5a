use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use log::warn;

use super::error::HistoryError;
use crate::storage::regular;

/// Held by the process that writes.
const NAME: &str = "lock";

/// How often the lock file is opened again if it was removed while it was being locked.
const TRIES: u32 = 3;

/// The lock of a directory. It ends with the process, however that ends.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    file: File,
}

impl Lock {
    /// Where the lock of a directory is.
    pub(super) fn path_in(directory: &Path) -> PathBuf {
        directory.join(NAME)
    }

    /// Locks a directory that is there.
    pub(super) fn take(directory: &Path) -> Result<Self, HistoryError> {
        let path = Self::path_in(directory);
        let writing = |source| HistoryError::writing(&path, source);
        for _ in 0..TRIES {
            let file = regular::open_to_append(&path).map_err(writing)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => break,
                Err(TryLockError::Error(source)) => return Err(writing(source)),
            }
            let path = path.clone();
            let lock = Self { path, file };
            if lock.is_in_place()? {
                return Ok(lock);
            }
        }
        Err(HistoryError::InUse {
            path: directory.to_owned(),
        })
    }

    /// Whether the locked file is still the one on the disk. The lock of a deleted file protects
    /// nothing: another process creates and locks a new one.
    pub(super) fn is_in_place(&self) -> Result<bool, HistoryError> {
        let compare = || {
            let (ours, there) = (self.file.metadata()?, fs::symlink_metadata(&self.path)?);
            Ok((ours.dev(), ours.ino()) == (there.dev(), there.ino()))
        };
        match compare() {
            Err(error) if is_missing(&error) => Ok(false),
            compared => compared.map_err(|source| HistoryError::writing(&self.path, source)),
        }
    }
}

fn is_missing(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

impl Drop for Lock {
    /// Closing the file is not enough: a child process just forked has it open until it executes.
    fn drop(&mut self) {
        if let Err(error) = self.file.unlock() {
            warn!("{} stays locked: {error}", self.path.display());
        }
    }
}
