//! Follows the nodes and the kernel's batteries: those that are there, and from then on those that
//! come, change and go.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};

use log::debug;

use super::discovery::look_up;
use super::hotplug::{Hotplug, NodeChange};
use super::sysfs::Sysfs;
use super::{DiscoveryError, NodeId, NodeInfo, Supply, SupplyId, list_nodes};

/// A node came or went, or the kernel heard something of a battery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeEvent {
    /// It is there, and was not before.
    Appeared(NodeInfo),
    /// This plugging of it ended.
    Disappeared(NodeId),
    /// A battery that the kernel follows is there, or it heard something of it, which need not
    /// change what it says.
    Supply(Supply),
    /// This plugging of a battery ended.
    SupplyGone(SupplyId),
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

/// Tells of each plugging of each node [`list_nodes`] would list once, and of its end; likewise of
/// the batteries, and of what the kernel hears of them.
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
                Some(NodeChange::Supply(name)) => match self.sysfs.supply(&name) {
                    Ok(Some(supply)) => self.roll.note_supply(supply),
                    Ok(None) => {}
                    // It went meanwhile, and that is told as well.
                    Err(error) => debug!("{name} cannot be looked at: {error}"),
                },
                Some(NodeChange::SupplyGone(id)) => self.roll.remove_supply(&id),
                // The list waits until the socket is empty: what is in it is older, and before
                // that the kernel does not say again that it drops messages.
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
    /// Readable when there may be an event, in error (`POLLERR`) when messages were lost; ask in
    /// either case. What is there at the start waits without it.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.hotplug.as_fd()
    }
}

/// Which nodes and batteries were told of.
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

    fn note_supply(&mut self, supply: Supply) {
        self.supplies.insert(supply.id.clone());
        self.events.push_back(NodeEvent::Supply(supply));
    }

    fn remove_supply(&mut self, id: &SupplyId) {
        if self.supplies.remove(id) {
            self.events.push_back(NodeEvent::SupplyGone(id.clone()));
        }
    }

    /// Takes a new list for the truth. What was said of those that stay may have been lost.
    fn replace_supplies(&mut self, supplies: Vec<Supply>) {
        let present: BTreeSet<&SupplyId> = supplies.iter().map(|supply| &supply.id).collect();
        let told = self.supplies.iter();
        let gone: Vec<SupplyId> = told.filter(|id| !present.contains(id)).cloned().collect();
        for id in &gone {
            self.remove_supply(id);
        }
        for supply in supplies {
            self.note_supply(supply);
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
            NodeEvent::Supply(supply) => format!("~{}", supply.id),
            NodeEvent::SupplyGone(id) => format!("-{id}"),
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

    fn supply(id: &str) -> Supply {
        Supply {
            id: SupplyId::new(id),
            place: NodeInfo::unifying("/dev/hidraw0").place(),
            charge: None,
            lost: false,
        }
    }

    #[test]
    fn each_word_of_a_battery_is_told_and_its_end_once() {
        let mut roll = Roll::default();
        roll.replace_supplies(vec![supply("a")]);
        roll.note_supply(supply("a"));
        roll.remove_supply(&SupplyId::new("a"));
        roll.remove_supply(&SupplyId::new("a"));
        assert_eq!(told(&mut roll), ["~a", "~a", "-a"]);
    }

    #[test]
    fn after_lost_messages_every_battery_may_have_said_something() {
        let mut roll = Roll::default();
        roll.replace_supplies(vec![supply("a"), supply("b")]);
        told(&mut roll);
        roll.replace_supplies(vec![supply("b"), supply("c")]);
        assert_eq!(told(&mut roll), ["-a", "~b", "~c"]);
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
