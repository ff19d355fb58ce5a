//! A node in use: its connection, its session, and the state of its devices.

mod answers;
mod asking;
mod changes;
mod connection;
mod device_state;
mod identity;
mod input_pacing;
mod light;
mod light_pacing;
mod naming;
mod presence;
mod pump;
mod repeated_reading;
mod standby;
mod standby_schedule;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, VecDeque};
use std::os::fd::BorrowedFd;

use connection::Connection;
use device_state::DeviceState;
use input_pacing::InputPacing;
use repeated_reading::RepeatedReading;
use standby_schedule::StandbySchedule;

use super::memory::Memory;
use super::query::Query;
use super::rivals::Sign;
use super::snapshot::Failure;
use crate::capture::Privacy;
use crate::device::{Change, Device, Link, Presence, Receiver, ReceiverModel, direct_id};
use crate::text;
use crate::transport::{Bus, NodeInfo, Place, Transport};
use hidpp_proto::feature::DeviceKind;
use hidpp_proto::session::{DiscoveryScope, Event, Peer, ReceiverRecord, RequestError, Session};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{DeviceIndex, ReportId, Slot};

/// A hidraw node in use: the node of a receiver with all its paired devices, or of one device that is
/// connected directly (on a cable or Bluetooth).
///
/// It is driven by the event loop of the manager: [`Self::on_readable`] and [`Self::pump`] pass in
/// input and time, [`Self::poll_change`] returns what changed, and [`Self::poll_timeout`] the time of
/// the next call.
pub(super) struct Node<'a> {
    info: NodeInfo,
    /// The HID device it belongs to.
    place: Place,
    connection: Connection<'a>,
    session: Session,
    /// `None`: the node is that of a directly connected device.
    receiver: Option<Receiver>,
    devices: BTreeMap<DeviceIndex, DeviceState>,
    phase: Phase,
    /// Whether [`Change::ReceiverAdded`] was reported.
    introduced: bool,
    failure: Option<Failure>,
    /// Failed requests to its devices.
    device_failures: Vec<Failure>,
    changes: VecDeque<Change>,
    /// Which devices answered or connected since the last turn of the event loop.
    signs: Vec<(Timestamp, DeviceIndex, Sign)>,
    /// Devices for which `src/manager/joined.rs` must check whether a link with the id of their
    /// reported unit id is the same device: after they reported a unit id that differs from their
    /// id, when they are announced or get a new id, and each time they connect. Emptied by
    /// [`Self::take_claims`].
    claims: Vec<DeviceIndex>,
    /// When [`Self::begin`] was called: values read before that can be those of another device.
    begun: Timestamp,
    /// When [`Self::pump`] next has something to do, apart from received messages.
    due: Option<Timestamp>,
    /// Whether a descriptor became readable.
    readable: bool,
    input_pacing: InputPacing,
    repeated_reading: RepeatedReading,
    standby: StandbySchedule,
    /// Withholds user input from the reports in the log (`RUST_LOG=trace`).
    log_privacy: Privacy,
    query: &'a Query,
}

/// The life cycle of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Its devices are being discovered.
    Searching,
    /// Discovery is complete.
    Searched,
    /// Its session is being closed; no further request is started.
    Closing,
}

impl<'a> Node<'a> {
    /// Creates the state of an opened node. For a receiver, queues discovery.
    pub(super) fn new(
        info: NodeInfo,
        model: Option<ReceiverModel>,
        transport: Box<dyn Transport + 'a>,
        query: &'a Query,
    ) -> Self {
        // Calls to devices behind a Bolt receiver are sent as long reports (Solaar issue 2556), as
        // on nodes without short reports; elsewhere short ones save air time.
        let long = !info.capabilities.short || model.is_some_and(|model| model.long_calls);
        let form = if long {
            ReportId::Long
        } else {
            ReportId::Short
        };
        let (peer, form) = match (model, centurion(&info)) {
            (Some(_), _) => (Peer::Receiver, form),
            (None, Some(frames)) => (Peer::Centurion, frames),
            (None, None) => (Peer::Device, form),
        };
        let mut session = Session::new(peer, form).with_text(|it| text::name(it.untrusted()));
        let node_name = info.path.rsplit('/').next().unwrap_or_default();
        let receiver = model.map(|model| Receiver {
            // A node's number changes each time it is plugged in, its port does not.
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
            repeated_reading: RepeatedReading::default(),
            standby: StandbySchedule::default(),
            log_privacy: Privacy::new(false),
            query,
        }
    }

    /// Starts using the node; polls a directly connected device. A receiver's discovery was already
    /// queued by [`Self::new`].
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
            // Only headsets speak Centurion.
            kind: self.is_centurion().then_some(DeviceKind::Headset),
            // A Bluetooth address is not a serial number.
            serial: serial.filter(|serial| !serial.contains(':')),
            ..Device::new(id, link)
        };
        self.add(now, DeviceIndex::DIRECT, device, None, memory);
    }

    /// Whether its device speaks Centurion.
    fn is_centurion(&self) -> bool {
        self.receiver.is_none() && centurion(&self.info).is_some()
    }

    /// A descriptor became readable.
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
        // The second of two receivers with one serial number keeps its port-based id.
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

    /// The next queued change.
    pub(super) fn poll_change(&mut self) -> Option<Change> {
        self.changes.pop_front()
    }

    /// The changes to report when the node is removed: its reported devices and receiver.
    pub(super) fn removed(mut self) -> impl Iterator<Item = Change> {
        self.devices.retain(|_, it| it.announcement.is_made());
        let devices = self.devices.into_values();
        let devices = devices.map(|it| Change::DeviceRemoved(it.device));
        let receiver = self.receiver.filter(|_| self.introduced);
        devices.chain(receiver.map(Change::ReceiverRemoved))
    }

    /// Whether discovery, all polls and all light series are complete and nothing is to be sent or
    /// answered, or the node failed.
    pub(super) fn is_done(&self) -> bool {
        self.failure.is_some() || (self.has_asked_all() && self.session.is_idle())
    }

    /// Whether discovery is complete and all present devices were polled, or the node failed. Unlike
    /// with [`Self::is_done`], a series of light measurements may still run.
    pub(super) fn is_settled(&self) -> bool {
        self.failure.is_some() || (self.has_asked_all() && !self.session.awaits_answer())
    }

    fn has_asked_all(&self) -> bool {
        let asking = self.devices.values().any(|it| it.poll.is_running());
        self.phase == Phase::Searched && !asking
    }

    /// The device at a link.
    fn find(&self, link: &Link) -> Option<DeviceIndex> {
        let mut devices = self.devices.iter();
        let found = devices.find(|(_, state)| state.device.link == *link);
        found.map(|(index, _)| *index)
    }

    /// The properties and values of a device.
    fn device(&self, index: DeviceIndex) -> Option<&Device> {
        self.devices.get(&index).map(|state| &state.device)
    }

    /// Whether the query selects a device. This may change when its name arrives.
    fn is_wanted(&self, index: DeviceIndex) -> bool {
        let state = self.devices.get(&index);
        state.is_some_and(|state| self.query.selects(&state.device))
    }

    /// Its devices as currently known, one view for each link.
    pub(super) fn views(&self) -> impl Iterator<Item = &Device> {
        self.devices.values().map(|state| &state.device)
    }

    /// Which links answered or connected, and when, since the last call.
    pub(super) fn take_signs(&mut self) -> Vec<(Timestamp, Link, Sign)> {
        let signs = std::mem::take(&mut self.signs).into_iter();
        let signs = signs.filter_map(|(at, it, sign)| Some((at, self.device(it)?, sign)));
        signs
            .map(|(at, it, sign)| (at, it.link.clone(), sign))
            .collect()
    }

    /// Closes the session. Unless the user requested it (`on_request`), the timeout expired:
    /// unfinished work is then reported as [`Failure::TimedOut`].
    pub(super) fn close(&mut self, now: Timestamp, on_request: bool) {
        if !self.is_done() && !on_request {
            let node = self.info.path.clone();
            let asked = self.devices.values().filter(|it| it.poll.is_running());
            let devices = asked.map(|it| it.device.id.clone()).collect();
            self.failure = Some(Failure::TimedOut { node, devices });
        }
        self.phase = Phase::Closing;
        self.session.close(now);
        self.due = Some(now);
    }

    /// Whether closing is complete: nothing is left to send or answer, or the node is not open or
    /// is lost.
    pub(super) fn is_closed(&self) -> bool {
        self.is_lost() || !self.connection.is_open() || self.session.is_idle()
    }

    const fn is_lost(&self) -> bool {
        matches!(self.failure, Some(Failure::Transport(_)))
    }

    /// The failure of the node, returned once.
    pub(super) fn take_failure(&mut self) -> Option<Failure> {
        self.failure.take()
    }

    /// The failures of its devices since the last call.
    pub(super) fn take_device_failures(&mut self) -> Vec<Failure> {
        std::mem::take(&mut self.device_failures)
    }

    /// When [`Self::begin`] was called.
    pub(super) const fn begun(&self) -> Timestamp {
        self.begun
    }

    /// The USB port, or the Bluetooth address of the device. On Bluetooth, the port (`HID_PHYS`, set
    /// by Linux `hidp`) is the address of the computer's adapter, which all devices share.
    fn port_or_address(&self) -> &str {
        let NodeInfo {
            bus, phys, uniq, ..
        } = &self.info;
        let place = if *bus == Bus::Bluetooth { uniq } else { phys };
        place.as_deref().unwrap_or(&self.info.path)
    }

    /// The port it is plugged into, if the kernel reports one.
    pub(super) fn port(&self) -> Option<&str> {
        let phys = self.info.phys.as_deref()?;
        Some(phys.rsplit_once('/').map_or(phys, |(port, _)| port))
    }

    pub(super) const fn info(&self) -> &NodeInfo {
        &self.info
    }

    /// The descriptors to wait for: none if the node is lost, or while it is left unread to coalesce
    /// key and motion reports ([`InputPacing`]).
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
        // The receiver reports a sleeping device as unreachable. If a device that answered before
        // does not answer and is not reported, that is a failure.
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

/// The report of a node whose device speaks Centurion; `None`: it speaks HID++.
fn centurion(info: &NodeInfo) -> Option<ReportId> {
    let NodeInfo { capabilities, .. } = info;
    capabilities.centurion.filter(|_| !capabilities.is_hidpp())
}

fn scope(model: ReceiverModel, query: &Query) -> DiscoveryScope {
    DiscoveryScope::new()
        .records(model.records)
        .default_slots(model.default_slots)
        .extra_slot(model.extra_slot.and_then(Slot::new))
        .firmware(query.receiver_firmware)
        .follow(query.follow)
}
