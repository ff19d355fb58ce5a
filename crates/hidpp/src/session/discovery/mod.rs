//! Finding out what a receiver is and what is paired with it, from its registers alone.
//!
//! Pairing records are read slot by slot: they show what is paired without a radio message and
//! without arrival notices, each of which makes the kernel driver set up the device again. Only a
//! receiver without these records (27 MHz) is requested to announce its devices. After the
//! discovery, a slot is read again when a different device reports from it.

mod records;
mod scope;
mod slots;
mod step;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use log::{debug, warn};

pub use scope::DiscoveryScope;
pub(super) use step::Step;

use super::event::{Event, PairingRecord, ReceiverRecord};
use super::request::RequestError;
use super::text::ReadText;
use super::timing;
use crate::feature::notification_flags::{self, NotificationFlags};
use crate::feature::pairing_information::{self, PairingInformation};
use crate::feature::{
    PairingRecords, bolt_unique_id, connection_state, firmware_version, receiver_firmware,
};
use crate::units::Timestamp;
use crate::wire::{Error10, ErrorCode, RegisterRequest, Report, Slot};

/// The last slot to try when the receiver counts more devices than were found: a Powerplay pad is
/// slot 7 of a receiver that states fewer.
const LAST_SLOT: u8 = 7;

/// The flag without which a receiver announces nothing.
const ANNOUNCING: NotificationFlags = NotificationFlags::WIRELESS;

/// Flags of a receiver that this session set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Raised {
    pub(super) ours: NotificationFlags,
    /// The flags that were set before.
    pub(super) before: NotificationFlags,
}

/// How far the search for paired devices is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// Reading what the receiver reports about itself.
    Identity,
    /// Reading the records of all slots the receiver states.
    Records,
    /// Retrying the slots that seemed empty, since the receiver counts more devices.
    SecondLook,
    /// Collecting arrival notices, since there are no records.
    Announcements,
    /// Waiting until this time for notices that arrive after the receiver's acknowledgement.
    Stragglers(Timestamp),
    /// Only the receiver's firmware is left.
    Firmware,
    /// Done; a slot is read again when a different device reports from it.
    Following,
    /// Done, or aborted.
    Over,
}

#[derive(Debug)]
pub(super) struct Discovery {
    scope: DiscoveryScope,
    text: ReadText,
    records: PairingRecords,
    receiver: ReceiverRecord,
    devices: BTreeMap<Slot, PairingRecord>,
    todo: VecDeque<Step>,
    progress: Progress,
    /// Flags that this session set and clears at its end.
    raised: Option<Raised>,
    /// The flags were cleared before the session ended.
    released: bool,
    version: Option<[u8; 2]>,
    /// Slots that were read again and seem empty.
    vacant: BTreeSet<Slot>,
    /// Slots that no longer hold the known device for certain.
    checked: BTreeSet<Slot>,
}

impl Discovery {
    /// A discovery; `raised` are flags that an earlier one set.
    pub(super) fn new(scope: DiscoveryScope, text: ReadText, raised: Option<Raised>) -> Self {
        let identity: &[Step] = match scope.records {
            PairingRecords::Legacy | PairingRecords::Unknown => &[Step::Receiver, Step::State],
            PairingRecords::Bolt => &[Step::UniqueId, Step::State],
            PairingRecords::None => &[Step::State],
        };
        // The flags come before the records: devices that arrive in between would be missed.
        let listening = scope.follow.then_some(Step::ReadFlags);
        Self {
            scope,
            text,
            records: scope.records,
            receiver: ReceiverRecord::default(),
            devices: BTreeMap::new(),
            todo: listening
                .into_iter()
                .chain(identity.iter().copied())
                .collect(),
            progress: Progress::Identity,
            raised,
            released: false,
            version: None,
            vacant: BTreeSet::new(),
            checked: BTreeSet::new(),
        }
    }

    /// The next request; `None` when nothing is left to request.
    pub(super) fn next_step(&mut self) -> Option<(Step, RegisterRequest)> {
        let step = self.todo.pop_front()?;
        Some((step, step.request()))
    }

    /// The flags to clear again when the session ends.
    pub(super) const fn raised(&self) -> Option<Raised> {
        self.raised
    }

    /// Takes the flags to clear; the session no longer owns them.
    pub(super) fn take_raised(&mut self) -> Option<Raised> {
        let raised = self.raised.take();
        self.released |= raised.is_some();
        raised
    }

    /// Sets the flags again that were released.
    pub(super) fn raise_again(&mut self) {
        if std::mem::take(&mut self.released) {
            self.todo.push_back(Step::ReadFlags);
        }
    }

    /// When [`Self::handle_timeout`] has something to do.
    pub(super) const fn poll_timeout(&self) -> Option<Timestamp> {
        match self.progress {
            Progress::Stragglers(until) => Some(until),
            _ => None,
        }
    }

    /// Ends the wait for late notices.
    pub(super) fn handle_timeout(&mut self, now: Timestamp, events: &mut VecDeque<Event>) {
        if matches!(self.progress, Progress::Stragglers(until) if until <= now) {
            self.end_announcements(events);
            self.go_on(events);
        }
    }

    /// Processes the outcome of a step, and adds what is new to `events`.
    pub(super) fn handle(
        &mut self,
        now: Timestamp,
        step: Step,
        outcome: Result<Report, RequestError>,
        events: &mut VecDeque<Event>,
    ) {
        let failed = outcome.is_err();
        match (step, outcome) {
            (Step::Receiver | Step::UniqueId, outcome) => {
                self.handle_identity(step, outcome, events);
            }
            (Step::BoltReceiver, Ok(report)) => {
                self.receiver.slots = receiver_firmware::read_bolt_slots(&report);
                if self.scope.firmware {
                    self.receiver.firmware = Some(receiver_firmware::read(&report));
                }
            }
            (Step::State, Ok(report)) => {
                self.receiver.paired = Some(connection_state::read(&report).paired);
            }
            (Step::Pairing(slot) | Step::BoltPairing(slot), Err(error)) => {
                self.handle_unpaired(slot, error);
            }
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
                    self.raised = Some(Raised {
                        ours: ANNOUNCING.without(flags),
                        before: flags,
                    });
                    self.todo.push_front(Step::WriteFlags(flags | ANNOUNCING));
                }
            }
            (
                Step::Pairing(_)
                | Step::Extended(_)
                | Step::Name(_)
                | Step::BoltPairing(_)
                | Step::BoltName(_),
                Ok(report),
            ) => {
                self.learn(&report, events);
            }
            (Step::WriteFlags(_) | Step::Announce, Ok(_)) => {}
            (_, Err(error)) => debug!("{step:?}: {error}"),
        }
        match step {
            Step::State => {
                self.begin_records();
                events.push_back(Event::Receiver(self.receiver.clone()));
            }
            // The record ends here, also without the serial number.
            Step::Extended(slot) => self.emit(slot, events),
            Step::Name(slot) | Step::BoltName(slot) if failed => {
                events.push_back(Event::Named(slot.into(), None));
            }
            Step::Announce if self.are_missing() => {
                self.progress = Progress::Stragglers(now + timing::STRAGGLERS);
            }
            Step::Announce => self.end_announcements(events),
            _ => {}
        }
        self.go_on(events);
    }

    /// Everything that the receiver reports about itself is known; its slots are next.
    fn begin_records(&mut self) {
        self.progress = Progress::Records;
        let slots = self.receiver.slots.unwrap_or(self.scope.default_slots);
        if self.records == PairingRecords::None {
            self.announce();
        } else {
            let steps: Vec<Step> = Slot::up_to(slots)
                .map(|slot| self.record_of(slot))
                .chain(self.scope.extra_slot.map(Step::Extended))
                .collect();
            self.todo.extend(steps);
        }
    }

    fn record_of(&self, slot: Slot) -> Step {
        match self.records {
            _ if self.scope.extra_slot == Some(slot) => Step::Extended(slot),
            PairingRecords::Bolt => Step::BoltPairing(slot),
            _ => Step::Pairing(slot),
        }
    }

    fn announce(&mut self) {
        self.records = PairingRecords::None;
        self.progress = Progress::Announcements;
        self.todo
            .retain(|step| matches!(step, Step::Name(_) | Step::BoltName(_)));
        if !self.scope.follow {
            self.todo.push_back(Step::ReadFlags);
        }
        self.todo.push_back(Step::Announce);
    }

    fn end_announcements(&mut self, events: &mut VecDeque<Event>) {
        self.progress = Progress::Announcements;
        for slot in self.devices.keys() {
            self.emit(*slot, events);
        }
    }

    fn emit(&self, slot: Slot, events: &mut VecDeque<Event>) {
        if let Some(record) = self.devices.get(&slot) {
            events.push_back(Event::Paired(slot.into(), record.clone()));
        }
    }

    /// Whether the receiver counts more devices than were found.
    fn are_missing(&self) -> bool {
        self.receiver
            .paired
            .is_some_and(|paired| self.devices.len() < usize::from(paired))
    }

    fn handle_identity(
        &mut self,
        step: Step,
        outcome: Result<Report, RequestError>,
        events: &mut VecDeque<Event>,
    ) {
        match (step, outcome) {
            (Step::UniqueId, Ok(report)) => {
                self.receiver.unique_id = (self.text)(&bolt_unique_id::read(&report));
                self.records = PairingRecords::Bolt;
                self.todo.push_front(Step::BoltReceiver);
            }
            (_, Ok(report)) => {
                if let PairingInformation::Receiver(info) = pairing_information::read(&report) {
                    self.receiver.serial = info.serial;
                    self.receiver.slots = Some(info.slots).filter(|slots| matches!(slots, 1..=15));
                }
                self.records = PairingRecords::Legacy;
            }
            (Step::Receiver, Err(error))
                if error.is_missing() && self.records == PairingRecords::Unknown =>
            {
                self.todo.push_front(Step::UniqueId);
            }
            (_, Err(error)) if error.is_missing() => {}
            (_, Err(error)) => {
                self.todo.clear();
                self.progress = Progress::Over;
                events.push_back(Event::DiscoveryFailed(error));
            }
        }
    }

    fn handle_unpaired(&mut self, slot: Slot, error: RequestError) {
        match error {
            error if error.is_empty_slot() => {}
            RequestError::Refused(ErrorCode::Hidpp10(
                Error10::InvalidSubId | Error10::InvalidAddress,
            )) if self.records != PairingRecords::Bolt && self.devices.is_empty() => {
                // This receiver has no such records, for the other slots neither. If it had some
                // before, this is the reply to another program.
                self.announce();
            }
            error => {
                self.vacant.remove(&slot);
                if error == RequestError::Silent {
                    debug!("no answer about slot {slot}");
                } else {
                    warn!("the pairing record of slot {slot} cannot be read: {error}");
                }
            }
        }
    }

    /// Reads the receiver's flags again, since it may have lost them.
    pub(super) fn check_flags(&mut self) {
        if self.scope.follow {
            self.todo.push_back(Step::ReadFlags);
        }
    }

    /// Whether the receiver is a Bolt; its devices accept long reports only.
    pub(super) fn is_bolt(&self) -> bool {
        self.records == PairingRecords::Bolt
    }

    /// Whether the discovery is complete, so that slots are read on changes only.
    pub(super) const fn is_following(&self) -> bool {
        matches!(self.progress, Progress::Following)
    }

    /// When nothing is left to request: retries empty slots if the receiver counts more devices,
    /// then ends.
    fn go_on(&mut self, events: &mut VecDeque<Event>) {
        while self.todo.is_empty() {
            self.progress = match self.progress {
                Progress::Over | Progress::Following | Progress::Stragglers(_) => return,
                Progress::Records if self.are_missing() => {
                    let unseen =
                        Slot::up_to(LAST_SLOT).filter(|slot| !self.devices.contains_key(slot));
                    let steps: Vec<Step> = unseen.map(|slot| self.record_of(slot)).collect();
                    self.todo.extend(steps);
                    Progress::SecondLook
                }
                Progress::Identity
                | Progress::Records
                | Progress::SecondLook
                | Progress::Announcements
                    if self.scope.firmware && self.receiver.firmware.is_none() =>
                {
                    self.todo.push_back(Step::Firmware);
                    Progress::Firmware
                }
                progress => {
                    if progress == Progress::Firmware {
                        events.push_back(Event::Receiver(self.receiver.clone()));
                    }
                    events.push_back(Event::Discovered);
                    if self.scope.follow {
                        Progress::Following
                    } else {
                        Progress::Over
                    }
                }
            };
        }
    }
}
