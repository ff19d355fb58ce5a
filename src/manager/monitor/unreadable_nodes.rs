//! Reports hardware that cannot be read, once all of its nodes had time to appear (debounced).

use std::collections::BTreeSet;
use std::time::Duration;

use crate::manager::role;
use crate::manager::unreadable::{Unreadable, unreadable};
use crate::transport::{NodeId, NodeInfo, NodeRole};
use hidpp_proto::units::Timestamp;

/// How long to wait for the other nodes of a piece of hardware: the kernel creates them in
/// sequence, and the one with HID++ reports is usually the last.
const COMPLETE: Duration = Duration::from_secs(1);

/// The present nodes, and which unreadable hardware was reported.
#[derive(Debug, Default)]
pub(super) struct UnreadableNodes {
    /// All but those of paired devices.
    nodes: Vec<NodeInfo>,
    /// The hardware already reported, by its [`NodeInfo::unit`].
    named: BTreeSet<String>,
    /// When to evaluate the nodes.
    due: Option<Timestamp>,
}

impl UnreadableNodes {
    /// A node appeared.
    pub(super) fn appear(&mut self, now: Timestamp, info: &NodeInfo) {
        match role(info) {
            NodeRole::Child | NodeRole::Foreign => return,
            NodeRole::Receiver | NodeRole::Direct => {}
            NodeRole::Plain => self.due = Some(now + COMPLETE),
        }
        self.nodes.push(info.clone());
    }

    /// A node disappeared.
    pub(super) fn disappear(&mut self, id: &NodeId) {
        self.nodes.retain(|node| node.id != *id);
        let nodes = &self.nodes;
        self.named
            .retain(|unit| nodes.iter().any(|node| node.unit() == unit));
    }

    /// When to call [`Self::take`].
    pub(super) const fn due(&self) -> Option<Timestamp> {
        self.due
    }

    /// The unreadable hardware not reported yet, if the evaluation is due or the nodes present at
    /// the start are `complete`.
    pub(super) fn take(&mut self, now: Timestamp, complete: bool) -> Vec<Unreadable> {
        if self.due.take_if(|due| complete || *due <= now).is_none() {
            return Vec::new();
        }
        let mut found = unreadable(&self.nodes);
        found.retain(|it| self.named.insert(it.unit.clone()));
        found
    }
}
