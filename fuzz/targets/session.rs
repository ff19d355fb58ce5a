//! A session beside any node of the simulated desk, with any frames thrown in between, and with
//! anything remembered.

#![no_main]

#[path = "../bodies/session.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| body::run(bytes));
