//! What the kernel drives: the batteries it follows, and the nodes it made for paired devices.

use std::collections::BTreeMap;

use crate::device::{Device, Presence};
use crate::transport::{NodeId, NodeInfo, Place, Supply, SupplyId};

#[derive(Debug, Default)]
pub(super) struct KernelCoverage {
    supplies: BTreeMap<SupplyId, Supply>,
    /// Each with the device it is of.
    children: BTreeMap<NodeId, (Place, NodeInfo)>,
}

impl KernelCoverage {
    /// Takes a report on a battery; returns the one before.
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

    /// Forgets a node; `None` if it is not one of a paired device.
    pub(super) fn remove_child(&mut self, id: &NodeId) -> Option<Place> {
        self.children.remove(id).map(|(place, _)| place)
    }

    /// The node of a paired device.
    pub(super) fn child(&self, place: &Place) -> Option<&NodeInfo> {
        let mut children = self.children.values();
        children.find(|(of, _)| of == place).map(|(_, info)| info)
    }

    /// Whether the kernel drives a receiver: it made nodes for its devices, and will for others. For one
    /// without devices that is not known.
    pub(super) fn drives(&self, hid: &str) -> bool {
        let places = self.children.values().map(|(place, _)| place);
        let mut places = places.chain(self.supplies.values().map(|it| &it.place));
        places.any(|place| place.hid == hid)
    }

    /// Whether the kernel reports when something happens to a device that is worth asking for. For one
    /// that sleeps it does if it drives it: see [`Self::is_to_tell_of`].
    pub(super) fn tells_of(&self, place: &Place, device: &Device) -> bool {
        device.has_battery == Some(false)
            || self.supplies.values().any(|it| it.place == *place)
            || self.is_to_tell_of(place, device)
    }

    /// Whether a device sleeps whose battery appears when it wakes, if the kernel can read it then.
    pub(super) fn is_to_tell_of(&self, place: &Place, device: &Device) -> bool {
        device.has_battery != Some(false)
            && device.presence == Presence::Offline
            && self.child(place).is_some()
            && !self.supplies.values().any(|it| it.place == *place)
    }
}
