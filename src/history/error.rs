use std::io;
use std::path::{Path, PathBuf};

/// Why the history cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// A system error.
    #[error("{path} cannot be {verb}: {source}{advice}", path = .path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// The failed operation: `read`, `written`.
        verb: &'static str,
        /// The system error.
        source: io::Error,
        /// The remedy, if known.
        advice: &'static str,
    },
    /// Another process holds the lock of the directory.
    #[error(
        "another program records the history in {path}: stop it, or choose another directory",
        path = .path.display()
    )]
    InUse {
        /// The directory.
        path: PathBuf,
    },
    /// A file that this program did not write, or not for this device.
    #[error(
        "{path} is not a history of that device and is left alone: move it away for a new one",
        path = .path.display()
    )]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A file of a newer version of this program.
    #[error(
        "{path} has version {version} and is left alone: update solar-status, or move it away",
        path = .path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        version: u32,
    },
}

impl HistoryError {
    /// The file or directory that could not be used.
    pub fn path(&self) -> &Path {
        let (Self::Io { path, .. }
        | Self::InUse { path }
        | Self::Foreign { path }
        | Self::Newer { path, .. }) = self;
        path
    }

    /// An error of writing or creating.
    pub(super) fn writing(path: &Path, source: io::Error) -> Self {
        let advice = match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                "; free some space there, it is retried with the next value"
            }
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "; the directory must be writable for the service"
            }
            _ => "",
        };
        Self::Io {
            path: path.to_owned(),
            verb: "written",
            source,
            advice,
        }
    }

    /// An error of reading.
    pub(super) fn reading(path: &Path, source: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            verb: "read",
            source,
            advice: "",
        }
    }
}
