//! Finds and reads the configuration.

use std::path::{Path, PathBuf};
use std::{env, io};

use crate::alerts::{Mistake, Settings, parse};
use crate::storage::regular;

/// The longest configuration, in bytes: many times what a desk needs.
const LONGEST: u64 = 1 << 20;

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConfigError {
    #[error("{path} cannot be read: {source}", path = .path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{path}:{mistake}", path = .path.display())]
    Wrong { path: PathBuf, mistake: Mistake },
}

/// The settings, and the file they come from; `None`: there is no file, and they are the defaults.
pub(super) struct Configuration {
    pub(super) settings: Settings,
    pub(super) file: Option<PathBuf>,
}

impl Configuration {
    /// Reads the named file, or otherwise the first one that exists.
    pub(super) fn read(named: Option<&Path>) -> Result<Self, ConfigError> {
        let candidates = named.map_or_else(places, |path| vec![path.to_owned()]);
        for path in candidates {
            let text = match regular::read_text(&path, LONGEST) {
                Ok(text) => text,
                Err(error) if error.kind() == io::ErrorKind::NotFound && named.is_none() => {
                    continue;
                }
                Err(source) => return Err(ConfigError::Unreadable { path, source }),
            };
            return match parse(&text) {
                Ok(settings) => Ok(Self {
                    settings,
                    file: Some(path),
                }),
                Err(mistake) => Err(ConfigError::Wrong { path, mistake }),
            };
        }
        Ok(Self {
            settings: Settings::default(),
            file: None,
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

/// Returns a directory from the environment.
pub(super) fn folder(name: &str) -> Option<PathBuf> {
    let folder = env::var_os(name).map(PathBuf::from);
    folder.filter(|folder| folder.is_absolute())
}
