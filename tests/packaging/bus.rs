//! The D-Bus policies, on a real dbus-daemon that is as strict as a system bus.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use rustix::process::getuid;
use solar_status::bus::{
    DEVICE_INTERFACE, NAME, RECEIVER_INTERFACE, UPOWER_DEVICE_INTERFACE, UPOWER_INTERFACE,
    UPOWER_NAME,
};
use tempfile::TempDir;
use zbus::connection::Builder;
use zbus::{Connection, Error, block_on, fdo};

use crate::tools::{POLICY, UPOWER_POLICY, missing, text};

/// Each policy with the name it is about.
const POLICIES: [(&str, &str); 2] = [(POLICY, NAME), (UPOWER_POLICY, UPOWER_NAME)];

/// What clients may call.
const OPEN: [&str; 8] = [
    "org.freedesktop.DBus.Introspectable",
    "org.freedesktop.DBus.ObjectManager",
    "org.freedesktop.DBus.Peer",
    "org.freedesktop.DBus.Properties",
    UPOWER_INTERFACE,
    UPOWER_DEVICE_INTERFACE,
    DEVICE_INTERFACE,
    RECEIVER_INTERFACE,
];

/// What a system bus forbids and allows before any policy of a service.
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

/// A bus with one service's policy; ends when dropped.
struct Bus {
    daemon: Child,
    address: String,
    _folder: TempDir,
}

impl Bus {
    fn new(policy: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().display();
        let included = folder.path().join("policy.conf");
        fs::write(&included, policy).unwrap();
        let config = folder.path().join("bus.conf");
        let text = format!(
            "<busconfig>{SYSTEM}<listen>unix:dir={place}</listen>\
             <include>{}</include></busconfig>",
            included.display()
        );
        fs::write(&config, text).unwrap();

        let mut command = Command::new("dbus-daemon");
        command
            .args(["--nofork", "--print-address", "--config-file"])
            .arg(&config)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut daemon = command
            .spawn()
            .unwrap_or_else(|error| missing(&command, "dbus-daemon", &error));
        let mut address = String::new();
        let mut stdout = BufReader::new(daemon.stdout.take().unwrap());
        stdout.read_line(&mut address).unwrap();
        if address.is_empty() {
            let mut complaint = String::new();
            let stderr = daemon.stderr.as_mut().unwrap();
            stderr.read_to_string(&mut complaint).unwrap();
            panic!("dbus-daemon: {complaint}");
        }
        Self {
            daemon,
            address: address.trim_end().to_owned(),
            _folder: folder,
        }
    }

    /// The daemon's user is the one who runs the test.
    fn where_we_are_the_user(policy: &str) -> Self {
        Self::new(&for_user(policy, getuid().as_raw()))
    }

    fn connect(&self) -> Connection {
        block_on(Builder::address(self.address.as_str()).build()).unwrap()
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        drop(self.daemon.kill());
        drop(self.daemon.wait());
    }
}

/// The policy for another user than the one it is shipped for.
fn for_user(policy: &str, user: u32) -> String {
    let shipped = r#"<policy user="solar-status">"#;
    let policy = text(policy);
    assert!(policy.contains(shipped), "{policy}");
    policy.replace(shipped, &format!(r#"<policy user="{user}">"#))
}

/// Whether the bus passes a call on; a method of no object is called, so it fails all the same.
fn is_passed_on(caller: &Connection, destination: &str, interface: &str) -> bool {
    match block_on(caller.call_method(Some(destination), "/", Some(interface), "Nothing", &())) {
        Err(Error::FDO(error)) => !matches!(*error, fdo::Error::AccessDenied(_)),
        other => panic!("{interface}: {other:?}"),
    }
}

#[test]
fn the_daemon_s_user_may_take_the_name() {
    for (policy, name) in POLICIES {
        let bus = Bus::where_we_are_the_user(policy);
        block_on(bus.connect().request_name(name)).unwrap();
    }
}

#[test]
fn nobody_else_may_take_the_name() {
    for (policy, name) in POLICIES {
        let bus = Bus::new(&for_user(policy, getuid().as_raw() + 1));
        let refused = block_on(bus.connect().request_name(name)).unwrap_err();
        assert!(refused.to_string().contains("AccessDenied"), "{refused}");
    }
}

#[test]
fn the_daemon_s_user_may_take_no_other_name() {
    for (policy, name) in POLICIES {
        let bus = Bus::where_we_are_the_user(policy);
        let other = format!("{name}.Other");
        let refused = block_on(bus.connect().request_name(other)).unwrap_err();
        assert!(refused.to_string().contains("AccessDenied"), "{refused}");
    }
}

#[test]
fn everybody_may_call_what_the_daemon_serves_and_nothing_else() {
    for (policy, name) in POLICIES {
        let bus = Bus::where_we_are_the_user(policy);
        let daemon = bus.connect();
        // Answers every call from now on, though with an error.
        daemon.object_server();
        block_on(daemon.request_name(name)).unwrap();
        let caller = bus.connect();
        for interface in OPEN {
            let passed_on = is_passed_on(&caller, name, interface);
            assert!(passed_on, "{name} {interface}");
        }
        for interface in ["org.freedesktop.systemd1.Manager", "org.solarstatus.Other1"] {
            let passed_on = is_passed_on(&caller, name, interface);
            assert!(!passed_on, "{name} {interface}");
        }
    }
}

#[test]
fn the_policy_opens_nobody_but_the_daemon() {
    for (policy, _) in POLICIES {
        let bus = Bus::where_we_are_the_user(policy);
        let stranger = bus.connect();
        let unnamed = stranger.unique_name().unwrap();
        for interface in OPEN {
            let passed_on = is_passed_on(&bus.connect(), unnamed, interface);
            assert!(!passed_on, "{interface}");
        }
    }
}
