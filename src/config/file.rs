//! Finds and reads the configuration.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::{env, io};

use super::{Configuration, Mistake, parse};
use crate::storage::regular;

/// The longest configuration, in bytes: many times what a desk needs.
const LONGEST: u64 = 1 << 20;

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path} cannot be read: {source}", path = .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file has a mistake.
    #[error("{path}:{mistake}", path = .path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        mistake: Mistake,
    },
}

/// A configuration, and the file it comes from.
#[derive(Debug)]
pub struct ConfigFile {
    /// Its content.
    pub content: Configuration,
    /// The file; `None`: there is none, and the content is the default.
    pub path: Option<PathBuf>,
}

impl ConfigFile {
    /// Reads the named file, or otherwise the first one that exists.
    pub fn read(named: Option<&Path>) -> Result<Self, ConfigError> {
        let candidates = named.map_or_else(places, |path| vec![path.to_owned()]);
        for path in candidates {
            let text = match named {
                // A pipe and /dev/null are possible.
                Some(path) => File::open(path).and_then(|it| regular::read_open_text(it, LONGEST)),
                None => regular::read_text(&path, LONGEST),
            };
            let text = match text {
                Ok(text) => text,
                Err(error) if error.kind() == io::ErrorKind::NotFound && named.is_none() => {
                    continue;
                }
                Err(source) => return Err(ConfigError::Unreadable { path, source }),
            };
            return match parse(&text) {
                Ok(content) => Ok(Self {
                    content,
                    path: Some(path),
                }),
                Err(mistake) => Err(ConfigError::Wrong { path, mistake }),
            };
        }
        Ok(Self {
            content: Configuration::default(),
            path: None,
        })
    }
}

/// The possible paths of a configuration, by the XDG Base Directory Specification: relative paths
/// are ignored.
fn places() -> Vec<PathBuf> {
    let own = folder("XDG_CONFIG_HOME").or_else(|| Some(folder("HOME")?.join(".config")));
    let system = env::var_os("XDG_CONFIG_DIRS").filter(|dirs| !dirs.is_empty());
    let system = system.unwrap_or_else(|| "/etc/xdg".into());
    let system = env::split_paths(&system).filter(|path| path.is_absolute());
    let folders = own.into_iter().chain(system);
    folders
        .map(|it| it.join("solar-status/config.toml"))
        .collect()
}

/// Returns a directory from the environment; relative paths are ignored.
pub fn folder(name: &str) -> Option<PathBuf> {
    let folder = env::var_os(name).map(PathBuf::from);
    folder.filter(|folder| folder.is_absolute())
}
