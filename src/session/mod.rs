//! Conversations with one receiver and its devices, without I/O and without a clock.
//!
//! A [`Session`] is told what arrives ([`Session::handle_report`]) and what time it is; it says
//! what to send ([`Session::poll_transmit`]), when it wants to be called again
//! ([`Session::poll_timeout`]) and what it found out ([`Session::poll_event`]). So it runs on
//! virtual time against a simulated receiver as on a real one.

mod discovery;
mod event;
mod exchange;
mod light;
mod probe;
mod request;
mod timing;

use std::collections::{BTreeMap, VecDeque};

pub use discovery::DiscoveryScope;
pub use event::{DeviceFact, Event, PairingRecord, Reading, ReceiverRecord};
pub use light::Hold;
pub use probe::{Known, Wanted};
pub use request::RequestError;

use discovery::Discovery;
use exchange::{Exchange, Finished};
use light::{Action, LightLease};
use probe::Probe;
use request::Request;

use crate::feature::device_connection::{self, DeviceConnection};
use crate::feature::notification_flags::{self, NotificationFlags};
use crate::feature::solar_dashboard::{self, EventKind, LightMeasure};
use crate::feature::{battery_mileage, battery_status};
use crate::units::Timestamp;
use crate::wire::{
    Access, DeviceIndex, FeatureId, FeatureIndex, Function, Message, Register, Report, ReportId,
    Slot,
};

/// All conversations with one receiver.
#[derive(Debug)]
pub struct Session {
    exchange: Exchange<Purpose>,
    discovery: Option<Discovery>,
    probes: BTreeMap<Slot, Probe>,
    leases: BTreeMap<Slot, LightLease>,
    known: BTreeMap<Slot, Known>,
    events: VecDeque<Event>,
    mark: u8,
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Discovery(discovery::Step),
    Probe(Slot, probe::Step),
    /// Starting a series of light measurements, or (`false`) cancelling it.
    Light(Slot, bool),
    /// Reading the flags in order to clear these.
    ReadFlags(NotificationFlags),
    ClearFlags,
}

impl Session {
    /// A session with a receiver that takes calls to devices in reports of this form.
    pub fn new(form: ReportId) -> Self {
        Self {
            exchange: Exchange::new(form),
            discovery: None,
            probes: BTreeMap::new(),
            leases: BTreeMap::new(),
            known: BTreeMap::new(),
            events: VecDeque::new(),
            mark: 0,
        }
    }

    /// Starts finding out what is paired with the receiver.
    pub fn discover(&mut self, scope: DiscoveryScope) {
        self.discovery = Some(Discovery::new(scope));
        self.continue_discovery();
    }

    /// Starts asking the device in a slot for what is wanted, without asking what is known.
    ///
    /// The slot must be a paired one: asking about an empty slot makes the kernel driver ask the
    /// receiver for its whole list.
    pub fn probe(&mut self, slot: Slot, wanted: Wanted, known: Known) {
        self.known.insert(slot, known);
        self.probes.insert(slot, Probe::new(wanted));
        self.continue_probe(slot);
    }

    /// Makes the solar keyboard in a slot measure light; the measurements come as events.
    ///
    /// `false`: it is not known where its solar dashboard stands; probe it first.
    pub fn lease_light(&mut self, slot: Slot, series: LightMeasure, hold: Hold) -> bool {
        if self.solar_index(slot).is_none() || series.is_cancel() {
            return false;
        }
        let (lease, action) = LightLease::start(series, hold);
        self.leases.insert(slot, lease);
        self.act_on_light(slot, action);
        true
    }

    /// Ends a series of light measurements.
    pub fn release_light(&mut self, slot: Slot) {
        if let Some(lease) = self.leases.remove(&slot) {
            self.act_on_light(slot, lease.release());
        }
    }

    /// Ends all conversations: cancels measurements and clears the flags this session set. Go on
    /// until [`Self::is_idle`].
    pub fn close(&mut self, now: Timestamp) {
        self.exchange.withdraw(now, |_| true);
        self.probes.clear();
        let leased: Vec<Slot> = self.leases.keys().copied().collect();
        for slot in leased {
            self.release_light(slot);
        }
        if let Some(flags) = self
            .discovery
            .take()
            .and_then(|discovery| discovery.raised())
        {
            let purpose = Purpose::ReadFlags(flags);
            self.exchange.submit(
                DeviceIndex::RECEIVER,
                notification_flags::get().into(),
                purpose,
            );
        }
    }

    /// Whether nothing waits to be sent, answered or measured.
    pub fn is_idle(&self) -> bool {
        self.exchange.is_idle() && self.leases.is_empty()
    }

    /// How many reports were sent so far.
    pub const fn sent(&self) -> usize {
        self.exchange.sent()
    }

    /// What is known of the device in a slot, for the next time.
    pub fn known(&self, slot: Slot) -> Option<&Known> {
        self.known.get(&slot)
    }

    /// Takes a report from the receiver.
    pub fn handle_report(&mut self, now: Timestamp, report: &Report) {
        if self.exchange.handle_report(now, report) {
            self.settle(now);
            return;
        }
        let slot = report.device().slot();
        match (Message::of(report), slot) {
            (Message::Notification { sub_id, .. }, Some(slot)) => {
                self.handle_notification(slot, sub_id, report);
            }
            (Message::Event { feature, event }, Some(slot)) => {
                self.handle_event(now, slot, feature, event, report);
            }
            // Another program's reading of a pairing record is as good as ours.
            (
                Message::Register {
                    access: Access::GetLong,
                    register: Register::PAIRING_INFORMATION,
                },
                None,
            ) => {
                if let Some(discovery) = &mut self.discovery {
                    discovery.learn(report);
                }
            }
            _ => {}
        }
    }

    /// Tells that a report could not be sent for now; it will be sent again.
    pub fn handle_stall(&mut self, now: Timestamp, report: &Report) {
        self.exchange.handle_stall(now, report);
        self.settle(now);
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        self.exchange.handle_timeout(now);
        let slots: Vec<Slot> = self.leases.keys().copied().collect();
        for slot in slots {
            if let Some(lease) = self.leases.get_mut(&slot) {
                let action = lease.handle_timeout(now);
                self.act_on_light(slot, action);
            }
        }
        self.settle(now);
    }

    /// The next report to send.
    pub fn poll_transmit(&mut self, now: Timestamp) -> Option<Report> {
        self.exchange.poll_transmit(now)
    }

    /// When to call [`Self::handle_timeout`] and [`Self::poll_transmit`] next.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        let leases = self.leases.values().filter_map(LightLease::poll_timeout);
        leases.chain(self.exchange.poll_timeout()).min()
    }

    /// The next thing that was found out.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Deals with every outcome of a request.
    fn settle(&mut self, now: Timestamp) {
        while let Some(Finished { purpose, outcome }) = self.exchange.poll_finished() {
            match purpose {
                Purpose::Discovery(step) => {
                    if let Some(discovery) = &mut self.discovery {
                        discovery.handle(step, outcome, &mut self.events);
                    }
                    self.continue_discovery();
                }
                Purpose::Probe(slot, step) => {
                    let mut facts = Vec::new();
                    if let Some(probe) = self.probes.get_mut(&slot) {
                        probe.handle(step, outcome, &mut facts);
                    }
                    self.publish(slot, facts);
                    self.continue_probe(slot);
                }
                Purpose::Light(slot, start) => self.settle_light(now, slot, start, outcome),
                Purpose::ReadFlags(ours) => {
                    if let Ok(report) = outcome {
                        let cleared = notification_flags::read(&report).without(ours);
                        let request = notification_flags::set(cleared).into();
                        self.exchange
                            .submit(DeviceIndex::RECEIVER, request, Purpose::ClearFlags);
                    }
                }
                Purpose::ClearFlags => {}
            }
        }
    }

    fn continue_discovery(&mut self) {
        let Some((step, request)) = self.discovery.as_mut().and_then(Discovery::next_step) else {
            return;
        };
        let purpose = Purpose::Discovery(step);
        self.exchange
            .submit(DeviceIndex::RECEIVER, request.into(), purpose);
    }

    fn continue_probe(&mut self, slot: Slot) {
        let mut facts = Vec::new();
        let Some(probe) = self.probes.get_mut(&slot) else {
            return;
        };
        let known = self.known.entry(slot).or_default();
        let step = probe.next_step(known, &mut facts);
        self.publish(slot, facts);
        match step {
            Some(probe::Step::MeasureLight(_)) => {
                self.lease_light(slot, LightMeasure::ONCE, Hold::Once);
            }
            Some(step) => self.submit_step(slot, step),
            None if self.leases.contains_key(&slot) => {}
            None => self.events.push_back(Event::Probed(slot)),
        }
    }

    fn submit_step(&mut self, slot: Slot, step: probe::Step) {
        self.mark = self.mark.wrapping_add(1);
        if let Some(probe) = self.probes.get(&slot) {
            let request = probe.request(step, self.mark);
            self.exchange
                .submit(slot.into(), request, Purpose::Probe(slot, step));
        }
    }

    fn publish(&mut self, slot: Slot, facts: Vec<DeviceFact>) {
        for fact in facts {
            let known = self.known.entry(slot).or_default();
            match fact {
                DeviceFact::Protocol(version) => known.protocol = Some(version),
                DeviceFact::Feature(id, index) => known.learn(id, index),
                _ => {}
            }
            self.events.push_back(Event::Device(slot, fact));
        }
    }

    fn solar_index(&self, slot: Slot) -> Option<FeatureIndex> {
        self.known.get(&slot)?.feature(FeatureId::SOLAR_DASHBOARD)?
    }

    fn act_on_light(&mut self, slot: Slot, action: Action) {
        match action {
            Action::Wait => {}
            Action::Ask(series) => {
                let Some(index) = self.solar_index(slot) else {
                    return;
                };
                let request: Request = solar_dashboard::set_light_measure(index, series).into();
                let purpose = Purpose::Light(slot, !series.is_cancel());
                self.exchange.submit(slot.into(), request, purpose);
            }
            Action::Done => self.end_lease(slot),
            Action::GiveUp => {
                self.publish(slot, vec![DeviceFact::NoLight]);
                if self
                    .leases
                    .get(&slot)
                    .is_some_and(|lease| lease.hold() == Hold::Once)
                {
                    self.end_lease(slot);
                }
            }
        }
    }

    /// A single measurement is over; the probe that wanted it goes on, or is complete.
    fn end_lease(&mut self, slot: Slot) {
        self.leases.remove(&slot);
        let asking = self.exchange.any(|purpose| {
            matches!(purpose, Purpose::Probe(at, _) | Purpose::Light(at, true) if *at == slot)
        });
        if !asking {
            self.continue_probe(slot);
        }
    }

    fn settle_light(
        &mut self,
        now: Timestamp,
        slot: Slot,
        start: bool,
        outcome: Result<Report, RequestError>,
    ) {
        if !start {
            return;
        }
        match outcome {
            Ok(_) => {
                if let Some(lease) = self.leases.get_mut(&slot) {
                    lease.handle_accepted(now);
                }
            }
            // A held lease stays, and goes on when the device wakes.
            Err(error) if self.is_held(slot) => {
                self.publish(slot, vec![DeviceFact::Absent(error)]);
            }
            Err(error) => {
                self.leases.remove(&slot);
                let mut facts = Vec::new();
                let step = self.solar_index(slot).map(probe::Step::MeasureLight);
                if let (Some(step), Some(probe)) = (step, self.probes.get_mut(&slot)) {
                    probe.handle(step, Err(error), &mut facts);
                }
                self.publish(slot, facts);
            }
        }
        self.continue_probe(slot);
    }

    fn handle_notification(&mut self, slot: Slot, sub_id: u8, report: &Report) {
        let reading = match sub_id {
            0x07 => Some(Reading::Status(battery_status::read_notification(report))),
            0x0D => Some(Reading::Mileage(battery_mileage::read_notification(report))),
            _ => None,
        };
        if let Some(reading) = reading {
            self.publish(slot, vec![DeviceFact::Battery(reading)]);
            self.note_life(slot);
        }
        let Some(connection) = device_connection::read(report) else {
            return;
        };
        self.events.push_back(Event::Connection(slot, connection));
        match connection {
            DeviceConnection::Arrival(arrival) => {
                if let Some(discovery) = &mut self.discovery {
                    discovery.learn_arrival(slot, &arrival);
                }
                if arrival.online {
                    self.note_wake(slot);
                }
            }
            DeviceConnection::PoweredOn | DeviceConnection::Link { up: true } => {
                self.note_wake(slot);
            }
            DeviceConnection::Link { up: false } | DeviceConnection::Unpaired => {}
        }
    }

    fn handle_event(
        &mut self,
        now: Timestamp,
        slot: Slot,
        feature: FeatureIndex,
        event: Function,
        report: &Report,
    ) {
        let known = self.known.entry(slot).or_default();
        let unknown_index = known.feature_at(feature).is_none();
        let solar = known.feature(FeatureId::SOLAR_DASHBOARD);
        // The marker tells a solar event by itself, which saves asking for the index.
        if unknown_index
            && solar.is_none()
            && event.get() <= 2
            && solar_dashboard::has_marker(report)
        {
            let fact = DeviceFact::Feature(FeatureId::SOLAR_DASHBOARD, Some(feature));
            self.publish(slot, vec![fact]);
        }
        if self.solar_index(slot) == Some(feature) {
            self.handle_solar_event(now, slot, event, report);
        }
        self.note_life(slot);
    }

    fn handle_solar_event(&mut self, now: Timestamp, slot: Slot, event: Function, report: &Report) {
        let solar = solar_dashboard::read_event(event.get(), report);
        match solar.kind {
            EventKind::Unknown(_) => return,
            EventKind::LightKey => self.events.push_back(Event::LightKey(slot)),
            EventKind::Broadcast | EventKind::LightMeasure => {}
        }
        self.publish(slot, vec![DeviceFact::Battery(Reading::Solar(solar))]);
        // A frame without its marker, or with an impossible charge, does not end the wait.
        if solar.kind == EventKind::LightMeasure
            && solar.good
            && solar.charge.is_some()
            && let Some(lease) = self.leases.get_mut(&slot)
        {
            let action = lease.handle_measurement(now);
            if action == Action::Done {
                // The event is the answer, also where the reply got lost.
                self.exchange
                    .withdraw(now, |purpose| *purpose == Purpose::Light(slot, true));
            }
            self.act_on_light(slot, action);
        }
    }

    /// The device woke: what it did not answer is asked again, and measuring goes on.
    fn note_wake(&mut self, slot: Slot) {
        if self.is_held(slot)
            && let Some(lease) = self.leases.get_mut(&slot)
        {
            let action = lease.handle_wake();
            self.act_on_light(slot, action);
        }
        self.note_life(slot);
    }

    fn is_held(&self, slot: Slot) -> bool {
        self.leases
            .get(&slot)
            .is_some_and(|lease| lease.hold() == Hold::UntilReleased)
    }

    fn note_life(&mut self, slot: Slot) {
        if self.probes.get_mut(&slot).is_some_and(Probe::handle_life) {
            self.continue_probe(slot);
        }
    }
}
