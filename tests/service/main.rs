//! The service on a real bus: its values, signals and errors, its start and its end.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test panics on the first failure"
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
