//! What a person is told of batteries and light: stories in virtual time.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod clock;
mod configuration;
mod flood;
mod stories;
mod story;
