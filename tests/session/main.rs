//! Conversations with the simulated receiver, on virtual time.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod bench;
mod requests;
