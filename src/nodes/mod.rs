//! Sources of hidraw nodes: the nodes of this machine with hotplug, simulated nodes, and the nodes
//! of a recorded trace.

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
