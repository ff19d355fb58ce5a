//! `solar-status` where `solar-statusd` runs, on a real bus of the test's own.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod callers;
mod fake;
mod monitor;
mod notify;
mod server;
mod stage;
mod status;
mod way;
