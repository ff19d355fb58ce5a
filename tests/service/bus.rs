//! A bus of the test's own, by the real dbus-daemon.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// Everybody may do everything: what is tested is the service, not a policy.
const POLICY: &str = r#"
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>"#;

/// Everybody may talk, and nobody owns a name.
pub(crate) const DEFAULT_POLICY: &str = r#"
  <policy context="default">
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
  </policy>"#;

/// A running bus; it ends with the value.
pub(crate) struct Bus {
    process: Child,
    address: String,
    _dir: TempDir,
}

impl Bus {
    /// A bus that lets everybody do everything.
    pub(crate) fn start() -> Self {
        Self::with_policy(POLICY)
    }

    /// A bus with these policies (elements of a dbus-daemon configuration).
    pub(crate) fn with_policy(policy: &str) -> Self {
        let dir = TempDir::new().unwrap();
        let config = dir.path().join("bus.conf");
        let socket = dir.path().join("socket");
        let text = format!(
            "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\"\n \
             \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n\
             <busconfig>\n  <type>system</type>\n  <listen>unix:path={}</listen>{policy}\n\
             </busconfig>\n",
            socket.display()
        );
        std::fs::write(&config, text).unwrap();
        let mut process = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", config.display()))
            .args(["--nofork", "--nopidfile", "--print-address"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("dbus-daemon: {error}; tests/setup.sh installs it"));
        // It prints its address once it listens.
        let mut address = String::new();
        let output = process.stdout.take().unwrap();
        BufReader::new(output).read_line(&mut address).unwrap();
        Self {
            process,
            address: address.trim().to_owned(),
            _dir: dir,
        }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Ends the bus before its clients.
    pub(crate) fn stop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The first of these programs that is installed.
pub(crate) fn installed(paths: &[&'static str]) -> Option<&'static str> {
    paths.iter().copied().find(|path| Path::new(path).exists())
}
