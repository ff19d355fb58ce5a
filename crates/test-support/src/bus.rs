//! A private bus for a test, run by dbus-daemon or dbus-broker.

use std::fmt::{self, Write as _};
use std::fs::{self, Permissions};
use std::io::{self, BufRead, BufReader, Read};
use std::net::Shutdown;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{ChildStderr, Command, Stdio};
use std::thread;

use rustix::process::getuid;
use tempfile::TempDir;
use zbus::connection::Builder;
use zbus::fdo::DBusProxy;
use zbus::names::BusName;
use zbus::{Connection, block_on};

use crate::process::Process;
use crate::wait::until;

/// The rules of a system bus that precede the policy of any service.
pub const SYSTEM: &str = r#"
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
pub const OPEN: &str = r#"
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
  </policy>
"#;

/// Starts dbus-broker without systemd, in a mount namespace: it requires the journal's socket and
/// gets one made by the test. For its calls to systemd it connects to itself.
const LAUNCH: &str = r#"
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/journal
touch /run/systemd/journal/socket
mount --bind "$1/journal" /run/systemd/journal/socket
exec systemd-socket-activate --listen="$1/bus" \
    --setenv=DBUS_SYSTEM_BUS_ADDRESS="unix:path=$1/bus" \
    dbus-broker-launch --scope=system --config-file="$1/bus.conf"
"#;

/// The implementations of a system bus. Debian and Arch use dbus-daemon by default, Fedora
/// dbus-broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broker {
    /// The reference implementation.
    DbusDaemon,
    /// The implementation for systemd.
    DbusBroker,
}

/// Both of them.
pub const BROKERS: [Broker; 2] = [Broker::DbusDaemon, Broker::DbusBroker];

/// An address without a bus.
pub const NOWHERE: &str = "unix:path=/nonexistent/bus";

/// A running bus that every user can connect to; dropping it ends the bus.
pub struct Bus {
    broker: Broker,
    process: Process,
    socket: PathBuf,
    address: String,
    _journal: Journal,
    folder: TempDir,
}

impl Bus {
    /// A dbus-daemon with the policy [`OPEN`].
    pub fn open() -> Self {
        Self::start(Broker::DbusDaemon, OPEN, &[])
    }

    /// Starts a bus with these elements in its configuration, and then these files, included like
    /// those of `system.d`.
    pub fn start(broker: Broker, elements: &str, files: &[&str]) -> Self {
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
        Self {
            broker,
            process: broker.run(place),
            socket,
            address,
            _journal: journal,
            folder,
        }
    }

    /// Kills the bus. Its socket remains and refuses connections.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Kills the bus and removes its socket.
    pub fn remove(&mut self) {
        self.kill();
        fs::remove_file(&self.socket).unwrap();
    }

    /// Restarts the bus at the same address, with another GUID.
    pub fn start_again(&mut self) {
        self.kill();
        self.process = self.broker.run(self.folder.path());
    }

    /// The path of its socket.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Its address without the GUID, like the addresses that clients of the system and session bus
    /// use.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// A folder that every user can read.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Connects to the bus.
    pub fn connect(&self) -> Connection {
        block_on(Builder::address(self.address()).build()).unwrap()
    }

    /// Waits until a connection owns this name.
    pub fn wait_for_name(&self, name: &str) {
        let connection = self.connect();
        let proxy = block_on(DBusProxy::new(&connection)).unwrap();
        let is_taken = || block_on(proxy.name_has_owner(BusName::try_from(name).unwrap()));
        until(name, || is_taken().unwrap());
    }
}

impl fmt::Display for Bus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.broker)
    }
}

/// The log of dbus-broker, which blocks if nothing reads it; closed together with the bus.
struct Journal(UnixDatagram);

impl Drop for Journal {
    fn drop(&mut self) {
        drop(self.0.shutdown(Shutdown::Both));
    }
}

impl Journal {
    fn new(path: &Path) -> Self {
        let socket = UnixDatagram::bind(path).unwrap();
        let reader = socket.try_clone().unwrap();
        thread::spawn(move || while matches!(reader.recv(&mut [0; 256]), Ok(1..)) {});
        Self(socket)
    }
}

impl Broker {
    /// Runs it with the configuration in a folder, and waits until it listens.
    fn run(self, folder: &Path) -> Process {
        let (mut command, package) = self.command(folder);
        command.stdin(Stdio::null()).stderr(Stdio::piped());
        let mut process = Process::start_from(&mut command, package);
        let mut stderr = BufReader::new(process.stderr());
        self.wait_until_it_listens(&mut process, &mut stderr);
        // The program would block once the pipe is full.
        thread::spawn(move || io::copy(&mut stderr, &mut io::sink()));
        fs::set_permissions(folder.join("bus"), Permissions::from_mode(0o666)).unwrap();
        process
    }

    /// The command that starts it in a folder, and the package that provides it.
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
                // In a user namespace all users look alike to dbus-broker; root does not need such
                // a namespace.
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

    fn wait_until_it_listens(self, process: &mut Process, stderr: &mut BufReader<ChildStderr>) {
        let mut line = String::new();
        let listens = match self {
            Self::DbusDaemon => {
                let mut stdout = BufReader::new(process.stdout());
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
