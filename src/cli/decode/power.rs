//! The fields of batteries and light, which have the same names whatever they come from.

use serde_json::Value;

use super::fields::Fields;
use crate::device::Battery;
use crate::feature::solar_dashboard::SolarEvent;
use crate::feature::{battery_mileage, battery_status};
use crate::units::{Percent, Timestamp};

/// A battery level in steps.
pub(super) fn steps(fields: &mut Fields, battery: battery_status::BatteryStatus) {
    fields.keep("percent", Value::Null);
    match battery.level {
        Some(level) => fields.say("level", level.name(), format!("level {level}")),
        None => fields.say("level", Value::Null, "level unknown"),
    }
    let charging = battery.charging;
    fields.say("state", charging.name(), charging);
    fields.keep("state_code", charging.code());
}

/// A battery level in percent, with what a charge lasts.
pub(super) fn mileage(fields: &mut Fields, battery: battery_mileage::BatteryMileage) {
    percent(fields, battery.charge);
    fields.say("state", battery.charging.name(), battery.charging.name());
    let unit = battery.unit.name();
    let words = match battery.capacity {
        0 => "not told".to_owned(),
        capacity => format!("a full battery lasts {capacity} {unit}"),
    };
    fields.row("capacity", battery.capacity, words);
    fields.keep("capacity_unit", unit);
}

/// An event of a solar keyboard.
pub(super) fn solar(fields: &mut Fields, event: &SolarEvent) {
    percent(fields, event.charge);
    match event.light {
        Some(light) => fields.say("lux", light.0, light),
        None => fields.say("lux", Value::Null, "light not measured"),
    }
    match event.voltage() {
        Some(voltage) => fields.say("voltage_mv", voltage.0, voltage),
        None => fields.keep("voltage_mv", Value::Null),
    }
    match Battery::from_solar(event, None, Timestamp::START)
        .state
        .name()
    {
        Some(state) => fields.say("state", state, state),
        None => fields.keep("state", Value::Null),
    }
    let words = if event.good {
        "GOOD"
    } else {
        "marker GOOD missing"
    };
    fields.say("trusted", event.good, words);
    fields.row(
        "adc",
        event.adc,
        format!("{0} ({0:04X}), raw cell voltage", event.adc),
    );
}

fn percent(fields: &mut Fields, charge: Option<Percent>) {
    match charge {
        Some(charge) => fields.say("percent", charge.get(), charge),
        None => fields.say("percent", Value::Null, "charge unknown"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::solar_dashboard;
    use crate::wire::tests::report;

    fn json(event: u8, hex: &str) -> Value {
        let mut fields = Fields::default();
        solar(
            &mut fields,
            &solar_dashboard::read_event(event, &report(hex)),
        );
        serde_json::to_value(&fields).unwrap()
    }

    #[test]
    fn a_measurement_has_light_and_a_state() {
        let dim = json(1, "11 02 09 10 39 00 0C 06 1D 47 4F 4F 44 …");
        assert_eq!(
            (&dim["lux"], &dim["state"]),
            (&12.into(), &"discharging".into())
        );
        let sunny = json(1, "11 02 09 10 39 00 C9 06 1D 47 4F 4F 44 …");
        assert_eq!(sunny["state"], "charging");
    }

    #[test]
    fn not_measured_is_not_dark() {
        let broadcast = json(0, "11 03 06 00 60 …");
        assert_eq!(
            (&broadcast["lux"], &broadcast["state"]),
            (&Value::Null, &Value::Null)
        );
        assert_eq!(broadcast["voltage_mv"], Value::Null);
        assert_eq!(broadcast["trusted"], false);
    }

    #[test]
    fn a_hundred_percent_is_full_in_any_light() {
        for (event, hex) in [(0, "11 03 06 00 64 …"), (1, "11 03 06 10 64 00 0C …")] {
            assert_eq!(json(event, hex)["state"], "full");
        }
    }
}
