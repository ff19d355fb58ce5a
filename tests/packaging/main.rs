//! The files that put the daemon on a system: the tools that will read them there read them here,
//! and what they name is the same in each.
//!
//! What udev makes of the rules on a real kernel is tested in `tests/vm`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod bus;
mod copyright;
mod crates;
mod install;
mod manual;
mod metainfo;
mod names;
mod notify;
mod release;
mod rules;
mod shells;
mod tools;
mod unit;
mod user;
mod written;
