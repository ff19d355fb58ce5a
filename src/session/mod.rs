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
mod measuring;
mod probe;
mod request;
mod timing;
mod unasked;

use std::collections::{BTreeMap, VecDeque};

pub use discovery::DiscoveryScope;
pub use event::{DeviceFact, Event, PairingRecord, Reading, ReceiverRecord};
pub use light::Hold;
pub use probe::{Known, Wanted};
pub use request::RequestError;

use discovery::Discovery;
use exchange::{Exchange, Finished};
use light::LightLease;
use probe::Probe;

use crate::feature::notification_flags::{self, NotificationFlags};
use crate::feature::solar_dashboard::LightMeasure;
use crate::units::Timestamp;
use crate::wire::{Access, DeviceIndex, Message, Register, Report, ReportId, Slot};

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
        self.exchange
            .withdraw(|purpose| matches!(purpose, Purpose::Discovery(_)));
        let raised = self.raised_flags();
        self.discovery = Some(Discovery::new(scope, raised));
        self.continue_discovery();
    }

    /// Starts asking the device in a slot for what is wanted, without asking what is known.
    ///
    /// The slot must be a paired one: asking about an empty slot makes the kernel driver ask the
    /// receiver for its whole list.
    pub fn probe(&mut self, slot: Slot, wanted: Wanted, known: Known) {
        // What an earlier probe asked is not this one's.
        self.exchange
            .withdraw(|purpose| matches!(purpose, Purpose::Probe(at, _) if *at == slot));
        self.known.entry(slot).or_default().add(known);
        self.probes.insert(slot, Probe::new(wanted));
        self.continue_probe(slot);
    }

    /// Ends all conversations: cancels measurements and clears the flags this session set. Go on
    /// until [`Self::is_idle`].
    pub fn close(&mut self, now: Timestamp) {
        self.exchange.pass(now);
        // What puts things in order may be under way already.
        self.exchange.withdraw(|purpose| {
            !matches!(
                purpose,
                Purpose::Light(_, false) | Purpose::ReadFlags(_) | Purpose::ClearFlags
            )
        });
        self.probes.clear();
        let leased: Vec<Slot> = self.leases.keys().copied().collect();
        for slot in leased {
            self.release_light(slot);
        }
        let raised = self.raised_flags();
        self.discovery = None;
        if raised != NotificationFlags::default() {
            let purpose = Purpose::ReadFlags(raised);
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
        self.exchange.pass(now);
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
        self.exchange.pass(now);
        self.exchange.handle_stall(now, report);
        self.settle(now);
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        self.exchange.pass(now);
        self.exchange.handle_timeout(now);
        let slots: Vec<Slot> = self.leases.keys().copied().collect();
        for slot in slots {
            if let Some(lease) = self.leases.get_mut(&slot) {
                let action = lease.handle_timeout(now);
                self.act_on_light(slot, action);
            }
        }
        self.settle(now);
        if let Some(discovery) = &mut self.discovery {
            discovery.handle_timeout(now, &mut self.events);
            self.continue_discovery();
        }
    }

    /// The next report to send.
    pub fn poll_transmit(&mut self, now: Timestamp) -> Option<Report> {
        self.exchange.poll_transmit(now)
    }

    /// When to call [`Self::handle_timeout`] and [`Self::poll_transmit`] next.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        let leases = self.leases.values().filter_map(LightLease::poll_timeout);
        let discovery = self.discovery.as_ref().and_then(Discovery::poll_timeout);
        leases
            .chain(discovery)
            .chain(self.exchange.poll_timeout())
            .min()
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
                        discovery.handle(now, step, outcome, &mut self.events);
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
                Purpose::Light(slot, true) => self.settle_measuring(now, slot, outcome),
                Purpose::Light(_, false) | Purpose::ClearFlags => {}
                Purpose::ReadFlags(ours) => {
                    if let Ok(report) = outcome {
                        let cleared = notification_flags::read(&report).without(ours);
                        let request = notification_flags::set(cleared).into();
                        self.exchange
                            .submit(DeviceIndex::RECEIVER, request, Purpose::ClearFlags);
                    }
                }
            }
        }
    }

    fn raised_flags(&self) -> NotificationFlags {
        self.discovery
            .as_ref()
            .map(Discovery::raised)
            .unwrap_or_default()
    }

    fn continue_discovery(&mut self) {
        if self
            .exchange
            .any(|purpose| matches!(purpose, Purpose::Discovery(_)))
        {
            return;
        }
        let Some((step, request)) = self.discovery.as_mut().and_then(Discovery::next_step) else {
            return;
        };
        let purpose = Purpose::Discovery(step);
        self.exchange
            .submit(DeviceIndex::RECEIVER, request.into(), purpose);
    }

    fn continue_probe(&mut self, slot: Slot) {
        let asking = self
            .exchange
            .any(|purpose| matches!(purpose, Purpose::Probe(at, _) if *at == slot));
        let measuring = self.leases.contains_key(&slot) && !self.is_held(slot);
        let Some(probe) = self.probes.get_mut(&slot).filter(|_| !asking) else {
            return;
        };
        let mut facts = Vec::new();
        let known = self.known.entry(slot).or_default();
        let step = probe.next_step(known, &mut facts);
        let complete = step.is_none() && !measuring && probe.complete();
        self.publish(slot, facts);
        match step {
            Some(probe::Step::MeasureLight(_)) if self.is_held(slot) => self.continue_probe(slot),
            Some(probe::Step::MeasureLight(_)) => {
                self.lease_light(slot, LightMeasure::ONCE, Hold::Once);
            }
            Some(step) => self.submit_step(slot, step),
            None if complete => self.events.push_back(Event::Probed(slot)),
            None => {}
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
}
