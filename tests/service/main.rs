//! The service on a real bus: what it says, to whom, and how it ends.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod bus;
mod client;
mod daemon;
mod desk;
mod history;
mod hostile;
mod introspection;
mod killed;
mod life;
mod light;
mod paths;
mod shape;
mod signal;
mod signals;
mod snapshot;
mod state;
mod time_left;
mod upstream;
mod values;
