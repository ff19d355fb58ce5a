//! Device presence: devices that are found, connect, disconnect and are unpaired.

use super::Node;
use super::device_state::{Announcement, Contact, DeviceState, LinkId, Poll, Unread};
use super::identity::{complete_serial, has_record, model_on};
use super::light_pacing::LightPacing;
use super::naming::can_have_name;
use crate::device::{Change, Device, Link, Presence, device_id};
use crate::manager::memory::Memory;
use crate::manager::rivals::Sign;
use hidpp_proto::feature::DeviceKind;
use hidpp_proto::feature::device_connection::DeviceConnection;
use hidpp_proto::feature::root::ProtocolVersion;
use hidpp_proto::session::{PairingRecord, Wanted};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::DeviceIndex;

impl Node<'_> {
    pub(super) fn on_paired(
        &mut self,
        now: Timestamp,
        index: DeviceIndex,
        record: &PairingRecord,
        memory: &mut Memory,
    ) {
        let (Some(receiver), Some(slot)) = (&self.receiver, index.slot()) else {
            return;
        };
        let id = device_id(record.wpid, record.serial, &receiver.id, slot);
        if record.serial.is_some() {
            memory.on_paired(&id);
        }
        let link = Link::Paired {
            receiver: receiver.id.clone(),
            slot,
        };
        let protocol = receiver
            .model
            .registers_only
            .then_some(ProtocolVersion::HIDPP_10);
        let device = Device {
            stored_name: record.name.clone(),
            kind: record.kind,
            wpid: record.wpid,
            serial: record.serial.map(|serial| serial.to_string()),
            power_switch: record.power_switch,
            presence: match record.online {
                Some(false) => Presence::Offline,
                _ => Presence::Unknown,
            },
            ..Device::new(id, link)
        };
        self.add(now, index, device, protocol, memory);
        let state = self.devices.get(&index);
        if state.is_some_and(|it| it.announcement.awaits_name()) {
            self.session.read_name(index);
        }
    }

    /// Adds a device that was found, fills it from the cache, and polls it.
    pub(super) fn add(
        &mut self,
        now: Timestamp,
        index: DeviceIndex,
        mut device: Device,
        protocol: Option<ProtocolVersion>,
        memory: &Memory,
    ) {
        let link_id = device.id.clone();
        // A different device may be plugged into the same port.
        let is_lasting = device.receiver().is_some() || self.serial().is_some();
        let last = if has_record(&device) {
            link_id.clone()
        } else {
            memory.resolve(&link_id)
        };
        let is_known = is_lasting || last == link_id;
        if is_known {
            device.id = self.own_id(last.clone(), &device.link, memory);
        }
        complete_serial(&mut device);
        let model = model_on(&device);
        let mut known = if is_known {
            memory.recall(&mut device, model, now)
        } else {
            // The previous device at this port probably had the same feature indexes.
            let mut before = Device::new(last, device.link.clone());
            memory.recall(&mut before, model, now)
        };
        known.protocol = protocol.or(known.protocol);
        known.model = model;
        device.name = device.best_name();
        // A charging pad and its receiver report it as a touchpad.
        device.kind = match device.model().map(|model| model.kind) {
            Some(DeviceKind::ChargingPad) => Some(DeviceKind::ChargingPad),
            kind => device
                .kind
                .filter(|it| it.is_known())
                .or(kind)
                .or(device.kind),
        };
        // Only receivers store names of devices.
        let awaits_name =
            device.stored_name.is_none() && self.query.names && device.receiver().is_some();
        let lacks_name =
            self.query.names && !awaits_name && can_have_name(&known) && device.lacks_own_name();
        // The cached firmware version is valid as long as the cached feature indexes.
        let known_firmware = known.remembered && device.firmware.is_some();
        let wanted = self.query.wanted;
        let unread = Wanted::NAME
            .when(lacks_name || (wanted.contains(Wanted::NAME) && device.full_name.is_none()))
            | Wanted::FIRMWARE.when(wanted.contains(Wanted::FIRMWARE) && !known_firmware)
            | Wanted::IDENTITY
                .when(device.receiver().is_none() && !(known.identified && is_lasting));
        let link_id = if is_lasting || !memory.knows(&link_id) {
            LinkId::Own(link_id)
        } else {
            LinkId::Shared(link_id)
        };
        let is_wanted = self.query.selects(&device);
        let state = DeviceState {
            device,
            link_id,
            poll: Poll::default(),
            contact: Contact::None,
            announcement: Announcement::new(awaits_name),
            unread: Unread::new(unread),
            light: LightPacing::default(),
            woken: None,
            identity_asked: unread.contains(Wanted::IDENTITY),
            claim: None,
            deferred: (!is_wanted).then(|| known.clone()),
        };
        self.devices.insert(index, state);
        if is_wanted {
            self.ask(now, index, known);
            return;
        }
        // It may be another link of a selected device.
        if unread.contains(Wanted::IDENTITY) {
            self.probe(now, index, Wanted::IDENTITY, known);
        } else {
            self.ask_as_named(now, index, lacks_name);
        }
    }

    pub(super) fn on_connection(
        &mut self,
        now: Timestamp,
        index: DeviceIndex,
        connection: DeviceConnection,
    ) {
        let online = match connection {
            DeviceConnection::Arrival(arrival) => arrival.online,
            DeviceConnection::Link { up } => up,
            DeviceConnection::PoweredOn => true,
            DeviceConnection::Unpaired => {
                let state = self.devices.remove(&index);
                if let Some(state) = state.filter(|it| it.announcement.is_made()) {
                    self.changes.push_back(Change::DeviceRemoved(state.device));
                }
                return;
            }
        };
        if online {
            self.signs.push((now, index, Sign::Arrival));
            if let Some(state) = self.devices.get_mut(&index) {
                state.on_link_up();
                self.claims.push(index);
            }
            self.change(index, |device| {
                device.presence = Presence::Online;
                device.seen = Some(now);
            });
        } else {
            self.change(index, |device| {
                if device.is_online() {
                    // Its link was up until now.
                    device.seen = Some(now);
                }
                device.presence = Presence::Offline;
            });
            if let Some(state) = self.devices.get_mut(&index) {
                state.on_link_down();
            }
        }
    }
}
