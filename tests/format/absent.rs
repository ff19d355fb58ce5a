//! Absent devices: a bar shows their last value with its age, and drops them after a day.
//!
//! Project decision: the last known value is kept with its age; a bar is about the devices that are
//! present.

use std::time::Duration;

use hidpp_proto::units::Timestamp;
use serde_json::Value;
use solar_status::cli::format::{self, bars};
use solar_status::device::{Device, Presence};

use crate::devices::{READ, mouse, rendered, rendered_at};

const HOUR: u64 = 60 * 60;

/// A mouse that has been offline since it was read.
fn absent(name: &str, percent: u8) -> Device {
    Device {
        presence: Presence::Offline,
        ..mouse(name, percent)
    }
}

fn after(seconds: u64) -> Timestamp {
    READ + Duration::from_secs(seconds)
}

/// The text of a bar without colours, and its short or long form.
fn parts(profile: &str, text: &str) -> Vec<String> {
    let get = |value: &Value, key: &str| value[key].as_str().unwrap().to_owned();
    match profile {
        "waybar" | "i3blocks" | "i3status-rust" => {
            let keys = match profile {
                "waybar" => ["text", "tooltip"],
                "i3blocks" => ["full_text", "short_text"],
                _ => ["text", "short_text"],
            };
            let value: Value = serde_json::from_str(text).unwrap();
            keys.map(|key| get(&value, key)).to_vec()
        }
        _ => vec![text.to_owned()],
    }
}

#[test]
fn a_bar_shows_an_absent_device_with_its_age() {
    let shown = |profile| {
        let rendered = rendered_at(profile, &[absent("M705", 4)], after(23 * HOUR));
        parts(profile, &rendered.text)
    };
    assert_eq!(
        shown("waybar"),
        ["M705 4 % (23 h)", "M705  4 % (23 h ago), offline"]
    );
    assert_eq!(shown("i3blocks"), ["M705 4 % (23 h)", "M705 4 %"]);
    assert_eq!(shown("i3status-rust"), ["M705 4 % (23 h)", "M705 4 %"]);
    assert_eq!(shown("polybar"), ["%{F#888888}M705 4 % (23 h) %{F-}"]);
    assert_eq!(
        shown("tmux"),
        ["#[fg=brightblack]M705 4 % (23 h)#[default]"]
    );
}

#[test]
fn after_a_day_a_bar_is_as_without_devices() {
    let absent = [absent("M705", 4), absent("M720", 60)];
    for profile in &bars() {
        for devices in [&absent[..1], &absent] {
            let gone = rendered_at(profile, devices, after(25 * HOUR));
            assert_eq!(gone.text, rendered(profile, &[]), "{profile}");
            assert_eq!(gone.changes, None, "{profile}");
        }
    }
}

#[test]
fn absent_devices_come_after_present_ones_and_are_dropped() {
    let mut there = mouse("M720", 60);
    let devices = |there: &Device| [absent("M705", 4), there.clone()];
    for profile in &bars() {
        let before = rendered_at(profile, &devices(&there), after(23 * HOUR)).text;
        let shown = parts(profile, &before).remove(0);
        assert!(shown.starts_with("M720 60 %"), "{profile}: {shown}");
        assert_eq!(shown.contains("M705"), profile != "waybar", "{shown}");
    }
    // Present devices stay even without a last-seen time.
    there.seen = None;
    for profile in ["i3blocks", "i3status-rust", "polybar", "tmux"] {
        let gone = rendered_at(profile, &devices(&there), after(25 * HOUR));
        let alone = rendered_at(profile, std::slice::from_ref(&there), after(25 * HOUR));
        assert_eq!(gone, alone, "{profile}");
        assert_eq!(gone.changes, None, "{profile}");
    }
    let waybar = rendered_at("waybar", &devices(&there), after(72 * HOUR)).text;
    assert_eq!(
        parts("waybar", &waybar),
        [
            "M720 60 %",
            "M720  60 %, discharging\nM705  4 % (3 days ago), offline"
        ]
    );
}

#[test]
fn the_age_counts_from_the_last_message_and_an_unknown_one_is_not_guessed() {
    let mut seen = absent("M705", 4);
    seen.seen = Some(after(10 * HOUR));
    let shown = |device: &Device, hours: u64| {
        let device = std::slice::from_ref(device);
        rendered_at("tmux", device, after(hours * HOUR)).text
    };
    assert!(
        shown(&seen, 30).contains("M705 4 % (30 h)"),
        "its charge is older than its last message"
    );
    assert_eq!(shown(&seen, 34), "");
    let mut never = absent("K800", 0);
    (never.seen, never.battery, never.has_battery) = (None, None, None);
    assert!(shown(&never, 1000).contains("K800 –"));
}

#[test]
fn a_template_drops_an_absent_device_only_if_it_is_the_only_one() {
    let devices = [absent("M705", 4), mouse("M720", 60)];
    let template = "{name} {charge}[ ({age})]";
    let shown =
        |devices: &[Device], hours: u64| rendered_at(template, devices, after(hours * HOUR)).text;
    assert_eq!(shown(&devices[..1], 23), "M705 4 % (23 h)");
    assert_eq!(shown(&devices[..1], 25), "");
    assert_eq!(shown(&devices, 72), "M720 60 %  M705 4 % (3 days)");
}

#[test]
fn formats_other_than_bars_keep_absent_devices() {
    let device = [absent("M705", 4)];
    let others = format::profiles()
        .into_iter()
        .filter(|it| !bars().contains(it));
    for format in &others.collect::<Vec<_>>() {
        let month = rendered_at(format, &device, after(30 * 24 * HOUR));
        assert_eq!(month.text, rendered(format, &device), "{format}");
        assert_eq!(month.changes, None, "{format}");
    }
}

/// Everything a bar prints after the device was read, with the second of each text.
fn printed_until(format: &str, devices: &[Device], until: u64) -> Vec<(u64, String)> {
    let mut printed: Vec<(u64, String)> = Vec::new();
    let mut now = READ;
    while now <= after(until) {
        let rendered = rendered_at(format, devices, now);
        printed.push((now.since(READ).as_secs(), rendered.text));
        match rendered.changes {
            Some(changes) => {
                assert!(changes > now, "the next change is in the future");
                now = changes;
            }
            None => break,
        }
    }
    printed
}

#[test]
fn each_wakeup_of_a_stream_changes_its_text_until_it_is_empty() {
    for format in bars()
        .iter()
        .map(String::as_str)
        .chain(["{name} {charge}[ ({age})]"])
    {
        let printed = printed_until(format, &[absent("M705", 4)], 48 * HOUR);
        for pair in printed.windows(2) {
            assert_ne!(pair[0].1, pair[1].1, "{format}");
            assert!(pair[0].0 == 0 || pair[1].0 - pair[0].0 >= 60, "{pair:?}");
        }
        // Every minute in the first hour, then every hour, until the day is over.
        assert_eq!(printed.len(), 1 + 60 + 23, "{format}");
        let (second, last) = printed.last().unwrap();
        assert_eq!(*last, rendered(format, &[]), "{format}");
        // Rounded up to a full minute.
        assert!((24 * HOUR..24 * HOUR + 60).contains(second), "{second}");
    }
}

#[test]
fn several_absent_devices_wake_a_stream_at_most_once_a_minute() {
    let devices: Vec<Device> = (0..3)
        .map(|number| {
            let mut device = absent(&format!("M{number}"), 4);
            let battery = device.battery.as_mut().unwrap();
            battery.charge_at = after(number * 17);
            device
        })
        .collect();
    for format in ["polybar", "{name} {charge}[ ({age})]"] {
        let printed = printed_until(format, &devices, 2 * HOUR);
        let minutes = printed.windows(2).skip(1);
        for pair in minutes {
            assert!(pair[1].0 - pair[0].0 >= 60, "{format}: {pair:?}");
        }
    }
}

#[test]
fn formats_without_an_age_do_not_wake_a_stream() {
    let there = [mouse("M705", 4), mouse("M720", 60)];
    for format in bars()
        .iter()
        .map(String::as_str)
        .chain(["{name} {charge}[ ({age})]", "hass"])
    {
        assert_eq!(rendered_at(format, &there, READ).changes, None, "{format}");
    }
    let absent = [absent("M705", 4), absent("M720", 60)];
    let list = rendered_at("{name} {charge} {presence}", &absent, READ);
    assert_eq!(list.changes, None);
    // A device beyond the first three of a bar wakes it only when it is dropped.
    let mut crowd: Vec<Device> = (0..3).map(|it| mouse(&format!("M{it}"), 50)).collect();
    crowd.extend(absent);
    let crowd = rendered_at("tmux", &crowd, READ);
    assert_eq!(crowd.text, "M0 50 %  M1 50 %  M2 50 %  +2");
    let day = after(24 * HOUR).rounded_up(Duration::from_secs(60));
    assert_eq!(crowd.changes, Some(day));
}
