//! The messages of the attacks: calls of every method of the service and of unknown ones.
//!
//! Each function takes the number of the message, which selects the device and the method in turn.

use crate::client::{DEVICE, NAME, ROOT, UPOWER, UPOWER_DEVICE};

use super::target::Target;
use super::wire::{Body, Message};

const BUS: &str = "org.freedesktop.DBus";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
const PEER: &str = "org.freedesktop.DBus.Peer";
const INTROSPECTABLE: &str = "org.freedesktop.DBus.Introspectable";
const OBJECT_MANAGER: &str = "org.freedesktop.DBus.ObjectManager";

/// Builds the message with this number.
pub type Make = fn(&Target, usize) -> Message;

/// Every method, and three calls of an unknown method, object or interface.
const EVERY: [Make; 16] = [
    get_entries,
    get_history,
    get_statistics,
    get_managed_objects,
    introspect,
    introspect_top,
    introspect_device,
    get_all,
    get,
    ping,
    refresh,
    measure_light,
    |_, _| enumerate(),
    no_method,
    no_object,
    no_interface,
];

/// The methods with large replies or much work.
const BULK: [Make; 6] = [
    get_entries,
    get_managed_objects,
    introspect,
    get_statistics,
    get_history,
    get_all,
];

/// The methods with small replies.
const CHEAP: [Make; 6] = [get, ping, no_method, no_object, no_interface, |_, _| {
    enumerate()
}];

/// Every method in turn.
pub fn every(target: &Target, number: usize) -> Message {
    EVERY[number % EVERY.len()](target, number)
}

/// Every bulk method in turn.
pub fn bulk(target: &Target, number: usize) -> Message {
    BULK[number % BULK.len()](target, number)
}

/// Every cheap call in turn.
pub fn cheap(target: &Target, number: usize) -> Message {
    CHEAP[number % CHEAP.len()](target, number)
}

/// All entries of the history of a device.
pub fn get_entries(target: &Target, number: usize) -> Message {
    let path = target.device(number);
    Message::call(NAME, path, DEVICE, "GetEntries").with(Body::default().u64(0))
}

/// A history in UPower's format.
pub fn get_history(target: &Target, number: usize) -> Message {
    let body = Body::default().string("charge").u32(0).u32(1000);
    Message::call(NAME, target.device(number), UPOWER_DEVICE, "GetHistory").with(body)
}

/// Statistics in UPower's format.
pub fn get_statistics(target: &Target, number: usize) -> Message {
    let body = Body::default().string("charging");
    Message::call(NAME, target.device(number), UPOWER_DEVICE, "GetStatistics").with(body)
}

/// All objects with all properties.
pub fn get_managed_objects(_: &Target, _: usize) -> Message {
    Message::call(NAME, ROOT, OBJECT_MANAGER, "GetManagedObjects")
}

/// The interfaces of the root object.
pub fn introspect(_: &Target, _: usize) -> Message {
    Message::call(NAME, ROOT, INTROSPECTABLE, "Introspect")
}

/// The interfaces of `/`.
pub fn introspect_top(_: &Target, _: usize) -> Message {
    Message::call(NAME, "/", INTROSPECTABLE, "Introspect")
}

fn introspect_device(target: &Target, number: usize) -> Message {
    Message::call(NAME, target.device(number), INTROSPECTABLE, "Introspect")
}

/// All properties of a device in the service's own interface.
pub fn get_all(target: &Target, number: usize) -> Message {
    let body = Body::default().string(DEVICE);
    Message::call(NAME, target.device(number), PROPERTIES, "GetAll").with(body)
}

/// A small value, which the honest client reads too.
pub fn get(target: &Target, number: usize) -> Message {
    let body = Body::default().string(DEVICE).string("Id");
    Message::call(NAME, target.device(number), PROPERTIES, "Get").with(body)
}

fn ping(_: &Target, _: usize) -> Message {
    Message::call(NAME, ROOT, PEER, "Ping")
}

fn refresh(target: &Target, number: usize) -> Message {
    Message::call(NAME, target.device(number), UPOWER_DEVICE, "Refresh")
}

fn measure_light(target: &Target, _: usize) -> Message {
    light(target, 60, 1)
}

/// Requests a series of light measurements.
pub fn light(target: &Target, count: u32, period: u32) -> Message {
    let body = Body::default().u32(count).u32(period);
    Message::call(NAME, &target.solar, DEVICE, "MeasureLight").with(body)
}

fn no_method(target: &Target, number: usize) -> Message {
    Message::call(NAME, target.device(number), DEVICE, "Nothing")
}

fn no_object(_: &Target, _: usize) -> Message {
    Message::call(NAME, "/org/example/nothing", DEVICE, "GetEntries")
}

fn no_interface(target: &Target, number: usize) -> Message {
    Message::call(
        NAME,
        target.device(number),
        "org.example.Nothing1",
        "Nothing",
    )
}

/// Every method in turn, alternating between the well-known and the unique name of the service.
pub fn every_by_both_names(target: &Target, number: usize) -> Message {
    let call = every(target, number / 2);
    if number.is_multiple_of(2) {
        call
    } else {
        call.to(&target.unique)
    }
}

/// A forged `PropertiesChanged` sent to the service only.
pub fn signal(target: &Target, number: usize) -> Message {
    let path = target.device(number);
    Message::signal(&target.unique, path, PROPERTIES, "PropertiesChanged")
}

/// The paths of the devices.
pub fn enumerate() -> Message {
    Message::call(NAME, ROOT, UPOWER, "EnumerateDevices")
}

/// Requests the unique name of the owner of a name.
pub fn name_owner(name: &str) -> Message {
    to_bus("GetNameOwner").with(Body::default().string(name))
}

/// Requests the process id of the owner of a name.
pub fn process_of(name: &str) -> Message {
    to_bus("GetConnectionUnixProcessID").with(Body::default().string(name))
}

/// Requests a well-known name.
pub fn take_name(name: &str) -> Message {
    to_bus("RequestName").with(Body::default().string(name).u32(0))
}

/// Requests a copy of every call of this method of the bus; the connection can do nothing else
/// afterwards.
pub fn monitor_calls(member: &str) -> Message {
    let rule = format!("type='method_call',member='{member}'");
    let body = Body::default().strings(&[&rule]).u32(0);
    let interface = "org.freedesktop.DBus.Monitoring";
    Message::call(BUS, "/org/freedesktop/DBus", interface, "BecomeMonitor").with(body)
}

/// Subscribes to the messages that a match rule covers.
pub fn add_match(rule: &str) -> Message {
    to_bus("AddMatch").with(Body::default().string(rule))
}

/// Calls a method of the bus itself.
pub fn to_bus(member: &str) -> Message {
    Message::call(BUS, "/org/freedesktop/DBus", BUS, member)
}
