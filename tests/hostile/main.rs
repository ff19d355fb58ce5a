//! Attacks by clients that keep to no rules: the service and the programs that follow it go on, and
//! honest clients are served.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

#[expect(dead_code, reason = "the benchmark and the guest use the rest")]
mod attacker;
#[path = "../broker/mod.rs"]
mod broker;
/// What the tests of the service call their bus.
mod bus {
    pub(crate) use crate::broker::Bus;
}
#[expect(dead_code, reason = "the tests of the service use the rest")]
#[path = "../service/client.rs"]
mod client;
mod clients;
#[expect(dead_code, reason = "the tests of the service use the rest")]
#[path = "../service/desk.rs"]
mod desk;
mod light;
mod light_budget;
mod service;
#[expect(dead_code, reason = "the tests of the service use the rest")]
#[path = "../service/signal.rs"]
mod signal;
mod stage;
#[expect(dead_code, reason = "the tests of watch use the rest")]
#[path = "../terminal/mod.rs"]
mod terminal;
#[expect(dead_code, reason = "the benchmark uses the rest")]
mod trial;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Attacks take place one after another: one would be part of the other's figures.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}
