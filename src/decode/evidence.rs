//! Evidence about a source: what its frames show beyond their own meaning, such as a receiver or a
//! device, and paired slots.

use super::context::{Behind, Talk};
use super::role::Role;
use hidpp_proto::feature::bolt_pairing::{self, BoltPairing};
use hidpp_proto::feature::device_connection::{self, Arrival, DeviceConnection, Radio};
use hidpp_proto::feature::pairing_information::{self, PairingInformation};
use hidpp_proto::feature::{PairingRecords, receiver_firmware};
use hidpp_proto::wire::{
    DeviceIndex, DjNotice, DjReport, Error10, ErrorCode, Message, Register, Report, Slot,
};

/// Learns from a report that is not an error.
pub(super) fn report(talk: &mut Talk<'_>, report: &Report, role: Role) {
    let device = report.device();
    if device.slot().is_some() && !matches!(role, Role::Request | Role::Error) {
        talk.learn_slot(device.0, true);
    }
    match (role, Message::of(report)) {
        (Role::Reply, Message::Register { register, .. }) if device == DeviceIndex::RECEIVER => {
            register_of_receiver(talk, register, report);
        }
        (Role::Reply, Message::Reply { .. }) => {
            talk.learn_modern(device.0);
            if device == DeviceIndex::RECEIVER {
                talk.learn_behind(Behind::Device);
            }
        }
        (Role::Notification, _) => connection(talk, report),
        _ => {}
    }
}

/// Learns from an error and the request that it refuses, if that was seen.
pub(super) fn error(
    talk: &mut Talk<'_>,
    report: &Report,
    request: Option<&Report>,
    code: ErrorCode,
) {
    let ErrorCode::Hidpp10(code) = code else {
        return;
    };
    let device = report.device();
    // No receiver returns this error for an empty slot.
    if code == Error10::ResourceError && device.slot().is_some() {
        talk.learn_slot(device.0, true);
    }
    let is_record = request.is_some_and(|request| {
        matches!(Message::of(request), Message::Register { register, .. }
            if register == Register::PAIRING_INFORMATION)
    });
    if is_record && matches!(code, Error10::InvalidValue | Error10::UnsupportedParameter) {
        talk.learn_behind(Behind::Receiver(PairingRecords::Unknown));
        let slot = request.and_then(|request| {
            let [part, ..] = request.head();
            slot_of(part)
        });
        if let Some(slot) = slot {
            talk.learn_slot(slot.get(), false);
        }
    }
}

/// Learns from a DJ report, which only receivers send.
pub(super) fn dj(talk: &mut Talk<'_>, report: DjReport) {
    talk.learn_behind(Behind::Receiver(PairingRecords::Unknown));
    let Some(slot) = report.device.slot() else {
        return;
    };
    match report.notice {
        DjNotice::Paired { wpid, .. } => {
            talk.learn_product(slot.get(), wpid.0);
            talk.learn_slot(slot.get(), true);
        }
        DjNotice::Link { .. } => talk.learn_slot(slot.get(), true),
        DjNotice::Unpaired => talk.forget(slot.get()),
        _ => {}
    }
}

/// The slot that a sub-register of B5 belongs to.
pub(super) fn slot_of(part: u8) -> Option<Slot> {
    match part & 0xF0 {
        0x20 => Slot::new((part & 0x0F) + 1),
        0x50 => Slot::new(part & 0x0F),
        _ => None,
    }
}

fn register_of_receiver(talk: &mut Talk<'_>, register: Register, report: &Report) {
    let [part, ..] = report.head();
    let records = match register {
        Register::CONNECTION_STATE => PairingRecords::Unknown,
        Register::BOLT_UNIQUE_ID => PairingRecords::Bolt,
        Register::PAIRING_INFORMATION if part == receiver_firmware::SUB_REGISTER => {
            PairingRecords::Unknown
        }
        Register::PAIRING_INFORMATION => match bolt_pairing::read(report) {
            Some(BoltPairing::Pairing(slot, pairing)) => {
                talk.learn_product(slot.get(), pairing.wpid.0);
                PairingRecords::Bolt
            }
            Some(BoltPairing::Name(..)) => PairingRecords::Bolt,
            None => match pairing_information::read(report) {
                PairingInformation::Pairing(slot, pairing) => {
                    talk.learn_product(slot.get(), pairing.wpid.0);
                    PairingRecords::Legacy
                }
                PairingInformation::Unknown(_) => PairingRecords::Unknown,
                _ => PairingRecords::Legacy,
            },
        },
        _ => return,
    };
    talk.learn_behind(Behind::Receiver(records));
    if register == Register::PAIRING_INFORMATION
        && let Some(slot) = slot_of(part)
    {
        talk.learn_slot(slot.get(), true);
    }
}

fn connection(talk: &mut Talk<'_>, report: &Report) {
    let Some(connection) = device_connection::read(report) else {
        return;
    };
    let Some(slot) = report.device().slot() else {
        return;
    };
    let records = match &connection {
        DeviceConnection::Arrival(Arrival {
            protocol: Radio::Bolt,
            ..
        }) => PairingRecords::Bolt,
        _ => PairingRecords::Unknown,
    };
    talk.learn_behind(Behind::Receiver(records));
    if let DeviceConnection::Arrival(arrival) = &connection {
        talk.learn_product(slot.get(), arrival.wpid.0);
    }
    if connection == DeviceConnection::Unpaired {
        talk.forget(slot.get());
    }
}
