//! What is publicly known of HID++ 2.0 features: a table with their names, functions, events, and
//! the layout of parameters.
//!
//! A group of features is a file, which names its sources. Battery features are not in the table:
//! `hidpp_proto::feature::BatteryFeature` has them.

mod audio;
mod common;
mod controls;
mod entry;
mod gaming;
mod keyboard;
mod layout;
mod lighting;
mod mouse;
mod touch;

use self::entry::{Call, Event, Feature, Reply};
use self::layout::explain;
use super::fields::Fields;
use hidpp_proto::feature::BatteryFeature;
use hidpp_proto::wire::{FeatureId, Function};

/// All groups.
const GROUPS: &[&[Feature]] = &[
    common::FEATURES,
    controls::FEATURES,
    mouse::FEATURES,
    keyboard::FEATURES,
    touch::FEATURES,
    gaming::FEATURES,
    lighting::FEATURES,
    audio::FEATURES,
];

fn find(id: FeatureId) -> Option<&'static Feature> {
    let mut features = GROUPS.iter().flat_map(|group| group.iter());
    features.find(|feature| feature.id == id.0)
}

/// The name of a feature.
pub(super) fn name(id: FeatureId) -> Option<&'static str> {
    match BatteryFeature::from_id(id) {
        Some(battery) => Some(battery.name()),
        None => find(id).map(|feature| feature.name),
    }
}

/// The function with this number.
fn call(id: FeatureId, number: u8) -> Option<&'static Call> {
    let mut calls = find(id)?.calls.iter();
    calls.find(|call| call.number == number)
}

/// The event with this number.
fn event_of(id: FeatureId, number: u8) -> Option<&'static Event> {
    let mut events = find(id)?.events.iter();
    events.find(|event| event.number == number)
}

/// The name of a function.
pub(super) fn call_name(id: FeatureId, number: u8) -> Option<&'static str> {
    match BatteryFeature::from_id(id) {
        Some(battery) => battery.function_name(Function::new(number)),
        None => call(id, number).map(|call| call.name),
    }
}

/// The name of an event.
pub(super) fn event_name(id: FeatureId, number: u8) -> Option<&'static str> {
    match BatteryFeature::from_id(id) {
        Some(battery) => battery.event_name(Function::new(number)),
        None => event_of(id, number).map(|event| event.name),
    }
}

/// Adds the fields of a request. Returns whether all of it could be explained.
pub(super) fn request(fields: &mut Fields, id: FeatureId, number: u8, params: &[u8]) -> bool {
    let parts = call(id, number).map_or(&[][..], |call| call.request);
    explain(fields, parts, params)
}

/// Adds the fields of a reply, to a request with these parameters if that was seen. Returns whether
/// all of it could be explained.
pub(super) fn reply(
    fields: &mut Fields,
    id: FeatureId,
    number: u8,
    params: &[u8],
    request: Option<&[u8]>,
) -> bool {
    let Some(call) = call(id, number) else {
        return explain(fields, &[], params);
    };
    match call.reply {
        Reply::Parts(parts) => explain(fields, parts, params),
        Reply::Echo if is_zero(params) => {
            fields.say("done", true, "done");
            true
        }
        Reply::Echo => {
            let is_echo = request.is_some_and(|request| is_echo(params, request));
            explain(fields, if is_echo { call.request } else { &[] }, params)
        }
    }
}

/// Whether a call of a function with parameters that are not zero is its request rather than its
/// reply; `None`: it can be either. An empty request has a reply with content, and a reply of its
/// own follows what changes something.
pub(super) fn has_request_shape(id: FeatureId, number: u8) -> Option<bool> {
    let call = call(id, number)?;
    match call.reply {
        Reply::Echo => Some(true),
        Reply::Parts(_) => call.request.is_empty().then_some(false),
    }
}

/// Adds the fields of an event. Returns whether all of it could be explained.
pub(super) fn event(fields: &mut Fields, id: FeatureId, number: u8, params: &[u8]) -> bool {
    let parts = event_of(id, number).map_or(&[][..], |event| event.parts);
    explain(fields, parts, params)
}

/// Whether parameters agree up to zeros at the end: a short request has a long reply.
fn is_echo(reply: &[u8], request: &[u8]) -> bool {
    let longer = reply
        .strip_prefix(request)
        .or_else(|| request.strip_prefix(reply));
    longer.is_some_and(is_zero)
}

fn is_zero(params: &[u8]) -> bool {
    params.iter().all(|&byte| byte == 0)
}

/// Whether the events of a feature contain keys, buttons or motion. Unknown features among those
/// for keys and buttons may.
pub(super) fn has_input(id: FeatureId) -> bool {
    find(id).map_or(matches!(id.0, 0x1B00..=0x1BFF), |feature| feature.has_input)
}

#[cfg(test)]
mod tests {
    use super::super::explanation::{Explanation, FrameKind};
    use super::layout::Part;
    use super::*;
    use std::collections::HashSet;

    fn features() -> impl Iterator<Item = &'static Feature> {
        GROUPS.iter().flat_map(|group| group.iter())
    }

    fn layouts() -> impl Iterator<Item = (u16, &'static [Part])> {
        features().flat_map(|feature| {
            let calls = feature.calls.iter().flat_map(|call| {
                let reply = match call.reply {
                    Reply::Parts(parts) => parts,
                    Reply::Echo => &[],
                };
                [call.request, reply]
            });
            let events = feature.events.iter().map(|event| event.parts);
            calls.chain(events).map(|parts| (feature.id, parts))
        })
    }

    #[test]
    fn each_feature_is_in_one_place_in_order() {
        for group in GROUPS {
            assert!(group.is_sorted_by(|one, next| one.id < next.id));
        }
        let mut seen = HashSet::new();
        for feature in features() {
            assert!(seen.insert(feature.id), "{:04X}", feature.id);
            let battery = BatteryFeature::from_id(FeatureId(feature.id));
            assert_eq!(battery, None, "{:04X}", feature.id);
        }
    }

    #[test]
    fn numbers_are_in_order_and_fit_their_nibble() {
        for feature in features() {
            let calls: Vec<u8> = feature.calls.iter().map(|call| call.number).collect();
            let events: Vec<u8> = feature.events.iter().map(|event| event.number).collect();
            for numbers in [calls, events] {
                assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
                assert!(numbers.iter().all(|number| *number < 16));
            }
        }
    }

    #[test]
    fn a_layout_fits_a_long_report_and_names_each_field_once() {
        let header = Explanation::new(String::new(), FrameKind::Reply);
        let header = serde_json::to_value(header).unwrap();
        for (id, parts) in layouts() {
            let fixed: usize = parts.iter().map(|part| part.form.least()).sum();
            assert!(fixed <= 16, "{id:04X}: {fixed} bytes");
            let names: Vec<&str> = parts.iter().map(|part| part.name).collect();
            for name in &names {
                assert!(header.get(*name).is_none(), "{id:04X}: {name}");
            }
            let distinct: HashSet<&&str> = names.iter().filter(|name| !name.is_empty()).collect();
            let shown = names.iter().filter(|name| !name.is_empty()).count();
            assert_eq!(distinct.len(), shown, "{id:04X}: {names:?}");
            let open = parts
                .iter()
                .rev()
                .skip(1)
                .any(|part| part.form.takes_rest());
            assert!(
                !open,
                "{id:04X}: a part after one that takes all: {names:?}"
            );
        }
    }

    #[test]
    fn events_with_keys_buttons_or_motion_have_no_layout() {
        for feature in features().filter(|feature| feature.has_input) {
            assert!(feature.events.iter().all(|event| event.parts.is_empty()));
        }
        for id in [0x1B04, 0x1B0C, 0x1BFF, 0x2121, 0x6100, 0x8010, 0x8110] {
            assert!(has_input(FeatureId(id)), "{id:04X}");
        }
    }

    #[test]
    fn any_parameters_are_explained_or_kept() {
        for (feature, number) in features().flat_map(|feature| (0..16).map(move |n| (feature, n))) {
            let id = FeatureId(feature.id);
            for length in [0, 1, 3, 16, 60] {
                for byte in [0x00, 0x01, 0x7F, 0xE0, 0xFF] {
                    let params = vec![byte; length];
                    let mut fields = Fields::default();
                    let explained = [
                        request(&mut fields, id, number, &params),
                        reply(&mut fields, id, number, &params, Some(&params)),
                        reply(&mut fields, id, number, &params, None),
                        event(&mut fields, id, number, &params),
                    ];
                    assert!(byte != 0 || explained == [true; 4], "{id} {number}");
                    serde_json::to_string(&fields).unwrap();
                }
            }
        }
    }

    #[test]
    fn the_meaning_of_a_number_depends_on_the_feature() {
        let solar = BatteryFeature::SolarDashboard.id();
        assert_eq!(call_name(solar, 0), Some("set light measure"));
        assert_eq!(call_name(FeatureId::ROOT, 1), Some("ping"));
        assert_eq!(call_name(FeatureId(0x2201), 3), Some("set DPI"));
        assert_eq!(event_name(solar, 1), Some("light measurement"));
        assert_eq!(event_name(solar, 7), None);
        assert_eq!(name(FeatureId(0xFE00)), None);
    }
}
