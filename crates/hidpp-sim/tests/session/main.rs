//! Sessions with simulated receivers and devices, in virtual time.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod bench;
mod centurion;
mod faults;
mod latency;
mod light;
mod noise;
mod receivers;
mod refusals;
mod requests;
mod stale;
mod window;
