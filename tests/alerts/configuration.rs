//! The configuration file.

use std::fmt::Write;
use std::fs;

use solar_status::alerts::{LetsThrough, Settings, parse};

/// The documented example.
fn example() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/packaging/config.toml");
    fs::read_to_string(path).unwrap()
}

/// The example with all keys enabled: `#key = value` is a key, `# word` a comment.
fn in_force(example: &str) -> String {
    let mut text = String::new();
    for line in example.lines() {
        let key = line
            .strip_prefix('#')
            .filter(|it| !it.starts_with([' ', '#']));
        writeln!(text, "{}", key.unwrap_or(line)).unwrap();
    }
    text
}

#[test]
fn the_example_equals_the_defaults() {
    assert_eq!(parse(&example()), Ok(Settings::default()));
}

#[test]
fn the_example_lists_every_key_with_its_default() {
    let text = in_force(&example());
    let (common, device) = text.split_once("[[notify.device]]").unwrap();
    assert_eq!(parse(common), Ok(Settings::default()));
    let printed = Settings::default().to_string();
    for line in printed.lines() {
        assert!(common.contains(line), "{line:?} is missing in the example");
    }
    let all = parse(&text).unwrap();
    assert_eq!(all.devices.len(), 1);
    for key in [
        "match",
        "low",
        "critical",
        "charged",
        "charging_error",
        "light",
        "light_days",
    ] {
        assert!(
            device.contains(&format!("\n{key} = ")),
            "{key} is missing for a device"
        );
    }
}

#[test]
fn printed_settings_parse_back() {
    let text = "[notify]
low = 25
critical = 5
charged = false
charging_error = false
light = false
light_days = 5
quiet_hours = \"22:00-07:00\"
quiet_lets_through = \"nothing\"

[[notify.device]]
match = \"Bob's \\\"mouse\\\"\"
low = 10
critical = 5
charged = true
charging_error = false
light = false
light_days = 5
";
    let settings = parse(text).unwrap();
    assert_eq!(settings.to_string(), text);
    assert_eq!(settings.lets_through, LetsThrough::Nothing);
}

#[test]
fn a_low_limit_at_or_below_critical_lowers_critical_too() {
    let settings = parse("[[notify.device]]\nmatch = 'M705'\nlow = 10").unwrap();
    let limits = settings.devices[0].1;
    assert_eq!((limits.low, limits.critical), (10, 5));
}

#[test]
fn errors_have_line_column_and_the_allowed_values() {
    let limit = "a limit is a charge from 1 to 95 percent, or 0 for never";
    let hours = r#"quiet hours are written as "22:00-07:00", or "" for none"#;
    let usage = "match is the id, serial number, wpid, kind, slot number or part of the name of a \
               device";
    for (text, message) in [
        (
            "[notify]\nlwo = 3",
            "2:1: unknown field `lwo`, expected one of `low`, `critical`, `charged`, \
             `charging_error`, `light`, `light_days`, `quiet_hours`, `quiet_lets_through`, `device`",
        ),
        ("[notfy]", "1:2: unknown field `notfy`, expected `notify`"),
        ("[notify]\nlow = 300", &format!("2:7: {limit}")),
        ("[notify]\n  low = 'x'", &format!("2:9: {limit}")),
        ("notify = { low = 96 }", &format!("1:18: {limit}")),
        (
            "[notify]\ncritical = 30",
            "2:12: critical (30) must be below low (20)",
        ),
        (
            "[notify]\nlight_days = 1",
            "2:14: light_days is a number from 2 to 14",
        ),
        (
            "[notify]\nquiet_hours = '25:00-7'",
            &format!("2:15: {hours}"),
        ),
        ("[notify]\nquiet_hours = true", &format!("2:15: {hours}")),
        (
            "[notify]\nquiet_lets_through = 'all'",
            "2:22: unknown variant `all`, expected `critical` or `nothing`",
        ),
        (
            "[notify]\n[[notify.device]]\nlow = 5",
            "2:1: missing field `match`",
        ),
        ("[[notify.device]]\nmatch = ' '", &format!("2:9: {usage}")),
        (
            "[notify]\ncharged = 'é'; low = 3",
            "2:14: unexpected key or value, expected newline, `#`",
        ),
    ] {
        let mistake = parse(text).unwrap_err();
        assert_eq!(mistake.to_string(), message, "{text}");
    }
}
