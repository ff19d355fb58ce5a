use crate::capture::{Privacy, Tap, TraceFile};
use crate::transport::{NodeInfo, Transport};

/// Records the traffic of transports to a trace, if recording is enabled.
#[derive(Default)]
pub struct Tapping {
    trace: Option<TraceFile>,
    anonymize: bool,
}

impl Tapping {
    /// Records to this trace, if there is one.
    pub fn new(trace: Option<&TraceFile>, anonymize: bool) -> Self {
        Self {
            trace: trace.cloned(),
            anonymize,
        }
    }

    /// Wraps a transport so that its traffic is recorded.
    pub fn tap(&self, info: &NodeInfo, transport: Box<dyn Transport>) -> Box<dyn Transport> {
        match &self.trace {
            Some(file) => Box::new(Tap::new(
                transport,
                info,
                file,
                Privacy::new(self.anonymize),
            )),
            None => transport,
        }
    }
}
