//! Naming the hardware that cannot be read, once all of its nodes had the time to come.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::manager::role;
use crate::manager::unreadable::{Unreadable, unreadable};
use crate::transport::{NodeId, NodeInfo, NodeRole};
use hidpp_proto::units::Timestamp;

/// The time for the other nodes of a piece of hardware: the kernel makes them one after the other, and
/// the one that speaks HID++ is mostly the last.
const COMPLETE: Duration = Duration::from_secs(1);

/// The nodes that are there, and what of them cannot be read.
#[derive(Debug, Default)]
pub(super) struct UnreadableNodes {
    /// All but those of paired devices.
    nodes: Vec<NodeInfo>,
    /// The hardware that was named, by its [`NodeInfo::unit`].
    named: BTreeSet<String>,
    /// When to look at what came.
    due: Option<Timestamp>,
}

impl UnreadableNodes {
    /// A node came.
    pub(super) fn appear(&mut self, now: Timestamp, info: &NodeInfo) {
        match role(info) {
            NodeRole::Child | NodeRole::Foreign => return,
            NodeRole::Receiver | NodeRole::Direct => {}
            NodeRole::Centurion | NodeRole::Plain => self.due = Some(now + COMPLETE),
        }
        self.nodes.push(info.clone());
    }

    /// A node went.
    pub(super) fn disappear(&mut self, id: &NodeId) {
        self.nodes.retain(|node| node.id != *id);
        let nodes = &self.nodes;
        self.named
            .retain(|unit| nodes.iter().any(|node| node.unit() == unit));
    }

    /// When [`Self::take`] has something to return.
    pub(super) const fn due(&self) -> Option<Timestamp> {
        self.due
    }

    /// What cannot be read and was not named yet, if it is time to look or all that is there at the
    /// start is `complete`.
    pub(super) fn take(&mut self, now: Timestamp, complete: bool) -> Vec<Unreadable> {
        if self.due.take_if(|due| complete || *due <= now).is_none() {
            return Vec::new();
        }
        let mut found = unreadable(&self.nodes);
        found.retain(|it| self.named.insert(it.unit.clone()));
        found
    }
}
