//! Where nodes come from: this machine's, as they come and go, simulated ones, or a trace's.

mod given;
mod machine;
mod plugged;
mod replayed;
mod simulated;
mod tapping;
mod unreadable;

pub use given::Given;
pub use machine::Machine;
pub use plugged::{SimulatedNode, node_of, numbered};
pub use replayed::{TraceError, read_trace};
pub use simulated::{Desk, simulated};
pub use tapping::Tapping;
pub use unreadable::unreadable_here;
