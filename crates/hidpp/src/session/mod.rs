//! Conversations with one receiver and its devices, or with one device on its own node, without
//! I/O and without a clock.
//!
//! A [`Session`] takes what arrives ([`Session::handle_report`]) and the time; it returns what to
//! send ([`Session::poll_transmit`]), the next deadline ([`Session::poll_timeout`]) and what it
//! found out ([`Session::poll_event`]). Retries and timeouts are handled inside; the figures are in
//! `timing`. Because time is an input, a session runs on virtual time against a simulated receiver
//! exactly as on a real one.
//!
//! Devices are identified by their index: 1 to 15 for a receiver's slots, [`DeviceIndex::DIRECT`]
//! for a device with its own node. Centurion, the protocol of newer headsets, has no index: the
//! headset is [`DeviceIndex::DIRECT`], on its cable or behind its dongle.

mod centurion;
mod checking;
mod discovery;
mod event;
mod exchange;
mod first_notice;
mod frames;
mod headset_link;
mod known;
mod light;
mod measuring;
mod past;
mod peer;
mod probe;
mod request;
mod resume;
mod sources;
mod stale;
mod tempo;
mod text;
mod timing;
mod unasked;
mod window;

use std::collections::{BTreeMap, VecDeque};

use log::debug;

pub use discovery::DiscoveryScope;
pub use event::{DeviceFact, Event, PairingRecord, ReceiverRecord};
pub use known::{Known, KnownRegister};
pub use peer::Peer;
pub use probe::Wanted;
pub use request::RequestError;
pub use stale::StaleReason;
pub use timing::LONGEST_STATUS;

use centurion::Centurion;
use discovery::{Discovery, Raised};
use exchange::{Exchange, Finished};
use light::LightSeries;
use probe::Probe;
use request::Request;
use text::ReadText;

use crate::feature::DeviceText;
use crate::feature::notification_flags::{self, NotificationFlags};
use crate::units::Timestamp;
use crate::wire::centurion::DONGLE;
use crate::wire::{Access, DeviceIndex, Error10, Message, Register, Report, ReportId, Slot};

/// All conversations over one node.
#[derive(Debug)]
pub struct Session {
    peer: Peer,
    text: ReadText,
    /// The index under which a device with its own node answers.
    direct: DeviceIndex,
    exchange: Exchange<Purpose>,
    /// Of a node with frames of Centurion.
    centurion: Option<Centurion>,
    discovery: Option<Discovery>,
    probes: BTreeMap<DeviceIndex, Probe>,
    light_series: BTreeMap<DeviceIndex, LightSeries>,
    known: BTreeMap<DeviceIndex, Known>,
    /// Devices on which this session set the battery flag, which it clears at its end.
    noticing: Vec<DeviceIndex>,
    /// Devices with a pending first battery notice, and the deadline for it.
    first_notices: BTreeMap<DeviceIndex, Timestamp>,
    events: VecDeque<Event>,
    mark: u8,
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Discovery(discovery::Step),
    Probe(DeviceIndex, probe::Step),
    /// Starting a series of light measurements, or (`false`) cancelling it.
    Light(DeviceIndex, bool),
    /// Reading the flags of a receiver, to clear those this session set.
    ReadReceiverFlags(Raised),
    /// Reading the flags of a device, to clear its battery flag.
    ReadDeviceFlags(DeviceIndex),
    ClearFlags,
}

impl Session {
    /// A session over one node. `form` is the report form of calls to devices: [`ReportId::Short`]
    /// where the node accepts short reports ([`descriptor`](crate::wire::descriptor)), otherwise
    /// [`ReportId::Long`]. A Bolt receiver, which accepts long ones only, is detected. For
    /// [`Peer::Centurion`] it is the report of the node, 50 or 51.
    pub fn new(peer: Peer, form: ReportId) -> Self {
        let centurion = (peer == Peer::Centurion).then(|| Centurion::new(form));
        Self {
            centurion,
            peer,
            text: DeviceText::printable,
            direct: DeviceIndex::DIRECT,
            exchange: Exchange::new(peer, form),
            discovery: None,
            probes: BTreeMap::new(),
            light_series: BTreeMap::new(),
            known: BTreeMap::new(),
            noticing: Vec::new(),
            first_notices: BTreeMap::new(),
            events: VecDeque::new(),
            mark: 0,
        }
    }

    /// Sets how names and ids of devices are converted: `text` returns the text to use, or `None`
    /// if it cannot be displayed; it then counts as missing, and the next source is read. The
    /// default is [`DeviceText::printable`].
    #[must_use]
    pub fn with_text(self, text: fn(&DeviceText) -> Option<String>) -> Self {
        Self { text, ..self }
    }

    /// Starts to discover the devices that are paired with the receiver: [`Event::Receiver`],
    /// [`Event::Paired`] for each device, then [`Event::Discovered`].
    pub fn discover(&mut self, scope: DiscoveryScope) {
        self.exchange
            .withdraw(|purpose| matches!(purpose, Purpose::Discovery(_)));
        let raised = self.raised_flags();
        self.discovery = Some(Discovery::new(scope, self.text, raised));
        self.continue_discovery();
    }

    /// Reads the receiver's short name of a paired device; it comes as [`Event::Named`].
    pub fn read_name(&mut self, device: DeviceIndex) {
        if let (Some(discovery), Some(slot)) = (&mut self.discovery, device.slot()) {
            discovery.read_name(slot, &mut self.events);
            self.continue_discovery();
        }
    }

    /// Starts to request what is `wanted` of a device, except what is `known`; ends with
    /// [`Event::Probed`].
    ///
    /// A slot must be a paired one: a request to an empty slot makes the kernel driver request the
    /// receiver's whole list.
    pub fn probe(&mut self, device: DeviceIndex, wanted: Wanted, known: Known) {
        // Requests of an earlier probe are withdrawn.
        self.exchange
            .withdraw(|purpose| matches!(purpose, Purpose::Probe(at, _) if *at == device));
        let recorded = self
            .discovery
            .as_ref()
            .and_then(|discovery| discovery.model(device.slot()?));
        let entry = self.known.entry(device).or_default();
        entry.model = recorded.or(entry.model);
        entry.add(known);
        if entry.one_at_a_time {
            self.exchange.set_one_at_a_time();
        }
        entry.one_at_a_time = self.exchange.is_one_at_a_time();
        let probe = Probe::new(wanted, self.text).after(self.probes.get(&device));
        self.probes.insert(device, probe);
        self.continue_probe(device);
    }

    /// Adds a device's own name to its probe. Returns `false` if it has none, or a complete one:
    /// then call [`Self::probe`].
    pub fn also_name(&mut self, device: DeviceIndex) -> bool {
        self.probes.get_mut(&device).is_some_and(Probe::also_name)
    }

    /// Polls a device's battery again because its reading is implausible. Remembered knowledge may
    /// be stale and is requested again too; other requests under way remain.
    pub fn look_again(&mut self, device: DeviceIndex) {
        if let Some(known) = self.known.get_mut(&device)
            && known.remembered
        {
            known.reset();
        }
        let probe = self.probes.get(&device).filter(|it| !it.is_complete());
        let wanted = probe.map_or(Wanted::NOTHING, Probe::wanted) | Wanted::BATTERY;
        self.probe(device, wanted, Known::default());
    }

    /// Whether a device's probe is still under way.
    pub fn is_probing(&self, device: DeviceIndex) -> bool {
        self.probes
            .get(&device)
            .is_some_and(|probe| !probe.is_complete())
    }

    /// Ends the session: cancels measurements and clears the flags that it set. Continue to send
    /// and receive until [`Self::is_idle`].
    pub fn close(&mut self, now: Timestamp) {
        self.exchange.pass(now);
        // Requests that clean up may be under way already, and remain.
        self.exchange.withdraw(|purpose| {
            !matches!(
                purpose,
                Purpose::Light(_, false)
                    | Purpose::ReadReceiverFlags(_)
                    | Purpose::ReadDeviceFlags(_)
                    | Purpose::ClearFlags
            )
        });
        self.probes.clear();
        let measuring: Vec<DeviceIndex> = self.light_series.keys().copied().collect();
        for device in measuring {
            self.end_light_series(device);
        }
        self.release_flags();
        self.discovery = None;
    }

    /// Whether notification flags are set that this session set and no other program is known to use.
    pub fn holds_flags(&self) -> bool {
        !self.noticing.is_empty() || self.raised_flags().is_some()
    }

    /// Clears the flags this session set.
    pub fn release_flags(&mut self) {
        let raised = self.discovery.as_mut().and_then(Discovery::take_raised);
        let devices = std::mem::take(&mut self.noticing).into_iter();
        let devices = devices.map(|device| (device, Purpose::ReadDeviceFlags(device)));
        let receiver = raised.map(Purpose::ReadReceiverFlags);
        let receiver = receiver.map(|purpose| (DeviceIndex::RECEIVER, purpose));
        for (device, purpose) in devices.chain(receiver) {
            self.exchange
                .submit(device, notification_flags::get().into(), purpose);
        }
    }

    /// Sets the receiver's flags again after [`Self::release_flags`], so that it announces
    /// connecting and disconnecting devices.
    pub fn raise_flags(&mut self) {
        if let Some(discovery) = &mut self.discovery {
            discovery.raise_again();
            self.continue_discovery();
        }
    }

    /// Whether a request waits to be sent or answered; a running series of light measurements does not
    /// count.
    pub fn awaits_answer(&self) -> bool {
        !self.exchange.is_idle() || !self.first_notices.is_empty()
    }

    /// Whether nothing waits to be sent, answered or measured.
    pub fn is_idle(&self) -> bool {
        !self.awaits_answer() && self.light_series.is_empty()
    }

    /// How many reports were sent so far.
    pub const fn sent(&self) -> usize {
        self.exchange.sent()
    }

    /// What is known about a device, to be cached for the next session.
    pub fn known(&self, device: DeviceIndex) -> Option<&Known> {
        self.known.get(&device)
    }

    /// Processes a report that was read from the node.
    pub fn handle_report(&mut self, now: Timestamp, report: &Report) {
        self.exchange.pass(now);
        if self.peer == Peer::Centurion {
            self.handle_frame(now, report);
            return;
        }
        if report.id().is_centurion() {
            debug!("report dropped: this node has none of Centurion");
            return;
        }
        let report = &match (self.peer, report.device()) {
            (Peer::Receiver, _) => *report,
            // Some Bluetooth devices answer a request to FF under 00.
            (Peer::Device, DeviceIndex::DIRECT | DeviceIndex::CORDED) => {
                report.with_device(DeviceIndex::DIRECT)
            }
            (Peer::Device | Peer::Centurion, index) => {
                debug!("device {index}: report dropped, it is not from the device of this node");
                return;
            }
        };
        if self.exchange.handle_report(now, report) {
            self.settle(now);
            return;
        }
        let device = self.device_of(report);
        match (Message::of(report), device) {
            (Message::Notification { sub_id, .. }, Some(device)) => {
                self.handle_notification(device, sub_id, report);
            }
            (Message::Event { feature, event }, Some(device)) => {
                self.handle_event(now, device, feature, event, report);
            }
            // Another program, usually the kernel driver, set the device's flags too, so this
            // session must not clear them any more.
            (
                Message::Register {
                    access: Access::SetShort,
                    register: Register::NOTIFICATION_FLAGS,
                },
                Some(device),
            ) => self.noticing.retain(|noticing| *noticing != device),
            // A pairing record that another program requested serves as well.
            (
                Message::Register {
                    access: Access::GetLong,
                    register: Register::PAIRING_INFORMATION,
                },
                None,
            ) => {
                if let Some(discovery) = &mut self.discovery {
                    discovery.learn(report, &mut self.events);
                    self.continue_discovery();
                }
            }
            _ => {}
        }
    }

    /// Which device a report is from; `None`: the receiver itself.
    fn device_of(&self, report: &Report) -> Option<DeviceIndex> {
        let device = report.device();
        (self.peer != Peer::Receiver || device.slot().is_some()).then_some(device)
    }

    /// Call this if a report from [`Self::poll_transmit`] could not be sent for now, as when the
    /// USB endpoint stalls (EPIPE). It is retried after 20 ms, three times at most; then its
    /// request fails with [`RequestError::Stalled`].
    pub fn handle_stall(&mut self, now: Timestamp, report: &Report) {
        self.exchange.pass(now);
        self.exchange.handle_stall(now, &self.own(report));
        self.settle(now);
    }

    /// Call this if a report from [`Self::poll_transmit`] was not sent because no answer can
    /// arrive, as when a recording is replayed. Its request fails at once with
    /// [`RequestError::Silent`].
    pub fn handle_unanswerable(&mut self, now: Timestamp, report: &Report) {
        self.exchange.pass(now);
        self.exchange.handle_unanswerable(now, &self.own(report));
        self.settle(now);
    }

    /// Restores the last report from [`Self::poll_transmit`] to the form that the exchange knows: with
    /// the index of the session instead of the device's own, and without the frame of Centurion.
    fn own(&self, report: &Report) -> Report {
        match self.peer {
            Peer::Receiver => *report,
            Peer::Device => report.with_device(DeviceIndex::DIRECT),
            Peer::Centurion => {
                let sent = self.centurion.as_ref().and_then(|it| it.sent);
                sent.unwrap_or(*report)
            }
        }
    }

    /// Processes everything that is due at `now`: retries requests whose timeout has passed, or
    /// fails them when the retries are used up.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        self.exchange.pass(now);
        self.exchange.handle_timeout(now);
        let devices: Vec<DeviceIndex> = self.light_series.keys().copied().collect();
        for device in devices {
            if let Some(series) = self.light_series.get_mut(&device) {
                let action = series.handle_timeout(now);
                self.act_on_light(device, action);
            }
        }
        self.settle(now);
        self.end_first_notices(now);
        if let Some(discovery) = &mut self.discovery {
            discovery.handle_timeout(now, &mut self.events);
            self.continue_discovery();
        }
    }

    /// The next report to send; `None` if there is nothing to send now.
    pub fn poll_transmit(&mut self, now: Timestamp) -> Option<Report> {
        let report = self.exchange.poll_transmit(now)?;
        match self.peer {
            Peer::Receiver => Some(report),
            Peer::Device => Some(report.with_device(self.direct)),
            Peer::Centurion => self.wrap_in_frame(report),
        }
    }

    /// When to call [`Self::handle_timeout`] and [`Self::poll_transmit`] next.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        let light = self
            .light_series
            .values()
            .filter_map(LightSeries::poll_timeout);
        let discovery = self.discovery.as_ref().and_then(Discovery::poll_timeout);
        light
            .chain(self.first_notices.values().copied())
            .chain(discovery)
            .chain(self.exchange.poll_timeout())
            .min()
    }

    /// The next event; `None` if there are no more.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Processes the outcomes of all finished requests.
    fn settle(&mut self, now: Timestamp) {
        if self.exchange.is_one_at_a_time() {
            for known in self.known.values_mut() {
                known.one_at_a_time = true;
            }
        }
        while let Some(Finished { purpose, outcome }) = self.exchange.poll_finished() {
            match purpose {
                Purpose::Discovery(step) => {
                    self.settle_check(step, &outcome);
                    if let Some(discovery) = &mut self.discovery {
                        discovery.handle(now, step, outcome, &mut self.events);
                        if discovery.is_bolt() {
                            // Also when the receiver was not known to be a Bolt beforehand.
                            self.exchange.set_form(ReportId::Long);
                        }
                    }
                    self.continue_discovery();
                }
                Purpose::Probe(device, step) => self.settle_probe(now, device, step, outcome),
                Purpose::Light(device, true) => self.settle_measuring(now, device, outcome),
                Purpose::Light(_, false) | Purpose::ClearFlags => {}
                Purpose::ReadReceiverFlags(raised) => self.clear_receiver_flags(raised, outcome),
                Purpose::ReadDeviceFlags(device) => {
                    if let Ok(report) = outcome {
                        let flags = notification_flags::read(&report);
                        self.clear_flags(device, flags, NotificationFlags::BATTERY);
                    }
                }
            }
        }
    }

    fn settle_probe(
        &mut self,
        now: Timestamp,
        device: DeviceIndex,
        step: probe::Step,
        outcome: Result<Report, RequestError>,
    ) {
        // Older corded devices use index 00 for themselves.
        if self.peer == Peer::Device
            && outcome == Err(RequestError::Unreachable(Error10::UnknownDevice))
            && self.direct == DeviceIndex::DIRECT
        {
            self.direct = DeviceIndex::CORDED;
            self.submit_step(device, step);
            return;
        }
        if matches!(step, probe::Step::WriteFlags(_)) && outcome.is_ok() {
            if !self.noticing.contains(&device) {
                self.noticing.push(device);
            }
            self.expect_first_notice(now, device);
        }
        if self.peer == Peer::Centurion {
            self.settle_link(step, &outcome);
        }
        let mut facts = Vec::new();
        if let Some(probe) = self.probes.get_mut(&device) {
            let known = self.known.entry(device).or_default();
            probe.handle(known, step, outcome, &mut facts);
        }
        self.publish(device, facts);
        self.continue_probe(device);
    }

    fn raised_flags(&self) -> Option<Raised> {
        self.discovery.as_ref()?.raised()
    }

    fn clear_receiver_flags(&mut self, raised: Raised, outcome: Result<Report, RequestError>) {
        let Ok(report) = outcome else { return };
        let flags = notification_flags::read(&report);
        // A program that has set further flags since then uses all of them: the kernel driver
        // writes its two together.
        if flags.without(raised.ours) == raised.before {
            self.clear_flags(DeviceIndex::RECEIVER, flags, raised.ours);
        }
    }

    /// Clears those flags of `ours` that are still set: a device that was switched off has lost
    /// them.
    fn clear_flags(
        &mut self,
        device: DeviceIndex,
        flags: NotificationFlags,
        ours: NotificationFlags,
    ) {
        let cleared = flags.without(ours);
        if cleared != flags {
            let request = notification_flags::set(cleared).into();
            self.exchange.submit(device, request, Purpose::ClearFlags);
        }
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

    fn submit_step(&mut self, device: DeviceIndex, step: probe::Step) {
        self.mark = self.mark.wrapping_add(1);
        if let Some(probe) = self.probes.get(&device) {
            let (to, request) = match probe.request(step, self.mark) {
                Request::Call(call) if self.peer == Peer::Centurion => {
                    let to = if step.is_to_dongle() { DONGLE } else { device };
                    (to, Request::Message(call, step.parameters()))
                }
                request => (device, request),
            };
            self.exchange
                .submit(to, request, Purpose::Probe(device, step));
        }
    }

    fn publish(&mut self, device: DeviceIndex, facts: Vec<DeviceFact>) {
        let facts = facts.into_iter().map(|fact| Event::Device(device, fact));
        self.events.extend(facts);
    }

    /// Reads a slot again because its device differs from the known one.
    fn look_at(&mut self, slot: Slot) {
        if let Some(discovery) = &mut self.discovery {
            discovery.look_at(slot);
            self.continue_discovery();
        }
    }
}
