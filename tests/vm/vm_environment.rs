//! The environments of scenarios: the host's files or a fresh Debian, and which programs.

use std::io;
use std::path::{Path, PathBuf};

use crate::boot_files::quoted;
use crate::program::Subject;
use crate::{debian, shipped};

/// One boot of the guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum VmEnvironment {
    /// The host's files below a writable layer, and the programs as built for tests.
    Host,
    /// The same with the programs as shipped.
    Shipped,
    /// A fresh Debian with systemd as process 1, in which our package can be installed.
    Debian,
}

impl VmEnvironment {
    /// All environments, in the order in which they are booted.
    pub(crate) const ALL: [Self; 3] = [Self::Host, Self::Shipped, Self::Debian];

    /// The folder for its files.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Shipped => "shipped",
            Self::Debian => "debian",
        }
    }

    /// The programs or packages under test, built if necessary.
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

    /// The commands with which the init continues in the root of the scenarios; creates that root
    /// if necessary. The host's files are at `/host`; `test` is this executable, `place` a folder
    /// of the host for files that take long to create.
    pub(crate) fn enter(self, place: &Path, test: &Path) -> io::Result<String> {
        Ok(match self {
            Self::Host | Self::Shipped => ENTER_HOST.replace("TEST", &quoted(test)),
            Self::Debian => ENTER_DEBIAN
                .replace("ARCHIVE", &quoted(&debian::archive(place)?))
                .replace("TEST", &quoted(test)),
        })
    }
}

/// The path of a host file in the guest's Debian.
fn in_debian(file: &Path) -> PathBuf {
    Path::new("/host").join(file.strip_prefix("/").unwrap_or(file))
}

/// Runs this executable as process 1, on the host's files with a writable layer.
const ENTER_HOST: &str = "\
/bin/busybox mount -t tmpfs layer /layer
/bin/busybox mkdir /layer/files /layer/work
/bin/busybox mount -t overlay -o lowerdir=/host,upperdir=/layer/files,workdir=/layer/work root /root
/bin/busybox mount --move /dev /root/dev
exec /bin/busybox switch_root /root TEST --guest >/root/dev/ttyS1 2>&1
";

/// Runs systemd as process 1, in memory, and this executable as a service. The host's files are at
/// `/host`: this executable, our package, and the kernel's modules. Timers are disabled, because at
/// midnight they would write files.
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
