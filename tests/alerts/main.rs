//! The alerts about batteries and light: stories in virtual time.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test panics on the first failure"
)]

mod clock;
mod configuration;
mod flood;
mod stories;
mod story;
