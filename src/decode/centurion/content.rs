//! The content of Centurion messages: names of features and functions, and their fields.
//!
//! Names: Solaar, `LGSTrayEx` and `HeadsetControl`.

use serde_json::Value;

use crate::decode::fields::{Fields, count};
use crate::decode::power;
use hidpp_proto::feature::{
    BatteryFeature, DeviceText, centurion_battery, centurion_bridge, centurion_identity,
    centurion_name, root,
};
use hidpp_proto::wire::centurion::MESSAGE;
use hidpp_proto::wire::{FeatureId, Function, Report};

/// The usual name of a feature; `None`: it is not known.
pub(super) const fn feature_name(id: FeatureId) -> Option<&'static str> {
    Some(match id.0 {
        0x0000 => "root",
        0x0001 => "feature set",
        0x0003 => "bridge to the headset",
        0x0005 => "multi-host",
        0x0007 => "keep-alive",
        0x0100 => "device information",
        0x0101 => "device name",
        0x0104 => "Centurion battery",
        0x0108 => "auto sleep",
        _ => return None,
    })
}

/// The name of a function; `None`: it is not known.
pub(super) fn function_name(id: FeatureId, number: u8) -> Option<&'static str> {
    Some(match (id.0, number) {
        (0x0000, 0) => "find feature",
        (0x0000, 1) => "get version",
        (0x0001, 0) => "count features",
        (0x0001, 1) => "name feature",
        (0x0003, 0) => "get connection",
        (0x0003, 1) => "pass on message",
        (0x0100, 0) => "get model",
        (0x0100, 1) => "get firmware",
        (0x0100, 2) => "get serial number",
        (0x0101, 0) => "get name",
        (0x0101, 1) => "get piece of name",
        (0x0104, 0) => "get battery",
        _ => return None,
    })
}

/// The name of an event; `None`: it is not known.
pub(super) fn event_name(id: FeatureId, number: u8) -> Option<&'static str> {
    match (id.0, number) {
        (0x0003, 0) => Some("connection"),
        (0x0003, 1) => Some("message"),
        (0x0104, 0) => Some("battery"),
        _ => None,
    }
}

/// Adds the fields of a request. Returns whether all of it could be explained.
pub(super) fn request(
    fields: &mut Fields,
    id: FeatureId,
    function: Function,
    params: &[u8],
) -> bool {
    match (id, function.get(), params) {
        (FeatureId::ROOT, root::GET_FEATURE, [high, low]) => {
            found(fields, FeatureId(u16::from_be_bytes([*high, *low])));
            true
        }
        (FeatureId::FEATURE_SET, 1, [index]) => {
            fields.say("found_index", *index, format!("entry {index:02X}"));
            true
        }
        (centurion_name::ID, centurion_name::GET_PIECE, [offset]) => {
            fields.say("offset", *offset, format!("from byte {offset}"));
            true
        }
        (_, _, params) => params.is_empty(),
    }
}

/// Adds the fields of a reply to `request`, if that was seen. Returns whether all of it could be
/// explained.
pub(super) fn reply(
    fields: &mut Fields,
    id: FeatureId,
    function: Function,
    report: &Report,
    request: Option<&Report>,
) -> bool {
    let params = super::params(report);
    match (id, function.get(), params) {
        (FeatureId::ROOT, root::GET_FEATURE, [_, _, version]) => {
            if let Some([high, low]) = request.map(super::params) {
                found(fields, FeatureId(u16::from_be_bytes([*high, *low])));
            }
            match root::read_feature(report).index {
                Some(index) => fields.say("found_index", index.0, format!("at index {index}")),
                None => fields.say("found_index", Value::Null, "absent"),
            }
            fields.row("feature_version", *version, *version);
        }
        (FeatureId::ROOT, root::PING, [major, minor, other]) => {
            let version = format!("{major}.{minor}");
            fields.say("version", version.clone(), format!("version {version}"));
            fields.keep("third", *other);
        }
        (FeatureId::FEATURE_SET, 0, [number]) => {
            let words = format!("{} with root", count(*number, "feature"));
            fields.say("feature_count", *number, words);
        }
        (FeatureId::FEATURE_SET, 1, [_, high, low, _, version]) => {
            found(fields, FeatureId(u16::from_be_bytes([*high, *low])));
            fields.row("feature_version", *version, *version);
        }
        (centurion_bridge::ID, centurion_bridge::CONNECTION, _) => {
            return connection(fields, centurion_bridge::read_connection(report));
        }
        (centurion_bridge::ID, function, []) if function == MESSAGE.get() => {
            fields.say("acknowledged", true, "acknowledged, not yet answered");
        }
        (centurion_identity::ID, centurion_identity::GET_SERIAL, _) => {
            match centurion_identity::read_serial(report) {
                Some(serial) => fields.text("serial", &serial, |it| format!("serial number {it}")),
                None => return false,
            }
        }
        (centurion_name::ID, centurion_name::GET_NAME, _) => {
            let (length, start) = centurion_name::read_name(report);
            fields.row("name_length", length, length);
            fields.text("name", &DeviceText::new(start), |it| format!("“{it}”"));
        }
        (centurion_name::ID, centurion_name::GET_PIECE, piece) => {
            fields.text("name", &DeviceText::new(piece), |it| format!("“{it}”"));
        }
        (centurion_battery::ID, centurion_battery::GET_BATTERY, _) => {
            return battery(fields, report);
        }
        _ => return false,
    }
    true
}

/// Adds the fields of an event. Returns whether all of it could be explained.
pub(super) fn event(fields: &mut Fields, id: FeatureId, event: Function, report: &Report) -> bool {
    match (id, event.get()) {
        (centurion_bridge::ID, centurion_bridge::CONNECTION) => {
            connection(fields, centurion_bridge::read_connection_event(report))
        }
        (centurion_battery::ID, centurion_battery::BATTERY_EVENT) => battery(fields, report),
        _ => false,
    }
}

fn connection(fields: &mut Fields, up: Option<bool>) -> bool {
    match up {
        Some(true) => fields.say("online", true, "headset on"),
        Some(false) => fields.say("online", false, "headset off or out of range"),
        None => return false,
    }
    true
}

fn battery(fields: &mut Fields, report: &Report) -> bool {
    let is_reading = super::params(report).len() == 3;
    if is_reading {
        power::reading(fields, &BatteryFeature::Centurion.read(None, report));
    }
    is_reading
}

fn found(fields: &mut Fields, id: FeatureId) {
    let name = feature_name(id);
    let words = name.map_or_else(|| id.to_string(), |name| format!("{id} {name}"));
    fields.say("found_feature", id.to_string(), words);
    fields.keep("found_name", name);
}
