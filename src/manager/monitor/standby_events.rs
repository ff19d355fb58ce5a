//! Standby events: passes the kernel's reports to the nodes, and closes and reopens nodes.

use log::debug;

use super::opening::Waiting;
use super::{Monitor, NodeSource};
use crate::manager::node::Node;
use crate::transport::{NodeEvent, Place, Supply};
use hidpp_proto::units::Timestamp;

impl Monitor<'_> {
    /// A battery or a paired device's node appeared, changed or disappeared.
    pub(super) fn on_coverage(&mut self, now: Timestamp, event: &NodeEvent) {
        match event {
            NodeEvent::Appeared(info) if info.child => {
                let place = info.place();
                self.coverage.take_child(info.clone());
                self.at(&place, |node| {
                    node.on_child(now, &place, Some(info.product));
                });
            }
            NodeEvent::Appeared(_) => {}
            NodeEvent::Disappeared(id) => {
                if let Some(place) = self.coverage.remove_child(id) {
                    self.at(&place, |node| node.on_child(now, &place, None));
                }
            }
            NodeEvent::Supply(supply) => {
                let before = self.coverage.take_supply(supply);
                self.at(&supply.place, |node| {
                    node.on_supply(now, supply, before.as_ref());
                });
            }
            NodeEvent::SupplyGone(id) => {
                if let Some(Supply { place, .. }) = self.coverage.remove_supply(id) {
                    self.at(&place, |node| node.on_supply_gone(now, &place));
                }
            }
        }
    }

    /// Calls `notify` with the node of this place, if standby is enabled.
    fn at(&mut self, place: &Place, mut notify: impl FnMut(&mut Node<'_>)) {
        if self.query.quiet {
            let nodes = self.nodes.values_mut();
            nodes
                .filter(|node| node.leads_to(place))
                .for_each(&mut notify);
        }
    }

    /// Closes idle nodes for standby, and schedules opening those that have something to send.
    pub(super) fn settle(&mut self, now: Timestamp, source: &mut dyn NodeSource) {
        for (id, node) in &mut self.nodes {
            for info in node.settle(now, &self.coverage) {
                match source.open(&info) {
                    Ok(transport) => node.listen(transport),
                    Err(error) => debug!("{error}"),
                }
            }
            if node.wants_open() && self.waiting.iter().all(|it| it.info.id != *id) {
                self.waiting.push(Waiting::at(node.info().clone(), now));
            }
        }
    }
}
