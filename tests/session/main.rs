//! Conversations with the simulated receiver, on virtual time.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod bench;
mod faults;
mod requests;
