//! A hostile client of the service, and an honest one to compare with, both on the wire protocol.
//!
//! Neither uses a D-Bus library: what a library refuses to send is sent here. The modules are shared
//! by the tests in this folder, by `benches/hostile.rs`, and by the scenario `hostile` in `tests/vm`.

pub(crate) mod attack;
pub(crate) mod attacks;
pub(crate) mod calls;
pub(crate) mod honest;
pub(crate) mod odd;
pub(crate) mod state;
pub(crate) mod target;
pub(crate) mod user;
pub(crate) mod wire;
