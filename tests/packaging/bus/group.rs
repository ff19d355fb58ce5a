//! The example policy that restricts access to the daemon to the members of a group.

use ordered_stream::OrderedStreamExt as _;
use rustix::process::{getgid, getuid};
use solar_status::bus::{DEVICE_INTERFACE, NAME};
use test_support::bus::{BROKERS, Broker, Bus};
use zbus::{Connection, MessageStream, block_on, fdo};

use super::served::{for_our_user, for_user, serve, with_policies};
use super::{OPEN, is_passed_on};
use test_support::documents::document;

use crate::tools::{GROUP_POLICY, POLICY};

/// A bus with the example policy for a group; the daemon runs as the user of the test.
fn bus(broker: Broker, group: u32) -> Bus {
    let (user, example) = (getuid().as_raw(), document(GROUP_POLICY));
    let [group_line, root_line] = [r#"group="solar-readers""#, r#"user="root""#];
    assert!(example.contains(group_line) && example.contains(root_line));
    let example = example
        .replace(group_line, &format!(r#"group="{group}""#))
        .replace(root_line, &format!(r#"user="{}""#, user + 1));
    with_policies(broker, &[&for_user(POLICY, user), &example])
}

fn our_group() -> u32 {
    getgid().as_raw()
}

/// A group that does not include the user of the test.
fn foreign_group() -> u32 {
    let ours = rustix::process::getgroups().unwrap();
    let highest = ours.iter().map(|group| group.as_raw()).max();
    highest.unwrap_or_default().max(our_group()) + 1
}

fn subscribe(caller: &Connection) -> MessageStream {
    let stream = MessageStream::from(caller);
    let driver = block_on(fdo::DBusProxy::new(caller)).unwrap();
    for rule in [
        format!("type='signal',sender='{NAME}'"),
        "type='signal',interface='org.example.Other'".to_owned(),
    ] {
        block_on(driver.add_match_rule(rule.as_str().try_into().unwrap())).unwrap();
    }
    stream
}

/// The members of the daemon's signals up to the signal `Last`.
fn signals(mut stream: MessageStream) -> Vec<String> {
    let mut received = Vec::new();
    loop {
        let message = block_on(stream.next()).unwrap().unwrap();
        let header = message.header();
        let interface = header.interface().map_or("", |name| name.as_str());
        match header.member().map_or("", |name| name.as_str()) {
            "Last" => return received,
            member if interface == DEVICE_INTERFACE => received.push(member.to_owned()),
            _ => {}
        }
    }
}

/// The daemon emits a signal, then another program emits `Last`.
fn emit(bus: &Bus, daemon: &Connection) {
    let nothing = None::<&str>;
    block_on(daemon.emit_signal(nothing, "/", DEVICE_INTERFACE, "Online", &())).unwrap();
    // After this reply, the earlier messages of the daemon have been sent.
    block_on(daemon.call_method(
        Some("org.freedesktop.DBus"),
        "/",
        Some("org.freedesktop.DBus"),
        "GetId",
        &(),
    ))
    .unwrap();
    let other = bus.connect();
    block_on(other.emit_signal(nothing, "/", "org.example.Other", "Last", &())).unwrap();
}

#[test]
fn members_may_call_and_follow() {
    for broker in BROKERS {
        let bus = bus(broker, our_group());
        let daemon = serve(&bus, NAME);
        let caller = bus.connect();
        for interface in OPEN {
            assert!(is_passed_on(&caller, NAME, interface), "{bus}: {interface}");
        }
        let stream = subscribe(&caller);
        emit(&bus, &daemon);
        assert_eq!(signals(stream), ["Online"], "{bus}");
    }
}

#[test]
fn other_users_may_neither_call_nor_follow() {
    for broker in BROKERS {
        let bus = bus(broker, foreign_group());
        let daemon = serve(&bus, NAME);
        let caller = bus.connect();
        let unique = daemon.unique_name().unwrap();
        for interface in OPEN {
            for destination in [NAME, unique] {
                let passed_on = is_passed_on(&caller, destination, interface);
                assert!(!passed_on, "{bus}: {destination} {interface}");
            }
        }
        let stream = subscribe(&caller);
        emit(&bus, &daemon);
        assert_eq!(signals(stream), [""; 0], "{bus}");
    }
}

#[test]
fn without_the_example_every_user_may_follow() {
    for broker in BROKERS {
        let bus = for_our_user(broker, POLICY);
        let daemon = serve(&bus, NAME);
        let stream = subscribe(&bus.connect());
        emit(&bus, &daemon);
        assert_eq!(signals(stream), ["Online"], "{bus}");
    }
}
