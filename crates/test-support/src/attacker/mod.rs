//! A hostile client of the service, and an honest one for comparison, both on the wire protocol.
//!
//! Neither uses a D-Bus library, so that they can send what a library refuses to send.
//! `tests/hostile`, `benches/hostile.rs` and the scenario `hostile` in `tests/vm` share these
//! modules.

#![expect(
    clippy::return_self_not_must_use,
    reason = "the builders of attacks and messages return a changed copy; an unused one is dead code in the tests"
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
