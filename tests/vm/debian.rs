//! A fresh Debian for the guest: what debootstrap would install and systemd, in one archive.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::boot_files::succeeded;

/// What any Debian on a desk has, and our package depends on.
const PACKAGES: &str = "systemd-sysv,udev,dbus,kmod";

/// The sources of the host's apt that are Debian's own, for the guest has the host's libc.
const SOURCES: [&str; 5] = [
    "indextargets",
    "--format=deb $(REPO_URI) $(RELEASE) $(COMPONENT)",
    "Created-By: Packages",
    "Origin: Debian",
    "Architecture: amd64",
];

/// The archive; made once, and anew when what is in there should be something else.
pub(crate) fn archive(place: &Path) -> io::Result<PathBuf> {
    let archive = place.join("debian.tar");
    let described = place.join("debian.txt");
    let sources = Command::new("apt-get").args(SOURCES).output()?;
    let sources = String::from_utf8_lossy(&sources.stdout).into_owned();
    if sources.is_empty() {
        let advice = "apt knows no package of Debian: please run `apt-get update` as root";
        return Err(io::Error::other(advice));
    }
    let description = format!("{PACKAGES}\n{sources}");
    if fs::read_to_string(&described).is_ok_and(|it| it == description) && archive.is_file() {
        return Ok(archive);
    }
    // Whatever ends this early, the next run begins anew.
    fs::write(&described, "")?;
    let mut mmdebstrap = Command::new("mmdebstrap")
        // Nothing of it needs to be on the disk before the next is unpacked.
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

/// The name of the host's release of Debian.
fn release() -> io::Result<String> {
    let text = fs::read_to_string("/etc/os-release")?;
    let name = text
        .lines()
        .find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    let name = name.ok_or_else(|| io::Error::other("/etc/os-release names no release"))?;
    Ok(name.to_owned())
}
