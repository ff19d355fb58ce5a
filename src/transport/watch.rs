//! Follows nodes and the kernel's batteries: those present at the start, and hotplug from then on.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};

use log::debug;

use super::discovery::look_up;
use super::hotplug::{Hotplug, NodeChange};
use super::sysfs::Sysfs;
use super::{DiscoveryError, NodeId, NodeInfo, Supply, SupplyId, list_nodes};

/// A hotplug event, or a kernel report on a battery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeEvent {
    /// A node was added, or was present at the start.
    Appeared(NodeInfo),
    /// A node was removed.
    Disappeared(NodeId),
    /// A battery is present, or the kernel reported on it, possibly with unchanged values.
    Supply(Supply),
    /// A battery was removed.
    SupplyGone(SupplyId),
}

/// Why nodes cannot be followed.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// Hotplug events cannot be received.
    #[error("cannot monitor device hotplug: {0}")]
    Hotplug(#[from] io::Error),
    /// The nodes cannot be listed.
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
}

/// Reports the addition and the removal of each node that [`list_nodes`] lists, once; likewise of
/// batteries, and the kernel's reports on them.
///
/// It subscribes to events before it lists, so no event is missed. A node may be reported before
/// udev has set its permissions (at the start, or if udev is not running): if opening it fails,
/// retry a little later.
#[derive(Debug)]
pub struct NodeWatch {
    hotplug: Hotplug,
    sysfs: Sysfs,
    roll: Roll,
    /// Whether messages were lost since the nodes were last listed.
    lost: bool,
}

impl NodeWatch {
    /// Subscribes, then lists: the first events are the nodes present.
    pub fn open() -> Result<Self, WatchError> {
        let hotplug = Hotplug::open()?;
        let sysfs = Sysfs::default();
        let mut roll = Roll::default();
        roll.replace(list_nodes()?);
        roll.replace_supplies(sysfs.supplies()?);
        Ok(Self {
            hotplug,
            sysfs,
            roll,
            lost: false,
        })
    }

    /// The next queued event, if any.
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
                Some(NodeChange::Supply(name)) => match self.sysfs.supply(&name) {
                    Ok(Some(supply)) => self.roll.note_supply(supply),
                    Ok(None) => {}
                    // It was removed in the meantime, which is reported by its own event.
                    Err(error) => debug!("{name}: cannot be looked up: {error}"),
                },
                Some(NodeChange::SupplyGone(id)) => self.roll.remove_supply(&id),
                // Listing waits until the socket is empty: its messages are older, and until then
                // the kernel does not report again that it drops messages.
                Some(NodeChange::Rescan) => self.lost = true,
                None if self.lost => {
                    self.roll.replace(list_nodes()?);
                    self.roll.replace_supplies(self.sysfs.supplies()?);
                    self.lost = false;
                }
                None => return Ok(None),
            }
        }
    }
}

impl AsFd for NodeWatch {
    /// Readable when an event may be queued, in error (`POLLERR`) when messages were lost; call
    /// [`Self::next_event`] in either case. The events about nodes present at the start do not make
    /// it readable.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.hotplug.as_fd()
    }
}

/// The nodes and batteries reported so far, and the queued events.
#[derive(Debug, Default)]
struct Roll {
    /// With their paths.
    present: BTreeMap<NodeId, String>,
    supplies: BTreeSet<SupplyId>,
    events: VecDeque<NodeEvent>,
}

impl Roll {
    fn add(&mut self, node: NodeInfo) {
        if self.present.contains_key(&node.id) {
            return;
        }
        // A path belongs to one node: the previous one is gone, although its removal was not
        // reported yet.
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

    fn note_supply(&mut self, supply: Supply) {
        self.supplies.insert(supply.id.clone());
        self.events.push_back(NodeEvent::Supply(supply));
    }

    fn remove_supply(&mut self, id: &SupplyId) {
        if self.supplies.remove(id) {
            self.events.push_back(NodeEvent::SupplyGone(id.clone()));
        }
    }

    /// Replaces the batteries by a new list. Those still present are reported, too, because events
    /// about them may have been lost.
    fn replace_supplies(&mut self, supplies: Vec<Supply>) {
        let present: BTreeSet<&SupplyId> = supplies.iter().map(|supply| &supply.id).collect();
        let before = self.supplies.iter();
        let gone: Vec<SupplyId> = before.filter(|id| !present.contains(id)).cloned().collect();
        for id in &gone {
            self.remove_supply(id);
        }
        for supply in supplies {
            self.note_supply(supply);
        }
    }

    /// Replaces the nodes by a new list, and reports the differences.
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

    /// The queued events, as `+` (added), `-` (removed) or `~` (reported) with the id.
    fn events(roll: &mut Roll) -> Vec<String> {
        let events = roll.events.drain(..);
        let text = |event| match event {
            NodeEvent::Appeared(node) => format!("+{}", node.id),
            NodeEvent::Disappeared(id) => format!("-{id}"),
            NodeEvent::Supply(supply) => format!("~{}", supply.id),
            NodeEvent::SupplyGone(id) => format!("-{id}"),
        };
        events.map(text).collect()
    }

    #[test]
    fn a_node_both_listed_and_announced_is_reported_once() {
        let mut roll = Roll::default();
        roll.replace(vec![node("/dev/hidraw0", "a")]);
        roll.add(node("/dev/hidraw0", "a"));
        assert_eq!(events(&mut roll), ["+a"]);
    }

    #[test]
    fn the_removal_of_an_unreported_node_is_not_reported() {
        let mut roll = Roll::default();
        roll.remove(&NodeId::new("keyboard"));
        assert_eq!(events(&mut roll), [""; 0]);
    }

    #[test]
    fn a_reused_number_removes_the_previous_node() {
        let mut roll = Roll::default();
        roll.add(node("/dev/hidraw0", "a"));
        roll.add(node("/dev/hidraw0", "b"));
        // The late removal event of the first node does not remove the second.
        roll.remove(&NodeId::new("a"));
        assert_eq!(events(&mut roll), ["+a", "-a", "+b"]);
    }

    #[test]
    fn after_lost_messages_only_the_differences_are_reported() {
        let mut roll = Roll::default();
        roll.replace(vec![node("/dev/hidraw0", "a"), node("/dev/hidraw1", "b")]);
        events(&mut roll);
        roll.replace(vec![node("/dev/hidraw1", "b"), node("/dev/hidraw0", "c")]);
        assert_eq!(events(&mut roll), ["-a", "+c"]);
    }

    fn supply(id: &str) -> Supply {
        Supply {
            id: SupplyId::new(id),
            place: NodeInfo::unifying("/dev/hidraw0").place(),
            charge: None,
            lost: false,
        }
    }

    #[test]
    fn each_report_on_a_battery_is_passed_on_and_its_removal_once() {
        let mut roll = Roll::default();
        roll.replace_supplies(vec![supply("a")]);
        roll.note_supply(supply("a"));
        roll.remove_supply(&SupplyId::new("a"));
        roll.remove_supply(&SupplyId::new("a"));
        assert_eq!(events(&mut roll), ["~a", "~a", "-a"]);
    }

    #[test]
    fn after_lost_messages_every_battery_is_reported() {
        let mut roll = Roll::default();
        roll.replace_supplies(vec![supply("a"), supply("b")]);
        events(&mut roll);
        roll.replace_supplies(vec![supply("b"), supply("c")]);
        assert_eq!(events(&mut roll), ["-a", "~b", "~c"]);
    }

    #[test]
    fn an_announced_node_is_looked_up_in_sysfs() {
        let tree = Tree::new();
        unifying(&tree);
        let mut roll = Roll::default();
        // The last one does not exist any more.
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
