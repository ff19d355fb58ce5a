//! Shared by the tests and benchmarks of solar-status: buses, programs, terminals, clients and
//! attackers of the service, and waiting with a deadline.
//!
//! The crate depends on neither the programs nor their library, only on the protocol: a test passes
//! in the path of the program that Cargo built for it. Everything in it panics on the first
//! failure, as a test does.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a test panics on the first failure"
)]

pub mod attacked;
pub mod attacker;
pub mod bus;
pub mod client;
pub mod documents;
pub mod lines;
pub mod process;
pub mod program;
pub mod signal;
pub mod snapshot;
pub mod terminal;
pub mod tools;
pub mod torn;
pub mod wait;

use std::path::Path;

use hidpp_proto::wire::Report;

/// The directory of the project; the paths of its files are relative to it.
pub fn project() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Parses a report from hexadecimal bytes.
pub fn report(hex: &str) -> Report {
    hex.parse().unwrap()
}
