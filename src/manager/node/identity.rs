//! Device identity: the ids of a device on its links, devices of one id that turn out to be two,
//! and two ids that turn out to be one device.

use log::debug;

use super::Node;
use super::device_state::DeviceState;
use crate::device::{Battery, Change, Device, Link, apart_id, direct_serial, serial_in, unit_id};
use crate::manager::joined::Claim;
use crate::manager::memory::Memory;
use hidpp_proto::feature::device_information::DeviceInformation;
use hidpp_proto::session::{Known, Wanted};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{DeviceIndex, Wpid};

/// The product id of a device on its link; feature indexes may depend on it.
pub(super) const fn model_on(device: &Device) -> Option<Wpid> {
    match device.link {
        Link::Paired { .. } => device.wpid,
        Link::Direct { product, .. } => Some(Wpid(product)),
    }
}

/// Whether a receiver's pairing record identifies the device.
pub(super) const fn has_record(device: &Device) -> bool {
    matches!(device.link, Link::Paired { .. }) && device.serial.is_some()
}

/// Sets the serial number of a device identified by its unit id to that unit id.
pub(super) fn complete_serial(device: &mut Device) {
    if device.serial.is_none() && device.receiver().is_none() {
        device.serial = serial_in(&device.id).map(str::to_owned);
    }
}

impl Node<'_> {
    /// The serial number of a directly connected device, as reported by the kernel.
    pub(super) fn serial(&self) -> Option<String> {
        self.info.uniq.as_deref().and_then(direct_serial)
    }

    /// The id of the device at a link: its separate id if it was set apart before, or else `id`.
    pub(super) fn own_id(&self, id: String, link: &Link, memory: &Memory) -> String {
        let apart = self.apart_id(&id, link);
        if memory.is_apart(&apart) { apart } else { id }
    }

    /// A device returned its identity: it may be known from other links.
    pub(super) fn identify(
        &mut self,
        now: Timestamp,
        index: DeviceIndex,
        information: &DeviceInformation,
        memory: &mut Memory,
    ) {
        // An identity that does not include the device's own product id is not trusted.
        let states_itself = self
            .device(index)
            .and_then(model_on)
            .is_some_and(|Wpid(model)| information.model_ids.contains(&model));
        let unit_id = unit_id(information).filter(|_| states_itself);
        self.identify_as(now, index, unit_id, memory);
    }

    /// A device returned its identity, which is this id on all its links, if it has one.
    pub(super) fn identify_as(
        &mut self,
        now: Timestamp,
        index: DeviceIndex,
        unit_id: Option<String>,
        memory: &mut Memory,
    ) {
        let Some(state) = self.devices.get_mut(&index) else {
            return;
        };
        state.unread.on_identity();
        let device = &mut state.device;
        let Some(unit_id) = unit_id else {
            return;
        };
        if has_record(device) {
            // On older devices the unit id differs from the serial number, and other links use the
            // unit id.
            if unit_id != device.id {
                state.claim = Some(unit_id);
                self.claims.push(index);
            }
            self.ask_deferred(now, index);
            return;
        }
        if device.id != state.link_id.as_str() {
            return;
        }
        let (from, to) = (device.id.clone(), memory.resolve(&unit_id));
        let link = device.link.clone();
        let owns = state.link_id.is_own();
        if !owns {
            // Values of the previous device at this port.
            device.battery.take_if(|it| it.at < self.begun);
            device.light.take_if(|it| it.at < self.begun);
        }
        let is_new = from != to && memory.identify(&from, &to, owns);
        let id = self.own_id(to.clone(), &link, memory);
        self.rename(now, index, id, memory);
        // After the rename, so that nothing more is recorded under the old id.
        if is_new {
            self.changes.push_back(Change::Identified { from, to });
        }
        self.ask_deferred(now, index);
    }

    /// Sends the requests deferred until the device turned out to be selected.
    fn ask_deferred(&mut self, now: Timestamp, index: DeviceIndex) {
        let wanted = self.is_wanted(index);
        let state = self.devices.get_mut(&index);
        let deferred = state.and_then(|it| it.deferred.take_if(|_| wanted));
        if let Some(known) = deferred {
            self.ask(now, index, known);
        }
    }

    /// The links with a device that reported a unit id, since the last call.
    pub(in crate::manager) fn take_claims(&mut self) -> Vec<(Link, Claim)> {
        let claims = std::mem::take(&mut self.claims).into_iter();
        let claims = claims.filter_map(|index| {
            let DeviceState { device, claim, .. } = self.devices.get(&index)?;
            let claim = Claim {
                id: device.id.clone(),
                unit: claim.clone()?,
            };
            Some((device.link.clone(), claim))
        });
        claims.collect()
    }

    /// The device at a link has this unit id, so data stored under that belongs to it. `false`: it is
    /// not on this node.
    pub(in crate::manager) fn grant_claim(
        &mut self,
        now: Timestamp,
        link: &Link,
        unit: &str,
        memory: &mut Memory,
    ) -> bool {
        let index = self.find(link);
        let Some((index, state)) = index.and_then(|it| Some((it, self.devices.get_mut(&it)?)))
        else {
            return false;
        };
        state.claim = None;
        let to = state.device.id.clone();
        if memory.identify(unit, &to, true) {
            let from = unit.to_owned();
            self.changes.push_back(Change::Identified { from, to });
        }
        self.remember_device(now, index, memory);
        true
    }

    /// Changes the id of devices from `from` to `to`: they turned out to be the same device.
    pub(in crate::manager) fn adopt(
        &mut self,
        now: Timestamp,
        from: &str,
        to: &str,
        memory: &Memory,
    ) {
        let devices = self.devices.iter().map(|(index, it)| (index, &it.device));
        let all = devices.filter(|(_, device)| device.id == from && !has_record(device));
        let all: Vec<DeviceIndex> = all.map(|(index, _)| *index).collect();
        for index in all {
            self.rename(now, index, to.to_owned(), memory);
        }
    }

    /// Requests the identity of the device at a link, unless that was done. Returns whether a
    /// request was made.
    pub(in crate::manager) fn ask_identity(&mut self, now: Timestamp, link: &Link) -> bool {
        let Some(index) = self.find(link) else {
            return false;
        };
        let Some(state) = self.devices.get_mut(&index) else {
            return false;
        };
        let identified = self.session.known(index).is_some_and(|it| it.identified);
        if identified || !state.take_identity_request() {
            return false;
        }
        self.probe(now, index, Wanted::IDENTITY, Known::default());
        self.due = Some(now);
        true
    }

    /// Changes the id of a device, and fills in what is cached under the new id.
    fn rename(&mut self, now: Timestamp, index: DeviceIndex, id: String, memory: &Memory) {
        let Some(DeviceState {
            device,
            announcement,
            ..
        }) = self.devices.get_mut(&index)
        else {
            return;
        };
        if device.id == id {
            return;
        }
        let before = device.clone();
        let mut remembered = Device::new(id.clone(), device.link.clone());
        memory.recall(&mut remembered, model_on(device), now);
        device.id = id;
        complete_serial(device);
        device.stored_name = device.stored_name.take().or(remembered.stored_name);
        device.full_name = device.full_name.take().or(remembered.full_name);
        device.name = device.best_name();
        device.kind = device.kind.or(remembered.kind);
        device.firmware = device.firmware.or(remembered.firmware);
        device.has_battery = device.has_battery.or(remembered.has_battery);
        let batteries = [remembered.battery, device.battery].into_iter().flatten();
        device.battery = batteries.max_by_key(|it: &Battery| it.at);
        let lights = [remembered.light, device.light].into_iter().flatten();
        device.light = lights.max_by_key(|it| it.at);
        if announcement.is_made() {
            self.changes.push_back(Change::DeviceRemoved(before));
            self.announce(index);
        }
        self.due = Some(now);
    }

    /// The separate id of the device at a link, for use if another device has the same model and
    /// serial number.
    fn apart_id(&self, id: &str, link: &Link) -> String {
        match link {
            Link::Paired { receiver, slot } => apart_id(id, &format!("{receiver}-{slot}")),
            Link::Direct { .. } => apart_id(id, self.port_or_address()),
        }
    }

    /// Assigns a separate id to the device at a link; `false`: this node does not have the link.
    pub(in crate::manager) fn set_apart(
        &mut self,
        now: Timestamp,
        link: &Link,
        memory: &mut Memory,
    ) -> bool {
        let index = self.find(link);
        let Some((index, device)) = index.and_then(|it| Some((it, self.device(it)?))) else {
            return false;
        };
        let id = self.apart_id(&device.id, link);
        debug!(
            "{} and {id} are two devices with one serial number",
            device.id
        );
        memory.set_apart(&id, &device.id, now);
        self.rename(now, index, id, memory);
        true
    }
}
