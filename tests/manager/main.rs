//! The manager on simulated receivers: caching, plausibility checks and following.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test panics on the first failure"
)]

mod batteries;
mod calm;
mod commands;
mod cover;
mod desk;
mod direct;
mod doubt;
mod families;
mod follow;
mod follow_harness;
mod idle;
mod joining;
mod kernel;
mod links;
mod logged;
mod memory;
mod names;
mod quiet;
mod saving;
mod schedule;
mod surprises;
mod unreadable;
