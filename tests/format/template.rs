use std::time::Duration;

use solar_status::cli::format::{Format, Look};
use solar_status::device::{ChargeState, TimeLeftUntil};

use crate::devices::{
    LOOK, NAMES, READ, mouse, odd, rendered, rendered_at, with_days_left, with_hours_left,
};
use crate::program::{SOLAR_STATUS, desk, refused, stdout};

#[test]
fn a_template_is_a_line_for_each_device() {
    assert_eq!(
        desk("{name}: {charge}[, {lux} lux ({light})]"),
        "K750: 57 %, 12 lux (dark)\nM705: 65 %\nK800: –\n"
    );
}

#[test]
fn the_lowest_present_comes_first_and_those_without_a_battery_last() {
    let names = rendered("{name}", &odd());
    assert_eq!(
        names,
        "critical  steps  low  broken  estimate  solar  unknown  asleep  wired"
    );
}

#[test]
fn all_values_are_what_the_readme_says() {
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
fn the_time_left_counts_down_and_is_left_out_where_it_is_not_known() {
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
fn columns_line_up_whatever_a_device_is_called() {
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
fn a_name_does_not_end_the_line() {
    for name in NAMES {
        let line = rendered("{name}", &[mouse(name, 50)]);
        assert!(
            !line.is_empty() && !line.contains(char::is_control),
            "{line:?}"
        );
    }
}

#[test]
fn without_unicode_it_is_ascii() {
    let output = SOLAR_STATUS
        .command(&["--simulate", "--format", "{charge} {bar}"])
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text, "57 % ######----\n65 % #######---\n- -\n");
}

#[test]
fn a_mistake_is_told_with_its_place_and_what_there_is() {
    let error = refused(&["--simulate", "--format", "{name} {lxu}"]);
    assert!(
        error.contains("no value `lxu` (character 9); there are name, id,"),
        "{error}"
    );
    let error = refused(&["--simulate", "--format", "waybra"]);
    assert!(
        error.contains("no profile of this name; there are waybar, i3blocks,"),
        "{error}"
    );
}

#[test]
fn the_separator_is_the_users() {
    let arguments = ["--simulate", "--separator", " | ", "--format"];
    let with = |format| stdout(&[&arguments[..], &[format]].concat());
    assert_eq!(with("{percent}"), "57 | 65 | –\n");
    assert_eq!(with("i3status-rust").matches(" | ").count(), 2);
}
