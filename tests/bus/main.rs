//! `solar-status` where `solar-statusd` runs, on a real bus of the test's own.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod callers;
mod daemon_harness;
mod doctor;
mod examples;
mod fake;
mod format;
mod gate;
mod monitor;
mod notify;
mod reconnect;
mod server;
mod status;
mod strangers;
mod watch;
mod way;
