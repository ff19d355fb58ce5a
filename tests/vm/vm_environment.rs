//! Where a scenario runs: on the host's files or in a fresh Debian, and with which programs.

use std::io;
use std::path::{Path, PathBuf};

use crate::boot_files::quoted;
use crate::program::Subject;
use crate::{debian, shipped};

/// One boot of the guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VmEnvironment {
    /// The host's files under a writable layer, and the programs as tests are built.
    Host,
    /// The same, and the programs as they are shipped.
    Shipped,
    /// A fresh Debian with systemd as process 1, and our package to be installed there.
    Debian,
}

impl VmEnvironment {
    /// All of them, in the order in which they are booted.
    pub(crate) const ALL: [Self; 3] = [Self::Host, Self::Shipped, Self::Debian];

    /// The folder for its files.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Shipped => "shipped",
            Self::Debian => "debian",
        }
    }

    /// What is under test there, built if need be.
    pub(crate) fn subject(self) -> io::Result<Subject> {
        match self {
            Self::Host => Ok(Subject::Programs {
                program: env!("CARGO_BIN_EXE_solar-status").into(),
                daemon: env!("CARGO_BIN_EXE_solar-statusd").into(),
            }),
            Self::Shipped => shipped::programs(),
            Self::Debian => {
                let [first, later] = shipped::packages()?.map(|it| in_debian(&it));
                Ok(Subject::Packages { first, later })
            }
        }
    }

    /// The commands by which the init goes on in the root that scenarios see, which is made if need
    /// be. The host's files are at `/host`; `test` is this executable, `place` a folder of the host for
    /// what takes long to make.
    pub(crate) fn enter(self, place: &Path, test: &Path) -> io::Result<String> {
        Ok(match self {
            Self::Host | Self::Shipped => ENTER_HOST.replace("TEST", &quoted(test)),
            Self::Debian => ENTER_DEBIAN
                .replace("ARCHIVE", &quoted(&debian::archive(place)?))
                .replace("TEST", &quoted(test)),
        })
    }
}

/// A file of the host as the guest's Debian sees it.
fn in_debian(file: &Path) -> PathBuf {
    Path::new("/host").join(file.strip_prefix("/").unwrap_or(file))
}

/// This executable becomes process 1, on the host's files with a writable layer over them.
const ENTER_HOST: &str = "\
/bin/busybox mount -t tmpfs layer /layer
/bin/busybox mkdir /layer/files /layer/work
/bin/busybox mount -t overlay -o lowerdir=/host,upperdir=/layer/files,workdir=/layer/work root /root
/bin/busybox mount --move /dev /root/dev
exec /bin/busybox switch_root /root TEST --guest >/root/dev/ttyS1 2>&1
";

/// systemd becomes process 1, in memory, and this executable one of its services. The host's files
/// are at `/host`: this executable, our package, and the modules of its kernel. There are no timers:
/// at midnight others would write files, too.
const ENTER_DEBIAN: &str = "\
/bin/busybox mount -t tmpfs -o mode=0755,size=75% root /root
/bin/busybox tar -x -f /host/ARCHIVE -C /root
/bin/busybox mkdir -p /root/host /root/usr/lib/modules
/bin/busybox mount --move /host /root/host
/bin/busybox mount --bind /root/host/lib/modules /root/usr/lib/modules
/bin/busybox ln -s /host/TEST /root/guest
/bin/busybox cat >/root/etc/systemd/system/guest.service <<'END'
[Unit]
After=multi-user.target
[Service]
ExecStart=/guest --guest
StandardOutput=file:/dev/ttyS1
StandardError=inherit
END
/bin/busybox ln -s /dev/null /root/etc/systemd/system/timers.target
/bin/busybox mkdir -p /root/etc/systemd/system/multi-user.target.wants
/bin/busybox ln -s ../guest.service /root/etc/systemd/system/multi-user.target.wants
/bin/busybox mount --move /dev /root/dev
exec /bin/busybox switch_root /root /lib/systemd/systemd
";
