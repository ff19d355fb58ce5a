//! Messages with headers that no library writes, and forged broadcasts of the bus, the service or
//! logind. All are well-formed, so that a bus may pass them on.

use crate::client::DEVICE;

use super::target::Target;
use super::wire::{Body, Field, Message, Order, VALUES};

const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
const ROOT: &str = "/org/solarstatus/Monitor1";
const OBJECT_MANAGER: &str = "org.freedesktop.DBus.ObjectManager";

/// A text in all of them: a program that prints it has accepted a forged message.
pub const FORGED: &str = "FORGED";

/// Codes of header fields that the specification does not define: the lowest and the highest.
const CODES: [u8; 2] = [10, 255];

/// How many messages [`unknown_field`] builds: each kind, with each value, code and position.
pub const UNKNOWN_FIELDS: usize = KINDS.len() * VALUES.len() * CODES.len() * 2;

/// One message of each kind that a peer can send.
const KINDS: [fn(&Target) -> Message; 5] = [
    call,
    |target| changed(target).to(&target.unique),
    changed,
    |target| Message::reply(&target.unique, 3).with(Body::default().string(FORGED)),
    |target| Message::error(&target.unique, 3, "org.freedesktop.DBus.Error.Failed"),
];

/// The header changes that [`header`] makes.
const HEADERS: [fn(Message) -> Message; 20] = [
    // Types: invalid, of a later version, the last one.
    |message| message.of_type(0),
    |message| message.of_type(5),
    |message| message.of_type(77),
    |message| message.of_type(255),
    // Versions.
    |message| message.of_version(0),
    |message| message.of_version(2),
    |message| message.of_version(255),
    // Flags that the specification does not define, alone and with all others.
    |message| message.with_flags(0xF8),
    |message| message.with_flags(0xFF),
    // Fields that belong to another kind of message, or that occur twice.
    |message| {
        message.with_last(Field::new(4, "s", |to| {
            to.string("org.example.Error.Failed");
        }))
    },
    |message| message.with_first(Field::new(5, "u", |to| to.u32(3))),
    |message| message.with_last(Field::new(9, "u", |to| to.u32(0))),
    |message| message.with_first(Field::new(1, "o", |to| to.string("/org/example/other"))),
    |message| message.with_last(Field::new(2, "s", |to| to.string("org.example.Other"))),
    |message| message.with_last(Field::new(3, "s", |to| to.string("Other"))),
    |message| message.with_last(Field::new(8, "g", |to| to.signature("as"))),
    // A forged sender: the bus, an unused unique name, an empty name.
    |message| message.with_last(Field::new(7, "s", |to| to.string("org.freedesktop.DBus"))),
    |message| message.with_first(Field::new(7, "s", |to| to.string(":9.99999"))),
    |message| message.with_last(Field::new(7, "s", |to| to.string(""))),
    // A known field with a value of another type.
    |message| message.with_last(Field::new(3, "u", |to| to.u32(7))),
];

/// How many messages [`header`] builds.
pub const ODD_HEADERS: usize = HEADERS.len() * KINDS.len();

/// How many messages [`big_endian`] builds.
pub const BIG_ENDIAN: usize = 4;

/// How many messages [`broadcast`] builds.
pub const BROADCASTS: usize = SIGNALS.len();

/// Signals that the match rules of our programs would cover if they did not filter by sender.
const SIGNALS: [fn(&Target) -> Message; 8] = [
    changed,
    |_| {
        let body = Body::default()
            .path("/org/solarstatus/Monitor1/devices/forged")
            .interface(DEVICE, "Name", FORGED);
        to_all(ROOT, OBJECT_MANAGER, "InterfacesAdded").with(body)
    },
    |target| {
        let path = target.device(0);
        let body = Body::default().path(path).string(FORGED);
        to_all(ROOT, OBJECT_MANAGER, "InterfacesRemoved").with(body)
    },
    |target| owner_changed(&target.unique, &target.unique, ""),
    |target| owner_changed("org.solarstatus.Monitor1", &target.unique, ":9.99999"),
    |target| owner_changed("org.freedesktop.Notifications", "", &target.unique),
    |target| owner_changed("org.freedesktop.login1", "", &target.unique),
    |_| {
        let body = Body::default().bool(false);
        let (path, interface) = ("/org/freedesktop/login1", "org.freedesktop.login1.Manager");
        to_all(path, interface, "PrepareForSleep").with(body)
    },
];

/// A message with an unknown field, first or last in the header.
pub fn unknown_field(target: &Target, number: usize) -> Message {
    let (kind, number) = (number % KINDS.len(), number / KINDS.len());
    let (is_first, number) = (number.is_multiple_of(2), number / 2);
    let field = Field {
        code: CODES[number % CODES.len()],
        value: VALUES[number / CODES.len() % VALUES.len()],
    };
    let message = KINDS[kind](target);
    if is_first {
        message.with_first(field)
    } else {
        message.with_last(field)
    }
}

/// A message with a header that the specification forbids or that has no meaning.
pub fn header(target: &Target, number: usize) -> Message {
    let change = HEADERS[number / KINDS.len() % HEADERS.len()];
    change(KINDS[number % KINDS.len()](target))
}

/// A message in the other byte order.
pub fn big_endian(target: &Target, number: usize) -> Message {
    let body = || Body::new(Order::Big);
    match number % BIG_ENDIAN {
        0 => call(target).with(body().string(DEVICE).string("Id")),
        1 => call(target).with(body()),
        2 => changed(target)
            .with(body().string(FORGED))
            .to(&target.unique),
        _ => Message::reply(&target.unique, 3).with(body().string(FORGED)),
    }
}

/// A signal to all connections.
pub fn broadcast(target: &Target, number: usize) -> Message {
    SIGNALS[number % SIGNALS.len()](target)
}

/// The same signal to the target only.
pub fn unicast(target: &Target, number: usize) -> Message {
    broadcast(target, number).to(&target.unique)
}

/// A small call.
fn call(target: &Target) -> Message {
    let body = Body::default().string(DEVICE).string("Id");
    Message::call(&target.unique, target.device(0), PROPERTIES, "Get").with(body)
}

fn changed(target: &Target) -> Message {
    let body = Body::default()
        .string(DEVICE)
        .text_by_name("Name", FORGED)
        .strings(&[]);
    to_all(target.device(0), PROPERTIES, "PropertiesChanged").with(body)
}

fn owner_changed(name: &str, before: &str, after: &str) -> Message {
    let bus = "org.freedesktop.DBus";
    let body = Body::default().string(name).string(before).string(after);
    to_all("/org/freedesktop/DBus", bus, "NameOwnerChanged").with(body)
}

fn to_all(path: &str, interface: &str, member: &str) -> Message {
    Message::signal("", path, interface, member)
}
