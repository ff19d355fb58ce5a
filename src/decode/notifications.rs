//! The fields of HID++ 1.0 notifications and of DJ notices.

use super::fields::{Fields, quoted};
use super::power;
use hidpp_proto::feature::bolt_discovery::{self, BoltDiscovery};
use hidpp_proto::feature::device_connection::{self, Arrival, DeviceConnection};
use hidpp_proto::feature::{BatteryRegister, pairing_lock};
use hidpp_proto::wire::{DjNotice, Report};

/// Adds the fields of a notification. Returns whether all of it could be explained.
pub(super) fn notification(fields: &mut Fields, report: &Report) -> bool {
    if let Some(register) = BatteryRegister::of_notification(report.sub_id()) {
        power::reading(fields, &register.read_notification(report));
        return true;
    }
    match report.sub_id() {
        0x4A => {
            let notice = pairing_lock::read_notification(report);
            let words = if notice.open { "open" } else { "closed" };
            fields.say("lock_open", notice.open, words);
            fields.say("lock_error", notice.error.name(), notice.error);
        }
        _ => return connection(fields, report) || discovery(fields, report),
    }
    true
}

fn connection(fields: &mut Fields, report: &Report) -> bool {
    match device_connection::read(report) {
        Some(DeviceConnection::Arrival(device)) => arrival(fields, &device),
        Some(DeviceConnection::Link { up }) => link(fields, up),
        Some(DeviceConnection::Unpaired | DeviceConnection::PoweredOn) => {}
        None => return false,
    }
    true
}

fn arrival(fields: &mut Fields, device: &Arrival) {
    fields.say("kind", device.kind.name(), device.kind);
    fields.say("wpid", device.wpid.to_string(), device.wpid);
    fields.say("radio", device.protocol.name(), device.protocol);
    link(fields, device.online);
    let words = if device.encrypted {
        "encrypted"
    } else {
        "not encrypted"
    };
    fields.say("encrypted", device.encrypted, words);
    fields.row(
        "software_present",
        device.software_present,
        yes(device.software_present),
    );
    let words = if device.payload {
        "yes: the device produced data"
    } else {
        "no"
    };
    fields.row("payload", device.payload, words);
}

fn link(fields: &mut Fields, online: bool) {
    fields.say("online", online, if online { "online" } else { "offline" });
}

fn yes(bit: bool) -> &'static str {
    if bit { "yes" } else { "no" }
}

fn discovery(fields: &mut Fields, report: &Report) -> bool {
    let status = |fields: &mut Fields, open: bool, error: u8| {
        fields.say("open", open, if open { "going on" } else { "ended" });
        let words = match error {
            0 => "no error".to_owned(),
            error => format!("error {error:02X}"),
        };
        fields.say("error_code", error, words);
    };
    match bolt_discovery::read(report) {
        Some(BoltDiscovery::Device {
            counter,
            kind,
            wpid,
        }) => {
            fields.say("kind", kind.name(), kind);
            fields.say("wpid", wpid.to_string(), wpid);
            fields.row("counter", counter, counter);
        }
        Some(BoltDiscovery::Name { counter, name }) => {
            fields.text("name", &name, quoted);
            fields.row("counter", counter, counter);
        }
        Some(BoltDiscovery::Discovery { open, error }) => status(fields, open, error),
        Some(BoltDiscovery::Pairing { open, error, slot }) => {
            status(fields, open, error);
            if let Some(slot) = slot {
                fields.say("pairing_slot", slot.get(), format!("slot {slot}"));
            }
        }
        None => return false,
    }
    true
}

/// Adds the fields of a DJ notice.
pub(super) fn dj(fields: &mut Fields, notice: DjNotice) {
    match notice {
        DjNotice::Paired { wpid, report_types } => {
            fields.say("wpid", wpid.to_string(), wpid);
            let types = format!("{report_types:08X}");
            fields.row("report_types", types.clone(), types);
        }
        DjNotice::EndOfList => fields.say("end_of_list", true, "end of list"),
        DjNotice::Link { up } => link(fields, up),
        DjNotice::Error(code) => fields.say("error_code", code, format!("code {code:02X}")),
        DjNotice::Unpaired | DjNotice::Switch | DjNotice::List | DjNotice::Unknown(_) => {}
    }
}
