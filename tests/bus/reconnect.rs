//! Long-running commands survive a lost bus connection: `--watch`, `monitor`, `watch` and `notify`
//! reconnect with a backoff.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use solar_status::bus::NAME;
use test_support::bus::{Bus, NOWHERE};
use test_support::process::Process;
use test_support::wait::until;
use zbus::block_on;

use crate::daemon_harness::{Follower, follow, solar_status};
use crate::fake::Fake;
use crate::gate::{Gate, Impostor, Manner};
use crate::notify::{Home, Notify, report_charge};
use crate::server::Server;
use crate::watch::{leave, watch};

const FORMAT: [&str; 3] = ["--watch", "--format", "{name} {presence}"];

/// With and without the option that names the bus.
const BUSES: [&[&str]; 2] = [&[], &["--bus", "system"]];

/// A client that waits for a bus ends within this time after a signal; a single connection attempt
/// takes five seconds on a bus that does not answer.
const AT_ONCE: Duration = Duration::from_secs(3);

/// Reads lines until one ends with this text.
fn line_comes(stream: &mut Follower, expected: &str) {
    loop {
        let line = stream.whole_line();
        assert_ne!(line, "", "the stream ended before {expected:?}");
        if line.trim_end().ends_with(expected) {
            return;
        }
    }
}

/// Ends a stream, and returns its standard error.
fn end(stream: Follower) -> String {
    let start = Instant::now();
    stream.process.signal(Signal::TERM);
    let (status, errors) = stream.end();
    assert_eq!(status, Some(130), "{errors}");
    assert!(
        start.elapsed() < AT_ONCE,
        "it must end without delay: {errors}"
    );
    errors
}

/// Printed once, however often the connection is lost within seconds.
const LOST: &str = "solar-status: lost the connection to the system bus; reconnecting\n";

/// Runs a command while the bus is restarted repeatedly, each time with another presence of its
/// device.
fn outlives_restarts(arguments: &[&str], line: impl Fn(&str) -> String) {
    let mut bus = Bus::open();
    let daemon = Fake::with_presence(&bus, "online");
    let mut stream = follow(bus.address(), NOWHERE, arguments);
    line_comes(&mut stream, &line("online"));
    let mut daemons = vec![daemon];
    for presence in ["offline", "online", "offline"] {
        bus.start_again();
        daemons.push(Fake::with_presence(&bus, presence));
        line_comes(&mut stream, &line(presence));
    }
    let errors = end(stream);
    assert_eq!(errors, LOST);
}

#[test]
fn a_format_stream_survives_restarts_of_the_bus() {
    for bus in BUSES {
        let arguments = [&FORMAT[..], bus].concat();
        outlives_restarts(&arguments, |presence| format!("K750 {presence}"));
    }
}

#[test]
fn monitor_survives_restarts_of_the_bus() {
    for bus in BUSES {
        let arguments = [&["monitor"], bus].concat();
        outlives_restarts(&arguments, |presence| match presence {
            "online" => "K750      found".to_owned(),
            presence => format!("K750      found, {presence}"),
        });
    }
}

#[test]
fn watch_survives_restarts_of_the_bus() {
    for on in BUSES {
        let mut bus = Bus::open();
        let daemon = Fake::on(&bus);
        daemon.change("Presence", "online".into());
        let watch = watch(bus.address(), on);
        watch.shows(&["K750"]);
        let mut daemons = vec![daemon];
        for lux in [101, 202, 303] {
            bus.kill();
            watch.shows(&["disconnected"]);
            bus.start_again();
            let daemon = Fake::with_presence(&bus, "online");
            watch.until("the values of the new daemon", |screen| {
                !screen.contains("disconnected")
            });
            daemon.change("Lux", lux.into());
            watch.shows(&[&format!("{lux} lux")]);
            daemons.push(daemon);
        }
        leave(watch);
    }
}

#[test]
fn notify_survives_restarts_of_both_buses() {
    let (mut system, mut session, home) = (Bus::open(), Bus::open(), Home::new());
    let mut command = solar_status(
        system.address(),
        session.address(),
        &["notify", "--bus", "system", "--verbose"],
    );
    command.env("XDG_STATE_HOME", home.path());
    let mut notify = Notify::start(command);
    let daemon = Fake::on(&system);
    let server = Server::on(&session);
    notify.wait_for_message("asked solar-statusd");
    report_charge(&daemon, 50, "discharging");
    report_charge(&daemon, 18, "discharging");
    assert_eq!(server.shows().2.summary, "K750: battery low");
    until("the alert to be remembered", || {
        home.stored_alerts().contains("low")
    });
    session.kill();
    notify.wait_for_message("lost the connection to the session bus; reconnecting");
    session.start_again();
    system.start_again();
    drop((daemon, server));
    let daemon = Fake::on(&system);
    let server = Server::on(&session);
    notify.wait_for_message("asked solar-statusd");
    report_charge(&daemon, 9, "discharging");
    let (_, replaces, shown) = server.shows();
    assert_eq!(shown.summary, "K750: battery almost empty");
    assert_eq!(replaces, 0, "the new server never showed the first");
    session.start_again();
    let server = Server::on(&session);
    report_charge(&daemon, 10, "charging");
    report_charge(&daemon, 100, "full");
    let (_, replaces, shown) = server.shows();
    assert_eq!((replaces, shown.summary.as_str()), (0, "K750: charged"));
    assert_eq!(notify.end().0, Some(130));
}

/// Two kinds of connection loss while the bus keeps running.
const LOSSES: [fn(&Gate); 2] = [Gate::cut, Gate::spoil];

#[test]
fn streams_continue_after_a_lost_connection_and_report_it_once() {
    for arguments in [&FORMAT[..], &["monitor"]] {
        for lose in LOSSES {
            let bus = Bus::open();
            let gate = Gate::before(&bus);
            let daemon = Fake::with_presence(&bus, "online");
            let mut stream = follow(&gate.address, NOWHERE, arguments);
            let first = stream.whole_line();
            assert!(first.contains("K750"), "{first}");
            let before = footprint(&stream.process);
            for _ in 0..4 {
                lose(&gate);
                // None of this arrives over the previous connection.
                daemon.remove_device();
                daemon.add("offline");
                line_comes(&mut stream, "offline");
                daemon.change("Presence", "online".into());
                line_comes(&mut stream, "online");
            }
            wait_for_footprint(&stream.process, before);
            assert_eq!(end(stream), LOST);
        }
    }
}

#[test]
fn watch_continues_after_a_lost_connection() {
    for lose in LOSSES {
        let bus = Bus::open();
        let gate = Gate::before(&bus);
        let daemon = Fake::with_presence(&bus, "online");
        let mut watch = watch(&gate.address, &[]);
        watch.shows(&["K750"]);
        lose(&gate);
        // None of this arrives over the previous connection.
        daemon.remove_device();
        daemon.add("offline");
        watch.shows(&["1 offline"]);
        daemon.change("Lux", 320.into());
        daemon.change("Presence", "online".into());
        watch.shows(&["320 lux"]);
        // Light is requested over the new connection.
        until("a light series", || !daemon.series().is_empty());
        watch.type_keys("q");
        let (status, left, _) = watch.end();
        assert_eq!(status, Some(0));
        assert_eq!(left.trim_end(), LOST.trim_end());
    }
}

#[test]
fn notify_continues_after_a_lost_connection() {
    for lose in LOSSES {
        let (bus, home) = (Bus::open(), Home::new());
        let gate = Gate::before(&bus);
        let daemon = Fake::on(&bus);
        let server = Server::on(&bus);
        let arguments = ["notify", "--bus", "system", "--verbose"];
        let mut command = solar_status(bus.address(), &gate.address, &arguments);
        command.env("XDG_STATE_HOME", home.path());
        let mut notify = Notify::start(command);
        notify.wait_for_message("asked solar-statusd");
        report_charge(&daemon, 18, "discharging");
        let (first, _, shown) = server.shows();
        assert_eq!(shown.summary, "K750: battery low");
        until("the alert to be remembered", || {
            home.stored_alerts().contains("low")
        });
        lose(&gate);
        notify.wait_for_message("lost the connection to the session bus; reconnecting");
        report_charge(&daemon, 9, "discharging");
        let (_, replaces, shown) = server.shows();
        assert_eq!(shown.summary, "K750: battery almost empty");
        assert_eq!(replaces, first, "the server is still the same");
        assert_eq!(notify.end().0, Some(130));
    }
}

#[test]
fn reconnecting_to_a_bus_that_closes_connections_backs_off() {
    let mut bus = Bus::open();
    let daemon = Fake::with_presence(&bus, "online");
    let mut stream = follow(bus.address(), NOWHERE, &FORMAT);
    line_comes(&mut stream, "K750 online");
    bus.remove();
    drop(daemon);
    let impostor = Impostor::at(bus.socket(), Manner::Closes);
    line_comes(&mut stream, "K750 offline");
    sleep(Duration::from_secs(3));
    // Two connections, each retried after at most 0.2, 0.4, 0.8, 1.6, 3.2 and 6.4 seconds.
    let accepted = impostor.accepted();
    assert!((4..=16).contains(&accepted), "{accepted} attempts");
    drop(impostor);
    bus.start_again();
    let _daemon = Fake::with_presence(&bus, "online");
    line_comes(&mut stream, "K750 online");
    assert_eq!(end(stream), LOST);
}

#[test]
fn a_bus_may_be_away_for_seconds() {
    let mut bus = Bus::open();
    let daemon = Fake::with_presence(&bus, "online");
    let mut bar = follow(bus.address(), NOWHERE, &FORMAT);
    let mut monitor = follow(bus.address(), NOWHERE, &["monitor", "--json"]);
    line_comes(&mut bar, "K750 online");
    assert!(monitor.whole_line().contains("device-added"));
    bus.remove();
    drop(daemon);
    line_comes(&mut bar, "K750 offline");
    sleep(Duration::from_secs(2));
    bus.start_again();
    // The daemon starts later than the bus, as when both are restarted.
    sleep(Duration::from_millis(500));
    let _daemon = Fake::without_devices(&bus);
    let line = monitor.whole_line();
    assert!(line.contains("device-removed"), "{line}");
    line_comes(&mut bar, "");
    let errors = end(bar);
    assert!(errors.starts_with(LOST), "{errors}");
    let errors = end(monitor);
    assert!(errors.starts_with(LOST), "{errors}");
}

/// The number of threads and descriptors of a process.
fn footprint(process: &Process) -> [usize; 2] {
    ["task", "fd"].map(|folder| {
        let entries = fs::read_dir(format!("/proc/{}/{folder}", process.id()));
        entries.unwrap().count()
    })
}

/// Waits until it has no more threads and descriptors than before: between two connection attempts
/// none are left.
fn wait_for_footprint(process: &Process, before: [usize; 2]) {
    let is_within = |(now, before)| now <= before;
    until("threads and descriptors to be closed", || {
        footprint(process).into_iter().zip(before).all(is_within)
    });
}

#[test]
fn a_bus_that_never_answers_leaks_no_thread_and_a_signal_ends_the_wait() {
    for arguments in [&FORMAT[..], &["monitor"]] {
        let mut bus = Bus::open();
        let daemon = Fake::with_presence(&bus, "online");
        let mut stream = follow(bus.address(), NOWHERE, arguments);
        assert!(stream.whole_line().contains("K750"));
        let before = footprint(&stream.process);
        bus.remove();
        drop(daemon);
        let impostor = Impostor::at(bus.socket(), Manner::NeverAnswers);
        // Each attempt has a timeout of five seconds.
        until("five connections", || impostor.accepted() >= 5);
        wait_for_footprint(&stream.process, before);
        assert_eq!(end(stream), LOST);
    }
}

#[test]
fn a_daemon_that_never_answers_leaks_no_thread_and_is_retried() {
    let bus = Bus::open();
    let gate = Gate::before(&bus);
    let hanging = bus.connect();
    block_on(hanging.request_name(NAME)).unwrap();
    let mut monitor = follow(&gate.address, NOWHERE, &["monitor", "--bus", "system"]);
    // One connection watches the name; the others are attempts with a timeout of five seconds each.
    until("three connections", || gate.connections() == 3);
    let before = footprint(&monitor.process);
    until("five connections", || gate.connections() == 5);
    wait_for_footprint(&monitor.process, before);
    block_on(hanging.close()).unwrap();
    let _daemon = Fake::on(&bus);
    line_comes(&mut monitor, "K750      found");
    let errors = end(monitor);
    assert!(
        errors.contains("does not answer; waiting for it"),
        "{errors}"
    );
    assert_eq!(errors.lines().count(), 1, "{errors}");
}

#[test]
fn a_bus_that_never_answers_from_the_start_does_not_block_a_client() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("bus");
    let impostor = Impostor::at(&socket, Manner::NeverAnswers);
    let address = format!("unix:path={}", socket.display());
    for arguments in [&FORMAT[..], &["monitor"], &["notify", "--dry-run"]] {
        let arguments = [arguments, &["--bus", "system"]].concat();
        let before = impostor.accepted();
        let stream = follow(&address, NOWHERE, &arguments);
        until("another connection", || impostor.accepted() > before);
        end(stream);
    }
    // The same for the session bus of the notifications.
    let notify = follow(NOWHERE, &address, &["notify"]);
    let (status, errors) = notify.end();
    assert_eq!(status, Some(1), "{errors}");
    assert!(errors.contains("cannot use the session bus"), "{errors}");
}

#[test]
fn a_duration_ends_while_the_bus_is_away() {
    for arguments in [&FORMAT[..], &["monitor"]] {
        let mut bus = Bus::open();
        let daemon = Fake::with_presence(&bus, "online");
        let arguments = [arguments, &["--duration", "2"]].concat();
        let mut stream = follow(bus.address(), NOWHERE, &arguments);
        assert!(stream.whole_line().contains("K750"));
        bus.remove();
        drop(daemon);
        assert_eq!(stream.end(), (Some(1), LOST.to_owned()));
    }
}

#[test]
fn a_signal_ends_the_wait_for_a_bus_without_delay() {
    for arguments in [&FORMAT[..], &["monitor"], &["notify", "--dry-run"]] {
        for number in [Signal::INT, Signal::TERM, Signal::HUP] {
            let mut bus = Bus::open();
            let daemon = Fake::with_presence(&bus, "online");
            let mut command = solar_status(bus.address(), NOWHERE, arguments);
            command.arg("--verbose");
            command.stdout(Stdio::null()).stderr(Stdio::piped());
            let mut process = Process::start(&mut command);
            let mut errors = process.error_lines();
            assert!(errors.next().unwrap().contains("asked solar-statusd"));
            bus.remove();
            drop(daemon);
            assert_eq!(errors.next().as_deref(), Some(LOST));
            let start = Instant::now();
            process.signal(number);
            assert_eq!(process.wait().code(), Some(130), "{arguments:?}");
            assert!(start.elapsed() < AT_ONCE, "{arguments:?} {number:?}");
        }
    }
}

#[test]
fn a_closed_output_pipe_ends_a_stream_while_the_bus_is_away() {
    for arguments in [&FORMAT[..], &["monitor"]] {
        let mut bus = Bus::open();
        let daemon = Fake::with_presence(&bus, "online");
        let mut command = solar_status(bus.address(), NOWHERE, arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = Process::start(&mut command);
        let mut errors = process.error_lines();
        let mut out = BufReader::new(process.stdout());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        assert!(line.contains("K750"), "{line}");
        bus.remove();
        drop(daemon);
        assert_eq!(errors.next().as_deref(), Some(LOST));
        drop(out);
        assert_eq!(process.wait().code(), Some(0), "{arguments:?}");
    }
}
