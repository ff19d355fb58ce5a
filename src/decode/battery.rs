//! The functions, events and notifications of battery features and registers.

use super::fields::{Fields, count};
use super::power;
use crate::feature::solar_dashboard::{self, EventKind, Led, LightMeasure};
use crate::feature::{
    BatteryFeature, BatteryRegister, adc_measurement, battery_event, battery_level_status,
    battery_mileage, battery_status, battery_voltage, unified_battery,
};
use crate::wire::Report;

/// The name of a function.
pub(super) const fn function(feature: BatteryFeature, number: u8) -> Option<&'static str> {
    match feature {
        BatteryFeature::LevelStatus => match number {
            battery_level_status::GET_LEVEL => Some("get battery level"),
            battery_level_status::GET_CAPABILITY => Some("get battery capability"),
            _ => None,
        },
        BatteryFeature::Voltage => match number {
            battery_voltage::GET_VOLTAGE => Some("get battery voltage"),
            1 => Some("show battery status"),
            _ => None,
        },
        BatteryFeature::Unified => match number {
            unified_battery::GET_CAPABILITIES => Some("get battery capabilities"),
            unified_battery::GET_STATUS => Some("get battery status"),
            _ => None,
        },
        BatteryFeature::Adc => match number {
            adc_measurement::GET_MEASUREMENT => Some("get measurement"),
            _ => None,
        },
        BatteryFeature::SolarDashboard => match number {
            solar_dashboard::SET_LIGHT_MEASURE => Some("set light measure"),
            solar_dashboard::SET_LED => Some("set LED"),
            _ => None,
        },
    }
}

/// The name of an event.
pub(super) fn event_name(feature: BatteryFeature, number: u8) -> Option<&'static str> {
    match feature {
        BatteryFeature::LevelStatus => match number {
            battery_level_status::LEVEL_EVENT => Some("battery level"),
            _ => None,
        },
        BatteryFeature::Voltage => match number {
            battery_voltage::VOLTAGE_EVENT => Some("battery voltage"),
            _ => None,
        },
        BatteryFeature::Unified => match number {
            unified_battery::STATUS_EVENT => Some("battery status"),
            _ => None,
        },
        BatteryFeature::Adc => match number {
            adc_measurement::MEASUREMENT_EVENT => Some("measurement"),
            _ => None,
        },
        BatteryFeature::SolarDashboard => EventKind::from(number).name(),
    }
}

/// Whether a request for a function has no parameters, and its reply has some.
pub(super) const fn only_reads(feature: BatteryFeature, function: u8) -> bool {
    match feature {
        BatteryFeature::LevelStatus => matches!(
            function,
            battery_level_status::GET_LEVEL | battery_level_status::GET_CAPABILITY
        ),
        BatteryFeature::Voltage => function == battery_voltage::GET_VOLTAGE,
        BatteryFeature::Unified => matches!(
            function,
            unified_battery::GET_CAPABILITIES | unified_battery::GET_STATUS
        ),
        BatteryFeature::Adc => function == adc_measurement::GET_MEASUREMENT,
        BatteryFeature::SolarDashboard => false,
    }
}

/// Whether a report under software id 0 that cannot be an event is certainly a reply.
pub(super) fn is_certain_reply(feature: BatteryFeature, report: &Report) -> bool {
    match feature {
        BatteryFeature::LevelStatus
        | BatteryFeature::Voltage
        | BatteryFeature::Unified
        | BatteryFeature::Adc => true,
        // Count and period of a request for light, where an unmarked broadcast has no light.
        BatteryFeature::SolarDashboard => {
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
    match feature {
        BatteryFeature::SolarDashboard => match number {
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
        BatteryFeature::LevelStatus
        | BatteryFeature::Voltage
        | BatteryFeature::Unified
        | BatteryFeature::Adc => return is_empty(report),
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
    match feature {
        BatteryFeature::LevelStatus => match number {
            battery_level_status::GET_LEVEL => {
                power::level_status(fields, battery_level_status::read_level(report));
            }
            battery_level_status::GET_CAPABILITY => {
                power::level_capability(fields, battery_level_status::read_capability(report));
            }
            _ => return is_empty(report),
        },
        BatteryFeature::Voltage => match number {
            battery_voltage::GET_VOLTAGE => {
                power::voltage(fields, battery_voltage::read_voltage(report));
            }
            _ => return is_empty(report),
        },
        BatteryFeature::Unified => match number {
            unified_battery::GET_CAPABILITIES => {
                power::unified_capabilities(fields, unified_battery::read_capabilities(report));
            }
            unified_battery::GET_STATUS => {
                power::unified(fields, unified_battery::read_status(report));
            }
            _ => return is_empty(report),
        },
        BatteryFeature::Adc => match number {
            adc_measurement::GET_MEASUREMENT => {
                power::measurement(fields, adc_measurement::read_measurement(report));
            }
            _ => return is_empty(report),
        },
        BatteryFeature::SolarDashboard => match number {
            // The reply repeats the request, or is zero.
            solar_dashboard::SET_LIGHT_MEASURE if is_empty(report) => {
                fields.say("done", true, "done");
            }
            solar_dashboard::SET_LIGHT_MEASURE => {
                series(fields, solar_dashboard::read_light_measure(report));
            }
            _ => return is_empty(report),
        },
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
    if !battery_event::is_reading(feature, number) {
        return is_empty(report);
    }
    match feature {
        BatteryFeature::LevelStatus => {
            power::level_status(fields, battery_level_status::read_level(report));
        }
        BatteryFeature::Voltage => power::voltage(fields, battery_voltage::read_voltage(report)),
        BatteryFeature::Unified => power::unified(fields, unified_battery::read_status(report)),
        BatteryFeature::Adc => {
            power::measurement(fields, adc_measurement::read_measurement(report));
        }
        BatteryFeature::SolarDashboard => {
            power::solar(fields, &solar_dashboard::read_event(number, report));
        }
    }
    true
}

/// Explains the content of a register.
pub(super) fn register(fields: &mut Fields, register: BatteryRegister, report: &Report) {
    match register {
        BatteryRegister::Status => power::steps(fields, battery_status::read(report)),
        BatteryRegister::Mileage => power::mileage(fields, battery_mileage::read(report)),
    }
}

/// Explains the notification that repeats a register.
pub(super) fn notification(fields: &mut Fields, register: BatteryRegister, report: &Report) {
    match register {
        BatteryRegister::Status => power::steps(fields, battery_status::read_notification(report)),
        BatteryRegister::Mileage => {
            power::mileage(fields, battery_mileage::read_notification(report));
        }
    }
}

/// Whether a short report with the sub-id of a notification has a content that the notification can
/// have.
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
