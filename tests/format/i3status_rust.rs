//! Checked against the documentation of i3status-rust's block `custom`: `text` is a required
//! string; `icon`, `state` (one of five words) and `short_text` are optional.

use serde_json::Value;

use crate::devices::{NAMES, mouse, odd, rendered};
use crate::program::{desk, full};
use crate::waybar::unmarked;

const STATES: [&str; 5] = ["Idle", "Info", "Good", "Warning", "Critical"];

/// The names that all icon sets have.
const ICONS: [&str; 5] = ["", "keyboard", "mouse", "headphones", "joystick"];

fn block(line: &str) -> Value {
    assert_eq!(line.trim_end().lines().count(), 1, "{line:?}");
    let block: Value = serde_json::from_str(line).unwrap();
    assert!(block["text"].is_string());
    for (key, value) in block.as_object().unwrap() {
        let value = value.as_str().unwrap();
        match key.as_str() {
            "text" | "short_text" => {}
            "icon" => assert!(ICONS.contains(&value), "{value}"),
            "state" => assert!(STATES.contains(&value), "{value}"),
            other => panic!("{other} is not a key of the block"),
        }
    }
    block
}

fn state(name: &str) -> Value {
    let mut devices = odd();
    devices.retain(|device| device.name.as_deref() == Some(name));
    block(&rendered("i3status-rust", &devices))["state"].clone()
}

#[test]
fn the_state_is_that_of_the_most_urgent_device() {
    assert_eq!(
        block(&rendered("i3status-rust", &odd()))["state"],
        "Critical"
    );
    assert_eq!(state("critical"), "Critical");
    assert_eq!(state("broken"), "Critical");
    assert_eq!(state("low"), "Warning");
    assert_eq!(state("solar"), "Good");
    assert_eq!(state("estimate"), "Idle");
    assert_eq!(state("asleep"), "Idle");
    assert_eq!(state("unknown"), "Idle");
    assert_eq!(block(&rendered("i3status-rust", &[]))["state"], "Idle");
}

#[test]
fn the_icon_is_that_of_the_first_device() {
    let desk = block(&desk("i3status-rust"));
    assert_eq!(desk["icon"], "keyboard");
    assert_eq!(desk["text"], "K750 57 %  M705 65 %  K800 –");
    assert_eq!(desk["short_text"], "K750 57 %");
    block(&full("i3status-rust"));
}

#[test]
fn names_are_not_interpreted_as_markup() {
    for name in NAMES {
        let block = block(&rendered("i3status-rust", &[mouse(name, 50)]));
        assert_eq!(unmarked(&block["text"]), unmarked(&block["short_text"]));
    }
}
