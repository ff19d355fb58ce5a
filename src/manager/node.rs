//! One receiver in use: its transport, its conversations, and what they found out.

use std::collections::{BTreeMap, BTreeSet};

use log::{Level, debug, log_enabled, trace};

use super::clock::Wake;
use super::privacy::Privacy;
use super::query::{Query, Selector};
use super::snapshot::Failure;
use crate::device::{
    Battery, Device, Light, Presence, Receiver, ReceiverFamily, ReceiverModel, device_id,
};
use crate::feature::device_connection::DeviceConnection;
use crate::session::{
    DeviceFact, DiscoveryScope, Event, Known, PairingRecord, Reading, RequestError, Session, Wanted,
};
use crate::transport::trace::Direction;
use crate::transport::{NodeInfo, Redact, Redaction, Transport, TransportError};
use crate::units::Timestamp;
use crate::wire::{Incoming, Report, ReportId, Slot};

/// How many reports are taken in one go, so that a flood does not keep deadlines waiting.
const BATCH: usize = 256;

pub(super) struct Node<'a> {
    transport: Box<dyn Transport + 'a>,
    session: Session,
    receiver: Receiver,
    devices: BTreeMap<Slot, Device>,
    /// Slots whose devices are being asked.
    asking: BTreeSet<Slot>,
    discovered: bool,
    failure: Option<Failure>,
    /// Slots whose devices did not even give an error.
    silent: BTreeSet<Slot>,
    /// Devices that answered, but not with what was asked.
    device_failures: Vec<Failure>,
    log: Privacy,
    query: &'a Query,
}

impl<'a> Node<'a> {
    pub(super) fn new(
        info: &NodeInfo,
        model: ReceiverModel,
        transport: Box<dyn Transport + 'a>,
        query: &'a Query,
    ) -> Self {
        // Bolt speaks HID++ 2.0 in long reports only; elsewhere the short form saves air time.
        let form = match model.family {
            ReceiverFamily::Bolt => ReportId::Long,
            _ if !info.capabilities.short => ReportId::Long,
            _ => ReportId::Short,
        };
        let mut session = Session::new(form);
        session.discover(DiscoveryScope {
            default_slots: model.default_slots,
            names: query.names,
            firmware: query.receiver_firmware,
        });
        let node_name = info.path.rsplit('/').next().unwrap_or_default();
        Self {
            transport,
            session,
            receiver: Receiver {
                id: format!("{:04X}-{}", info.product, node_name.replace(' ', "-")),
                model,
                vendor: info.vendor,
                product: info.product,
                node: info.path.clone(),
                serial: None,
                firmware: None,
                slots: None,
                paired: None,
            },
            devices: BTreeMap::new(),
            asking: BTreeSet::new(),
            discovered: false,
            failure: None,
            silent: BTreeSet::new(),
            device_failures: Vec::new(),
            log: Privacy::new(false),
            query,
        }
    }

    /// Takes what arrived, does what is due, sends what is to be sent.
    pub(super) fn pump(&mut self, now: Timestamp) {
        if self.is_lost() {
            return;
        }
        if let Err(error) = self.receive(now) {
            self.fail(error);
            return;
        }
        self.session.handle_timeout(now);
        self.take_events(now);
        while let Some(report) = self.session.poll_transmit(now) {
            match self.transport.send(now, &report) {
                Ok(()) => trace!("{} → {report}", self.receiver.node),
                Err(TransportError::Stalled { node, source }) => {
                    debug!("{node} did not take {report}: {source}");
                    self.session.handle_stall(now, &report);
                }
                Err(error) => {
                    self.fail(error);
                    return;
                }
            }
            self.take_events(now);
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
                Some(Incoming::Other(why)) => debug!("{}: ignored: {why}", self.receiver.node),
                None => break,
            }
        }
        Ok(())
    }

    fn log_incoming(&mut self, report: &Report) {
        if log_enabled!(Level::Trace) {
            match self.log.redact(Direction::FromDevice, report) {
                Redaction::Write(report) => trace!("{} ← {report}", self.receiver.node),
                Redaction::Withhold(why) => trace!("{} ← withheld: {why}", self.receiver.node),
            }
        }
    }

    fn fail(&mut self, error: TransportError) {
        self.failure = Some(Failure::Transport(error));
    }

    fn take_events(&mut self, now: Timestamp) {
        while let Some(event) = self.session.poll_event() {
            match event {
                Event::Receiver(record) => {
                    if let Some(serial) = record.serial {
                        self.receiver.id = serial.to_string();
                    }
                    self.receiver.serial = record.serial;
                    self.receiver.slots = record.slots;
                    self.receiver.paired = record.paired;
                    self.receiver.firmware = record.firmware;
                }
                Event::Paired(slot, record) => self.handle_paired(slot, record),
                Event::Discovered => self.discovered = true,
                Event::DiscoveryFailed(error) => {
                    let node = self.receiver.node.clone();
                    self.failure = Some(Failure::NoReceiver { node, error });
                }
                Event::Device(slot, fact) => self.handle_fact(now, slot, fact),
                Event::Probed(slot) => _ = self.asking.remove(&slot),
                Event::Connection(slot, connection) => self.handle_connection(slot, connection),
                Event::LightKey(_) => {}
            }
        }
    }

    fn handle_paired(&mut self, slot: Slot, record: PairingRecord) {
        let id = device_id(record.wpid, record.serial, &self.receiver.id, slot);
        let presence = match record.online {
            Some(false) => Presence::Offline,
            _ => Presence::Unknown,
        };
        let device = Device {
            name: record.name,
            kind: record.kind,
            wpid: record.wpid,
            serial: record.serial,
            power_switch: record.power_switch,
            presence,
            ..Device::new(id, self.receiver.id.clone(), slot)
        };
        let selectors = &self.query.devices;
        let wanted = selectors.is_empty() || selectors.iter().any(|it| it.selects(&device));
        if wanted {
            self.devices.insert(slot, device);
            if self.query.wanted != Wanted::default() && self.asking.insert(slot) {
                self.session
                    .probe(slot, self.query.wanted, Known::default());
            }
        }
    }

    fn handle_fact(&mut self, now: Timestamp, slot: Slot, fact: DeviceFact) {
        let Some(device) = self.devices.get_mut(&slot) else {
            return;
        };
        match fact {
            DeviceFact::Protocol(version) => {
                device.protocol = Some(version);
                device.presence = Presence::Online;
            }
            DeviceFact::Name(name) => device.name = Some(name),
            DeviceFact::Firmware(version) => device.firmware = Some(version),
            DeviceFact::Battery(reading) => {
                device.presence = Presence::Online;
                take_reading(device, reading, now);
            }
            DeviceFact::Absent(error) => {
                debug!("{}: slot {slot}: {error}", self.receiver.node);
                device.presence = Presence::Offline;
                if error == RequestError::Silent {
                    self.silent.insert(slot);
                }
            }
            DeviceFact::Failed(error) => {
                let device = device.id.clone();
                self.device_failures.push(Failure::Device { device, error });
            }
            DeviceFact::NoLight => {
                let device = device.id.clone();
                self.device_failures.push(Failure::NoMeasurement { device });
            }
            DeviceFact::NoBattery => debug!("slot {slot}: no battery source that can be read"),
            DeviceFact::Feature(id, index) => debug!("slot {slot}: feature {id} at {index:?}"),
        }
    }

    fn handle_connection(&mut self, slot: Slot, connection: DeviceConnection) {
        let online = match connection {
            DeviceConnection::Arrival(arrival) => arrival.online,
            DeviceConnection::Link { up } => up,
            DeviceConnection::PoweredOn => true,
            DeviceConnection::Unpaired => false,
        };
        if let Some(device) = self.devices.get_mut(&slot) {
            device.presence = if online {
                Presence::Online
            } else {
                Presence::Offline
            };
        }
    }

    /// Whether nothing more is to be expected.
    pub(super) fn is_done(&self) -> bool {
        self.failure.is_some() || (self.discovered && self.asking.is_empty())
    }

    /// Whether one of its devices is called so.
    pub(super) fn has_device_called(&self, selector: &Selector) -> bool {
        self.devices.values().any(|device| selector.selects(device))
    }

    /// Ends all conversations; unless the user wanted that, what is not done has run out of time.
    pub(super) fn close(&mut self, now: Timestamp, ended: Wake) {
        if !self.is_done() && ended == Wake::Due {
            let node = self.receiver.node.clone();
            self.failure = Some(Failure::TimedOut { node });
        }
        self.session.close(now);
    }

    /// Sends what closing still has to say; `true` when it is said.
    pub(super) fn is_closed(&self) -> bool {
        self.is_lost() || self.session.is_idle()
    }

    const fn is_lost(&self) -> bool {
        matches!(self.failure, Some(Failure::Transport(_)))
    }

    pub(super) fn descriptor(&self) -> Option<std::os::fd::BorrowedFd<'_>> {
        self.transport.descriptor().filter(|_| !self.is_lost())
    }

    pub(super) fn poll_timeout(&self) -> Option<Timestamp> {
        if self.is_lost() {
            return None;
        }
        self.session
            .poll_timeout()
            .into_iter()
            .chain(self.transport.next_due())
            .min()
    }

    pub(super) fn into_parts(mut self) -> (Receiver, Vec<Device>, Vec<Failure>) {
        // Of sleeping devices the receiver says so; silence after an answer is a fault.
        let fell_silent = self
            .silent
            .iter()
            .filter_map(|slot| self.devices.get(slot))
            .filter(|device| device.presence == Presence::Offline && device.protocol.is_some());
        self.device_failures.extend(fell_silent.map(|device| {
            let device = device.id.clone();
            Failure::Device {
                device,
                error: RequestError::Silent,
            }
        }));
        self.device_failures.extend(self.failure);
        (
            self.receiver,
            self.devices.into_values().collect(),
            self.device_failures,
        )
    }

    pub(super) const fn sent(&self) -> usize {
        self.session.sent()
    }
}

fn take_reading(device: &mut Device, reading: Reading, now: Timestamp) {
    let before = device.battery;
    let battery = match reading {
        Reading::Solar(event) => {
            let light = Light::from_solar(&event, now);
            // What the device vouches for is not given up for what it does not.
            if light.is_some_and(|light| light.trusted || device.light.is_none()) {
                device.light = light;
            }
            Battery::from_solar(&event, before.map(|battery| battery.state), now)
        }
        Reading::Mileage(mileage) => Battery::from_mileage(&mileage, now),
        Reading::Status(status) => Battery::from_status(&status, now),
    };
    device.battery = Some(battery.after(before.as_ref()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feature::solar_dashboard::read_event;
    use crate::wire::tests::report;

    fn device() -> Device {
        Device::new(
            "4002-392A0750".to_owned(),
            "AF4F95EA".to_owned(),
            Slot::new(1).unwrap(),
        )
    }

    #[test]
    fn what_a_device_vouches_for_is_not_given_up_for_what_it_does_not() {
        let good = "11 01 09 10 39 00 0C 06 1D 47 4F 4F 44 …";
        let doubtful = "11 01 09 10 0A 01 F4 06 1D 00 00 00 00 …";
        let read = |device: &mut Device, hex| {
            let event = read_event(1, &report(hex));
            take_reading(device, Reading::Solar(event), Timestamp::START);
            let battery = device.battery.unwrap();
            (
                battery.percent.map(crate::units::Percent::get),
                device.light.unwrap().lux.0,
            )
        };
        let mut known = device();
        assert_eq!(read(&mut known, good), (Some(57), 12));
        assert_eq!(read(&mut known, doubtful), (Some(57), 12), "kept");

        let mut unknown = device();
        assert_eq!(
            read(&mut unknown, doubtful),
            (Some(10), 500),
            "better than nothing"
        );
        assert_eq!(read(&mut unknown, good), (Some(57), 12));
    }
}
