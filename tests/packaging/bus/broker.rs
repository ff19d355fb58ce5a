//! A bus of its own for a test, by either of the programs that run a system bus.

use std::fmt::{self, Write as _};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::Shutdown;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread;

use rustix::process::getuid;
use tempfile::TempDir;
use zbus::connection::Builder;
use zbus::{Connection, block_on};

use crate::tools::{missing, text};

/// The rules of a system bus that precede the policy of any service.
const SYSTEM: &str = r#"
  <type>system</type>
  <auth>EXTERNAL</auth>
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

/// Starts dbus-broker without systemd, in a mount namespace: it insists on the journal's socket, and
/// is given one of the test. For its calls to systemd it connects to itself.
const LAUNCH: &str = r#"
mount -t tmpfs tmpfs /run
mkdir -p /run/systemd/journal
touch /run/systemd/journal/socket
mount --bind "$1/journal" /run/systemd/journal/socket
exec systemd-socket-activate --listen="$1/bus" \
    --setenv=DBUS_SYSTEM_BUS_ADDRESS="unix:path=$1/bus" \
    dbus-broker-launch --scope=system --config-file="$1/bus.conf"
"#;

/// The programs that read our policies: Debian, Arch and others use the first by default, Fedora and
/// others the second.
#[derive(Clone, Copy, Debug)]
pub(super) enum Broker {
    DbusDaemon,
    DbusBroker,
}

pub(super) const BROKERS: [Broker; 2] = [Broker::DbusDaemon, Broker::DbusBroker];

/// A bus with the given policies; ends when dropped.
pub(super) struct Bus {
    broker: Broker,
    process: Child,
    address: String,
    // The program must be able to write to it.
    _stderr: BufReader<ChildStderr>,
    journal: Journal,
    _folder: TempDir,
}

impl Bus {
    /// Reads the policies in this order, as the files of `system.d`.
    pub(super) fn new(broker: Broker, policies: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path();
        let mut included = String::new();
        for (number, policy) in policies.iter().enumerate() {
            let file = place.join(format!("{number}.conf"));
            fs::write(&file, policy).unwrap();
            write!(included, "<include>{}</include>", file.display()).unwrap();
        }
        let address = format!("unix:path={}/bus", place.display());
        let config = format!("<busconfig>{SYSTEM}<listen>{address}</listen>{included}</busconfig>");
        fs::write(place.join("bus.conf"), config).unwrap();
        let journal = Journal::new(&place.join("journal"));

        let (mut command, package) = broker.command(place);
        command.stdin(Stdio::null()).stderr(Stdio::piped());
        let mut process = command
            .spawn()
            .unwrap_or_else(|error| missing(&command, package, &error));
        let mut stderr = BufReader::new(process.stderr.take().unwrap());
        broker.wait_until_it_listens(&mut process, &mut stderr);
        Self {
            broker,
            process,
            address,
            _stderr: stderr,
            journal,
            _folder: folder,
        }
    }

    /// The daemon's user is the one that runs the test.
    pub(super) fn for_our_user(broker: Broker, policy: &str) -> Self {
        Self::new(broker, &[&for_user(policy, getuid().as_raw())])
    }

    pub(super) fn connect(&self) -> Connection {
        block_on(Builder::address(self.address.as_str()).build()).unwrap()
    }

    /// A connection that owns `name` and answers every call, though with an error.
    pub(super) fn serve(&self, name: &str) -> Connection {
        let daemon = self.connect();
        daemon.object_server();
        block_on(daemon.request_name(name)).unwrap();
        daemon
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

/// What dbus-broker logs: it has to be read, or the broker waits for it.
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
    /// How to start it in a folder, and the package that has it.
    fn command(self, folder: &Path) -> (Command, &'static str) {
        match self {
            Self::DbusDaemon => {
                let mut command = Command::new("dbus-daemon");
                command
                    .args(["--nofork", "--print-address", "--config-file"])
                    .arg(folder.join("bus.conf"))
                    .stdout(Stdio::piped());
                (command, "dbus-daemon")
            }
            Self::DbusBroker => {
                let mut command = Command::new("unshare");
                command
                    .args(["--map-current-user", "--keep-caps", "--mount"])
                    .args(["sh", "-euc", LAUNCH, "sh"])
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

/// A file of ours for another user than the one it is shipped for.
pub(super) fn for_user(policy: &str, user: u32) -> String {
    let shipped = r#"<policy user="solar-status">"#;
    let policy = text(policy);
    assert!(policy.contains(shipped), "{policy}");
    policy.replace(shipped, &format!(r#"<policy user="{user}">"#))
}
