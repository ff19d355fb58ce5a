use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use log::warn;

use super::error::HistoryError;
use crate::storage::regular;

/// The name of the lock file, which the writing process locks.
const NAME: &str = "lock";

/// The number of attempts if the lock file is removed while it is being locked.
const TRIES: u32 = 3;

/// The lock of a directory. The kernel releases it when the process ends.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    file: File,
}

impl Lock {
    /// The path of the lock file of a directory.
    pub(super) fn path_in(directory: &Path) -> PathBuf {
        directory.join(NAME)
    }

    /// Locks an existing directory.
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
    /// Closing the file is not sufficient: a child process just forked has it open until it calls
    /// exec.
    fn drop(&mut self) {
        if let Err(error) = self.file.unlock() {
            warn!("{} stays locked: {error}", self.path.display());
        }
    }
}
