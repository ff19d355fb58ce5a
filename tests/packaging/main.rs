//! The shipped system files: the tools that read them on a system check them here, and names that
//! occur in several files must agree.
//!
//! `tests/vm` tests the udev rules on a real kernel.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test panics on the first failure"
)]

mod addresses;
mod bus;
mod copyright;
mod crates;
mod help;
mod install;
mod manual;
mod metainfo;
mod models;
mod names;
mod notify;
mod release;
mod rules;
mod scripts;
mod shells;
mod tools;
mod unit;
mod user;
mod visible;
mod written;
