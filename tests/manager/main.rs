//! The manager on simulated receivers: caching, plausibility checks and following.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test panics on the first failure"
)]

mod batteries;
mod centurion;
mod commands;
mod desk;
mod direct;
mod families;
mod follow;
mod follow_harness;
mod idle;
mod joining;
mod kernel;
mod kernel_coverage;
mod links;
mod logged;
mod memory;
mod names;
mod plausibility;
mod saving;
mod schedule;
mod settle_delay;
mod standby_events;
mod surprises;
mod unreadable;
