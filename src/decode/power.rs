//! The fields of batteries and light, with the same names for every source.

use std::fmt::Display;

use serde_json::Value;

use super::fields::{Fields, count};
use crate::device::{Battery, ValueKind};
use hidpp_proto::feature::adc_measurement::Measurement;
use hidpp_proto::feature::battery_level_status::{self, BatteryLevelStatus};
use hidpp_proto::feature::battery_voltage::BatteryVoltage;
use hidpp_proto::feature::centurion_battery::CenturionBattery;
use hidpp_proto::feature::solar_dashboard::SolarEvent;
use hidpp_proto::feature::unified_battery::{self, Capabilities, UnifiedBattery};
use hidpp_proto::feature::{Capability, Reading, battery_mileage, battery_status};
use hidpp_proto::units::{Percent, PercentPoints, Timestamp};

/// A reading of any battery feature or register.
pub(super) fn reading(fields: &mut Fields, reading: &Reading) {
    match reading {
        Reading::Solar(event) => solar(fields, event),
        Reading::Mileage(battery) => mileage(fields, *battery),
        Reading::Status(battery) => steps(fields, *battery),
        Reading::LevelStatus(status, _) => level_status(fields, *status),
        Reading::Voltage(reading) => voltage(fields, *reading),
        Reading::Unified(battery, _) => unified(fields, *battery),
        Reading::Adc(reading) => measurement(fields, *reading),
        Reading::Centurion(battery) => centurion(fields, *battery),
    }
}

/// What the values of a battery feature mean.
pub(super) fn capability(fields: &mut Fields, capability: Capability) {
    match capability {
        Capability::Levels(capability) => level_capability(fields, capability),
        Capability::Unified(capabilities) => unified_capabilities(fields, capabilities),
        Capability::Unsaid => {}
    }
}

/// A battery level in steps.
fn steps(fields: &mut Fields, battery: battery_status::BatteryStatus) {
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
fn mileage(fields: &mut Fields, battery: battery_mileage::BatteryMileage) {
    percent(fields, battery.charge);
    fields.say("state", battery.charging.name(), battery.charging.name());
    let unit = battery.unit.name();
    let words = match battery.capacity {
        0 => "not reported".to_owned(),
        capacity => format!("a full battery lasts {capacity} {unit}"),
    };
    fields.row("capacity", battery.capacity, words);
    fields.keep("capacity_unit", unit);
}

/// A reading of feature 0104.
fn centurion(fields: &mut Fields, reading: CenturionBattery) {
    percent(fields, reading.charge);
    let battery = Battery::from_centurion(&reading, Timestamp::START);
    state(fields, &battery, reading.charging.to_string());
    fields.keep("state_code", reading.charging.code());
    fields.keep("second", reading.second);
}

/// A reading of feature 1000.
fn level_status(fields: &mut Fields, status: BatteryLevelStatus) {
    percent(fields, status.level);
    match status.next {
        Some(next) => fields.say("next_percent", next.get(), format!("next {next}")),
        None => fields.keep("next_percent", Value::Null),
    }
    let battery = Battery::from_level_status(&status, None, Timestamp::START);
    state(fields, &battery, status.charging.to_string());
    fields.keep("state_code", status.charging.code());
}

/// What the levels of feature 1000 mean.
fn level_capability(fields: &mut Fields, capability: battery_level_status::Capability) {
    let levels = capability.levels;
    fields.say("levels", levels, count(levels, "level"));
    value_kind(fields, capability.is_percentage());
    rechargeable(fields, capability.rechargeable);
    match capability.critical {
        Some(critical) => fields.say(
            "critical_percent",
            critical.get(),
            format!("critical at {critical}"),
        ),
        None => fields.keep("critical_percent", Value::Null),
    }
    fields.keep("osd_off", capability.osd_off);
    fields.keep("mileage", capability.mileage);
    let life = capability.nominal_life;
    fields.row(
        "nominal_life",
        life,
        format!("{life:04X}, unit not certain"),
    );
}

/// A reading of feature 1001.
fn voltage(fields: &mut Fields, voltage: BatteryVoltage) {
    let battery = Battery::from_voltage(&voltage, None, Timestamp::START);
    fields.say("voltage_mv", voltage.voltage.0, voltage.voltage);
    estimate(fields, &battery);
    state(fields, &battery, voltage.charging.to_string());
    fields.keep("state_code", voltage.charging.code());
    external_power(fields, Some(voltage.external_power));
    fields.keep("speed", voltage.speed.name());
    if voltage.critical {
        fields.say("critical", true, "critical");
    } else {
        fields.keep("critical", false);
    }
    flags(fields, voltage.flags);
}

/// A reading of feature 1004.
fn unified(fields: &mut Fields, unified: UnifiedBattery) {
    percent(fields, unified.charge);
    match unified.level {
        Some(level) => fields.say("level", level.name(), format!("level {level}")),
        None => fields.keep("level", Value::Null),
    }
    let battery = Battery::from_unified(&unified, None, Timestamp::START);
    state(fields, &battery, unified.charging.to_string());
    fields.keep("state_code", unified.charging.code());
    external_power(fields, battery.external_power);
    fields.keep("external_power_code", unified.external_power.code());
}

/// The values that a device with feature 1004 reports.
fn unified_capabilities(fields: &mut Fields, capabilities: Capabilities) {
    use unified_battery::Level;
    let levels: Vec<&str> = [Level::Critical, Level::Low, Level::Good, Level::Full]
        .iter()
        .filter(|level| capabilities.levels & level.code() != 0)
        .filter_map(|level| level.name())
        .collect();
    let levels = levels.join(", ");
    let words = if levels.is_empty() {
        "no levels".to_owned()
    } else {
        format!("levels {levels}")
    };
    fields.say("level_names", levels, words);
    fields.keep("levels", capabilities.levels);
    value_kind(fields, capabilities.state_of_charge);
    rechargeable(fields, capabilities.rechargeable);
    flags(fields, capabilities.flags);
}

/// A reading of feature 1F20.
fn measurement(fields: &mut Fields, measurement: Measurement) {
    fields.say("voltage_mv", measurement.voltage.0, measurement.voltage);
    if let Some(battery) = Battery::from_adc(&measurement, None, Timestamp::START) {
        estimate(fields, &battery);
        state(fields, &battery, battery.state.name().unwrap_or_default());
        external_power(fields, battery.external_power);
        fields.keep("connected", true);
    } else {
        for name in ["percent", "percent_margin", "value_kind", "state"] {
            fields.keep(name, Value::Null);
        }
        fields.say("connected", false, "headset off");
    }
    flags(fields, measurement.flags);
}

/// An event of a solar keyboard.
fn solar(fields: &mut Fields, event: &SolarEvent) {
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

/// A charge estimated from a voltage. The frame does not contain the product, so the margin is that
/// of a product without its own curve.
fn estimate(fields: &mut Fields, battery: &Battery) {
    match (battery.percent, battery.margin) {
        (Some(charge), Some(PercentPoints(0))) => fields.say("percent", charge.get(), charge),
        (Some(charge), _) => fields.say("percent", charge.get(), format!("about {charge}")),
        (None, _) => fields.keep("percent", Value::Null),
    }
    fields.keep("percent_margin", battery.margin.map(|margin| margin.0));
    fields.keep("value_kind", battery.value_kind.name());
}

/// The state: its JSON value as in the status, its text as the feature names it.
fn state(fields: &mut Fields, battery: &Battery, words: impl Display) {
    fields.say("state", battery.state.name(), words);
}

fn value_kind(fields: &mut Fields, is_percentage: bool) {
    let kind = if is_percentage {
        ValueKind::Percent
    } else {
        ValueKind::Steps
    };
    fields.say(
        "value_kind",
        kind.name(),
        format!("reports {}", kind.name()),
    );
}

fn rechargeable(fields: &mut Fields, rechargeable: bool) {
    if rechargeable {
        fields.say("rechargeable", true, "rechargeable");
    } else {
        fields.keep("rechargeable", false);
    }
}

fn external_power(fields: &mut Fields, present: Option<bool>) {
    match present {
        Some(true) => fields.say("external_power", true, "external power"),
        _ => fields.keep("external_power", present),
    }
}

fn flags(fields: &mut Fields, flags: u8) {
    fields.keep("flags", format!("{flags:02X}"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use hidpp_proto::feature::{adc_measurement, battery_voltage, solar_dashboard};
    use test_support::report;

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

    /// The JSON fields and the summary that `add` writes for a reading.
    fn written(add: impl FnOnce(&mut Fields)) -> (Value, String) {
        let mut fields = Fields::default();
        add(&mut fields);
        let summary = fields.summary().collect::<Vec<_>>().join(", ");
        (serde_json::to_value(&fields).unwrap(), summary)
    }

    #[test]
    fn feature_1000_in_words() {
        for (hex, words) in [
            ("11 01 06 0B 5A 32 …", "90 %, next 50 %, discharging"),
            ("11 01 06 0B 00 00 03 …", "charge unknown, full"),
            (
                "11 01 06 0B 5A 32 02 …",
                "90 %, next 50 %, charging (almost full)",
            ),
            ("11 01 04 06 46 05 05 …", "70 %, next 5 %, invalid battery"),
            ("11 01 04 06 46 05 06 …", "70 %, next 5 %, thermal error"),
            ("11 01 06 0B 5A 32 09 …", "90 %, next 50 %, unknown (09)"),
        ] {
            let status = battery_level_status::read_level(&report(hex));
            let (_, summary) = written(|fields| level_status(fields, status));
            assert_eq!(summary, words, "{hex}");
        }
        let capability = report("11 01 05 11 04 00 A0 FA 0F …");
        let capability = battery_level_status::read_capability(&capability);
        let (_, summary) = written(|fields| level_capability(fields, capability));
        assert_eq!(summary, "4 levels, reports steps, critical at 15 %");
    }

    #[test]
    fn feature_1001_in_words() {
        for (hex, words) in [
            ("11 01 07 0D 0E B5 00 …", "3.77 V, about 35 %, discharging"),
            ("11 FF 04 00 0F 29 80 …", "3.88 V, charging, external power"),
            (
                "11 FF 04 00 0F 29 82 …",
                "3.88 V, not charging, external power",
            ),
            (
                "11 01 04 0C 10 00 FF …",
                "4.10 V, charging error, external power, critical",
            ),
        ] {
            let reading = battery_voltage::read_voltage(&report(hex));
            let (_, summary) = written(|fields| voltage(fields, reading));
            assert_eq!(summary, words, "{hex}");
        }
    }

    #[test]
    fn feature_1004_in_words() {
        for (hex, words) in [
            ("11 01 06 1B 61 08 …", "97 %, level full, discharging"),
            (
                "11 01 06 1B 32 04 01 01 …",
                "50 %, level good, charging, external power",
            ),
            (
                "11 01 06 1B 32 03 00 FF …",
                "50 %, level unknown (03), discharging",
            ),
        ] {
            let reading = unified_battery::read_status(&report(hex));
            let (_, summary) = written(|fields| unified(fields, reading));
            assert_eq!(summary, words, "{hex}");
        }
        let capabilities = unified_battery::read_capabilities(&report("11 01 06 0B 0F 03 …"));
        let (json, summary) = written(|fields| unified_capabilities(fields, capabilities));
        assert_eq!(
            summary,
            "levels critical, low, good, full, reports percent, rechargeable"
        );
        assert_eq!(json["level_names"], "critical, low, good, full");
    }

    #[test]
    fn code_4_of_feature_1004_is_an_error_in_words_and_json() {
        // According to the kernel; slow recharge according to Solaar and OpenLogi.
        let reading = unified_battery::read_status(&report("11 01 06 1B 32 04 04 …"));
        let (json, summary) = written(|fields| unified(fields, reading));
        assert_eq!(summary, "50 %, level good, charging error");
        assert_eq!(json["state"], "charging error");
        assert_eq!(json["state_code"], 4);
    }

    #[test]
    fn feature_1f20_in_words() {
        for (hex, words) in [
            ("11 01 04 0C 0E B5 01 …", "3.77 V, about 35 %, discharging"),
            ("11 01 04 0C 10 00 03 …", "4.10 V, charging, external power"),
            (
                "11 FF 08 06 10 36 07 …",
                "4.15 V, 100 %, full, external power",
            ),
            (
                "11 FF 08 06 10 36 0B …",
                "4.15 V, charging error, external power",
            ),
            ("11 01 04 00 …", "0.00 V, headset off"),
        ] {
            let reading = adc_measurement::read_measurement(&report(hex));
            let (_, summary) = written(|fields| measurement(fields, reading));
            assert_eq!(summary, words, "{hex}");
        }
    }
}
