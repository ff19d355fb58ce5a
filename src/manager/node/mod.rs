//! One node in use: its transport, its conversations, and what they found out.

mod answers;
mod asking;
mod connection;
mod device_state;
mod identity;
mod input_pacing;
mod light;
mod light_pacing;
mod naming;
mod presence;
mod pump;
mod standby;
mod standby_schedule;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::os::fd::BorrowedFd;

use connection::Connection;
use device_state::DeviceState;
use input_pacing::InputPacing;
use standby_schedule::StandbySchedule;

use super::memory::Memory;
use super::query::Query;
use super::rivals::Sign;
use super::snapshot::Failure;
use crate::capture::Privacy;
use crate::device::{Change, Device, Link, Presence, Receiver, ReceiverModel, direct_id};
use crate::text;
use crate::transport::{Bus, NodeInfo, Place, Transport};
use hidpp_proto::session::{DiscoveryScope, Event, Peer, ReceiverRecord, RequestError, Session};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{DeviceIndex, ReportId, Slot};

pub(super) struct Node<'a> {
    info: NodeInfo,
    /// The HID device it is on.
    place: Place,
    connection: Connection<'a>,
    session: Session,
    /// `None`: the node is a device's own.
    receiver: Option<Receiver>,
    devices: BTreeMap<DeviceIndex, DeviceState>,
    phase: Phase,
    /// Whether all that was there when it was opened was asked once.
    settled: bool,
    /// Whether it was reported that the receiver is there.
    introduced: bool,
    failure: Option<Failure>,
    /// Devices that answered, but not with what was asked.
    device_failures: Vec<Failure>,
    changes: VecDeque<Change>,
    /// Signs of life; taken at each turn.
    signs: Vec<(Timestamp, DeviceIndex, Sign)>,
    /// Devices that stated a unit id, or connected after they did; taken at each turn.
    claims: Vec<DeviceIndex>,
    /// Since when it is in use.
    begun: Timestamp,
    /// When it next has something to do by itself.
    due: Option<Timestamp>,
    /// Whether something arrived.
    readable: bool,
    /// While nothing but input arrives.
    input_pacing: InputPacing,
    standby: StandbySchedule,
    log: Privacy,
    query: &'a Query,
}

/// How far it is with a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Its devices are looked for.
    Searching,
    /// All that it has were found.
    Searched,
    /// Its conversations end, and no other is begun.
    Closing,
}

impl<'a> Node<'a> {
    /// A node, and what is asked of it at once.
    pub(super) fn new(
        info: NodeInfo,
        model: Option<ReceiverModel>,
        transport: Box<dyn Transport + 'a>,
        query: &'a Query,
    ) -> Self {
        // Bolt takes long calls only; elsewhere the short form saves air time.
        let long = !info.capabilities.short || model.is_some_and(|model| model.long_calls);
        let form = if long {
            ReportId::Long
        } else {
            ReportId::Short
        };
        let peer = if model.is_some() {
            Peer::Receiver
        } else {
            Peer::Device
        };
        let mut session = Session::new(peer, form).with_text(|it| text::name(it.untrusted()));
        let node_name = info.path.rsplit('/').next().unwrap_or_default();
        let receiver = model.map(|model| Receiver {
            // A node's number is another after each plugging, the port it is plugged into is not.
            id: direct_id(
                info.product,
                None,
                info.phys.as_deref().unwrap_or(node_name),
            ),
            model,
            vendor: info.vendor,
            product: info.product,
            node: info.path.clone(),
            serial: None,
            firmware: None,
            slots: None,
            paired: None,
        });
        if let Some(model) = model {
            session.discover(scope(model, query));
        }
        Self {
            place: info.place(),
            info,
            connection: Connection::Open(transport),
            session,
            receiver,
            devices: BTreeMap::new(),
            phase: Phase::Searching,
            settled: false,
            introduced: false,
            failure: None,
            device_failures: Vec::new(),
            changes: VecDeque::new(),
            signs: Vec::new(),
            claims: Vec::new(),
            begun: Timestamp::START,
            due: Some(Timestamp::START),
            readable: false,
            input_pacing: InputPacing::default(),
            standby: StandbySchedule::default(),
            log: Privacy::new(false),
            query,
        }
    }

    /// Starts asking the device of a node of its own; a receiver is asked from the start.
    pub(super) fn begin(&mut self, now: Timestamp, memory: &Memory) {
        self.begun = now;
        if self.receiver.is_some() {
            return;
        }
        self.phase = Phase::Searched;
        let info = &self.info;
        let link = Link::Direct {
            node: info.path.clone(),
            bus: info.bus.to_string(),
            product: info.product,
        };
        let serial = self.serial();
        let id = direct_id(info.product, serial.as_deref(), self.port_or_address());
        let device = Device {
            stored_name: info.name.clone(),
            // A Bluetooth address is not a serial number.
            serial: serial.filter(|serial| !serial.contains(':')),
            ..Device::new(id, link)
        };
        self.add(now, DeviceIndex::DIRECT, device, None, memory);
    }

    /// Tells that something arrived.
    pub(super) const fn on_readable(&mut self) {
        self.readable = true;
    }

    fn take_events(&mut self, now: Timestamp, memory: &mut Memory) {
        while let Some(event) = self.session.poll_event() {
            match event {
                Event::Receiver(record) => self.on_receiver(record, memory),
                Event::Paired(device, record) => self.on_paired(now, device, &record, memory),
                Event::Named(device, name) => self.on_name(now, device, name, memory),
                Event::Discovered if self.phase == Phase::Searching => {
                    self.phase = Phase::Searched;
                }
                Event::Discovered => {}
                Event::DiscoveryFailed(error) => {
                    let node = self.info.path.clone();
                    self.failure = Some(Failure::NoReceiver { node, error });
                }
                Event::Device(device, fact) => self.on_fact(now, device, &fact, memory),
                Event::Probed(device) => self.on_probed(now, device, memory),
                Event::Connection(device, connection) => {
                    self.on_connection(now, device, connection);
                }
                Event::Awake(device) => self.on_wake(now, device),
                Event::LightKey(device) => self.on_light_key(device),
            }
        }
    }

    fn on_receiver(&mut self, record: ReceiverRecord, memory: &mut Memory) {
        let Some(receiver) = &mut self.receiver else {
            return;
        };
        let known = receiver.serial.is_some();
        receiver.serial = record
            .unique_id
            .or(record.serial.map(|serial| serial.to_string()));
        // The second of two with one serial number keeps the name of its port.
        if let Some(serial) = receiver.serial.as_ref().filter(|_| !known)
            && memory.claim(serial, &self.info.id)
        {
            receiver.id.clone_from(serial);
        }
        receiver.slots = record.slots;
        receiver.paired = record.paired;
        receiver.firmware = record.firmware;
        self.introduced = true;
        self.changes
            .push_back(Change::ReceiverAdded(receiver.clone()));
    }

    /// What became different since it was last asked.
    pub(super) fn poll_change(&mut self) -> Option<Change> {
        self.changes.pop_front()
    }

    /// Everything that goes with the node, as far as it was reported.
    pub(super) fn removed(mut self) -> impl Iterator<Item = Change> {
        self.devices.retain(|_, it| it.announcement.is_made());
        let devices = self.devices.into_values();
        let devices = devices.map(|it| Change::DeviceRemoved(it.device));
        let receiver = self.receiver.filter(|_| self.introduced);
        devices.chain(receiver.map(Change::ReceiverRemoved))
    }

    /// Whether nothing more is to be expected.
    pub(super) fn is_done(&self) -> bool {
        let asking = self.devices.values().any(|it| it.poll.is_running());
        self.failure.is_some()
            || (self.phase == Phase::Searched && !asking && self.session.is_idle())
    }

    /// Whether all that was there when it was opened was asked once. That stays so, while devices report
    /// and light is measured.
    pub(super) const fn is_settled(&self) -> bool {
        self.settled
    }

    fn settle_once(&mut self) {
        let is_asked = self.devices.values().all(|it| it.poll.is_past_first());
        let is_searched = self.phase == Phase::Searched && self.session.is_idle_but_for_light();
        self.settled |= self.failure.is_some() || (is_searched && is_asked);
    }

    /// The device at this place.
    fn find(&self, link: &Link) -> Option<DeviceIndex> {
        let mut devices = self.devices.iter();
        let found = devices.find(|(_, state)| state.device.link == *link);
        found.map(|(index, _)| *index)
    }

    /// What is known of a device.
    fn device(&self, index: DeviceIndex) -> Option<&Device> {
        self.devices.get(&index).map(|state| &state.device)
    }

    /// Its devices as they are known now, one view for each link.
    pub(super) fn views(&self) -> impl Iterator<Item = &Device> {
        self.devices.values().map(|state| &state.device)
    }

    /// Which links gave a sign of life, and when, since this was last called.
    pub(super) fn take_signs(&mut self) -> Vec<(Timestamp, Link, Sign)> {
        let signs = std::mem::take(&mut self.signs).into_iter();
        let signs = signs.filter_map(|(at, it, sign)| Some((at, self.device(it)?, sign)));
        signs
            .map(|(at, it, sign)| (at, it.link.clone(), sign))
            .collect()
    }

    /// Ends all conversations. Where that was not wanted, what is not done has run out of time.
    pub(super) fn close(&mut self, now: Timestamp, wanted: bool) {
        if !self.is_done() && !wanted {
            let node = self.info.path.clone();
            let asked = self.devices.values().filter(|it| it.poll.is_running());
            let devices = asked.map(|it| it.device.id.clone()).collect();
            self.failure = Some(Failure::TimedOut { node, devices });
        }
        self.phase = Phase::Closing;
        self.session.close(now);
        self.due = Some(now);
    }

    /// Whether everything that closing sends was sent and answered.
    pub(super) fn is_closed(&self) -> bool {
        self.is_lost() || !self.connection.is_open() || self.session.is_idle()
    }

    const fn is_lost(&self) -> bool {
        matches!(self.failure, Some(Failure::Transport(_)))
    }

    /// What went wrong with the node, once.
    pub(super) fn take_failure(&mut self) -> Option<Failure> {
        self.failure.take()
    }

    /// What went wrong with its devices since it was last asked.
    pub(super) fn take_device_failures(&mut self) -> Vec<Failure> {
        std::mem::take(&mut self.device_failures)
    }

    /// Since when it is in use.
    pub(super) const fn begun(&self) -> Timestamp {
        self.begun
    }

    /// What distinguishes its place from others: on USB the port it is plugged into, on Bluetooth the
    /// address of the device, as all have the adapter for their port (`HID_PHYS`, Linux `hidp`).
    fn port_or_address(&self) -> &str {
        let NodeInfo {
            bus, phys, uniq, ..
        } = &self.info;
        let place = if *bus == Bus::Bluetooth { uniq } else { phys };
        place.as_deref().unwrap_or(&self.info.path)
    }

    /// The port it is plugged into, where the kernel knows it.
    pub(super) fn port(&self) -> Option<&str> {
        let phys = self.info.phys.as_deref()?;
        Some(phys.rsplit_once('/').map_or(phys, |(port, _)| port))
    }

    /// Where it is.
    pub(super) const fn info(&self) -> &NodeInfo {
        &self.info
    }

    /// What to wait for.
    pub(super) fn descriptors(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        let descriptors = self.connection.descriptors();
        descriptors.filter(|_| !self.is_lost() && self.input_pacing.until().is_none())
    }

    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        let due = self.due.into_iter().chain(self.standby.check_due());
        let due = due.chain(self.connection.seek_due()).min();
        due.filter(|_| !self.is_lost())
    }

    pub(super) fn into_parts(mut self) -> (Option<Receiver>, Vec<Failure>) {
        // The receiver reports sleeping devices; silence after an answer is a fault.
        let fell_silent = self
            .devices
            .values()
            .filter(|it| it.contact.is_silent() && it.device.presence == Presence::Offline);
        let fell_silent = fell_silent.map(|it| Failure::Device {
            device: it.device.id.clone(),
            error: RequestError::Silent,
        });
        self.device_failures.extend(fell_silent);
        self.device_failures.extend(self.failure);
        (self.receiver, self.device_failures)
    }

    pub(super) const fn sent(&self) -> usize {
        self.session.sent()
    }
}

fn scope(model: ReceiverModel, query: &Query) -> DiscoveryScope {
    DiscoveryScope::new()
        .records(model.records)
        .default_slots(model.default_slots)
        .extra_slot(model.extra_slot.and_then(Slot::new))
        .firmware(query.receiver_firmware)
        .follow(query.follow)
}
