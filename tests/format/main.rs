//! `--format`: each profile is checked by its consumer if that runs without a display, otherwise
//! against the consumer's documentation.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test panics on the first failure"
)]

mod absent;
mod devices;
mod hass;
mod i3blocks;
mod i3status_rust;
mod names;
mod options;
mod polybar;
mod program;
mod prometheus;
mod snapshots;
mod template;
mod tmux;
mod watch;
mod waybar;
