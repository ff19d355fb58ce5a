use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::attacker::user::{self, User, open_to_all};

/// What the bus lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Policy {
    /// Everything.
    Open,
    /// What a system bus does with the policy of the package.
    Packaged,
}

/// The user of the service under the policy of the package: `bin` or `daemon`.
const SERVICE: User = User(2);

const OPEN: &str = r#"
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
  </policy>"#;

/// What a system bus forbids and allows before any policy of a service.
const SYSTEM: &str = r#"
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
  </policy>"#;

const SHIPPED: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/packaging/dbus/org.solarstatus.Monitor1.conf"
);

impl Policy {
    /// The user that the service runs as; `None`: the one of the test.
    pub(crate) fn service(self) -> Option<User> {
        (self == Self::Packaged && user::can_change()).then_some(SERVICE)
    }

    /// Elements of the configuration; the file of the package is written to `folder`.
    fn text(self, folder: &Path) -> String {
        match self {
            Self::Open => OPEN.to_owned(),
            Self::Packaged => {
                let User(user) = SERVICE.or_own();
                let shipped = fs::read_to_string(SHIPPED).unwrap();
                let ours = shipped.replace("user=\"solar-status\"", &format!("user=\"{user}\""));
                assert_ne!(ours, shipped, "the policy names the user solar-status");
                let file = folder.join("policy.conf");
                fs::write(&file, ours).unwrap();
                format!("{SYSTEM}<include>{}</include>", file.display())
            }
        }
    }
}

/// A running dbus-daemon with the limits of a system bus; it ends with the value.
pub(crate) struct Bus {
    process: Child,
    socket: PathBuf,
    folder: TempDir,
}

impl Bus {
    pub(crate) fn start(policy: Policy) -> Self {
        let folder = tempfile::tempdir().unwrap();
        open_to_all(folder.path());
        let socket = folder.path().join("bus");
        let config = folder.path().join("bus.conf");
        let text = format!(
            "<busconfig><type>system</type><auth>EXTERNAL</auth>\
             <listen>unix:path={}</listen>{}</busconfig>",
            socket.display(),
            policy.text(folder.path())
        );
        fs::write(&config, text).unwrap();
        let mut process = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", config.display()))
            .args(["--nofork", "--nopidfile", "--print-address"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("dbus-daemon: {error}; tests/setup.sh installs it"));
        // It prints its address once it listens.
        let mut output = BufReader::new(process.stdout.take().unwrap());
        output.read_line(&mut String::new()).unwrap();
        Self {
            process,
            socket,
            folder,
        }
    }

    pub(crate) fn socket(&self) -> &Path {
        &self.socket
    }

    pub(crate) fn address(&self) -> String {
        format!("unix:path={}", self.socket.display())
    }

    /// A folder that every user can read.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}
