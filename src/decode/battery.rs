//! Requests, replies, events and notifications of battery features and registers.

use super::fields::{Fields, count};
use super::power;
use hidpp_proto::feature::solar_dashboard::{self, Led, LightMeasure};
use hidpp_proto::feature::{BatteryFeature, BatteryRegister, ReadMethod};
use hidpp_proto::wire::{FeatureIndex, Function, Report};

/// The functions do not depend on the index of a feature.
const ANY: FeatureIndex = FeatureIndex::ROOT;

/// Whether a request for a function has no parameters, and its reply has some.
pub(super) fn only_reads(feature: BatteryFeature, number: u8) -> bool {
    returns_reading(feature, number) || is_capability(feature, number)
}

/// Whether a function returns a reading.
fn returns_reading(feature: BatteryFeature, number: u8) -> bool {
    matches!(feature.read_method(ANY), ReadMethod::Call(call) if call.function.get() == number)
}

/// Whether a function returns what the values of a reading mean.
fn is_capability(feature: BatteryFeature, number: u8) -> bool {
    let call = feature.get_capability(ANY);
    call.is_some_and(|call| call.function.get() == number)
}

/// Whether a report under software id 0 that cannot be an event is certainly a reply.
pub(super) fn is_certain_reply(feature: BatteryFeature, report: &Report) -> bool {
    match feature.read_method(ANY) {
        ReadMethod::Call(_) => true,
        // Count and period of a light request; an unmarked broadcast has no light in these bytes.
        ReadMethod::Measurement => {
            matches!(report.params(), [_, period, 0, 0, 0, ..] if *period > 0)
        }
    }
}

/// Explains a request. Returns whether all of it could be explained.
pub(super) fn request(
    fields: &mut Fields,
    feature: BatteryFeature,
    number: u8,
    report: &Report,
) -> bool {
    match feature.read_method(ANY) {
        ReadMethod::Measurement => match number {
            solar_dashboard::SET_LIGHT_MEASURE => {
                series(fields, solar_dashboard::read_light_measure(report));
            }
            solar_dashboard::SET_LED => {
                let [led, ..] = report.head();
                let led = Led::from(led);
                fields.say("led", led.name(), led);
            }
            _ => return is_empty(report),
        },
        // Their requests have no parameters.
        ReadMethod::Call(_) => return is_empty(report),
    }
    true
}

/// Explains a reply. Returns whether all of it could be explained.
pub(super) fn reply(
    fields: &mut Fields,
    feature: BatteryFeature,
    number: u8,
    report: &Report,
) -> bool {
    if returns_reading(feature, number) {
        power::reading(fields, &feature.read(None, report));
        return true;
    }
    if is_capability(feature, number) {
        power::capability(fields, feature.read_capability(report));
        return true;
    }
    match feature.read_method(ANY) {
        ReadMethod::Measurement => match number {
            // The reply repeats the request, or is zero.
            solar_dashboard::SET_LIGHT_MEASURE if is_empty(report) => {
                fields.say("done", true, "done");
            }
            solar_dashboard::SET_LIGHT_MEASURE => {
                series(fields, solar_dashboard::read_light_measure(report));
            }
            _ => return is_empty(report),
        },
        ReadMethod::Call(_) => return is_empty(report),
    }
    true
}

/// Explains an event. Returns whether all of it could be explained.
pub(super) fn event(
    fields: &mut Fields,
    feature: BatteryFeature,
    number: u8,
    report: &Report,
) -> bool {
    if feature.is_reading(Function::new(number)) {
        power::reading(fields, &feature.read(None, report));
        true
    } else {
        is_empty(report)
    }
}

/// Whether the content of a short report with the sub-id of a notification fits that notification.
pub(super) fn is_notification(register: BatteryRegister, report: &Report) -> bool {
    let [p0, p1, p2] = report.head();
    match register {
        // `level charging 00 00`, with codes that exist.
        BatteryRegister::Status => {
            report.address() <= 7 && matches!(p0, 0x00..=0x26) && (p1, p2) == (0, 0)
        }
        // `percent capacity state 00`, with a capacity.
        BatteryRegister::Mileage => {
            matches!(report.address(), 0..=100 | 0x7F) && (p0, p1) != (0, 0) && p2 == 0
        }
    }
}

fn is_empty(report: &Report) -> bool {
    report.params() == &[0; 16]
}

fn series(fields: &mut Fields, measure: LightMeasure) {
    if measure.is_cancel() {
        fields.say("reports", measure.reports, "cancel");
        fields.keep("period_s", measure.period_s);
    } else {
        fields.say("reports", measure.reports, count(measure.reports, "report"));
        let every = if measure.reports == 1 {
            "after"
        } else {
            "every"
        };
        let words = format!("{every} {} s", measure.period_s);
        fields.say("period_s", measure.period_s, words);
    }
}
