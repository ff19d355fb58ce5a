//! State directories with foreign, special or missing files.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rustix::fs::{CWD, FileType, Mode, makedev, mknodat};
use rustix::process::Signal;
use tempfile::TempDir;
use test_support::bus::Bus;
use test_support::client::{Client, NAME};
use test_support::wait::{PATIENCE, eventually};

use crate::daemon::Daemon;

/// A daemon with simulated devices and this state directory.
struct Serving {
    client: Client,
    daemon: Daemon,
    _bus: Bus,
}

impl Serving {
    fn start(state: &Path) -> Self {
        let bus = Bus::open();
        let client = Client::of(&bus);
        let state = state.to_str().unwrap();
        let args = ["--simulate", "--light-every", "1", "--state", state];
        let daemon = Daemon::start(bus.address(), &args);
        client.wait_for_name(NAME);
        Self {
            client,
            daemon,
            _bus: bus,
        }
    }

    /// Ends it with a signal. Returns its log.
    fn end(self) -> Vec<String> {
        assert!(!self.client.enumerate().is_empty());
        self.daemon.signal(Signal::TERM);
        let (status, errors) = self.daemon.wait();
        assert_eq!(status.code(), Some(0), "{errors:?}");
        errors
    }
}

fn fifo(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::RWXU, makedev(0, 0)).unwrap();
}

#[test]
fn a_devices_json_of_a_newer_version_is_never_replaced_and_logged_once() {
    let state = TempDir::new().unwrap();
    let path = state.path().join("devices.json");
    let newer = r#"{"schema":2,"devices":["of another form"]}"#;
    fs::write(&path, newer).unwrap();
    let errors = Serving::start(state.path()).end();
    assert_eq!(fs::read_to_string(&path).unwrap(), newer);
    let logged = errors.iter().filter(|it| it.contains("devices.json"));
    assert_eq!(logged.count(), 1, "{errors:#?}");
    assert!(
        errors[0].contains("update solar-status, or move it away"),
        "{errors:#?}"
    );
}

#[test]
fn a_fifo_instead_of_any_file_blocks_neither_the_start_nor_the_end() {
    let state = TempDir::new().unwrap();
    let history = state.path().join("history");
    fs::create_dir(&history).unwrap();
    fifo(&state.path().join("devices.json"));
    fifo(&history.join("4002-392A0750.jsonl"));
    fifo(&history.join("other.jsonl"));
    let errors = Serving::start(state.path()).end();
    let logged = errors
        .iter()
        .filter(|it| it.contains("it is a FIFO, not a regular file"));
    assert_eq!(logged.count(), 2, "{errors:#?}");

    fs::remove_dir_all(&history).unwrap();
    fs::create_dir(&history).unwrap();
    fifo(&history.join("lock"));
    let errors = Serving::start(state.path()).end();
    assert!(
        errors.iter().any(|it| it.contains("history/lock")),
        "{errors:#?}"
    );
}

#[test]
fn a_signal_ends_the_wait_for_a_trace() {
    let folder = TempDir::new().unwrap();
    let trace = folder.path().join("trace");
    fifo(&trace);
    let bus = Bus::open();
    let daemon = Daemon::start(bus.address(), &["--replay", trace.to_str().unwrap()]);
    // It may not have opened the trace yet; it ends in either case.
    std::thread::sleep(Duration::from_millis(300));
    daemon.signal(Signal::TERM);
    daemon.wait();
}

#[test]
fn a_removed_state_directory_is_recreated() {
    let state = TempDir::new().unwrap();
    let serving = Serving::start(state.path());
    let history = state.path().join("history/4002-392A0750.jsonl");
    let wait = |path: &Path| {
        let is_there = || path.exists().then_some(());
        eventually(&path.display().to_string(), 2 * PATIENCE, is_there);
    };
    let devices = state.path().join("devices.json");
    // A write during the removal would be reported as an error.
    wait(&history);
    wait(&devices);
    fs::remove_dir_all(state.path()).unwrap();
    wait(&history);
    wait(&devices);
    assert!(state.path().join("history/lock").exists());
    let errors = serving.end();
    assert!(errors.is_empty(), "{errors:#?}");
}
