//! A bus of its own for a test, run by dbus-daemon or by dbus-broker.

use std::fmt::{self, Write as _};
use std::fs::{self, Permissions};
use std::io::{self, BufRead, BufReader, Read};
use std::net::Shutdown;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread;

use rustix::process::getuid;
use tempfile::TempDir;

/// The rules of a system bus that precede the policy of any service.
pub(crate) const SYSTEM: &str = r#"
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus"/>
  </policy>
"#;

/// Every user may do everything.
pub(crate) const OPEN: &str = r#"
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
  </policy>
"#;

/// Starts dbus-broker without systemd, in a mount namespace: it requires the journal's socket, and
/// gets one of the test. For its calls to systemd it connects to itself.
const LAUNCH: &str = r#"
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/journal
touch /run/systemd/journal/socket
mount --bind "$1/journal" /run/systemd/journal/socket
exec systemd-socket-activate --listen="$1/bus" \
    --setenv=DBUS_SYSTEM_BUS_ADDRESS="unix:path=$1/bus" \
    dbus-broker-launch --scope=system --config-file="$1/bus.conf"
"#;

/// The programs that run a system bus: Debian, Arch and others use the first by default, Fedora and
/// others the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broker {
    DbusDaemon,
    DbusBroker,
}

pub(crate) const BROKERS: [Broker; 2] = [Broker::DbusDaemon, Broker::DbusBroker];

/// A running bus, which every user can connect to; it ends when dropped.
pub(crate) struct Bus {
    broker: Broker,
    process: Child,
    socket: PathBuf,
    address: String,
    journal: Journal,
    folder: TempDir,
}

impl Bus {
    /// Starts it with these elements of its configuration, followed by these files, as those of
    /// `system.d`.
    pub(crate) fn start(broker: Broker, elements: &str, files: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path();
        fs::set_permissions(place, Permissions::from_mode(0o755)).unwrap();
        let mut included = String::new();
        for (number, text) in files.iter().enumerate() {
            let file = place.join(format!("{number}.conf"));
            fs::write(&file, text).unwrap();
            write!(included, "<include>{}</include>", file.display()).unwrap();
        }
        let socket = place.join("bus");
        let address = format!("unix:path={}", socket.display());
        let config = format!(
            "<busconfig><type>system</type><auth>EXTERNAL</auth><listen>{address}</listen>\
             {elements}{included}</busconfig>"
        );
        fs::write(place.join("bus.conf"), config).unwrap();
        let journal = Journal::new(&place.join("journal"));

        let (mut command, package) = broker.command(place);
        command.stdin(Stdio::null()).stderr(Stdio::piped());
        let mut process = command.spawn().unwrap_or_else(|error| {
            panic!("{command:?}: {error}; the package {package} has it (tests/setup.sh)")
        });
        let mut stderr = BufReader::new(process.stderr.take().unwrap());
        broker.wait_until_it_listens(&mut process, &mut stderr);
        // The program blocks once the pipe is full.
        thread::spawn(move || io::copy(&mut stderr, &mut io::sink()));
        fs::set_permissions(&socket, Permissions::from_mode(0o666)).unwrap();
        Self {
            broker,
            process,
            socket,
            address,
            journal,
            folder,
        }
    }

    pub(crate) fn socket(&self) -> &Path {
        &self.socket
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// A folder that every user can read.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl fmt::Display for Bus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.broker)
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
        drop(self.journal.0.shutdown(Shutdown::Both));
    }
}

/// The log of dbus-broker, which blocks if it is not read.
struct Journal(UnixDatagram);

impl Journal {
    fn new(path: &Path) -> Self {
        let socket = UnixDatagram::bind(path).unwrap();
        let reader = socket.try_clone().unwrap();
        thread::spawn(move || while matches!(reader.recv(&mut [0; 256]), Ok(1..)) {});
        Self(socket)
    }
}

impl Broker {
    /// How to start it in a folder, and the package of the program.
    fn command(self, folder: &Path) -> (Command, &'static str) {
        match self {
            Self::DbusDaemon => {
                let mut command = Command::new("dbus-daemon");
                command
                    .args(["--nofork", "--nopidfile", "--print-address"])
                    .arg("--config-file")
                    .arg(folder.join("bus.conf"))
                    .stdout(Stdio::piped());
                (command, "dbus-daemon")
            }
            Self::DbusBroker => {
                let mut command = Command::new("unshare");
                // In a user namespace all users look alike to the broker; root does not need one.
                if !getuid().is_root() {
                    command.args(["--map-current-user", "--keep-caps"]);
                }
                command
                    .args(["--mount", "sh", "-euc", LAUNCH, "sh"])
                    .arg(folder)
                    .stdout(Stdio::null());
                (command, "util-linux")
            }
        }
    }

    fn wait_until_it_listens(self, process: &mut Child, stderr: &mut BufReader<ChildStderr>) {
        let mut line = String::new();
        let listens = match self {
            Self::DbusDaemon => {
                let mut stdout = BufReader::new(process.stdout.take().unwrap());
                stdout.read_line(&mut line).unwrap();
                !line.is_empty()
            }
            Self::DbusBroker => {
                stderr.read_line(&mut line).unwrap();
                line.starts_with("Listening on ")
            }
        };
        if !listens {
            stderr.read_to_string(&mut line).unwrap();
            panic!("{self:?} (packages dbus-daemon, dbus-broker, systemd): {line}");
        }
    }
}
