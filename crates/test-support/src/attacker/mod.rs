//! A hostile client of the service, and an honest one to compare with, both on the wire protocol.
//!
//! Neither uses a D-Bus library: what a library refuses to send is sent here. The
//! modules are shared by `tests/hostile`, by `benches/hostile.rs`, and by the scenario `hostile` in
//! `tests/vm`.

#![expect(
    clippy::return_self_not_must_use,
    reason = "an attack or message that is built and not used shows as dead code in the tests"
)]

pub mod attack;
pub mod attacks;
pub mod calls;
pub mod honest;
pub mod odd;
pub mod state;
pub mod target;
pub mod user;
pub mod wire;
