use crate::capture::{Privacy, Tap, TraceFile};
use crate::transport::{NodeInfo, Transport};

/// Lets a trace, if there is one, see what passes.
#[derive(Default)]
pub struct Tapping {
    trace: Option<TraceFile>,
    anonymize: bool,
}

impl Tapping {
    /// What passes goes to this trace, if there is one.
    pub fn new(trace: Option<&TraceFile>, anonymize: bool) -> Self {
        Self {
            trace: trace.cloned(),
            anonymize,
        }
    }

    /// A transport whose traffic goes to the trace.
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
