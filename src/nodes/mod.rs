//! Where nodes come from: this machine's, as they come and go, simulated ones, or a trace's.

mod given;
mod machine;
mod replayed;
mod simulated;
mod tapping;

pub use given::Given;
pub use machine::Machine;
pub use replayed::{TraceError, read_trace};
pub use simulated::{Desk, simulated};
pub use tapping::Tapping;

use crate::transport::NodeInfo;

/// Why a headset is not asked.
pub fn centurion(info: &NodeInfo) -> String {
    let name = info.name.as_deref().unwrap_or("a headset");
    format!("{info}: {name} speaks Centurion, which this program cannot read")
}
