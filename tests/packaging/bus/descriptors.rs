//! File descriptors in messages to the daemon: beyond its limit of open files the kernel drops
//! them, so the bus must reject such messages before they reach it.

use std::fs::File;

use ordered_stream::OrderedStreamExt as _;
use solar_status::bus::DEVICE_INTERFACE;
use test_support::bus::{BROKERS, Bus};
use zbus::message::Type;
use zbus::{Connection, Error, Fd, MessageStream, block_on, fdo};

use super::served::{for_user, serve, with_policies};
use super::{POLICIES, on_each_bus};

/// An interface with signals that the daemon in these tests subscribes to.
const SUBSCRIBED: &str = "org.example.Subscribed";

/// The last signal of each test, without descriptors.
const LAST: &str = "Last";

/// A connection that can receive descriptors, like those of most libraries, and reads all messages.
struct Daemon {
    connection: Connection,
    messages: MessageStream,
}

impl Daemon {
    fn new(bus: &Bus, name: &str) -> Self {
        let connection = serve(bus, name);
        let messages = MessageStream::from(&connection);
        let rule = format!("type='signal',interface='{SUBSCRIBED}'");
        let driver = block_on(fdo::DBusProxy::new(&connection)).unwrap();
        block_on(driver.add_match_rule(rule.as_str().try_into().unwrap())).unwrap();
        Self {
            connection,
            messages,
        }
    }

    fn unique_name(&self) -> &str {
        self.connection.unique_name().unwrap()
    }

    /// The calls and foreign signals up to the last signal, each with the number of its
    /// descriptors.
    fn received(&mut self) -> Vec<(String, usize)> {
        let mut received = Vec::new();
        loop {
            let message = block_on(self.messages.next()).unwrap().unwrap();
            let header = message.header();
            let from_the_bus = header
                .sender()
                .is_none_or(|sender| sender.as_str() == "org.freedesktop.DBus");
            if from_the_bus || !matches!(header.message_type(), Type::MethodCall | Type::Signal) {
                continue;
            }
            let member = header.member().unwrap().to_string();
            if member == LAST {
                return received;
            }
            received.push((member, message.data().fds().len()));
        }
    }
}

fn call(caller: &Connection, destination: &str, file: &File) -> zbus::Result<()> {
    let interface = Some(DEVICE_INTERFACE);
    let body = (Fd::from(file),);
    block_on(caller.call_method(Some(destination), "/", interface, "Call", &body)).map(drop)
}

fn signal(sender: &Connection, destination: Option<&str>, file: &File) {
    let body = (Fd::from(file),);
    block_on(sender.emit_signal(destination, "/", SUBSCRIBED, "Signal", &body)).unwrap();
}

fn last(sender: &Connection, destination: &str) {
    block_on(sender.emit_signal(Some(destination), "/", SUBSCRIBED, LAST, &())).unwrap();
}

fn is_denied(result: zbus::Result<()>) -> bool {
    match result {
        Err(Error::FDO(error)) => matches!(*error, fdo::Error::AccessDenied(_)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn calls_with_descriptors_are_denied() {
    let file = File::open("/dev/null").unwrap();
    on_each_bus(|bus, name| {
        let mut daemon = Daemon::new(bus, name);
        let caller = bus.connect();
        assert!(is_denied(call(&caller, name, &file)), "{bus}: {name}");
        let unique = daemon.unique_name().to_owned();
        assert!(is_denied(call(&caller, &unique, &file)), "{bus}: {name}");
        last(&caller, name);
        assert_eq!(daemon.received(), [], "{bus}: {name}");
    });
}

#[test]
fn signals_with_descriptors_do_not_reach_the_daemon() {
    let file = File::open("/dev/null").unwrap();
    on_each_bus(|bus, name| {
        let mut daemon = Daemon::new(bus, name);
        let sender = bus.connect();
        signal(&sender, Some(name), &file);
        signal(&sender, Some(daemon.unique_name()), &file);
        signal(&sender, None, &file);
        last(&sender, name);
        assert_eq!(daemon.received(), [], "{bus}: {name}");
    });
}

#[test]
fn an_administrators_policy_cannot_allow_descriptors_again() {
    let file = File::open("/dev/null").unwrap();
    let user = rustix::process::getuid().as_raw();
    for broker in BROKERS {
        for (policy, name) in POLICIES {
            let generous = format!(
                r#"<busconfig><policy user="{user}">
                     <allow send_destination="{name}"/>
                   </policy></busconfig>"#
            );
            let bus = with_policies(broker, &[&for_user(policy, user), &generous]);
            let _daemon = Daemon::new(&bus, name);
            assert!(is_denied(call(&bus.connect(), name, &file)), "{bus}");
        }
    }
}

#[test]
fn without_our_policy_descriptors_would_arrive() {
    let file = File::open("/dev/null").unwrap();
    let name = "org.example.Other";
    let user = rustix::process::getuid().as_raw();
    let open = format!(
        r#"<busconfig><policy user="{user}">
             <allow own="{name}"/><allow send_destination="{name}"/>
           </policy></busconfig>"#
    );
    for broker in BROKERS {
        let bus = with_policies(broker, &[&open]);
        let mut daemon = Daemon::new(&bus, name);
        let sender = bus.connect();
        signal(&sender, Some(name), &file);
        signal(&sender, None, &file);
        last(&sender, name);
        let expected = [("Signal".to_owned(), 1), ("Signal".to_owned(), 1)];
        assert_eq!(daemon.received(), expected, "{bus}");
    }
}
