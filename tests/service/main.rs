//! The service on a real bus: what it says, to whom, and how it ends.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

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
mod signals;
mod state;
mod time_left;
mod upstream;
mod values;
