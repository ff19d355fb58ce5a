//! Captures of what passes over a node: the trace format, recording it ([`Tap`]), replaying it
//! ([`Replay`]), and what of it must not be written ([`Privacy`]).

mod privacy;
mod replay;
mod tap;
pub mod trace;

pub use privacy::Privacy;
pub use replay::{Replay, ReplayError};
pub use tap::{Redact, Redaction, Tap, TraceFile};
