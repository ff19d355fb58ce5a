//! The fields of HID++ 2.0 requests, replies and events.

use serde_json::Value;

use super::fields::{Fields, count, quoted};
use super::registers::serial;
use super::{battery, catalogue, role};
use hidpp_proto::feature::device_information::{self, DeviceInformation};
use hidpp_proto::feature::{
    BatteryFeature, DeviceKind, device_name, feature_set, root, wireless_status,
};
use hidpp_proto::wire::{FeatureId, Report};

/// Adds the fields of a request. Returns whether all of it could be explained.
pub(super) fn request(fields: &mut Fields, id: FeatureId, report: &Report) -> bool {
    let [p0, p1, p2] = report.head();
    let function = role::function(report);
    if let Some(feature) = BatteryFeature::from_id(id) {
        return battery::request(fields, feature, function, report);
    }
    match (id, function) {
        (FeatureId::ROOT, root::GET_FEATURE) => {
            let id = FeatureId(u16::from_be_bytes([p0, p1]));
            found(fields, Some(id));
        }
        (FeatureId::ROOT, root::PING) => mark(fields, p2),
        (FeatureId::FEATURE_SET, feature_set::GET_FEATURE_ID) => {
            fields.say("found_index", p0, format!("entry {p0:02X}"));
        }
        (FeatureId::DEVICE_INFORMATION, device_information::GET_FIRMWARE_INFO) => {
            fields.say("entity", p0, format!("entity {p0}"));
        }
        (FeatureId::DEVICE_NAME, device_name::GET_NAME) => {
            fields.say("offset", p0, format!("from byte {p0}"));
        }
        _ => return catalogue::request(fields, id, function, params(report)),
    }
    true
}

/// Adds the fields of a reply, to `request` if that was seen. Returns whether all of it could be
/// explained.
pub(super) fn reply(
    fields: &mut Fields,
    id: FeatureId,
    report: &Report,
    request: Option<&Report>,
) -> bool {
    let function = role::function(report);
    if let Some(feature) = BatteryFeature::from_id(id) {
        return battery::reply(fields, feature, function, report);
    }
    match (id, function) {
        (FeatureId::ROOT, root::GET_FEATURE) => lookup(fields, report, request),
        (FeatureId::ROOT, root::PING) => {
            let (version, answered) = root::read_ping(report);
            fields.say("version", version.to_string(), format!("HID++ {version}"));
            mark(fields, answered);
        }
        (FeatureId::FEATURE_SET, feature_set::GET_COUNT) => {
            let number = feature_set::read_count(report);
            let words = format!("{} besides root", count(number, "feature"));
            fields.say("feature_count", number, words);
        }
        (FeatureId::FEATURE_SET, feature_set::GET_FEATURE_ID) => {
            let entry = feature_set::read_feature_id(report);
            match asked(request) {
                Some(index) => fields.say("found_index", index, format!("entry {index:02X}")),
                None => fields.keep("found_index", Value::Null),
            }
            found(fields, Some(entry.id));
            feature_flags(fields, entry.flags);
            fields.row("feature_version", entry.version, entry.version);
        }
        (FeatureId::DEVICE_INFORMATION, device_information::GET_DEVICE_INFO) => {
            identity(fields, &device_information::read_device_info(report));
        }
        (FeatureId::DEVICE_INFORMATION, device_information::GET_FIRMWARE_INFO) => {
            let firmware = device_information::read_firmware_info(report);
            fields.say("part", firmware.kind.name(), firmware.kind);
            let version = firmware.version.to_string();
            fields.say("firmware", version.clone(), version);
            product_id(fields, firmware.product_id);
        }
        (FeatureId::DEVICE_INFORMATION, device_information::GET_SERIAL_NUMBER) => {
            let serial = device_information::read_serial_number(report);
            fields.text("serial", &serial, str::to_owned);
        }
        (FeatureId::DEVICE_NAME, device_name::GET_COUNT) => {
            let length = device_name::read_count(report);
            fields.say("name_length", length, count(length, "byte"));
        }
        (FeatureId::DEVICE_NAME, device_name::GET_NAME) => {
            let name = device_name::name(device_name::read_name(report));
            fields.text("name", &name, quoted);
            if let Some(offset) = asked(request) {
                fields.row("offset", offset, format!("from byte {offset}"));
            }
        }
        (FeatureId::DEVICE_NAME, device_name::GET_TYPE) => {
            kind(fields, device_name::read_type(report));
        }
        _ => {
            let request = request.map(params);
            return catalogue::reply(fields, id, function, params(report), request);
        }
    }
    true
}

/// Adds the fields of an event. Returns whether all of it could be explained.
pub(super) fn event(fields: &mut Fields, id: FeatureId, report: &Report) -> bool {
    let number = role::function(report);
    if let Some(feature) = BatteryFeature::from_id(id) {
        return battery::event(fields, feature, number, report);
    }
    match (id, number) {
        (FeatureId::WIRELESS_STATUS, wireless_status::STATUS_EVENT) => {
            let status = wireless_status::read_event(report);
            let mut bit = |name, value: bool, words| {
                if value {
                    fields.say(name, true, words);
                } else {
                    fields.keep(name, false);
                }
            };
            bit("reconnected", status.reconnected, "reconnected");
            bit(
                "wants_configuration",
                status.wants_configuration,
                "needs to be configured",
            );
            bit("power_switch", status.power_switch, "switched on");
        }
        _ => return catalogue::event(fields, id, number, params(report)),
    }
    true
}

/// All parameters of a report.
fn params(report: &Report) -> &[u8] {
    report.as_bytes().get(4..).unwrap_or_default()
}

/// The first parameter of the request: which entry, entity or offset was requested.
fn asked(request: Option<&Report>) -> Option<u8> {
    request.map(|request| {
        let [first, ..] = request.head();
        first
    })
}

fn lookup(fields: &mut Fields, report: &Report, request: Option<&Report>) {
    let id = request.map(|request| {
        let [high, low, _] = request.head();
        FeatureId(u16::from_be_bytes([high, low]))
    });
    found(fields, id);
    let entry = root::read_feature(report);
    match entry.index {
        Some(index) => {
            fields.say("found_index", index.0, format!("at index {index}"));
            feature_flags(fields, entry.flags);
            fields.row("feature_version", entry.version, entry.version);
        }
        None if id == Some(FeatureId::ROOT) => fields.say("found_index", 0, "at index 00"),
        None => fields.say("found_index", Value::Null, "absent"),
    }
}

fn found(fields: &mut Fields, id: Option<FeatureId>) {
    let name = id.and_then(catalogue::name);
    match (id, name) {
        (Some(id), Some(name)) => {
            fields.say("found_feature", id.to_string(), format!("{id} {name}"));
        }
        (Some(id), None) => fields.say("found_feature", id.to_string(), id),
        (None, _) => fields.keep("found_feature", Value::Null),
    }
    fields.keep("found_name", name);
}

fn feature_flags(fields: &mut Fields, flags: u8) {
    let names: Vec<&str> = [(0x80, "obsolete"), (0x40, "hidden"), (0x20, "internal")]
        .iter()
        .filter(|(bit, _)| flags & bit != 0)
        .map(|&(_, name)| name)
        .collect();
    let bytes = format!("{flags:02X}");
    let names = names.join(", ");
    if flags == 0 {
        fields.keep("flags", bytes);
    } else {
        fields.row(
            "flags",
            bytes.clone(),
            format!("{bytes} {names}").trim_end(),
        );
    }
    fields.keep("flag_names", names);
}

fn mark(fields: &mut Fields, mark: u8) {
    fields.say("mark", mark, format!("mark {mark:02X}"));
}

fn identity(fields: &mut Fields, info: &DeviceInformation) {
    let entities = match info.entities {
        1 => "1 firmware entity".to_owned(),
        number => format!("{number} firmware entities"),
    };
    fields.say("entities", info.entities, entities);
    serial(fields, "unit_id", "unit", info.unit_id);
    let transports: Vec<&str> = [
        (1, "Bluetooth"),
        (2, "Bluetooth LE"),
        (4, "eQUAD"),
        (8, "USB"),
    ]
    .iter()
    .filter(|(bit, _)| info.transports & bit != 0)
    .map(|&(_, name)| name)
    .collect();
    let models: Vec<String> = info
        .model_ids
        .iter()
        .filter(|&&model| model != 0)
        .map(|model| format!("{model:04X}"))
        .collect();
    if info.transports == 0 {
        // Version 0 of the feature reports the count only.
        for name in ["transports", "model_ids", "extended_model", "has_serial"] {
            fields.keep(name, Value::Null);
        }
        return;
    }
    // There is one model id for each transport, in their order. A G933 has an id after the last of
    // these (recording), so its bits for transports are wrong.
    let beyond = info.model_ids.iter().skip(transports.len());
    let doubt = match beyond.copied().find(|&model| model != 0) {
        Some(_) => " (not by its models)",
        None => "",
    };
    let (transports, models) = (transports.join(", "), models.join(", "));
    fields.say(
        "transports",
        transports.clone(),
        format!("{transports}{doubt}"),
    );
    fields.say("model_ids", models.clone(), format!("model {models}"));
    fields.row("extended_model", info.extended_model, info.extended_model);
    let words = if info.has_serial_number { "yes" } else { "no" };
    fields.row("has_serial", info.has_serial_number, words);
}

fn product_id(fields: &mut Fields, id: u16) {
    match id {
        0 => fields.keep("product_id", Value::Null),
        id => {
            let id = format!("{id:04X}");
            fields.row("product_id", id.clone(), id);
        }
    }
}

fn kind(fields: &mut Fields, kind: DeviceKind) {
    fields.say("kind", kind.name(), kind);
}
