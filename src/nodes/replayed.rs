use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::transport::{NodeInfo, Replay, ReplayError};

/// A trace may be so many MiB long. A K750 that is followed for a month fills about three.
const LONGEST_TRACE: u64 = 64;

/// Why a trace cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// The file cannot be read.
    #[error("{path} cannot be read: {source}")]
    Read {
        /// Where it is.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// It is too long.
    #[error("{path} is longer than {LONGEST_TRACE} MiB, too long for a trace")]
    TooLong {
        /// Where it is.
        path: String,
    },
    /// What it holds is no trace.
    #[error("{path} is no trace that can be replayed: {source}")]
    Replay {
        /// Where it is.
        path: String,
        /// Why.
        source: ReplayError,
    },
}

/// The nodes of a recorded trace.
pub fn read_trace(path: &Path) -> Result<Vec<(NodeInfo, Replay)>, TraceError> {
    let name = || path.display().to_string();
    let longest = LONGEST_TRACE << 20;
    let mut text = Vec::new();
    let read = File::open(path).and_then(|file| file.take(longest + 1).read_to_end(&mut text));
    match read {
        Ok(len) if len as u64 > longest => return Err(TraceError::TooLong { path: name() }),
        Ok(_) => {}
        Err(source) => {
            let path = name();
            return Err(TraceError::Read { path, source });
        }
    }
    Replay::read(&String::from_utf8_lossy(&text)).map_err(|source| TraceError::Replay {
        path: name(),
        source,
    })
}
