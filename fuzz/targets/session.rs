//! Runs a session on any node of the simulated desk, with arbitrary frames injected and an
//! arbitrary cache.

#![no_main]

#[path = "../bodies/session.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| body::run(bytes));
