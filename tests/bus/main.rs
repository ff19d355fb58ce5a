//! `solar-status` while `solar-statusd` runs, on a real but private bus.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test panics on the first failure"
)]

mod callers;
mod daemon_harness;
mod doctor;
mod examples;
mod fake;
mod foreign_daemon;
mod format;
mod gate;
mod monitor;
mod notify;
mod reconnect;
mod route;
mod server;
mod status;
mod watch;
