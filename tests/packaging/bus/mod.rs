//! The D-Bus policies, on a real dbus-daemon and a real dbus-broker with the default rules of a
//! system bus.

mod descriptors;
mod group;
mod served;

use rustix::process::getuid;
use solar_status::bus::{
    DEVICE_INTERFACE, NAME, RECEIVER_INTERFACE, UPOWER_DEVICE_INTERFACE, UPOWER_INTERFACE,
    UPOWER_NAME,
};
use test_support::bus::{BROKERS, Bus};
use zbus::{Connection, Error, block_on, fdo};

use crate::tools::{POLICY, UPOWER_POLICY};
use served::{for_our_user, for_user, serve, with_policies};

/// Each policy with its bus name.
const POLICIES: [(&str, &str); 2] = [(POLICY, NAME), (UPOWER_POLICY, UPOWER_NAME)];

/// The interfaces that clients may call.
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

/// Runs `test` with each policy on each implementation, for the daemon's user.
fn on_each_bus(test: impl Fn(&Bus, &str)) {
    for broker in BROKERS {
        for (policy, name) in POLICIES {
            test(&for_our_user(broker, policy), name);
        }
    }
}

/// Whether the bus passes a call on. The object does not exist, so the call fails in either case.
fn is_passed_on(caller: &Connection, destination: &str, interface: &str) -> bool {
    match block_on(caller.call_method(Some(destination), "/", Some(interface), "Nothing", &())) {
        Err(Error::FDO(error)) => !matches!(*error, fdo::Error::AccessDenied(_)),
        other => panic!("{interface}: {other:?}"),
    }
}

#[test]
fn the_daemons_user_may_own_the_name() {
    on_each_bus(|bus, name| block_on(bus.connect().request_name(name)).unwrap());
}

#[test]
fn no_other_user_may_own_the_name() {
    for broker in BROKERS {
        for (policy, name) in POLICIES {
            let bus = with_policies(broker, &[&for_user(policy, getuid().as_raw() + 1)]);
            let refused = block_on(bus.connect().request_name(name)).unwrap_err();
            assert!(refused.to_string().contains("AccessDenied"), "{refused}");
        }
    }
}

#[test]
fn the_daemons_user_may_own_no_other_name() {
    on_each_bus(|bus, name| {
        // Not a name below it: dbus-broker allows those, too.
        let other = format!("{name}Other");
        let refused = block_on(bus.connect().request_name(other)).unwrap_err();
        assert!(refused.to_string().contains("AccessDenied"), "{refused}");
    });
}

#[test]
fn every_user_may_call_only_the_interfaces_of_the_daemon() {
    on_each_bus(|bus, name| {
        let _daemon = serve(bus, name);
        let caller = bus.connect();
        for interface in OPEN {
            let passed_on = is_passed_on(&caller, name, interface);
            assert!(passed_on, "{bus}: {name} {interface}");
        }
        for interface in ["org.freedesktop.systemd1.Manager", "org.solarstatus.Other1"] {
            let passed_on = is_passed_on(&caller, name, interface);
            assert!(!passed_on, "{bus}: {name} {interface}");
        }
    });
}

#[test]
fn the_policy_allows_calls_to_no_other_program() {
    on_each_bus(|bus, _| {
        let stranger = bus.connect();
        let unnamed = stranger.unique_name().unwrap();
        for interface in OPEN {
            let passed_on = is_passed_on(&bus.connect(), unnamed, interface);
            assert!(!passed_on, "{bus}: {interface}");
        }
    });
}
