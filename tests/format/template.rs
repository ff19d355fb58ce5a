use std::time::Duration;

use solar_status::cli::format::{Format, Look};
use solar_status::device::{ChargeState, TimeLeftUntil};

use crate::devices::{
    LOOK, NAMES, READ, mouse, odd, rendered, rendered_at, with_days_left, with_hours_left,
};
use crate::program::{SOLAR_STATUS, desk, refused, stdout};

#[test]
fn a_template_prints_one_line_per_device() {
    assert_eq!(
        desk("{name}: {charge}[, {lux} lux ({light})]"),
        "K750: 57 %, 12 lux (dark)\nM705: 65 %\nK800: –\n"
    );
}

#[test]
fn devices_are_sorted_by_urgency_and_charge_with_absent_ones_and_those_without_battery_last() {
    let names = rendered("{name}", &odd());
    assert_eq!(
        names,
        "critical  broken  steps  low  estimate  solar  unknown  asleep  wired"
    );
}

#[test]
fn every_template_value_matches_the_readme() {
    let solar = &odd()[..1];
    let all = "{name}|{id}|{kind}|{serial}|{receiver}|{slot}|{charge}|{age}|{percent}|{level}|{bar}|\
               {state}|{urgency}|{voltage}|{lux}|{light}|{presence}";
    assert_eq!(
        rendered(all, solar),
        "solar|4069-00000221|keyboard|00000221|AF4F95EA|1|80 %|–|80|–|████████··|\
         charging|good|3.87 V|538|excellent|online"
    );
}

#[test]
fn the_time_left_counts_down_and_is_omitted_while_unknown() {
    let template = "{name}[ {left}][ full in {to_full}]";
    let of_use = with_hours_left(mouse("M1", 60));
    let of_days = with_days_left(mouse("M2", 60));
    let mut charging = of_days.clone();
    if let Some(battery) = &mut charging.battery {
        battery.state = ChargeState::Charging;
    }
    let left = charging.forecast.as_mut().unwrap();
    left.until = TimeLeftUntil::Full;
    left.best = Duration::from_secs(5400);
    let devices = [of_use, of_days, charging, mouse("M4", 60)];
    let lines = |now| rendered_at(template, &devices, now);
    assert_eq!(
        lines(READ).text,
        "M1 12 h of use  M2 40 days  M2 full in 1.5 h  M4"
    );
    let later = READ + Duration::from_secs(10 * 24 * 3600);
    assert_eq!(lines(later).text, "M1 12 h of use  M2 30 days  M2  M4");
    let changes = lines(READ).changes;
    assert!(
        changes.is_some_and(|it| it <= READ + Duration::from_secs(600)),
        "{changes:?}"
    );
}

#[test]
fn columns_are_aligned_for_wide_characters() {
    let devices = ["K750", "🦊 fox"].map(|name| mouse(name, 7));
    let look = Look {
        separator: "\n",
        ..LOOK
    };
    let format: Format = "{name:7}{percent:3}|".parse().unwrap();
    assert_eq!(
        format.render(&devices, READ, look).unwrap().text,
        "K750     7|\n🦊 fox   7|"
    );
}

#[test]
fn control_characters_in_names_are_removed() {
    for name in NAMES {
        let line = rendered("{name}", &[mouse(name, 50)]);
        assert!(
            !line.is_empty() && !line.contains(char::is_control),
            "{line:?}"
        );
    }
}

#[test]
fn without_unicode_the_output_is_ascii() {
    let ascii = |arguments: &[&str]| {
        let output = SOLAR_STATUS
            .command(arguments)
            .env("LC_ALL", "C")
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let text = ascii(&["--simulate", "--format", "{charge} {bar}"]);
    assert_eq!(text, "57 % ######----\n65 % #######---\n- -\n");
    // A shortened text ended with `…`.
    let k380 = ["--simulate=full", "--device", "K380"];
    let text = ascii(&[&k380[..], &["--format", "{name:.12}|"]].concat());
    assert_eq!(text, "Bluetooth M~|\n");
    let bar = [
        "--format",
        "tmux",
        "--color",
        "never",
        "--max-name",
        "8",
        "--separator",
        "|",
    ];
    assert_eq!(ascii(&[&k380[..], &bar].concat()), "Bluetoo~ ~20 %\n");
}

#[test]
fn template_errors_have_a_position_and_the_valid_names() {
    let error = refused(&["--simulate", "--format", "{name} {lxu}"]);
    assert!(
        error.contains("unknown value `lxu` (character 9); the values are name, id,"),
        "{error}"
    );
    // Brackets of a configuration file: it printed `waybar` for each device.
    let error = refused(&["--simulate", "--format", "[waybar]"]);
    assert!(error.contains("contain no value in braces"), "{error}");
    let error = refused(&["--simulate", "--format", "waybra"]);
    assert!(
        error.contains("no format of this name; the formats are waybar, i3blocks,"),
        "{error}"
    );
}

#[test]
fn the_separator_can_be_chosen() {
    let arguments = ["--simulate", "--separator", " | ", "--format"];
    let with = |format| stdout(&[&arguments[..], &[format]].concat());
    assert_eq!(with("{percent}"), "57 | 65 | –\n");
    assert_eq!(with("i3status-rust").matches(" | ").count(), 2);
}
