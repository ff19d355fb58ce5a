//! The configuration file.

use std::fmt::Write;
use std::fs;

use solar_status::alerts::LetsThrough;
use solar_status::config::{Configuration, parse};
use solar_status::device::{Device, Link};

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
    assert_eq!(parse(&example()), Ok(Configuration::default()));
}

#[test]
fn the_example_lists_every_key_with_its_default() {
    let text = in_force(&example());
    let (common, notify_device) = text.split_once("[[notify.device]]").unwrap();
    let (notify_device, device) = notify_device.split_once("[[device]]").unwrap();
    assert_eq!(parse(common), Ok(Configuration::default()));
    let printed = Configuration::default().to_string();
    for line in printed.lines() {
        assert!(common.contains(line), "{line:?} is missing in the example");
    }
    let all = parse(&text).unwrap();
    assert_eq!((all.devices.len(), all.notify.devices.len()), (1, 1));
    let printed = all.devices[0].to_string();
    for line in printed.lines().filter(|line| line.contains(" = ")) {
        let key = line.split(' ').next().unwrap();
        assert!(device.contains(&format!("\n{key} = ")), "{key} is missing");
    }
    assert_eq!(
        printed.lines().count(),
        7,
        "all keys of a section: {printed}"
    );
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
            notify_device.contains(&format!("\n{key} = ")),
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

[bars]
low = 30
critical = 7
max_name = 12

[defaults]
device = [\"slot:1\", \"K750\"]
fields = [\"name\", \"full-name\"]
color = \"never\"
timeout = 2.5

[[device]]
match = \"kind:mouse\"
name = \"my \\\"mouse\\\"\"
hide = true
low = 40
critical = 0
order = 3
";
    let configuration = parse(text).unwrap();
    assert_eq!(configuration.to_string(), text);
    assert_eq!(
        configuration.notify.settings.lets_through,
        LetsThrough::Nothing
    );
}

#[test]
fn a_low_limit_at_or_below_critical_lowers_critical_too() {
    let settings = parse("[[notify.device]]\nmatch = 'M705'\nlow = 10").unwrap();
    let mut device = named("M705");
    settings.apply(&mut device, &[]);
    let limits = device.preferences.alert_limits.charge;
    assert_eq!((limits.low, limits.critical), (10, 5));
}

#[test]
fn errors_have_line_column_and_the_allowed_values() {
    let limit = "a limit is a charge from 1 to 95 percent, or 0 for never";
    let timeout = "timeout is a number of seconds, more than 0 and at most 3600";
    let hours = r#"quiet hours are written as "22:00-07:00", or "" for none"#;
    let usage = "a device is selected by its name or a part of it, kind, slot number, id, serial \
                 number or wpid";
    for (text, message) in [
        (
            "[notify]\nlwo = 3",
            "2:1: unknown field `lwo`, expected one of `low`, `critical`, `charged`, \
             `charging_error`, `light`, `light_days`, `quiet_hours`, `quiet_lets_through`, `device`",
        ),
        (
            "[notfy]",
            "1:2: unknown field `notfy`, expected one of `device`, `defaults`, `bars`, `notify`",
        ),
        ("[bars]\nlow = 96", &format!("2:7: {limit}")),
        (
            "[bars]\nmax_name = 0",
            "2:12: max_name is a number of columns from 1 to 200",
        ),
        ("[defaults]\ntimeout = 0", &format!("2:11: {timeout}")),
        ("[defaults]\ntimeout = -1", &format!("2:11: {timeout}")),
        ("[defaults]\ntimeout = inf", &format!("2:11: {timeout}")),
        ("[defaults]\ntimeout = 3600.5", &format!("2:11: {timeout}")),
        ("[defaults]\ntimeout = '10'", &format!("2:11: {timeout}")),
        (
            "[bars]\nlow = 15\ncritical = 15",
            "3:12: critical (15) must be below low (15)",
        ),
        (
            "[[device]]\nmatch = 'K750'\ncritical = 30",
            "3:12: critical (30) must be below low (20)",
        ),
        (
            "[[device]]\nmatch = 'slot:99'",
            "2:9: a slot is a number from 1 to 15, as in slot:1",
        ),
        ("[[device]]\nname = 'x'", "1:1: missing field `match`"),
        (
            "[[device]]\nmatch = 'K750'\nname = ' '",
            "3:8: name is the text to show instead of the device's own name",
        ),
        (
            "[[device]]\nmatch = 'K750'\norder = -1",
            "3:9: order is a number from 0 to 65535: lower ones come first",
        ),
        (
            "defaults.color = 'red'",
            "1:18: unknown variant `red`, expected one of `auto`, `always`, `never`",
        ),
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

fn named(name: &str) -> Device {
    let link = Link::Direct {
        node: "/dev/hidraw0".to_owned(),
        bus: "usb".to_owned(),
        product: 0xC087,
    };
    Device {
        name: Some(name.to_owned()),
        ..Device::new(format!("C087-{name}"), link)
    }
}

/// The device of this name with the configuration applied.
fn configured(text: &str, name: &str) -> Device {
    let mut device = named(name);
    parse(text).unwrap().apply(&mut device, &[]);
    device
}

#[test]
fn an_exact_section_precedes_a_partial_one_and_the_first_of_equals_applies() {
    let text = "
        [[device]]
        match = 'K380'
        name = 'exact'
        [[device]]
        match = 'K38'
        name = 'part'
        [[device]]
        match = '380'
        name = 'never: a number is a slot'
        [[device]]
        match = 'name:K380'
        name = 'later'
    ";
    let alias = |name| configured(text, name).preferences.alias;
    assert_eq!(alias("K380").as_deref(), Some("exact"));
    assert_eq!(
        alias("Keyboard K380").as_deref(),
        Some("exact"),
        "as a part"
    );
    assert_eq!(alias("K385").as_deref(), Some("part"));
    assert_eq!(alias("G380"), None);
}

#[test]
fn limits_apply_to_what_is_shown_and_to_notifications() {
    for (text, shown, notified) in [
        ("", (20, 10), (20, 10)),
        ("notify.low = 30", (30, 10), (30, 10)),
        // 0 turns a notification off, not a colour.
        ("notify = { low = 0, critical = 0 }", (20, 10), (0, 0)),
        ("notify.low = 30\nbars.low = 15", (15, 7), (30, 10)),
        ("[[device]]\nmatch = 'M'\nlow = 8", (8, 4), (8, 4)),
        ("[[notify.device]]\nmatch = 'M'\nlow = 8", (8, 4), (8, 4)),
        (
            "[[device]]\nmatch = 'M'\ncritical = 5\n[bars]\nlow = 50",
            (50, 5),
            (20, 5),
        ),
        (
            "[[notify.device]]\nmatch = 'M'\nlow = 8\n[[device]]\nmatch = 'M'\nlow = 6",
            (6, 3),
            (6, 3),
        ),
        // What a section does not set is that of all devices.
        (
            "[bars]\nlow = 60\n[[notify.device]]\nmatch = 'M'\ncharged = false",
            (60, 10),
            (20, 10),
        ),
        (
            "[notify]\nlow = 0\n[[notify.device]]\nmatch = 'M'\ncharged = false",
            (20, 10),
            (0, 10),
        ),
        ("[[notify.device]]\nmatch = 'M'\nlow = 0", (20, 10), (0, 10)),
        // Exact matches precede, and a receiver that is not known matches nothing.
        (
            "[[notify.device]]\nmatch = 'M7'\nlow = 9\n[[notify.device]]\nmatch = 'M705'\nlow = 8",
            (8, 4),
            (8, 4),
        ),
        (
            "[[notify.device]]\nmatch = 'receiver:nosuch'\nlow = 90",
            (20, 10),
            (20, 10),
        ),
        // The limit that is nearer to the device applies, and the other one gives way.
        ("notify = { low = 0, critical = 30 }", (31, 30), (0, 30)),
        (
            "[[notify.device]]\nmatch = 'M'\nlow = 10\n[[device]]\nmatch = 'M'\ncritical = 15",
            (16, 15),
            (16, 15),
        ),
    ] {
        let device = configured(text, "M705");
        let limits = device.preferences.shown_limits;
        assert_eq!((limits.low, limits.critical), shown, "shown: {text}");
        let limits = device.preferences.alert_limits.charge;
        let printed = parse(text).unwrap().to_string();
        assert_eq!(
            configured(&printed, "M705").preferences,
            device.preferences,
            "printed: {printed}"
        );
        assert_eq!((limits.low, limits.critical), notified, "notified: {text}");
    }
}
