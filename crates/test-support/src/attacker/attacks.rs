//! The attacks, grouped by the resource that they exhaust.

use std::time::Duration;

use crate::client::{DEVICE, NAME};

use super::attack::Attack;
use super::calls;
use super::odd;
use super::target::Target;
use super::wire::{Body, Message, ReadMode};

/// The most descriptors that a bus allows in one message.
const MOST_DESCRIPTORS: usize = 16;

/// Just below the 128 pending replies that a bus allows per connection.
const MOST_PENDING: usize = 120;

/// How long the bus may need to pass on what was sent.
const SHORTLY: Duration = Duration::from_millis(300);

/// One idle connection, for comparison.
pub const NOTHING: Attack =
    Attack::new("undisturbed", 0, calls::get).lingering(Duration::from_secs(2));

/// Exhaust the file descriptors of the service.
pub const DESCRIPTORS: [Attack; 3] = [
    Attack::new("400 calls with 16 descriptors", 400, calls::get_entries)
        .read_mode(ReadMode::Never)
        .with_descriptors(MOST_DESCRIPTORS),
    Attack::new(
        "10,000 calls of all kinds with 16 descriptors",
        2500,
        calls::every_by_both_names,
    )
    .from(4)
    .with_descriptors(MOST_DESCRIPTORS),
    Attack::new("2,000 signals with 16 descriptors", 1000, calls::signal)
        .from(2)
        .with_descriptors(MOST_DESCRIPTORS),
];

/// Exhaust its memory with large replies, most of which are not read.
pub const BULK: [Attack; 10] = [
    Attack::new("240 GetEntries, not read", MOST_PENDING, calls::get_entries)
        .from(2)
        .read_mode(ReadMode::Never),
    Attack::new("127 GetEntries, read", 127, calls::get_entries),
    Attack::new(
        "960 GetManagedObjects, not read",
        MOST_PENDING,
        calls::get_managed_objects,
    )
    .from(8)
    .read_mode(ReadMode::Never),
    Attack::new("960 Introspect, not read", MOST_PENDING, calls::introspect)
        .from(8)
        .read_mode(ReadMode::Never),
    Attack::new(
        "960 Introspect of /, not read",
        MOST_PENDING,
        calls::introspect_top,
    )
    .from(8)
    .read_mode(ReadMode::Never),
    Attack::new(
        "960 GetStatistics, not read",
        MOST_PENDING,
        calls::get_statistics,
    )
    .from(8)
    .read_mode(ReadMode::Never),
    Attack::new("960 GetAll, not read", MOST_PENDING, calls::get_all)
        .from(8)
        .read_mode(ReadMode::Never),
    Attack::new("1,920 bulk calls, not read", 30, calls::bulk)
        .from(64)
        .read_mode(ReadMode::Never),
    Attack::new("1,920 bulk calls, read byte by byte", 30, calls::bulk)
        .from(64)
        .read_mode(ReadMode::Slowly)
        .lingering(Duration::from_secs(3)),
    Attack::new("1,920 bulk calls, read", 30, calls::bulk).from(64),
];

/// Exhaust its CPU time.
pub const FLOODS: [Attack; 4] = [
    Attack::new(
        "10,000 GetHistory without reply",
        10_000,
        |target, number| calls::get_history(target, number).without_reply(),
    ),
    Attack::new(
        "10,000 calls of all kinds without reply",
        10_000,
        every_without_reply,
    ),
    Attack::new("480 GetEntries, read", MOST_PENDING, calls::get_entries).from(4),
    Attack::new("40,000 cheap calls, read", 5000, calls::cheap).from(8),
];

/// The same for longer.
pub const LONG_FLOOD: Attack = Attack::new(
    "200,000 calls of all kinds without reply",
    50_000,
    every_without_reply,
)
.from(4);

fn every_without_reply(target: &Target, number: usize) -> Message {
    calls::every(target, number).without_reply()
}

/// Exhaust its memory with large messages.
pub const OVERSIZE: [Attack; 5] = [
    Attack::new("10 bodies of 1 to 32 MB", 10, large),
    Attack::new("200 bodies of 1 MB without reply", 50, |target, _| {
        sized(target, 1 << 20).without_reply()
    })
    .from(4),
    Attack::new("40 paths of 1 MB", 40, |target, number| {
        let path = format!("/{}", "a".repeat(1 << 20));
        let member = if number.is_multiple_of(2) {
            "GetEntries"
        } else {
            "Nothing"
        };
        Message::call(&target.unique, &path, DEVICE, member)
    }),
    Attack::new("2,000 deep signatures", 2000, deep),
    Attack::new("100 broken messages", 2, broken).from(50),
];

/// Headers that no library writes, and forged signals of the bus, the service or logind; sent to
/// the service or to a program that follows it.
pub const ODD: [Attack; 7] = [
    Attack::new(
        "messages with unknown header fields",
        odd::UNKNOWN_FIELDS,
        odd::unknown_field,
    )
    .one_by_one(),
    Attack::new("odd headers", odd::ODD_HEADERS, odd::header).one_by_one(),
    Attack::new("big-endian messages", odd::BIG_ENDIAN, odd::big_endian).one_by_one(),
    Attack::new("forged signals", odd::BROADCASTS, odd::unicast).one_by_one(),
    Attack::new("broadcasts", odd::BROADCASTS, odd::broadcast).one_by_one(),
    Attack::new(
        "broadcasts with a descriptor",
        odd::BROADCASTS,
        odd::broadcast,
    )
    .one_by_one()
    .with_descriptors(1),
    Attack::new("forged replies with a descriptor", 20, |target, number| {
        let serial = u32::try_from(number).unwrap() + 1;
        Message::reply(&target.unique, serial).with(Body::default().string(odd::FORGED))
    })
    .one_by_one()
    .with_descriptors(1),
];

/// Exhaust descriptors and memory of a program that follows the service, by messages to its unique
/// name.
pub const CLIENTS: [Attack; 5] = [
    Attack::new("400 signals with 16 descriptors", 400, calls::signal)
        .with_descriptors(MOST_DESCRIPTORS)
        .lingering(SHORTLY),
    Attack::new("400 calls with 16 descriptors", 400, |target, number| {
        calls::get(target, number).to(&target.unique)
    })
    .with_descriptors(MOST_DESCRIPTORS)
    .lingering(SHORTLY),
    Attack::new("20 signals of 1 to 16 MB", 20, |target, number| {
        let body = Body::default().zeros([1, 4, 16, 8][number % 4] << 20);
        calls::signal(target, number).with(body)
    })
    .lingering(SHORTLY),
    Attack::new("2,000 signals of all kinds", 2000, odd_signal).lingering(SHORTLY),
    Attack::new("2,000 forged replies", 2000, |target, number| {
        let serial = u32::try_from(number / 2).unwrap();
        let name = "org.freedesktop.DBus.Error.Failed";
        if number.is_multiple_of(2) {
            Message::reply(&target.unique, serial).with(Body::default().string("forged"))
        } else {
            Message::error(&target.unique, serial, name)
        }
    })
    .lingering(SHORTLY),
];

/// Forged signals of the bus, the service or the notification server, with bodies of another type.
fn odd_signal(target: &Target, number: usize) -> Message {
    let bus = "org.freedesktop.DBus";
    let (path, interface, member) = [
        (
            target.device(0),
            "org.freedesktop.DBus.Properties",
            "PropertiesChanged",
        ),
        (target.device(0), DEVICE, "LightButtonPressed"),
        (
            "/org/solarstatus/Monitor1",
            "org.freedesktop.DBus.ObjectManager",
            "InterfacesRemoved",
        ),
        ("/org/freedesktop/DBus", bus, "NameOwnerChanged"),
        ("/org/freedesktop/DBus", bus, "NameLost"),
        ("/org/freedesktop/DBus", bus, "NameAcquired"),
        (
            "/org/freedesktop/Notifications",
            "org.freedesktop.Notifications",
            "NotificationClosed",
        ),
    ][number % 7];
    let body = match number % 3 {
        0 => Body::default(),
        1 => Body::default().string(NAME),
        _ => Body::default()
            .string(NAME)
            .string(&target.unique)
            .string(""),
    };
    Message::signal(&target.unique, path, interface, member).with(body)
}

/// Bodies up to the limit of a bus, 32 MB with the header, and one beyond it, for which the bus
/// closes the connection.
fn large(target: &Target, number: usize) -> Message {
    const SIZES: [usize; 10] = [1, 8, 16, 31, 1, 8, 16, 31, 1, 32];
    sized(target, SIZES[number % SIZES.len()] << 20)
}

/// Calls an existing method with parameters of that size.
fn sized(target: &Target, size: usize) -> Message {
    let path = target.device(size);
    Message::call(NAME, path, DEVICE, "GetEntries").with(Body::default().zeros(size))
}

/// Bodies nested as deep as a bus allows, for existing methods and an unknown one.
fn deep(target: &Target, number: usize) -> Message {
    let member = ["GetEntries", "MeasureLight", "Nothing"][number % 3];
    let body = if number.is_multiple_of(2) {
        Body::default().nested_arrays(32)
    } else {
        Body::default().nested_variants(60)
    };
    Message::call(NAME, target.device(number), DEVICE, member).with(body)
}

/// A valid message, then one for which the bus closes the connection.
fn broken(target: &Target, number: usize) -> Message {
    let good = calls::get(target, number);
    match number {
        0 => good,
        _ if target.devices.len().is_multiple_of(2) => good.broken_by(|bytes| bytes[0] = b'X'),
        _ => good.broken_by(|bytes| bytes[4..8].fill(0xFF)),
    }
}
