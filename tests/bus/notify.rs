//! Desktop notifications via the daemon.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hidpp_proto::units::{Lux, Percent, Timestamp};
use rustix::process::Signal;
use solar_status::device::{ChargeState, Light};
use solar_status::history::{History, Sample};
use tempfile::TempDir;
use test_support::bus::{Bus, NOWHERE};
use test_support::lines::Lines;
use test_support::process::Process;
use test_support::program::stderr;
use test_support::wait::until;

use crate::daemon_harness::{Harness, solar_status};
use crate::fake::Fake;
use crate::server::{Call, Server};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Devices and notification servers are reported over two connections. How long to wait so that one
/// event arrives before another.
const ARRIVAL: Duration = Duration::from_millis(300);

/// A home directory with its configuration and stored state.
pub(crate) struct Home(TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// The file of the alerts that were shown.
    pub(crate) fn stored_alerts(&self) -> String {
        let file = self.0.path().join("solar-status/alerts.json");
        fs::read_to_string(file).unwrap_or_default()
    }

    /// Starts a `notify` with this bus as the session and the system bus.
    fn notify(&self, bus: &Bus) -> Notify {
        let arguments = ["notify", "--bus", "system", "--verbose"];
        let mut command = solar_status(bus.address(), bus.address(), &arguments);
        command
            .env("XDG_CONFIG_HOME", self.0.path())
            .env("XDG_CONFIG_DIRS", "/nonexistent")
            .env("XDG_STATE_HOME", self.0.path());
        Notify::start(command)
    }
}

pub(crate) struct Notify {
    process: Process,
    errors: Lines,
}

impl Notify {
    pub(crate) fn start(mut command: Command) -> Self {
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut process = Process::start(&mut command);
        let errors = process.error_lines();
        Self { process, errors }
    }

    /// The next line on standard error; empty at the end.
    fn next_message(&mut self) -> String {
        self.errors.next().unwrap_or_default()
    }

    /// Reads lines on standard error until one contains this text.
    pub(crate) fn wait_for_message(&mut self, what: &str) {
        loop {
            let message = self.next_message();
            assert_ne!(message, "", "notify ended before it printed {what:?}");
            if message.contains(what) {
                return;
            }
        }
    }

    /// Waits until it has requested the devices of a daemon; from then on it receives their
    /// changes.
    fn follows(&mut self) {
        assert!(
            self.next_message()
                .starts_with("solar-status: asked solar-statusd")
        );
    }

    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        self.process.signal(Signal::TERM);
        let status = self.process.wait().code();
        (status, self.errors.collect())
    }
}

/// The keyboard reports this charge twice: the second reading confirms the first.
pub(crate) fn report_charge(daemon: &Fake, charge: i32, state: &'static str) {
    for _ in 0..2 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let now = u64::try_from(now.as_micros()).unwrap();
        daemon.change_all(HashMap::from([
            ("Presence", "online".into()),
            ("Charge", charge.into()),
            ("ValueKind", "percent".into()),
            ("State", state.into()),
            ("Rechargeable", "yes".into()),
            ("Source", "1004".into()),
            ("Trusted", true.into()),
            ("BatteryTime", now.into()),
            ("ChargeTime", now.into()),
        ]));
    }
}

#[test]
fn a_critical_alert_replaces_a_low_one_and_charging_withdraws_it() {
    let (bus, home) = (Bus::open(), Home::new());
    let daemon = Fake::on(&bus);
    let server = Server::on(&bus);
    let mut notify = home.notify(&bus);
    notify.follows();

    report_charge(&daemon, 50, "discharging");
    report_charge(&daemon, 18, "discharging");
    let (id, replaces, shown) = server.shows();
    assert_eq!((id, replaces, shown.urgency), (1, 0, 1));
    assert_eq!(shown.icon, "battery-low");
    assert_eq!(shown.summary, "K750: battery low");
    assert_eq!(shown.body, "18 % left.");

    report_charge(&daemon, 9, "discharging");
    let (id, replaces, shown) = server.shows();
    assert_eq!((id, replaces, shown.urgency), (1, 1, 2));
    assert_eq!(shown.icon, "battery-caution");
    assert_eq!(shown.summary, "K750: battery almost empty");
    assert_eq!(shown.body, "9 % left. Charge it soon.");

    report_charge(&daemon, 10, "charging");
    assert_eq!(server.call(), Call::Close(1));
    report_charge(&daemon, 100, "full");
    let (_, replaces, shown) = server.shows();
    assert_eq!((replaces, shown.urgency), (0, 0));
    assert_eq!(shown.summary, "K750: charged");
    assert_eq!(notify.end(), (Some(130), String::new()));
}

#[test]
fn a_restart_repeats_no_notification() {
    let (bus, home) = (Bus::open(), Home::new());
    let daemon = Fake::on(&bus);
    let server = Server::on(&bus);
    let mut notify = home.notify(&bus);
    notify.follows();
    report_charge(&daemon, 18, "discharging");
    assert_eq!(server.shows().2.summary, "K750: battery low");
    assert_eq!(notify.end(), (Some(130), String::new()));

    let mut notify = home.notify(&bus);
    notify.follows();
    report_charge(&daemon, 17, "discharging");
    report_charge(&daemon, 9, "discharging");
    assert_eq!(server.shows().2.summary, "K750: battery almost empty");
    assert_eq!(notify.end(), (Some(130), String::new()));
    let kept = home.stored_alerts();
    assert!(
        kept.starts_with(r#"{"schema":1,"devices":{"4002-392A0750":"#),
        "{kept}"
    );
}

#[test]
fn a_late_notification_server_gets_the_current_alerts() {
    let (bus, home) = (Bus::open(), Home::new());
    let daemon = Fake::on(&bus);
    let mut notify = home.notify(&bus);
    notify.follows();
    report_charge(&daemon, 18, "discharging");
    assert!(notify.next_message().contains("cannot show a notification"));
    report_charge(&daemon, 9, "discharging");
    sleep(ARRIVAL);
    let server = Server::on(&bus);
    let (_, replaces, shown) = server.shows();
    assert_eq!(
        (replaces, shown.body.as_str()),
        (0, "9 % left. Charge it soon.")
    );
    assert_eq!(notify.end(), (Some(130), String::new()));
}

#[test]
fn a_late_notification_server_does_not_get_resolved_alerts() {
    let (bus, home) = (Bus::open(), Home::new());
    let daemon = Fake::on(&bus);
    let mut notify = home.notify(&bus);
    notify.follows();
    report_charge(&daemon, 9, "discharging");
    assert!(notify.next_message().contains("cannot show a notification"));
    report_charge(&daemon, 9, "charging");
    report_charge(&daemon, 100, "full");
    sleep(ARRIVAL);
    let server = Server::on(&bus);
    assert_eq!(server.shows().2.summary, "K750: charged");
    drop(notify);
}

#[test]
fn a_new_server_does_not_get_the_ids_of_the_previous_one() {
    let (bus, home) = (Bus::open(), Home::new());
    let daemon = Fake::on(&bus);
    let first = Server::on(&bus);
    let mut notify = home.notify(&bus);
    notify.follows();
    report_charge(&daemon, 18, "discharging");
    assert_eq!(first.shows().0, 1);
    // A notification counts as shown only after the server's reply.
    until("the alert to be remembered", || {
        home.stored_alerts().contains("low")
    });
    first.leave();
    let second = Server::on(&bus);
    report_charge(&daemon, 9, "discharging");
    let (_, replaces, shown) = second.shows();
    assert_eq!(
        (replaces, shown.summary.as_str()),
        (0, "K750: battery almost empty")
    );
}

#[test]
fn a_notification_rejected_by_one_server_is_shown_by_the_next() {
    let (bus, home) = (Bus::open(), Home::new());
    let daemon = Fake::on(&bus);
    let refusing = Server::refusing(&bus);
    let mut notify = home.notify(&bus);
    notify.follows();
    report_charge(&daemon, 18, "discharging");
    assert_eq!(refusing.call(), Call::Refused);
    let message = notify.next_message();
    assert!(message.contains("enough"), "{message}");
    refusing.leave();
    let server = Server::on(&bus);
    assert_eq!(server.shows().2.summary, "K750: battery low");
}

#[test]
fn a_restarted_daemon_is_followed() {
    let (bus, home) = (Bus::open(), Home::new());
    let server = Server::on(&bus);
    let mut notify = home.notify(&bus);
    assert_eq!(
        notify.next_message(),
        "solar-status: no solar-statusd on the system bus; waiting for it\n"
    );
    let daemon = Fake::on(&bus);
    notify.follows();
    report_charge(&daemon, 18, "discharging");
    assert_eq!(server.shows().2.summary, "K750: battery low");
    drop(daemon);
    assert_eq!(
        notify.next_message(),
        "solar-status: solar-statusd left the system bus\n"
    );
    let daemon = Fake::on(&bus);
    notify.follows();
    report_charge(&daemon, 9, "discharging");
    assert_eq!(server.shows().1, 1, "it replaces the first");
    assert_eq!(notify.end().0, Some(130));
}

#[test]
fn alerts_of_devices_missing_after_a_restart_are_withdrawn() {
    let (bus, home) = (Bus::open(), Home::new());
    let server = Server::on(&bus);
    let daemon = Fake::on(&bus);
    let mut notify = home.notify(&bus);
    notify.follows();
    report_charge(&daemon, 18, "discharging");
    assert_eq!(server.shows().2.summary, "K750: battery low");
    drop(daemon);
    assert!(notify.next_message().contains("left"));
    let _daemon = Fake::without_devices(&bus);
    notify.follows();
    assert_eq!(server.call(), Call::Close(1));
}

#[test]
fn notify_switches_over_to_a_daemon_that_starts_later() {
    let (system, session, home) = (Bus::open(), Bus::open(), Home::new());
    let server = Server::on(&session);
    let arguments = ["notify", "--verbose"];
    let mut command = solar_status(system.address(), session.address(), &arguments);
    command.env("XDG_STATE_HOME", home.0.path());
    let mut notify = Notify::start(command);
    assert!(notify.next_message().contains("asked the devices directly"));
    let daemon = Fake::on(&system);
    // This machine may have no devices, or some that cannot be opened.
    let mut message = notify.next_message();
    while !message.contains("asked solar-statusd") {
        assert_ne!(message, "", "notify ended");
        message = notify.next_message();
    }
    report_charge(&daemon, 18, "discharging");
    assert_eq!(server.shows().2.summary, "K750: battery low");
    assert_eq!(notify.end().0, Some(130));
}

#[test]
fn a_signal_ends_notify_while_it_waits_for_a_daemon() {
    let (bus, home) = (Bus::open(), Home::new());
    let mut notify = home.notify(&bus);
    assert!(notify.next_message().contains("waiting"));
    assert_eq!(notify.end(), (Some(130), String::new()));
}

#[test]
fn a_second_notify_in_a_session_exits() {
    let (bus, home) = (Bus::open(), Home::new());
    let _daemon = Fake::on(&bus);
    let mut notify = home.notify(&bus);
    notify.follows();
    let mut second = home.notify(&bus);
    assert_eq!(second.process.wait().code(), Some(0));
    assert_eq!(
        second.next_message(),
        "solar-status: another notify runs in this session already\n"
    );
}

#[test]
fn the_recorded_history_counts_for_light_alerts() {
    let (bus, home) = (Bus::open(), Home::new());
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let folder = home.0.path().join("history");
    let start = Timestamp::from_start(now.saturating_sub(5 * DAY));
    let mut history = History::open(folder, start).unwrap();
    for (days, charge) in [(4, 62), (3, 61), (2, 60), (1, 59)] {
        let at = Timestamp::from_start(now.saturating_sub(days * DAY));
        let sample = Sample {
            charge: Percent::new(charge),
            voltage: None,
            light: Some(Light {
                lux: Lux(150),
                trusted: true,
                at,
            }),
            state: ChargeState::Discharging,
            online: true,
        };
        history.record("4002-392A0750", at, &sample).unwrap();
    }
    drop(history);
    let state = home.0.path().to_str().unwrap();
    let _daemon = bus.serve(&["--simulate", "--state", state]);
    let server = Server::on(&bus);
    let _notify = home.notify(&bus);
    // Confirmed by its next report: its light key is pressed after ten seconds.
    let shown = server.shows().2;
    assert_eq!(shown.summary, "K750: not enough light for 3 days");
    let fell = "The charge fell from 61 % to 57 %.";
    assert!(shown.body.starts_with(fell), "{}", shown.body);
}

#[test]
fn without_a_session_bus_notify_fails_with_a_remedy() {
    let bus = Bus::open();
    let output = solar_status(bus.address(), NOWHERE, &["notify"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let errors = stderr(&output);
    assert!(
        errors.ends_with(" (notify must run inside a desktop session)\n"),
        "{errors}"
    );
}
