//! Attacks by clients that ignore all rules: the service and the programs that follow it survive,
//! and honest clients are served.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test panics on the first failure"
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

/// Serialises the attacks, which would otherwise affect each other's figures.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}
