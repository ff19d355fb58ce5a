//! Captures of the reports on a node: the trace format, recording it ([`Tap`]), replaying it
//! ([`Replay`]), which content must not be written ([`Privacy`]), and lines of other formats
//! ([`mod@line`]).

pub mod line;
mod privacy;
mod replay;
mod tap;
pub mod trace;

pub use privacy::Privacy;
pub use replay::{Replay, ReplayError};
pub use tap::{Redact, Redaction, Tap, TraceFile};
