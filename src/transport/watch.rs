//! Follows the nodes: those that are there, and from then on those that come and go.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};

use super::discovery::look_up;
use super::hotplug::{Hotplug, NodeChange};
use super::sysfs::Sysfs;
use super::{DiscoveryError, NodeId, NodeInfo, list_nodes};

/// A node came or went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeEvent {
    /// It is there, and was not before.
    Appeared(NodeInfo),
    /// This plugging of it ended.
    Disappeared(NodeId),
}

/// Why nodes cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The messages cannot be heard.
    #[error("the system does not say which devices come and go: {0}")]
    Hotplug(#[from] io::Error),
    /// The nodes cannot be listed.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
}

/// Tells of each plugging of each node [`list_nodes`] would list once, and of its end.
///
/// It listened before it listed, so nothing falls between. A node may be told of before udev gave
/// it its permissions (at the start, or where no udev runs): if opening it fails, try again a
/// little later.
#[derive(Debug)]
pub struct NodeWatch {
    hotplug: Hotplug,
    sysfs: Sysfs,
    roll: Roll,
    /// Whether messages were lost since the last list.
    lost: bool,
}

impl NodeWatch {
    /// Listens, then lists: the first events are the nodes that are there.
    pub fn open() -> Result<Self, WatchError> {
        let hotplug = Hotplug::open()?;
        let mut roll = Roll::default();
        roll.replace(list_nodes()?);
        Ok(Self {
            hotplug,
            sysfs: Sysfs::default(),
            roll,
            lost: false,
        })
    }

    /// The next event, or `None` when nothing waits.
    pub fn next_event(&mut self) -> Result<Option<NodeEvent>, WatchError> {
        loop {
            if let Some(event) = self.roll.events.pop_front() {
                return Ok(Some(event));
            }
            match self.hotplug.receive()? {
                Some(NodeChange::Added(name)) => {
                    if let Some(node) = look_up(&self.sysfs, &name) {
                        self.roll.add(node);
                    }
                }
                Some(NodeChange::Removed(id)) => self.roll.remove(&id),
                // The list waits until the socket is empty: what is in it is older, and before
                // that the kernel does not say again that it drops messages.
                Some(NodeChange::Rescan) => self.lost = true,
                None if self.lost => {
                    self.roll.replace(list_nodes()?);
                    self.lost = false;
                }
                None => return Ok(None),
            }
        }
    }
}

impl AsFd for NodeWatch {
    /// Readable when there may be an event, in error (`POLLERR`) when messages were lost; ask in
    /// either case. What is there at the start waits without it.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.hotplug.as_fd()
    }
}

/// Which nodes were told of.
#[derive(Debug, Default)]
struct Roll {
    /// With their paths.
    present: BTreeMap<NodeId, String>,
    events: VecDeque<NodeEvent>,
}

impl Roll {
    fn add(&mut self, node: NodeInfo) {
        if self.present.contains_key(&node.id) {
            return;
        }
        // A path leads to one node: whoever had it is gone, though nobody said so yet.
        let before = self.present.iter().find(|(_, path)| **path == node.path);
        if let Some(id) = before.map(|(id, _)| id.clone()) {
            self.remove(&id);
        }
        self.present.insert(node.id.clone(), node.path.clone());
        self.events.push_back(NodeEvent::Appeared(node));
    }

    fn remove(&mut self, id: &NodeId) {
        if self.present.remove(id).is_some() {
            self.events.push_back(NodeEvent::Disappeared(id.clone()));
        }
    }

    /// Takes a new list for the truth.
    fn replace(&mut self, nodes: Vec<NodeInfo>) {
        let gone: Vec<NodeId> = self
            .present
            .keys()
            .filter(|id| nodes.iter().all(|node| node.id != **id))
            .cloned()
            .collect();
        for id in &gone {
            self.remove(id);
        }
        for node in nodes {
            self.add(node);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::sysfs::tests::{Tree, unifying};

    fn node(path: &str, plugging: &str) -> NodeInfo {
        NodeInfo {
            id: NodeId::new(plugging),
            ..NodeInfo::unifying(path)
        }
    }

    /// `+` and `-` with the plugging of each event so far.
    fn told(roll: &mut Roll) -> Vec<String> {
        let events = roll.events.drain(..);
        let text = |event| match event {
            NodeEvent::Appeared(node) => format!("+{}", node.id),
            NodeEvent::Disappeared(id) => format!("-{id}"),
        };
        events.map(text).collect()
    }

    #[test]
    fn a_node_both_listed_and_announced_is_told_of_once() {
        let mut roll = Roll::default();
        roll.replace(vec![node("/dev/hidraw0", "a")]);
        roll.add(node("/dev/hidraw0", "a"));
        assert_eq!(told(&mut roll), ["+a"]);
    }

    #[test]
    fn the_end_of_a_node_never_told_of_is_not_told() {
        let mut roll = Roll::default();
        roll.remove(&NodeId::new("keyboard"));
        assert_eq!(told(&mut roll), [""; 0]);
    }

    #[test]
    fn a_number_used_again_ends_the_plugging_before() {
        let mut roll = Roll::default();
        roll.add(node("/dev/hidraw0", "a"));
        roll.add(node("/dev/hidraw0", "b"));
        // The late word of the end of the first does not end the second.
        roll.remove(&NodeId::new("a"));
        assert_eq!(told(&mut roll), ["+a", "-a", "+b"]);
    }

    #[test]
    fn after_lost_messages_only_the_differences_are_told() {
        let mut roll = Roll::default();
        roll.replace(vec![node("/dev/hidraw0", "a"), node("/dev/hidraw1", "b")]);
        told(&mut roll);
        roll.replace(vec![node("/dev/hidraw1", "b"), node("/dev/hidraw0", "c")]);
        assert_eq!(told(&mut roll), ["-a", "+c"]);
    }

    #[test]
    fn an_announced_node_is_looked_up_in_sysfs() {
        let tree = Tree::new();
        unifying(&tree);
        let mut roll = Roll::default();
        // The last is gone already.
        for name in ["hidraw2", "hidraw3", "hidraw9"] {
            if let Some(node) = look_up(&tree.sysfs(), name) {
                roll.add(node);
            }
        }
        let appeared: Vec<bool> = roll
            .events
            .iter()
            .map(|event| matches!(event, NodeEvent::Appeared(node) if node.child))
            .collect();
        assert_eq!(appeared, [false, true]);
    }
}
