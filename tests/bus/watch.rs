//! `watch` via the daemon.

use test_support::bus::{Bus, NOWHERE};
use test_support::terminal::Terminal;
use test_support::wait::until;

use crate::daemon_harness::{Harness, solar_status};
use crate::fake::Fake;

/// Runs `watch` with this system bus.
pub(crate) fn watch(address: &str, arguments: &[&str]) -> Terminal {
    let mut command = solar_status(address, NOWHERE, &["watch"]);
    command.args(arguments).env("TERM", "xterm");
    Terminal::run(&command, (80, 24))
}

pub(crate) fn leave(mut watch: Terminal) {
    watch.type_keys("q");
    assert_eq!(watch.end().0, Some(0));
}

#[test]
fn a_restart_of_the_daemon_does_not_end_watch() {
    let bus = Bus::open();
    let daemon = bus.serve(&["--simulate"]);
    let watch = watch(bus.address(), &[]);
    watch.shows(&["K750", "57 %", "12 lux"]);
    drop(daemon);
    watch.shows(&["disconnected", "57 %", "solar-statusd left the system bus"]);
    let _again = bus.serve(&["--simulate"]);
    watch.until("the values of the new daemon", |screen| {
        screen.contains("57 %") && !screen.contains("disconnected")
    });
    leave(watch);
}

#[test]
fn watch_started_before_the_daemon_switches_over_to_it() {
    for on in [&[][..], &["--bus", "system"]] {
        let bus = Bus::open();
        let watch = watch(bus.address(), on);
        watch.until("no device", |screen| screen.contains("aiting for"));
        let daemon = Fake::on(&bus);
        watch.shows(&["K750"]);
        daemon.change("Lux", 12_i32.into());
        daemon.change("Presence", "online".into());
        until("a light series", || !daemon.series().is_empty());
        leave(watch);
    }
}

#[test]
fn watch_requests_light_only_from_devices_that_are_awake() {
    let bus = Bus::open();
    let daemon = Fake::on(&bus);
    daemon.change("Lux", 12_i32.into());
    let watch = watch(bus.address(), &["--light-every", "3"]);
    watch.shows(&["K750"]);
    daemon.change("Lux", 320_i32.into());
    watch.shows(&["320 lux"]);
    assert_eq!(daemon.series(), [], "it may be asleep");
    daemon.change("Presence", "online".into());
    until("a light series", || !daemon.series().is_empty());
    assert_eq!(daemon.series(), [(20, 3)], "a series of one minute");
    daemon.change("Presence", "offline".into());
    watch.shows(&["1 offline"]);
    daemon.change("Presence", "online".into());
    until("another light series", || daemon.series().len() > 1);
    assert_eq!(
        daemon.series(),
        [(20, 3); 2],
        "a second series after waking"
    );
    leave(watch);
}

#[test]
fn with_light_every_0_watch_requests_light_only_by_key() {
    let bus = Bus::open();
    let daemon = Fake::on(&bus);
    let mut watch = watch(bus.address(), &["--light-every", "0"]);
    watch.shows(&["K750"]);
    daemon.change("Presence", "online".into());
    daemon.change("Lux", 320_i32.into());
    watch.shows(&["320 lux"]);
    assert_eq!(daemon.series(), []);
    watch.type_keys("l");
    until("a light series", || !daemon.series().is_empty());
    assert_eq!(daemon.series(), [(1, 1)], "a single measurement");
    leave(watch);
}

#[test]
fn a_light_request_that_cannot_be_sent_is_shown() {
    let bus = Bus::open();
    let daemon = bus.serve(&["--simulate"]);
    let mut watch = watch(bus.address(), &["--bus", "system"]);
    watch.shows(&["› K750", "57 %", "12 lux"]);
    drop(daemon);
    watch.shows(&["disconnected"]);
    watch.type_keys("l");
    watch.shows(&["K750: no device can be reached at the moment"]);
    leave(watch);
}

#[test]
fn a_rejected_light_request_is_shown() {
    let bus = Bus::open();
    let daemon = Fake::with_presence(&bus, "spent");
    daemon.change("Lux", 12_i32.into());
    let watch = watch(bus.address(), &[]);
    watch.shows(&["K750"]);
    daemon.change("Lux", 320_i32.into());
    daemon.change("Presence", "online".into());
    watch.shows(&["light cannot be measured: available again in 3 h 20 min"]);
    leave(watch);
}
