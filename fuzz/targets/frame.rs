//! Passes arbitrary bytes of a node to every decoder, and arbitrary bytes to the descriptor
//! scanner.

#![no_main]

#[path = "../bodies/frame.rs"]
mod body;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| body::run(bytes));
