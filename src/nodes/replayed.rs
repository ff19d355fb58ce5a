use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use crate::capture::{Replay, ReplayError};
use crate::transport::NodeInfo;

/// Why a trace cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// The file cannot be read.
    #[error("{path} cannot be read: {source}")]
    Read {
        /// The path of the file.
        path: String,
        /// The system error.
        source: io::Error,
    },
    /// Its contents cannot be replayed.
    #[error("{path} is not a trace that can be replayed: {source}")]
    Replay {
        /// The path of the file.
        path: String,
        /// The cause.
        source: ReplayError,
    },
}

/// Reads the nodes of a recorded trace.
pub fn read_trace(path: &Path) -> Result<Vec<(NodeInfo, Replay)>, TraceError> {
    let name = || path.display().to_string();
    let file = File::open(path).map_err(|source| TraceError::Read {
        path: name(),
        source,
    })?;
    Replay::read(BufReader::new(file)).map_err(|source| match source {
        ReplayError::Read(source) => TraceError::Read {
            path: name(),
            source,
        },
        source => TraceError::Replay {
            path: name(),
            source,
        },
    })
}
