//! Checked against waybar-custom(5): `text`, `alt` and `tooltip` are strings, `class` is a string
//! or a list, `percentage` a number; text and tooltip are Pango markup.

use serde_json::Value;
use solar_status::device::{BatteryLevel, ValueKind};

use crate::devices::{NAMES, ODD_IN_A_BAR, mouse, odd, rendered, with};
use crate::program::full;

const KEYS: [&str; 5] = ["text", "alt", "tooltip", "class", "percentage"];

fn module(line: &str) -> Value {
    assert_eq!(line.trim_end().lines().count(), 1, "{line:?}");
    let module: Value = serde_json::from_str(line).unwrap();
    for (key, value) in module.as_object().unwrap() {
        assert!(KEYS.contains(&key.as_str()), "{key}");
        match key.as_str() {
            "percentage" => assert!(value.as_u64().unwrap() <= 100),
            "class" => assert!(value.as_array().unwrap().iter().all(Value::is_string)),
            _ => assert!(value.is_string(), "{key}"),
        }
    }
    module
}

/// Pango markup without tags, unescaped.
pub(crate) fn unmarked(markup: &Value) -> String {
    let markup = markup.as_str().unwrap();
    assert!(!markup.contains(['<', '>', '\'', '"']), "{markup}");
    let mut text = String::new();
    let mut parts = markup.split('&');
    text.push_str(parts.next().unwrap());
    for part in parts {
        let (entity, rest) = part.split_once(';').unwrap();
        text.push(match entity {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "quot" => '"',
            "#39" => '\'',
            other => panic!("&{other};"),
        });
        text.push_str(rest);
    }
    text
}

#[test]
fn the_lowest_battery_is_shown_and_the_tooltip_has_all() {
    let module = module(&rendered("waybar", &odd()));
    assert_eq!(module["text"], "critical 10 %");
    assert_eq!(module["percentage"], 10);
    assert_eq!(module["class"], serde_json::json!(["critical"]));
    assert_eq!(module["alt"], "critical");
    let tooltip = unmarked(&module["tooltip"]);
    let names: Vec<&str> = tooltip
        .lines()
        .map(|line| line.split_once("  ").unwrap().0)
        .collect();
    assert_eq!(names, ODD_IN_A_BAR);
    assert!(
        tooltip.contains("solar  80 %, charging, 3.87 V, 538 lux (excellent)"),
        "{tooltip}"
    );
}

#[test]
fn classes_reflect_charge_charging_and_presence() {
    let class = |name: &str| {
        let devices: Vec<_> = odd();
        let device = devices.iter().find(|it| it.name.as_deref() == Some(name));
        let module = module(&rendered("waybar", &[device.unwrap().clone()]));
        let class = module["class"].as_array().unwrap().clone();
        let class: Vec<String> = class
            .iter()
            .map(|it| it.as_str().unwrap().to_owned())
            .collect();
        class.join(" ")
    };
    assert_eq!(class("solar"), "good charging");
    assert_eq!(class("low"), "low");
    assert_eq!(class("critical"), "critical");
    assert_eq!(class("steps"), "low");
    assert_eq!(class("broken"), "critical");
    assert_eq!(class("unknown"), "unknown");
    assert_eq!(class("asleep"), "unknown offline");
}

/// Waybar takes a missing percentage for 0: a full K520, which reports levels, had the icon of an
/// empty battery.
#[test]
fn a_level_selects_the_icon_of_its_least_percentage() {
    let percentage = |level| {
        let device = with("K520", |battery| {
            battery.percent = None;
            battery.level = Some(level);
            battery.value_kind = ValueKind::Steps;
        });
        module(&rendered("waybar", &[device]))["percentage"].clone()
    };
    assert_eq!(percentage(BatteryLevel::Full), 81);
    assert_eq!(percentage(BatteryLevel::Good), 31);
    assert_eq!(percentage(BatteryLevel::Low), 11);
    assert_eq!(percentage(BatteryLevel::Critical), 0);
}

#[test]
fn an_empty_desk_hides_the_module() {
    let module = module(&rendered("waybar", &[]));
    assert_eq!(module["text"], "");
    assert_eq!(module["class"], serde_json::json!(["none"]));
    assert_eq!(module["tooltip"], "no Logitech wireless device");
    assert!(module.get("percentage").is_none());
}

#[test]
fn names_are_not_interpreted_as_markup() {
    for name in NAMES {
        let module = module(&rendered("waybar", &[mouse(name, 50)]));
        let text = unmarked(&module["text"]);
        assert!(text.ends_with(" 50 %") && text.len() > 5, "{text}");
        assert!(!text.contains(char::is_control), "{text:?}");
    }
}

#[test]
fn many_devices_are_still_one_line() {
    let module = module(&full("waybar"));
    let lines = unmarked(&module["tooltip"]).lines().count();
    assert!(lines > 60, "{lines} devices with a battery");
}
