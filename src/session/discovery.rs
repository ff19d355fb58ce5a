//! Finding out what a receiver is and what is paired with it, from its registers alone.
//!
//! Pairing records are read slot by slot: they tell what is paired without a radio message and
//! without stirring the kernel, to which an arrival notice means a device to set up anew. Only a
//! receiver without these records (27 MHz) is asked to announce its devices.

use std::collections::{BTreeMap, VecDeque};

use log::{debug, warn};

use super::event::{Event, PairingRecord, ReceiverRecord};
use super::request::RequestError;
use super::timing;
use crate::feature::connection_state;
use crate::feature::device_connection::Arrival;
use crate::feature::firmware_version::{self, Item};
use crate::feature::notification_flags::{self, NotificationFlags};
use crate::feature::pairing_information::{self, PairingInformation};
use crate::units::Timestamp;
use crate::wire::{Error10, ErrorCode, RegisterRequest, Report, Slot};

/// What to find out besides what is paired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiscoveryScope {
    /// How many slots the receiver has if it does not say.
    pub default_slots: u8,
    /// Short names of the devices.
    pub names: bool,
    /// The receiver's firmware version.
    pub firmware: bool,
}

/// One request to the receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Receiver,
    State,
    Pairing(Slot),
    Extended(Slot),
    Name(Slot),
    Firmware,
    Build,
    ReadFlags,
    WriteFlags(NotificationFlags),
    Announce,
}

/// The last slot that is tried when the receiver counts more devices than were found: a
/// Powerplay pad is slot 7 of a receiver that states fewer.
const LAST_SLOT: u8 = 7;

/// The flag without which a receiver announces nothing.
const ANNOUNCING: NotificationFlags = NotificationFlags::WIRELESS;

/// How far the search for paired devices is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// Reading what the receiver says of itself.
    Identity,
    /// Reading the records of all slots the receiver states.
    Records,
    /// Reading those again that seemed empty, since the receiver counts more.
    SecondLook,
    /// Collecting arrival notices, since there are no records.
    Announcements,
    /// Waiting until then for notices that come after the receiver said it was done.
    Stragglers(Timestamp),
    /// Only the receiver's firmware is left.
    Firmware,
    /// Done, or given up.
    Over,
}

#[derive(Debug)]
pub(super) struct Discovery {
    scope: DiscoveryScope,
    receiver: ReceiverRecord,
    devices: BTreeMap<Slot, PairingRecord>,
    todo: VecDeque<Step>,
    progress: Progress,
    /// Flags that were set and are to be cleared at the end.
    raised: NotificationFlags,
    version: Option<[u8; 2]>,
}

impl Discovery {
    /// A discovery; `raised` are flags that an earlier one set.
    pub(super) fn new(scope: DiscoveryScope, raised: NotificationFlags) -> Self {
        Self {
            scope,
            receiver: ReceiverRecord::default(),
            devices: BTreeMap::new(),
            todo: VecDeque::from([Step::Receiver, Step::State]),
            progress: Progress::Identity,
            raised,
            version: None,
        }
    }

    /// The next request, until there is none.
    pub(super) fn next_step(&mut self) -> Option<(Step, RegisterRequest)> {
        let step = self.todo.pop_front()?;
        let request = match step {
            Step::Receiver => pairing_information::get_receiver(),
            Step::State => connection_state::get(),
            Step::Pairing(slot) => pairing_information::get_pairing(slot),
            Step::Extended(slot) => pairing_information::get_extended(slot),
            Step::Name(slot) => pairing_information::get_name(slot),
            Step::Firmware => firmware_version::get(Item::Firmware),
            Step::Build => firmware_version::get(Item::Build),
            Step::ReadFlags => notification_flags::get(),
            Step::WriteFlags(flags) => notification_flags::set(flags),
            Step::Announce => connection_state::announce_devices(),
        };
        Some((step, request))
    }

    /// The flags to clear again when the session ends.
    pub(super) const fn raised(&self) -> NotificationFlags {
        self.raised
    }

    /// When [`Self::handle_timeout`] has something to do.
    pub(super) const fn poll_timeout(&self) -> Option<Timestamp> {
        match self.progress {
            Progress::Stragglers(until) => Some(until),
            _ => None,
        }
    }

    /// Ends the wait for stragglers.
    pub(super) fn handle_timeout(&mut self, now: Timestamp, events: &mut VecDeque<Event>) {
        if matches!(self.progress, Progress::Stragglers(until) if until <= now) {
            self.end_announcements(events);
            self.go_on(events);
        }
    }

    /// Takes the outcome of a step and tells what is new.
    pub(super) fn handle(
        &mut self,
        now: Timestamp,
        step: Step,
        outcome: Result<Report, RequestError>,
        events: &mut VecDeque<Event>,
    ) {
        match (step, outcome) {
            (Step::Receiver, outcome) => self.handle_receiver(outcome, events),
            (Step::State, Ok(report)) => {
                self.receiver.paired = Some(connection_state::read(&report).paired);
            }
            (Step::Pairing(slot), Err(error)) => self.handle_unpaired(slot, error),
            (Step::Firmware, Ok(report)) => {
                let (_, version) = firmware_version::read(&report);
                self.version = Some(version);
                self.receiver.firmware = Some(firmware_version::version(version, None));
                self.todo.push_front(Step::Build);
            }
            (Step::Build, Ok(report)) => {
                let (_, build) = firmware_version::read(&report);
                self.receiver.firmware = self
                    .version
                    .map(|version| firmware_version::version(version, Some(build)));
            }
            (Step::ReadFlags, Ok(report)) => {
                let flags = notification_flags::read(&report);
                if !flags.contains(ANNOUNCING) {
                    self.raised = self.raised | ANNOUNCING.without(flags);
                    self.todo.push_front(Step::WriteFlags(flags | ANNOUNCING));
                }
            }
            (Step::Pairing(_) | Step::Extended(_) | Step::Name(_), Ok(report)) => {
                self.learn(&report);
            }
            (Step::WriteFlags(_) | Step::Announce, Ok(_)) => {}
            (_, Err(error)) => debug!("{step:?}: {error}"),
        }
        match step {
            Step::State => {
                self.progress = Progress::Records;
                events.push_back(Event::Receiver(self.receiver));
            }
            // The name is asked last, and without it the record ends with the serial number.
            Step::Name(slot) => self.emit(slot, events),
            Step::Extended(slot) if !self.scope.names => self.emit(slot, events),
            Step::Announce if self.are_missing() => {
                self.progress = Progress::Stragglers(now + timing::STRAGGLERS);
            }
            Step::Announce => self.end_announcements(events),
            _ => {}
        }
        self.go_on(events);
    }

    fn end_announcements(&mut self, events: &mut VecDeque<Event>) {
        self.progress = Progress::Announcements;
        for slot in self.devices.keys() {
            self.emit(*slot, events);
        }
    }

    /// Whether the receiver counts more devices than were found.
    fn are_missing(&self) -> bool {
        self.receiver
            .paired
            .is_some_and(|paired| self.devices.len() < usize::from(paired))
    }

    fn handle_receiver(
        &mut self,
        outcome: Result<Report, RequestError>,
        events: &mut VecDeque<Event>,
    ) {
        match outcome {
            Ok(report) => {
                if let PairingInformation::Receiver(info) = pairing_information::read(&report) {
                    self.receiver.serial = info.serial;
                    self.receiver.slots = Some(info.slots).filter(|slots| matches!(slots, 1..=15));
                }
            }
            Err(error) if error.is_missing() => {}
            Err(error) => {
                self.todo.clear();
                self.progress = Progress::Over;
                events.push_back(Event::DiscoveryFailed(error));
                return;
            }
        }
        let slots = self.receiver.slots.unwrap_or(self.scope.default_slots);
        self.todo.extend(Slot::up_to(slots).map(Step::Pairing));
    }

    fn handle_unpaired(&mut self, slot: Slot, error: RequestError) {
        match error {
            RequestError::Refused(ErrorCode::Hidpp10(Error10::InvalidValue)) => {}
            RequestError::Refused(ErrorCode::Hidpp10(
                Error10::InvalidSubId | Error10::InvalidAddress,
            )) => {
                // No such records on this receiver: nor will there be for the other slots.
                self.progress = Progress::Announcements;
                self.todo.clear();
                self.todo.extend([Step::ReadFlags, Step::Announce]);
            }
            RequestError::Silent => debug!("no answer about slot {slot}"),
            error => warn!("the pairing record of slot {slot} cannot be read: {error}"),
        }
    }

    /// Takes a pairing record, also one that another program asked for: it says itself what it
    /// is about.
    pub(super) fn learn(&mut self, report: &Report) {
        match pairing_information::read(report) {
            PairingInformation::Pairing(slot, pairing) => {
                if self.progress == Progress::Identity {
                    // Another program's, before it is known what the receiver is: it will be
                    // asked again.
                    return;
                }
                let new = self.progress != Progress::Over && !self.devices.contains_key(&slot);
                let record = self.devices.entry(slot).or_default();
                record.wpid = Some(pairing.wpid);
                record.kind = Some(pairing.kind);
                if new {
                    // The rest of the slot's record first, so that its device can be asked soon.
                    if self.scope.names {
                        self.todo.push_front(Step::Name(slot));
                    }
                    self.todo.push_front(Step::Extended(slot));
                    self.todo.retain(|step| *step != Step::Pairing(slot));
                }
            }
            PairingInformation::Extended(slot, extended) => {
                if let Some(record) = self.devices.get_mut(&slot) {
                    record.serial = extended.serial;
                    record.power_switch = Some(extended.power_switch);
                }
            }
            PairingInformation::Name(slot, name) => {
                if let Some(record) = self.devices.get_mut(&slot) {
                    record.name = Some(name).filter(|name| !name.is_empty());
                }
            }
            PairingInformation::Receiver(_) | PairingInformation::Unknown(_) => {}
        }
    }

    /// Takes an arrival notice, which completes a record or, on a 27 MHz receiver, is all of it.
    pub(super) fn learn_arrival(
        &mut self,
        slot: Slot,
        arrival: &Arrival,
        events: &mut VecDeque<Event>,
    ) {
        let straggling = matches!(self.progress, Progress::Stragglers(_));
        if straggling
            || self.progress == Progress::Announcements
            || self.devices.contains_key(&slot)
        {
            let record = self.devices.entry(slot).or_default();
            record.wpid = record.wpid.or(Some(arrival.wpid));
            record.kind = record.kind.or(Some(arrival.kind));
            record.online = Some(arrival.online);
        }
        if straggling && !self.are_missing() {
            self.end_announcements(events);
            self.go_on(events);
        }
    }

    fn emit(&self, slot: Slot, events: &mut VecDeque<Event>) {
        if let Some(record) = self.devices.get(&slot) {
            events.push_back(Event::Paired(slot, record.clone()));
        }
    }

    /// When nothing is left to ask: looks again where the receiver counted more devices, then
    /// ends.
    fn go_on(&mut self, events: &mut VecDeque<Event>) {
        while self.todo.is_empty() {
            self.progress = match self.progress {
                Progress::Over | Progress::Stragglers(_) => return,
                Progress::Records if self.are_missing() => {
                    let unseen =
                        Slot::up_to(LAST_SLOT).filter(|slot| !self.devices.contains_key(slot));
                    self.todo.extend(unseen.map(Step::Pairing));
                    Progress::SecondLook
                }
                Progress::Identity
                | Progress::Records
                | Progress::SecondLook
                | Progress::Announcements
                    if self.scope.firmware =>
                {
                    self.todo.push_back(Step::Firmware);
                    Progress::Firmware
                }
                progress => {
                    if progress == Progress::Firmware {
                        events.push_back(Event::Receiver(self.receiver));
                    }
                    events.push_back(Event::Discovered);
                    Progress::Over
                }
            };
        }
    }
}
