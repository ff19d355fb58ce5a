//! A fresh Debian for the guest in one archive: the packages of a minimal system, and systemd.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::boot_files::succeeded;

/// The packages that every Debian desktop has and our package depends on.
const PACKAGES: &str = "systemd-sysv,udev,dbus,kmod";

/// Selects the official Debian sources of the host's apt, because the guest uses the host's libc.
const SOURCES: [&str; 5] = [
    "indextargets",
    "--format=deb $(REPO_URI) $(RELEASE) $(COMPONENT)",
    "Created-By: Packages",
    "Origin: Debian",
    "Architecture: amd64",
];

/// Returns the archive; it is built once, and again if its description changes.
pub(crate) fn archive(place: &Path) -> io::Result<PathBuf> {
    let archive = place.join("debian.tar");
    let described = place.join("debian.txt");
    let sources = Command::new("apt-get").args(SOURCES).output()?;
    let sources = String::from_utf8_lossy(&sources.stdout).into_owned();
    if sources.is_empty() {
        let advice = "apt has no list of Debian's packages: please run `apt-get update` as root";
        return Err(io::Error::other(advice));
    }
    let description = format!("{PACKAGES}\n{sources}");
    if fs::read_to_string(&described).is_ok_and(|it| it == description) && archive.is_file() {
        return Ok(archive);
    }
    // If the build is interrupted, the next run starts again.
    fs::write(&described, "")?;
    let mut mmdebstrap = Command::new("mmdebstrap")
        // Nothing must be synced to disk while unpacking.
        .args(["--quiet", "--variant=apt", "--dpkgopt=force-unsafe-io"])
        .arg(format!("--include={PACKAGES}"))
        .arg(release()?)
        .arg(&archive)
        .arg("-")
        .stdin(Stdio::piped())
        .spawn()?;
    let mut stdin = mmdebstrap.stdin.take().ok_or(io::ErrorKind::BrokenPipe)?;
    stdin.write_all(sources.as_bytes())?;
    drop(stdin);
    succeeded("mmdebstrap", mmdebstrap.wait()?)?;
    fs::write(&described, description)?;
    Ok(archive)
}

/// The codename of the host's Debian release.
fn release() -> io::Result<String> {
    let text = fs::read_to_string("/etc/os-release")?;
    let name = text
        .lines()
        .find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    let name = name.ok_or_else(|| io::Error::other("/etc/os-release names no release"))?;
    Ok(name.to_owned())
}
