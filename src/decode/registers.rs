//! The fields of HID++ 1.0 register accesses.

use serde_json::Value;

use super::context::Behind;
use super::fields::{Fields, count, quoted};
use super::{evidence, power};
use crate::text;
use hidpp_proto::feature::bolt_pairing::{self, BoltPairing};
use hidpp_proto::feature::firmware_version::{self, Item};
use hidpp_proto::feature::notification_flags::{self, NotificationFlags};
use hidpp_proto::feature::pairing_information::{self, PairingInformation};
use hidpp_proto::feature::{
    BatteryRegister, PairingRecords, bolt_unique_id, connection_state, device_connection::Radio,
    pairing_lock, receiver_firmware,
};
use hidpp_proto::wire::{Access, Register, Report, Slot};

/// Register B2: pairing lock and unpairing.
const PAIRING_LOCK: Register = Register(0xB2);

/// Explains a request. Returns whether all of it could be explained.
pub(super) fn request(fields: &mut Fields, report: &Report) -> bool {
    let access = Access::from(report.sub_id());
    let [first, ..] = report.head();
    match (access, Register(report.address())) {
        (Access::SetShort, Register::NOTIFICATION_FLAGS) => {
            flags(fields, notification_flags::read(report));
        }
        (Access::SetShort, Register::CONNECTION_STATE) if first == 0x02 => {
            fields.say("announce", true, "announce all paired devices");
        }
        (Access::SetShort, PAIRING_LOCK) => lock(fields, report),
        (Access::GetShort, Register::FIRMWARE_VERSION) => {
            part(fields, firmware_version::read(report).0);
        }
        (Access::GetLong, Register::PAIRING_INFORMATION) => sub_register(fields, first),
        (Access::GetShort | Access::GetLong, _) => return report.head() == [0; 3],
        _ => return false,
    }
    true
}

/// Explains a reply, given what is `behind` the source. Returns whether all of it could be explained.
pub(super) fn reply(fields: &mut Fields, report: &Report, behind: Option<Behind>) -> bool {
    let access = Access::from(report.sub_id());
    let register = Register(report.address());
    if access == Access::GetShort
        && let Some(register) = BatteryRegister::from_id(register)
    {
        power::reading(fields, &register.read(report));
        return true;
    }
    match (access, register) {
        (Access::GetShort, Register::NOTIFICATION_FLAGS) => {
            flags(fields, notification_flags::read(report));
        }
        (Access::GetShort, Register::CONNECTION_STATE) => {
            let state = connection_state::read(report);
            let words = format!("{} paired", count(state.paired, "device"));
            fields.say("paired", state.paired, words);
            match state.remaining_pairings {
                Some(left) => {
                    let words = format!("{} left", count(left, "pairing"));
                    fields.say("remaining_pairings", left, words);
                }
                None => fields.keep("remaining_pairings", Value::Null),
            }
        }
        (Access::GetShort, Register::FIRMWARE_VERSION) => firmware(fields, report),
        (Access::GetLong, Register::PAIRING_INFORMATION) => {
            return pairing(fields, report, behind);
        }
        (Access::GetLong, Register::DEVICE_ACTIVITY) => activity(fields, report),
        (Access::GetLong, Register::BOLT_UNIQUE_ID) => {
            match text::name(bolt_unique_id::read(report).untrusted()) {
                Some(id) => fields.say("serial", id.clone(), format!("serial {id}")),
                None => fields.say("serial", Value::Null, "no serial"),
            }
        }
        (Access::SetShort | Access::SetLong, _) => {
            if report.head() != [0; 3] {
                return false;
            }
            fields.say("done", true, "done");
        }
        _ => return false,
    }
    true
}

/// Register B3: a counter for each slot, modulo 256, of the reports that were not empty.
fn activity(fields: &mut Fields, report: &Report) {
    let counters = report.params();
    let words: Vec<String> = (1..)
        .zip(counters)
        .filter(|(_, counter)| **counter != 0)
        .map(|(slot, counter)| format!("slot {slot}: {counter}"))
        .collect();
    let words = if words.is_empty() {
        "no activity".to_owned()
    } else {
        words.join(", ")
    };
    fields.say("activity", counters.to_vec(), words);
}

fn flags(fields: &mut Fields, flags: NotificationFlags) {
    let [r0, r1, r2] = flags.0;
    let names = flags.names().join(", ");
    let bytes = format!("{r0:02X} {r1:02X} {r2:02X}");
    let words = match (flags.0, names.as_str()) {
        ([0, 0, 0], _) => "none".to_owned(),
        (_, "") => bytes.clone(),
        _ => names.clone(),
    };
    fields.say("flags", bytes, words);
    fields.keep("flag_names", names);
}

fn lock(fields: &mut Fields, report: &Report) {
    let request = pairing_lock::read_request(report);
    fields.say("lock_action", request.action.name(), request.action);
    if request.action == pairing_lock::Action::Unpair {
        let words = format!("slot {}", request.device);
        fields.say("pairing_slot", request.device, words);
    } else if request.action == pairing_lock::Action::Open {
        let words = match request.timeout_s {
            0 => "for 30 s".to_owned(),
            seconds => format!("for {seconds} s"),
        };
        fields.say("timeout_s", request.timeout_s, words);
    }
}

/// Register F1 returns the version in parts, which together are `12.01.B0019`.
fn firmware(fields: &mut Fields, report: &Report) {
    let (item, [high, low]) = firmware_version::read(report);
    part(fields, item);
    let text = match item {
        Item::Build => format!("B{high:02X}{low:02X}"),
        _ => firmware_version::version([high, low], None).to_string(),
    };
    fields.say("firmware", text.clone(), text);
}

fn part(fields: &mut Fields, item: Item) {
    fields.say("part", item.name(), item);
}

fn sub_register(fields: &mut Fields, number: u8) {
    let in_block = Slot::new((number & 0x0F) + 1);
    let (what, slot) = match number & 0xF0 {
        _ if number == receiver_firmware::SUB_REGISTER => ("firmware", None),
        _ if number == 0x03 => ("identity", None),
        0x20 => ("pairing", evidence::slot_of(number)),
        0x30 => ("extended pairing", in_block),
        0x40 => ("name", in_block),
        0x50 => ("pairing (Bolt)", evidence::slot_of(number)),
        0x60 => ("name (Bolt)", Slot::new(number & 0x0F)),
        _ => ("sub-register", None),
    };
    let words = match slot {
        Some(slot) => format!("{number:02X} {what} of slot {slot}"),
        None => format!("{number:02X} {what}"),
    };
    fields.say("sub_register", format!("{number:02X}"), words);
    fields.keep("pairing_slot", slot.map(Slot::get));
}

fn pairing(fields: &mut Fields, report: &Report, behind: Option<Behind>) -> bool {
    let [number, ..] = report.head();
    sub_register(fields, number);
    if number == receiver_firmware::SUB_REGISTER {
        let version = receiver_firmware::read(report).to_string();
        fields.say("firmware", version.clone(), version);
        let is_bolt = match behind {
            Some(Behind::Receiver(PairingRecords::Bolt)) => true,
            Some(Behind::Receiver(PairingRecords::Unknown)) | None => {
                receiver_firmware::looks_like_bolt(report)
            }
            _ => false,
        };
        if is_bolt && let Some(slots) = receiver_firmware::read_bolt_slots(report) {
            fields.say("slots", slots, count(slots, "slot"));
        }
        return true;
    }
    if let Some(bolt) = bolt_pairing::read(report) {
        bolt_record(fields, bolt);
        return true;
    }
    match pairing_information::read(report) {
        PairingInformation::Receiver(receiver) => {
            serial(fields, "serial", "serial", receiver.serial);
            fields.say("slots", receiver.slots, count(receiver.slots, "slot"));
        }
        PairingInformation::Pairing(_, pairing) => {
            fields.say("kind", pairing.kind.name(), pairing.kind);
            fields.say("wpid", pairing.wpid.to_string(), pairing.wpid);
            let radio = Radio::from(pairing.protocol);
            fields.say("radio", radio.name(), radio);
            let words = format!("{} ms", pairing.report_interval_ms);
            fields.row("report_interval_ms", pairing.report_interval_ms, words);
        }
        PairingInformation::Extended(_, extended) => {
            serial(fields, "serial", "serial", extended.serial);
            let switch = extended.power_switch;
            fields.row("power_switch", switch.name(), switch);
            let types = format!("{:08X}", extended.report_types);
            fields.row("report_types", types.clone(), types);
        }
        PairingInformation::Name(_, name) => {
            fields.text("name", &name, quoted);
        }
        PairingInformation::Unknown(_) => return false,
    }
    true
}

fn bolt_record(fields: &mut Fields, record: BoltPairing) {
    match record {
        BoltPairing::Pairing(_, pairing) => {
            fields.say("kind", pairing.kind.name(), pairing.kind);
            fields.say("wpid", pairing.wpid.to_string(), pairing.wpid);
            serial(fields, "unit_id", "unit", pairing.unit_id);
            let words = if pairing.online { "online" } else { "offline" };
            fields.say("online", pairing.online, words);
            fields.row("encrypted", true, "yes, as Bolt always is");
        }
        BoltPairing::Name(_, piece) => {
            fields.text("name", &piece.text, quoted);
            fields.row("name_length", piece.length, count(piece.length, "byte"));
            fields.row("piece", piece.piece, piece.piece);
        }
    }
}

/// A number of four bytes that may be missing.
pub(super) fn serial(
    fields: &mut Fields,
    name: &'static str,
    word: &str,
    serial: Option<pairing_information::Serial>,
) {
    match serial {
        Some(serial) => fields.say(name, serial.to_string(), format!("{word} {serial}")),
        None => fields.say(name, Value::Null, format!("no {word}")),
    }
}
