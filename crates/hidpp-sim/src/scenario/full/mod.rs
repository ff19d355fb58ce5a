//! All devices of the catalogue, on receivers of all families, cables and Bluetooth.

use crate::Plugged;
use crate::battery::State;
use crate::catalogue::{Connection, Entry, devices};
use crate::device::{Device, Kind};
use crate::family::{Family, PAD};
use crate::receiver::Receiver;

const LOGITECH: u16 = 0x046D;
const UNIFYING: u16 = 0xC52B;
const BOLT: u16 = 0xC548;
const POWERPLAY: u16 = 0xC53A;
const MHZ_27: u16 = 0xC517;
const NANO_PAIR: u16 = 0xC534;

/// The product ids of devices and their receivers. Devices that are not listed have a Unifying
/// receiver. The receiver is known for a G502 and a G903 (Powerplay); for the others it is one of
/// the right family and age.
const HOMES: [(u16, u16); 13] = [
    (0x4074, 0xC53F),
    (0x407F, POWERPLAY),
    (0x4099, 0xC547),
    (0x4085, 0xC541),
    (0x4065, 0xC53D),
    (0x4070, 0xC539),
    (0x4087, POWERPLAY),
    (0x4093, 0xC54D),
    (0x401B, 0xC52F),
    (0x4029, 0xC535),
    (0x4055, 0xC537),
    (0x4075, NANO_PAIR),
    (0x4022, NANO_PAIR),
];

/// Receivers without a serial number in their dumps.
const WITHOUT_SERIAL: [u16; 3] = [NANO_PAIR, 0xC53F, MHZ_27];

/// The short names of devices that are asleep: one each behind Unifying, two Lightspeed receivers
/// with different errors, and Bolt, and a Bluetooth mouse whose dump shows no charge. The headset
/// without a charge is switched off in the catalogue.
const ASLEEP: [&str; 5] = ["K800", "G613", "G502 X PLUS", "MX KEYS S", "MX Anywhere 3"];
/// A device that is being charged; a G933 is charging already in its dump.
const CHARGING: &str = "MX MCHNCL";
/// A full device with its charger still connected.
const CHARGED: &str = "LIFT B";

/// All 73 devices of the catalogue, each with the battery of its dump: every receiver first, then
/// the devices without one. Some are asleep, one is charging, one is full.
pub fn full() -> Vec<Plugged> {
    let mut receivers = Vec::new();
    let mut direct = Vec::new();
    for (number, entry) in (1..).zip(devices()) {
        let serial = serial(0xD0, number);
        if let Some(device) = entry.paired(serial) {
            place(&mut receivers, &entry, device);
        } else if let Some(device) = entry.direct(serial) {
            direct.push(if ASLEEP.contains(&entry.codename) {
                device.asleep()
            } else {
                device
            });
        }
    }
    let receivers = receivers.into_iter().map(Plugged::Receiver);
    let direct = direct.into_iter().map(Plugged::Direct);
    receivers.chain(direct).collect()
}

/// Puts a device into a free slot of its receiver, or of a new one.
fn place(receivers: &mut Vec<Receiver>, entry: &Entry, device: Device) {
    let product = home(entry);
    let fits = |receiver: &Receiver| {
        let same = receiver.family().product == product;
        slot(entry, receiver).filter(|_| same)
    };
    let found = receivers
        .iter_mut()
        .find_map(|receiver| fits(receiver).map(|slot| (receiver, slot)));
    if let Some((receiver, slot)) = found {
        settle(receiver, slot, entry, device);
        return;
    }
    let number = u16::try_from(receivers.len() + 1).unwrap_or(u16::MAX);
    let serial = if WITHOUT_SERIAL.contains(&product) {
        [0; 4]
    } else {
        serial(0xA0, number)
    };
    if let Some(family) = Family::of(LOGITECH, product) {
        let mut receiver = Receiver::of(family, serial);
        if let Some(slot) = slot(entry, &receiver) {
            settle(&mut receiver, slot, entry, device);
        }
        receivers.push(receiver);
    }
}

/// The product id of a device's receiver.
fn home(entry: &Entry) -> u16 {
    match entry.connection {
        Connection::Pad(_) => POWERPLAY,
        // The wireless product ids of Bolt devices are their Bluetooth ids; those of 27 MHz devices
        // have a single byte.
        _ if entry.product() >= 0xB000 => BOLT,
        _ if entry.product() <= 0xFF => MHZ_27,
        _ => {
            let home = HOMES.iter().find(|(wpid, _)| *wpid == entry.product());
            home.map_or(UNIFYING, |(_, product)| *product)
        }
    }
}

/// The free slot for a device on such a receiver. On 27 MHz it follows from the kind, and on a
/// C534, which comes with one keyboard and one mouse, the dumps show them in this order.
fn slot(entry: &Entry, receiver: &Receiver) -> Option<u8> {
    let family = receiver.family();
    let mut slots = match (entry.connection, family.product, entry.kind) {
        (Connection::Pad(_), ..) => PAD..=PAD,
        (_, MHZ_27, Kind::Keyboard) => 3..=3,
        (_, MHZ_27, _) => 1..=2,
        (_, NANO_PAIR, Kind::Keyboard) => 1..=1,
        (_, NANO_PAIR, _) => 2..=2,
        _ => 1..=family.slots,
    };
    slots.find(|slot| receiver.device(*slot).is_none())
}

fn settle(receiver: &mut Receiver, slot: u8, entry: &Entry, mut device: Device) {
    if let Connection::Pad(_) = entry.connection {
        // The pad contains its receiver (Solaar issue 1333).
        device.identity.serial = receiver.serial;
    }
    device = match entry.codename {
        CHARGING => device.with_state(State::Charging),
        CHARGED => device.with_state(State::Charged),
        name if ASLEEP.contains(&name) => device.asleep(),
        _ => device,
    };
    receiver.put(slot, device);
}

/// A serial number that is unique among those with the same first byte.
fn serial(first: u8, number: u16) -> [u8; 4] {
    let [high, low] = number.to_be_bytes();
    [first, 0x00, high, low]
}

#[cfg(test)]
mod tests;
