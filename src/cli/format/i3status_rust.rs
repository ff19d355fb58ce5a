//! i3status-rust, block `custom` with `json = true`: one object per line.
//!
//! Source: the documentation of i3status-rust, module `blocks::custom`. Its default format expects
//! `text` as Pango markup (`$text.pango-str()`). An icon that a set does not contain is an error of
//! the block, so only icons of all its sets are used.

use serde::Serialize;

use super::Look;
use super::entry::{Entry, Tone, line};
use super::escape::pango;
use crate::cli::json;
use hidpp_proto::feature::DeviceKind;

#[derive(Serialize)]
struct Block {
    icon: &'static str,
    state: State,
    text: String,
    /// The lowest battery.
    short_text: String,
}

/// The states of i3status-rust.
#[derive(Serialize)]
enum State {
    Idle,
    Good,
    Warning,
    Critical,
}

pub(super) fn render(entries: &[Entry<'_>], look: Look<'_>) -> serde_json::Result<String> {
    let lowest = entries.first();
    let short = |entry: &Entry<'_>| pango(&entry.short());
    let shortest = |entry: &Entry<'_>| pango(&entry.shortest());
    json::to_string(&Block {
        icon: lowest.map_or("", icon),
        state: state(entries),
        text: line(entries, look.separator, short),
        short_text: lowest.map(shortest).unwrap_or_default(),
    })
}

fn state(entries: &[Entry<'_>]) -> State {
    match Tone::of_all(entries) {
        Tone::Critical => State::Critical,
        Tone::Low => State::Warning,
        Tone::Plain if entries.iter().any(Entry::is_charging) => State::Good,
        Tone::Plain | Tone::Dim => State::Idle,
    }
}

const fn icon(entry: &Entry<'_>) -> &'static str {
    match entry.device.kind {
        Some(DeviceKind::Keyboard | DeviceKind::Numpad) => "keyboard",
        Some(DeviceKind::Mouse | DeviceKind::Trackball | DeviceKind::Touchpad) => "mouse",
        Some(DeviceKind::Headset) => "headphones",
        Some(DeviceKind::Gamepad | DeviceKind::Joystick) => "joystick",
        _ => "",
    }
}
