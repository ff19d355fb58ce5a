//! What the kernel driver handles: the batteries it reports, and the nodes it created for paired
//! devices.

use std::collections::BTreeMap;

use crate::device::{Device, Presence};
use crate::transport::{NodeId, NodeInfo, Place, Supply, SupplyId};

#[derive(Debug, Default)]
pub(super) struct KernelCoverage {
    supplies: BTreeMap<SupplyId, Supply>,
    /// Each with the place of its device.
    children: BTreeMap<NodeId, (Place, NodeInfo)>,
}

impl KernelCoverage {
    /// Stores a battery report and returns the one before.
    pub(super) fn take_supply(&mut self, supply: &Supply) -> Option<Supply> {
        self.supplies.insert(supply.id.clone(), supply.clone())
    }

    pub(super) fn remove_supply(&mut self, id: &SupplyId) -> Option<Supply> {
        self.supplies.remove(id)
    }

    pub(super) fn take_child(&mut self, info: NodeInfo) {
        let id = info.id.clone();
        self.children.insert(id, (info.place(), info));
    }

    /// Removes a node; `None` if it does not belong to a paired device.
    pub(super) fn remove_child(&mut self, id: &NodeId) -> Option<Place> {
        self.children.remove(id).map(|(place, _)| place)
    }

    /// The node of a paired device.
    pub(super) fn child(&self, place: &Place) -> Option<&NodeInfo> {
        let mut children = self.children.values();
        children.find(|(of, _)| of == place).map(|(_, info)| info)
    }

    /// Whether the kernel drives a receiver: it created nodes for its devices, and will for others.
    /// Always `false` for a receiver without devices, where this cannot be known.
    pub(super) fn drives(&self, hid: &str) -> bool {
        let places = self.children.values().map(|(place, _)| place);
        let mut places = places.chain(self.supplies.values().map(|it| &it.place));
        places.any(|place| place.hid == hid)
    }

    /// Whether the kernel reports events of a device that are worth a poll. This includes a
    /// sleeping device that it drives, see [`Self::will_report`].
    pub(super) fn reports(&self, place: &Place, device: &Device) -> bool {
        device.has_battery == Some(false)
            || self.supplies.values().any(|it| it.place == *place)
            || self.will_report(place, device)
    }

    /// Whether a device is asleep and its battery will appear when it wakes, if the kernel can read
    /// it then.
    pub(super) fn will_report(&self, place: &Place, device: &Device) -> bool {
        device.has_battery != Some(false)
            && device.presence == Presence::Offline
            && self.child(place).is_some()
            && !self.supplies.values().any(|it| it.place == *place)
    }
}
