//! Attacks by clients that keep to no rules: the service and the programs that follow it go on, and
//! honest clients are served.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod clients;
#[expect(dead_code, reason = "the tests of the service use the rest")]
#[path = "../service/desk.rs"]
mod desk;
mod light;
mod light_budget;
mod service;

use std::sync::{Mutex, MutexGuard, PoisonError};

use test_support::attacked::Programs;
use test_support::program::Program;

const PROGRAMS: Programs = Programs {
    solar_status: Program::new(env!("CARGO_BIN_EXE_solar-status")),
    solar_statusd: Program::new(env!("CARGO_BIN_EXE_solar-statusd")),
};

/// Attacks take place one after another: one would be part of the other's figures.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}
