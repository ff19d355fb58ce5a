//! One node in use: its transport, its conversations, and what they found out.

use std::collections::{BTreeMap, VecDeque};
use std::os::fd::BorrowedFd;
use std::time::Duration;

use log::{Level, debug, log_enabled, trace};

use super::change::{Change, Changed};
use super::facts::{battery_of, take_fact, take_light};
use super::memory::Memory;
use super::privacy::Privacy;
use super::query::{Query, Selector};
use super::snapshot::Failure;
use crate::device::{
    Device, Link, Presence, Receiver, ReceiverModel, device_id, direct_id, is_odd,
};
use crate::feature::device_connection::DeviceConnection;
use crate::feature::root::ProtocolVersion;
use crate::feature::solar_dashboard::LightMeasure;
use crate::session::{
    DeviceFact, DiscoveryScope, Event, Hold, Known, PairingRecord, Peer, Reading, ReceiverRecord,
    RequestError, Session, Wanted,
};
use crate::transport::trace::Direction;
use crate::transport::{Bus, NodeInfo, Redact, Redaction, Transport, TransportError};
use crate::units::Timestamp;
use crate::wire::{DeviceIndex, Incoming, Report, ReportId, Slot, Wpid};

/// How many reports are taken in one go, so that a flood does not keep deadlines waiting.
const BATCH: usize = 256;

/// One wake is told several times: notices 41 and 4B, event 1D4B. So long after a device was
/// asked for it, another is the same.
const SAME_WAKE: Duration = Duration::from_secs(2);

pub(super) struct Node<'a> {
    info: NodeInfo,
    transport: Box<dyn Transport + 'a>,
    session: Session,
    /// `None`: the node is a device's own.
    receiver: Option<Receiver>,
    devices: BTreeMap<DeviceIndex, Device>,
    /// What is going on with each device.
    dealings: BTreeMap<DeviceIndex, Dealings>,
    discovered: bool,
    /// Those who follow the receiver were told that it is there.
    introduced: bool,
    failure: Option<Failure>,
    /// Devices that answered, but not with what was asked.
    device_failures: Vec<Failure>,
    changes: VecDeque<Change>,
    /// When it next has something to do by itself.
    due: Option<Timestamp>,
    /// Whether something arrived.
    readable: bool,
    log: Privacy,
    query: &'a Query,
}

/// What is going on with a device.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "facts that come in any order"
)]
struct Dealings {
    /// It is being asked, and not all was answered.
    asking: bool,
    /// It was asked because it woke.
    woken: Option<Timestamp>,
    /// It said something hard to believe, and is asked again.
    doubted: bool,
    /// It answered something.
    answered: bool,
    /// After that it did not even give an error.
    silent: bool,
    /// What to ask it with, should its name turn out to be the wanted one.
    unwanted: Option<Known>,
    /// A headset's dongle says that the headset is off, and answers in its place.
    switched_off: bool,
    /// Its receiver told its name, or cannot.
    named: bool,
    /// All that was wanted of it was asked at least once.
    probed: bool,
    /// Those who follow it were told that it is there.
    announced: bool,
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
        let mut session = Session::new(peer, form);
        let node_name = info.path.rsplit('/').next().unwrap_or_default();
        let receiver = model.map(|model| Receiver {
            id: format!("{:04X}-{}", info.product, node_name.replace(' ', "-")),
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
            info,
            transport,
            session,
            receiver,
            devices: BTreeMap::new(),
            dealings: BTreeMap::new(),
            discovered: false,
            introduced: false,
            failure: None,
            device_failures: Vec::new(),
            changes: VecDeque::new(),
            due: Some(Timestamp::START),
            readable: false,
            log: Privacy::new(false),
            query,
        }
    }

    /// Starts asking the device of a node of its own; a receiver is asked from the start.
    pub(super) fn begin(&mut self, now: Timestamp, memory: &Memory) {
        if self.receiver.is_some() {
            return;
        }
        self.discovered = true;
        let info = &self.info;
        let place = info.phys.as_deref().unwrap_or(&info.path);
        let link = Link::Direct {
            node: info.path.clone(),
            bus: info.bus.to_string(),
            product: info.product,
        };
        let device = Device {
            name: info.name.clone(),
            // An address is no serial number.
            serial: info.uniq.clone().filter(|_| info.bus == Bus::Usb),
            ..Device::new(direct_id(info.product, info.uniq.as_deref(), place), link)
        };
        self.add(now, DeviceIndex::DIRECT, device, None, memory);
    }

    /// Tells that something arrived.
    pub(super) const fn note_readable(&mut self) {
        self.readable = true;
    }

    /// Takes what arrived, does what is due, sends what is to be sent.
    pub(super) fn pump(&mut self, now: Timestamp, memory: &mut Memory) {
        let is_due = self.due.is_some_and(|due| due <= now);
        if self.is_lost() || !(is_due || std::mem::take(&mut self.readable)) {
            return;
        }
        self.exchange(now, memory);
        let due = self.session.poll_timeout().into_iter();
        self.due = due.chain(self.transport.next_due()).min();
    }

    fn exchange(&mut self, now: Timestamp, memory: &mut Memory) {
        if let Err(error) = self.receive(now) {
            self.fail(error);
            return;
        }
        self.session.handle_timeout(now);
        self.take_events(now, memory);
        while let Some(report) = self.session.poll_transmit(now) {
            match self.transport.send(now, &report) {
                Ok(()) => trace!("{} → {report}", self.info.path),
                Err(TransportError::Stalled { node, source }) => {
                    debug!("{node} did not take {report}: {source}");
                    self.session.handle_stall(now, &report);
                }
                Err(error) => {
                    self.fail(error);
                    return;
                }
            }
            self.take_events(now, memory);
        }
    }

    fn receive(&mut self, now: Timestamp) -> Result<(), TransportError> {
        for _ in 0..BATCH {
            match self.transport.receive(now)? {
                Some(Incoming::HidPp(report)) => {
                    self.log_incoming(&report);
                    self.session.handle_report(now, &report);
                }
                // Input is dropped here; the kernel has it.
                Some(Incoming::Input | Incoming::Dj(_)) => {}
                Some(Incoming::Other(why)) => debug!("{}: ignored: {why}", self.info.path),
                None => break,
            }
        }
        Ok(())
    }

    fn log_incoming(&mut self, report: &Report) {
        if log_enabled!(Level::Trace) {
            match self.log.redact(Direction::FromDevice, report) {
                Redaction::Write(report) => trace!("{} ← {report}", self.info.path),
                Redaction::Withhold(why) => trace!("{} ← withheld: {why}", self.info.path),
            }
        }
    }

    fn fail(&mut self, error: TransportError) {
        self.failure = Some(Failure::Transport(error));
    }

    fn take_events(&mut self, now: Timestamp, memory: &mut Memory) {
        while let Some(event) = self.session.poll_event() {
            match event {
                Event::Receiver(record) => self.handle_receiver(record),
                Event::Paired(device, record) => self.handle_paired(now, device, &record, memory),
                Event::Named(device, name) => self.handle_name(now, device, name, memory),
                Event::Discovered => self.discovered = true,
                Event::DiscoveryFailed(error) => {
                    let node = self.info.path.clone();
                    self.failure = Some(Failure::NoReceiver { node, error });
                }
                Event::Device(device, fact) => self.handle_fact(now, device, &fact, memory),
                Event::Probed(device) => self.handle_probed(now, device, memory),
                Event::Connection(device, connection) => {
                    self.handle_connection(now, device, connection);
                }
                Event::Awake(device) => self.handle_wake(now, device),
                Event::LightKey(device) => self.handle_light_key(device),
            }
        }
    }

    fn handle_receiver(&mut self, record: ReceiverRecord) {
        let Some(receiver) = &mut self.receiver else {
            return;
        };
        let known = receiver.serial.is_some();
        receiver.serial = record
            .unique_id
            .or(record.serial.map(|serial| serial.to_string()));
        if let Some(serial) = receiver.serial.as_ref().filter(|_| !known) {
            receiver.id.clone_from(serial);
        }
        receiver.slots = record.slots;
        receiver.paired = record.paired;
        receiver.firmware = record.firmware;
        self.introduced = true;
        self.changes
            .push_back(Change::ReceiverAdded(receiver.clone()));
    }

    fn handle_paired(
        &mut self,
        now: Timestamp,
        index: DeviceIndex,
        record: &PairingRecord,
        memory: &Memory,
    ) {
        let (Some(receiver), Some(slot)) = (&self.receiver, index.slot()) else {
            return;
        };
        let id = device_id(record.wpid, record.serial, &receiver.id, slot);
        let link = Link::Paired {
            receiver: receiver.id.clone(),
            slot,
        };
        let protocol = receiver
            .model
            .registers_only
            .then_some(ProtocolVersion::HIDPP_10);
        let device = Device {
            name: record.name.clone(),
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
        let needs_name = |device: &Device| device.name.is_none() && self.query.names;
        if self.devices.get(&index).is_some_and(needs_name) {
            self.session.read_name(index);
        }
    }

    /// Takes in a device that was found, with what is remembered of it, and asks it.
    fn add(
        &mut self,
        now: Timestamp,
        index: DeviceIndex,
        mut device: Device,
        protocol: Option<ProtocolVersion>,
        memory: &Memory,
    ) {
        let mut known = memory.recall(&mut device, now);
        known.protocol = protocol.or(known.protocol);
        known.model = match device.link {
            Link::Paired { .. } => device.wpid,
            Link::Direct { product, .. } => Some(Wpid(product)),
        };
        // Only a receiver tells the name of another.
        let awaits_name = device.name.is_none() && self.query.names && device.receiver().is_some();
        let dealings = Dealings {
            named: !awaits_name,
            ..Dealings::default()
        };
        self.devices.insert(index, device);
        self.dealings.insert(index, dealings);
        if self.is_wanted(index) {
            self.ask(index, known);
        } else if let Some(dealings) = self.dealings.get_mut(&index) {
            dealings.unwanted = Some(known);
        }
    }

    fn handle_name(
        &mut self,
        now: Timestamp,
        index: DeviceIndex,
        name: Option<String>,
        memory: &mut Memory,
    ) {
        self.change(index, |device| device.name = name.or(device.name.take()));
        self.remember_device(now, index, memory);
        let wanted = self.is_wanted(index);
        let Some(dealings) = self.dealings.get_mut(&index) else {
            return;
        };
        dealings.named = true;
        if let Some(known) = dealings.unwanted.take_if(|_| wanted) {
            self.ask(index, known);
        }
        self.announce(index);
    }

    /// Whether a device is among those that were asked for. Its name may come a little later.
    fn is_wanted(&self, index: DeviceIndex) -> bool {
        let device = self.devices.get(&index);
        device.is_some_and(|device| self.query.selects(device))
    }

    fn ask(&mut self, index: DeviceIndex, known: Known) {
        let wanted = Wanted {
            kind: self.query.names && self.devices.get(&index).is_some_and(|it| it.kind.is_none()),
            wake: self.query.follow && self.receiver.is_none(),
            notices: self.query.follow,
            ..self.query.wanted
        };
        if wanted == Wanted::default() {
            return;
        }
        if let Some(dealings) = self.dealings.get_mut(&index) {
            dealings.asking = true;
        }
        self.session.probe(index, wanted, known);
    }

    fn handle_fact(
        &mut self,
        now: Timestamp,
        index: DeviceIndex,
        fact: &DeviceFact,
        memory: &mut Memory,
    ) {
        let Some(device) = self.devices.get(&index) else {
            return;
        };
        let id = device.id.clone();
        match fact {
            DeviceFact::Battery(reading) => {
                self.handle_reading(now, index, reading);
                return;
            }
            DeviceFact::Absent(error) => {
                debug!("{}: {id}: {error}", self.info.path);
                let dealings = self.dealings.entry(index).or_default();
                dealings.silent = dealings.answered && *error == RequestError::Silent;
                dealings.switched_off = *error == RequestError::Disconnected;
            }
            DeviceFact::Failed(error) => self.device_failures.push(Failure::Device {
                device: id,
                error: *error,
            }),
            DeviceFact::NoLight => {
                self.device_failures
                    .push(Failure::NoMeasurement { device: id });
            }
            DeviceFact::Feature(feature, at) => debug!("{id}: feature {feature} at {at:?}"),
            DeviceFact::Stale => {
                debug!("{id}: what was remembered of it is wrong");
                memory.forget(&id);
            }
            DeviceFact::NoBattery => debug!("{id}: no battery source that can be read"),
            DeviceFact::Protocol(_)
            | DeviceFact::Kind(_)
            | DeviceFact::Name(_)
            | DeviceFact::Firmware(_) => {}
        }
        let answered = matches!(
            fact,
            DeviceFact::Protocol(_)
                | DeviceFact::Feature(..)
                | DeviceFact::Name(_)
                | DeviceFact::Kind(_)
                | DeviceFact::Firmware(_)
        );
        if answered {
            self.note_answer(now, index);
        }
        self.change(index, |device| take_fact(device, fact));
    }

    fn note_answer(&mut self, now: Timestamp, index: DeviceIndex) {
        if let Some(dealings) = self.dealings.get_mut(&index) {
            dealings.answered = true;
            dealings.silent = false;
            if dealings.switched_off {
                return;
            }
        }
        self.change(index, |device| {
            device.presence = Presence::Online;
            device.seen = Some(now);
        });
    }

    fn handle_reading(&mut self, now: Timestamp, index: DeviceIndex, reading: &Reading) {
        if let Some(dealings) = self.dealings.get_mut(&index) {
            dealings.switched_off = false;
        }
        self.note_answer(now, index);
        let (Some(device), Some(dealings)) =
            (self.devices.get(&index), self.dealings.get_mut(&index))
        else {
            return;
        };
        let before = device.battery.as_ref();
        let Some(battery) = battery_of(reading, before, now) else {
            return;
        };
        let doubtful = battery.trusted && is_odd(before, &battery);
        if doubtful && !std::mem::replace(&mut dealings.doubted, true) {
            debug!("{}: hard to believe, asked again: {reading:?}", device.id);
            dealings.asking = true;
            self.session.look_again(index);
            return;
        }
        dealings.doubted = false;
        self.change(index, |device| {
            take_light(device, reading, now);
            device.battery = Some(battery.after(device.battery.as_ref()));
            device.has_battery = Some(true);
        });
    }

    fn handle_probed(&mut self, now: Timestamp, index: DeviceIndex, memory: &mut Memory) {
        // An odd reading may have begun another probe meanwhile.
        if self.session.is_probing(index) {
            return;
        }
        let Some(dealings) = self.dealings.get_mut(&index) else {
            return;
        };
        dealings.asking = false;
        dealings.doubted = false;
        dealings.probed = true;
        self.remember_device(now, index, memory);
        self.announce(index);
    }

    /// Has everything remembered that is known of its devices by now.
    pub(super) fn remember(&self, now: Timestamp, memory: &mut Memory) {
        for index in self.devices.keys() {
            self.remember_device(now, *index, memory);
        }
    }

    fn remember_device(&self, now: Timestamp, index: DeviceIndex, memory: &mut Memory) {
        if let (Some(device), Some(known)) = (self.devices.get(&index), self.session.known(index)) {
            memory.keep(device, known, now);
        }
    }

    /// Tells those who follow it that a device is there, once it was asked and named.
    fn announce(&mut self, index: DeviceIndex) {
        if let (Some(device), Some(dealings)) =
            (self.devices.get(&index), self.dealings.get_mut(&index))
            && dealings.probed
            && dealings.named
            && !std::mem::replace(&mut dealings.announced, true)
        {
            self.changes.push_back(Change::DeviceAdded(device.clone()));
        }
    }

    fn handle_connection(
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
                let announced = self.is_announced(index);
                self.dealings.remove(&index);
                if let Some(device) = self.devices.remove(&index).filter(|_| announced) {
                    self.changes.push_back(Change::DeviceRemoved(device));
                }
                return;
            }
        };
        if online {
            self.change(index, |device| {
                device.presence = Presence::Online;
                device.seen = Some(now);
            });
        } else {
            self.change(index, |device| device.presence = Presence::Offline);
            // When it is back next, that is another wake.
            if let Some(dealings) = self.dealings.get_mut(&index) {
                dealings.woken = None;
            }
        }
    }

    /// Who presses the light key wants to know the light, and the key's event does not tell it.
    fn handle_light_key(&mut self, index: DeviceIndex) {
        let announced = self.is_announced(index);
        if let Some(device) = self.devices.get(&index).filter(|_| announced) {
            self.changes.push_back(Change::LightKey(device.clone()));
        }
        if self.query.follow && self.query.wanted.battery && self.is_wanted(index) {
            self.session
                .lease_light(index, LightMeasure::ONCE, Hold::Once);
        }
    }

    /// A device that is back may have another charge, and forgot what it was told.
    fn handle_wake(&mut self, now: Timestamp, index: DeviceIndex) {
        let Some(dealings) = self.dealings.get_mut(&index) else {
            return;
        };
        let again = dealings.woken.is_some_and(|at| now.since(at) < SAME_WAKE);
        if !self.query.follow || dealings.asking || again {
            return;
        }
        dealings.woken = Some(now);
        if self.is_wanted(index) {
            self.ask(index, Known::default());
        }
    }

    /// Changes a device, and tells those who follow it what became different.
    fn change(&mut self, index: DeviceIndex, change: impl FnOnce(&mut Device)) {
        let announced = self.is_announced(index);
        let Some(device) = self.devices.get_mut(&index) else {
            return;
        };
        let before = device.clone();
        change(device);
        let what = Changed::between(&before, device);
        if announced && !what.is_empty() {
            self.changes
                .push_back(Change::DeviceChanged(device.clone(), what));
        }
    }

    /// Whether those who follow it were told that a device is there.
    fn is_announced(&self, index: DeviceIndex) -> bool {
        self.dealings.get(&index).is_some_and(|it| it.announced)
    }

    /// What became different since it was last asked.
    pub(super) fn poll_change(&mut self) -> Option<Change> {
        self.changes.pop_front()
    }

    /// Everything that goes with the node, as far as it was told of.
    pub(super) fn removed(mut self) -> impl Iterator<Item = Change> {
        self.devices
            .retain(|index, _| self.dealings.get(index).is_some_and(|it| it.announced));
        let devices = self.devices.into_values().map(Change::DeviceRemoved);
        let receiver = self.receiver.filter(|_| self.introduced);
        devices.chain(receiver.map(Change::ReceiverRemoved))
    }

    /// Whether nothing more is to be expected.
    pub(super) fn is_done(&self) -> bool {
        let asking = self.dealings.values().any(|dealings| dealings.asking);
        self.failure.is_some() || (self.discovered && !asking && self.session.is_idle())
    }

    /// Whether one of its devices is called so.
    pub(super) fn has_device_called(&self, selector: &Selector) -> bool {
        self.devices.values().any(|device| selector.selects(device))
    }

    /// Ends all conversations. Where that was not wanted, what is not done has run out of time.
    pub(super) fn close(&mut self, now: Timestamp, wanted: bool) {
        if !self.is_done() && !wanted {
            let node = self.info.path.clone();
            self.failure = Some(Failure::TimedOut { node });
        }
        self.session.close(now);
        self.due = Some(now);
    }

    /// Sends what closing still has to say; `true` when it is said.
    pub(super) fn is_closed(&self) -> bool {
        self.is_lost() || self.session.is_idle()
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

    /// Where it is.
    pub(super) const fn info(&self) -> &NodeInfo {
        &self.info
    }

    pub(super) fn descriptor(&self) -> Option<BorrowedFd<'_>> {
        self.transport.descriptor().filter(|_| !self.is_lost())
    }

    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        self.due.filter(|_| !self.is_lost())
    }

    pub(super) fn into_parts(mut self) -> (Option<Receiver>, Vec<Device>, Vec<Failure>) {
        // Of sleeping devices the receiver says so; silence after an answer is a fault.
        let fell_silent = self.devices.iter().filter(|(index, device)| {
            let silent = self.dealings.get(*index).is_some_and(|it| it.silent);
            silent && device.presence == Presence::Offline
        });
        let fell_silent = fell_silent.map(|(_, device)| Failure::Device {
            device: device.id.clone(),
            error: RequestError::Silent,
        });
        self.device_failures.extend(fell_silent);
        self.device_failures.extend(self.failure);
        let wanted = self.devices.into_values();
        let devices = wanted.filter(|it| self.query.selects(it)).collect();
        (self.receiver, devices, self.device_failures)
    }

    pub(super) const fn sent(&self) -> usize {
        self.session.sent()
    }
}

fn scope(model: ReceiverModel, query: &Query) -> DiscoveryScope {
    DiscoveryScope {
        records: model.records,
        default_slots: model.default_slots,
        extra_slot: model.extra_slot.and_then(Slot::new),
        firmware: query.receiver_firmware,
        follow: query.follow,
    }
}
