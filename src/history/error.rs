use std::io;
use std::path::{Path, PathBuf};

/// Why the history cannot be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The system refused.
    #[error("{path} cannot be {verb}: {source}{advice}", path = .path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What was tried: `read`, `written`.
        verb: &'static str,
        /// Why not.
        source: io::Error,
        /// What to do about it, if that is known.
        advice: &'static str,
    },
    /// Another process writes there.
    #[error(
        "another program keeps the history in {path}: stop it, or choose another directory",
        path = .path.display()
    )]
    InUse {
        /// The directory.
        path: PathBuf,
    },
    /// A file that this program did not write, or not for this device.
    #[error(
        "{path} is no history of that device and is left alone: move it away for a new one",
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
    /// The file or directory that it is about.
    pub fn path(&self) -> &Path {
        let (Self::Io { path, .. }
        | Self::InUse { path }
        | Self::Foreign { path }
        | Self::Newer { path, .. }) = self;
        path
    }

    /// What could not be written, or made.
    pub(super) fn writing(path: &Path, source: io::Error) -> Self {
        let advice = match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                "; free some space there, the next value is tried again"
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

    /// What could not be read.
    pub(super) fn reading(path: &Path, source: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            verb: "read",
            source,
            advice: "",
        }
    }
}
