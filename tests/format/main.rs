//! `--format`: each profile as its consumer reads it, by the consumer itself where it runs without
//! a screen, else by its documentation.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod absent;
mod devices;
mod hass;
mod i3blocks;
mod i3status_rust;
#[path = "../bus/lines.rs"]
mod lines;
mod options;
mod polybar;
mod program;
mod prometheus;
#[path = "../service/snapshot.rs"]
mod snapshot;
mod snapshots;
mod template;
mod tmux;
mod tools;
mod watch;
mod waybar;
