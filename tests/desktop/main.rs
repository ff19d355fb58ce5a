//! Programs of real desktops accept `solar-statusd --bus-name org.freedesktop.UPower` as UPower,
//! and real bars show what `solar-status --format` prints.
//!
//! Each test has its own system bus. `cargo test --test desktop` runs them; the screenshots are in
//! `target/tmp/desktop`.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test panics on the first failure"
)]

mod bars;
mod bus;
mod calls;
mod daemon;
mod days;
mod dunst;
mod library;
mod upower;
mod upowerd;
mod windows;
