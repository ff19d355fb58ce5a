//! `solar-status` where `solar-statusd` runs, on a real bus of the test's own.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod callers;
mod doctor;
mod examples;
mod fake;
mod format;
mod gate;
mod lines;
mod monitor;
mod notify;
mod reconnect;
mod server;
mod stage;
mod status;
mod strangers;
#[expect(dead_code, reason = "tests/watch.rs uses all of it")]
#[path = "../terminal/mod.rs"]
mod terminal;
mod watch;
mod way;
