//! The daemon on the system bus, alongside the kernel and the real upowerd.

mod agreement;
mod cycles;
mod ends;
mod input_load;
mod obstacles;
mod solar;
mod upower_values;

pub(super) use cycles::prove as prove_cycles;
pub(super) use ends::{prove_killed, prove_stopped};
use hidpp_sim::receiver::Receiver;
pub(super) use obstacles::{prove_denied, prove_full};
pub(super) use solar::prove as prove_solar;
use test_support::wait::eventually;
pub(super) use upower_values::prove as prove_upower_values;

use super::{Desk, K750_SERIAL, batteries, plug_in_receiver};
use crate::bus::{Client, Device, Service, Values};
use crate::descriptors::UNIFYING;
use crate::devices;
use crate::kernel::PATIENCE;

/// The slots of the six devices.
const K750: u8 = 1;
const M705: u8 = 2;
const K800: u8 = 3;
const MX_MASTER: u8 = 4;
const G903: u8 = 5;
const PRO_X: u8 = 6;

/// Plugs in the six devices of the comparison with Solaar, and waits until the kernel has set them
/// up.
fn plug_in_six() -> Desk {
    let receiver = Receiver::new([0xAF, 0x4F, 0x95, 0xEA]);
    plug_in_receiver(&UNIFYING, devices::put(&batteries::EXPECTED, receiver))
}

/// A service's values of the device with this serial number, once it is listed.
fn find(client: &Client, service: Service, serial: [u8; 4]) -> Device {
    eventually("a device on the bus", PATIENCE, || {
        let mut all = client.batteries(service).into_iter();
        all.find(|device| device.has_serial(serial))
    })
}

/// A service's values of a battery, in words.
fn in_words(values: &Values) -> String {
    let kind = word(&KINDS, &values["Type"]);
    let state = word(&STATES, &values["State"]);
    let percentage = &values["Percentage"];
    match values["BatteryLevel"].as_str() {
        EXACT => format!("{kind}, {percentage} %, {state}"),
        level => format!("{kind}, {}, {state}", word(&LEVELS, level)),
    }
}

/// The numbers of UPower's `Type`, `State` and `BatteryLevel` (`up-types.h`).
const KINDS: [(&str, &str); 4] = [
    ("2", "battery"),
    ("5", "mouse"),
    ("6", "keyboard"),
    ("17", "headset"),
];
const STATES: [(&str, &str); 4] = [
    ("0", "unknown"),
    ("1", "charging"),
    ("2", "discharging"),
    ("4", "full"),
];
const LEVELS: [(&str, &str); 6] = [
    ("0", "level unknown"),
    ("3", "level low"),
    ("4", "level critical"),
    ("6", "level normal"),
    ("7", "level high"),
    ("8", "level full"),
];
/// The `BatteryLevel` of a device with an exact percentage.
const EXACT: &str = "1";

fn word<'a>(words: &[(&str, &'a str)], number: &'a str) -> &'a str {
    let found = words.iter().find(|(of, _)| *of == number);
    found.map_or(number, |(_, word)| word)
}
