//! Where the monitor's nodes come from: this machine's, as they come and go, or simulated ones.

use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd};

use log::info;

use super::args::Desk;
use super::complain;
use super::source::{Tapping, centurion, role, simulated};
use crate::manager::NodeSource;
use crate::transport::{
    HidrawTransport, NodeEvent, NodeInfo, NodeRole, NodeWatch, Transport, TransportError,
    WatchError,
};

const WAITING: &str =
    "no Logitech receiver or device found; waiting for one to be plugged in or to connect";

/// The hidraw nodes of this machine.
pub(super) struct Machine {
    watch: NodeWatch,
    tapping: Tapping,
    /// No node was found so far, and nobody was told so.
    nothing_yet: bool,
}

impl Machine {
    pub(super) fn open(tapping: Tapping) -> Result<Self, WatchError> {
        Ok(Self {
            watch: NodeWatch::open()?,
            tapping,
            nothing_yet: true,
        })
    }
}

impl NodeSource for Machine {
    fn next_event(&mut self) -> Result<Option<NodeEvent>, WatchError> {
        let event = self.watch.next_event()?;
        match &event {
            Some(NodeEvent::Appeared(info)) => match role(info) {
                NodeRole::Receiver | NodeRole::Direct => self.nothing_yet = false,
                NodeRole::Centurion => info!("{}", centurion(info)),
                NodeRole::Child | NodeRole::Foreign => {}
            },
            Some(NodeEvent::Disappeared(_) | NodeEvent::Supply(_) | NodeEvent::SupplyGone(_)) => {}
            // Those that are there at the start come first.
            None => {
                if std::mem::take(&mut self.nothing_yet) {
                    complain(&WAITING);
                }
            }
        }
        Ok(event)
    }

    fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        Some(self.watch.as_fd())
    }

    fn open(&mut self, info: &NodeInfo) -> Result<Box<dyn Transport>, TransportError> {
        let transport = HidrawTransport::open(&info.path)?;
        Ok(self.tapping.tap(info, Box::new(transport)))
    }
}

/// A simulated desk, all plugged in at the start.
pub(super) struct Simulated {
    appearing: VecDeque<NodeInfo>,
    unopened: Vec<(NodeInfo, Box<dyn Transport>)>,
    tapping: Tapping,
}

impl Simulated {
    pub(super) fn new(desk: Desk, tapping: Tapping) -> Self {
        let unopened = simulated(desk);
        Self {
            appearing: unopened.iter().map(|(info, _)| info.clone()).collect(),
            unopened,
            tapping,
        }
    }
}

impl NodeSource for Simulated {
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
