//! Programs of a real desktop take `solar-statusd --bus-name org.freedesktop.UPower` for UPower.
//!
//! Each test has a system bus of its own. `cargo test --test desktop` runs them; the pictures of the
//! windows are in `target/tmp/desktop`.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod bus;
mod calls;
mod daemon;
mod days;
mod dunst;
mod library;
mod upower;
mod upowerd;
mod windows;
