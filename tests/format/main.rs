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
mod options;
mod polybar;
mod program;
mod prometheus;
mod snapshots;
mod template;
mod tmux;
mod watch;
mod waybar;
