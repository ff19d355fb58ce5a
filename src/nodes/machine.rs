use std::fs;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use super::tapping::Tapping;
use crate::manager::{NodeSource, role};
use crate::transport::{
    HidrawTransport, NodeEvent, NodeInfo, NodeRole, NodeWatch, Transport, TransportError,
    WatchError,
};

/// The hidraw nodes of this machine.
pub struct Machine<'a> {
    watch: NodeWatch,
    tapping: Tapping,
    /// Called once if no readable node was found at the start.
    nothing: Option<Box<dyn FnOnce() + 'a>>,
}

impl<'a> Machine<'a> {
    /// Subscribes to hotplug events and lists the present nodes. `nothing` is called once if no
    /// present node can be read.
    pub fn open(tapping: Tapping, nothing: impl FnOnce() + 'a) -> Result<Self, WatchError> {
        Ok(Self {
            watch: NodeWatch::open()?,
            tapping,
            nothing: Some(Box::new(nothing)),
        })
    }
}

impl NodeSource for Machine<'_> {
    fn next_event(&mut self) -> Result<Option<NodeEvent>, WatchError> {
        let event = self.watch.next_event()?;
        match &event {
            Some(NodeEvent::Appeared(info)) => match role(info) {
                NodeRole::Receiver | NodeRole::Direct => self.nothing = None,
                NodeRole::Child | NodeRole::Plain | NodeRole::Foreign => {}
            },
            Some(NodeEvent::Disappeared(_) | NodeEvent::Supply(_) | NodeEvent::SupplyGone(_)) => {}
            // The events about nodes that are present at the start come before hotplug events.
            None => {
                if let Some(nothing) = self.nothing.take() {
                    nothing();
                }
            }
        }
        Ok(event)
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.watch.as_fd())
    }

    fn age(&self, info: &NodeInfo) -> Option<Duration> {
        // The kernel creates the file with the node, and udev updates the time of the file when it
        // processes the node.
        let made = fs::metadata(&info.path).and_then(|file| file.modified());
        made.ok()?.elapsed().ok()
    }

    fn open(&mut self, info: &NodeInfo) -> Result<Box<dyn Transport>, TransportError> {
        let transport = HidrawTransport::open(&info.path)?;
        Ok(self.tapping.tap(info, Box::new(transport)))
    }
}
