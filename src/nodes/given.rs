use std::collections::VecDeque;
use std::os::fd::BorrowedFd;

use super::tapping::Tapping;
use crate::manager::NodeSource;
use crate::transport::{NodeEvent, NodeInfo, Transport, TransportError, WatchError};

/// A fixed set of nodes, without hotplug.
pub struct Given {
    appearing: VecDeque<NodeInfo>,
    unopened: Vec<(NodeInfo, Box<dyn Transport>)>,
    tapping: Tapping,
}

impl Given {
    /// Creates a source with these nodes.
    pub fn new(unopened: Vec<(NodeInfo, Box<dyn Transport>)>, tapping: Tapping) -> Self {
        Self {
            appearing: unopened.iter().map(|(info, _)| info.clone()).collect(),
            unopened,
            tapping,
        }
    }
}

impl NodeSource for Given {
    fn next_event(&mut self) -> Result<Option<NodeEvent>, WatchError> {
        Ok(self.appearing.pop_front().map(NodeEvent::Appeared))
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    fn open(&mut self, info: &NodeInfo) -> Result<Box<dyn Transport>, TransportError> {
        let place = self.unopened.iter().position(|(it, _)| it.id == info.id);
        let Some((info, transport)) = place.map(|place| self.unopened.swap_remove(place)) else {
            let node = info.path.clone();
            return Err(TransportError::Gone { node });
        };
        Ok(self.tapping.tap(&info, transport))
    }
}
