//! Where the cache is kept.

use std::env;
use std::path::PathBuf;

/// The file that caches what is known of devices; `None`: there is no place for it.
///
/// A service has its own directory (`CacheDirectory=` of systemd), a user that of the XDG base
/// directory specification, and root the system's.
pub(super) fn path() -> Option<PathBuf> {
    let folder = |name| {
        let folder = env::var_os(name).map(PathBuf::from);
        folder.filter(|folder| folder.is_absolute())
    };
    let own = || {
        let user = || Some(folder("HOME")?.join(".cache"));
        let base = folder("XDG_CACHE_HOME").or_else(|| {
            if rustix::process::geteuid().is_root() {
                Some(PathBuf::from("/var/cache"))
            } else {
                user()
            }
        })?;
        Some(base.join("solar-status"))
    };
    Some(folder("CACHE_DIRECTORY").or_else(own)?.join("devices.json"))
}
