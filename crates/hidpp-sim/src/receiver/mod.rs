//! A receiver: its slots, its registers, and the radio between host and devices.
//!
//! The default is a Unifying receiver, USB 046D:C52B with firmware 12.01.B0019; the others are in
//! `family/`. A receiver handles frames for device index FF itself, and forwards frames for a slot
//! to the device in that slot, which takes a radio round trip. It ignores reports with an unknown
//! id or a wrong length. The user's actions are in `actions/`, the registers in `registers/`, the
//! links to devices in `links.rs`, the DJ reports in `dj.rs`.

mod actions;
mod links;
mod records;
mod registers;

use std::collections::BTreeMap;
use std::time::Duration;

use super::Firmware;
use super::device::Device;
use super::dj;
use super::family::Family;
use super::frame::{DJ, Error10, LONG, RECEIVER, Request, SHORT};
use super::history::History;
use super::outbox::Outbox;
use super::patience::{Fate, Patience, Pending};
use hidpp_proto::units::Timestamp;

pub use super::history::Sent;
pub use super::latency::Latency;

/// The time between a key's press and its release, and before the next press, in
/// [`Receiver::type_keys`].
pub(super) const KEY_STROKE: Duration = Duration::from_millis(20);

/// The minimum time between two reports of a receiver, as in the recordings of a C52B: a list of
/// five devices takes 12 ms, and answers to requests sent meanwhile come after it.
const PACE: Duration = Duration::from_millis(2);

/// The receiver and its paired devices.
#[derive(Clone, Debug)]
pub struct Receiver {
    /// Its serial number, in register B5/03. A Bolt receiver derives its unique id from it.
    pub serial: [u8; 4],
    /// How long answers take.
    pub latency: Latency,
    /// How many concurrent messages to its devices the receiver accepts.
    pub patience: Patience,
    pub(super) family: Family,
    pub(super) devices: BTreeMap<u8, Device>,
    /// Register 00.
    pub(super) flags: [u8; 3],
    /// The slots whose input goes out as DJ reports: bit 0 is slot 1.
    pub(super) dj_slots: u8,
    pub(super) outbox: Outbox,
    pub(super) pending: Pending,
    /// Devices that were paired and have no link yet, with the time at which they will connect.
    pub(super) linking: BTreeMap<u8, Timestamp>,
    busy: u32,
    sent: History,
}

impl Receiver {
    /// A Unifying receiver that has just been plugged in, with empty slots.
    pub fn new(serial: [u8; 4]) -> Self {
        Self::of(Family::UNIFYING, serial)
    }

    /// A receiver of any family that has just been plugged in, with empty slots.
    pub fn of(family: Family, serial: [u8; 4]) -> Self {
        Self {
            serial,
            latency: Latency::default(),
            patience: Patience::default(),
            family,
            devices: BTreeMap::new(),
            flags: [0; 3],
            dj_slots: 0,
            outbox: Outbox::paced(PACE),
            pending: Pending::default(),
            linking: BTreeMap::new(),
            busy: 0,
            sent: History::default(),
        }
    }

    /// The same receiver with `device` in `slot`; a slot it does not have changes nothing.
    #[must_use]
    pub fn with(mut self, slot: u8, device: Device) -> Self {
        self.put(slot, device);
        self
    }

    /// Puts a device into a slot without notices.
    pub(super) fn put(&mut self, slot: u8, device: Device) {
        if self.family.has_slot(slot) {
            self.devices.insert(slot, device);
        }
    }

    /// The properties of its product.
    pub fn family(&self) -> &Family {
        &self.family
    }

    /// The slots with a device.
    pub fn slots(&self) -> impl Iterator<Item = u8> {
        self.devices.keys().copied()
    }

    /// The device in a slot.
    pub fn device(&self, slot: u8) -> Option<&Device> {
        self.devices.get(&slot)
    }

    /// The device in a slot, for changes that send no notice.
    pub fn device_mut(&mut self, slot: u8) -> Option<&mut Device> {
        self.devices.get_mut(&slot)
    }

    /// The notification flags, as in register 00.
    pub fn flags(&self) -> [u8; 3] {
        self.flags
    }

    /// The reports that the host sent, oldest first; only the last few thousand are kept.
    pub fn requests(&self) -> impl ExactSizeIterator<Item = &Sent> {
        self.sent.iter()
    }

    /// Clears the list of reports that the host sent.
    pub fn forget_requests(&mut self) {
        self.sent.clear();
    }

    /// Makes the device in `slot` answer its next requests with "busy" (error 08 of HID++ 2.0).
    pub fn answer_busy(&mut self, slot: u8, requests: u32) {
        if let Some(device) = self.devices.get_mut(&slot) {
            device.answer_busy(requests);
        }
    }

    /// Makes the receiver answer the next requests to any device with "busy" (error 07 of HID++
    /// 1.0), as if it were still handling another request. See also [`Self::patience`].
    pub fn receiver_busy(&mut self, requests: u32) {
        self.busy = requests;
    }

    /// Sets whether the device in `slot` drops requests without an answer.
    pub fn set_silent(&mut self, slot: u8, silent: bool) {
        if let Some(device) = self.devices.get_mut(&slot) {
            device.set_silent(silent);
        }
    }

    /// Makes the device in `slot` idle: the receiver holds the next message until the device polls.
    pub fn rest(&mut self, slot: u8) {
        if let Some(device) = self.devices.get_mut(&slot) {
            device.rest();
        }
    }

    /// Whether the host has enabled DJ reports for this slot.
    pub(super) fn sends_dj(&self, slot: u8) -> bool {
        let bit = u32::from(slot).saturating_sub(1);
        self.dj_slots.checked_shr(bit).unwrap_or(0) & 1 != 0
    }

    /// Answers a frame for the receiver itself.
    fn own_request(&mut self, now: Timestamp, request: &Request) {
        if !self.pending.drops_register(now, self.patience) {
            self.register_access(now, request);
        }
    }

    /// Processes a frame for a slot: the device answers it if it can be reached, otherwise the
    /// receiver does.
    fn forward(&mut self, now: Timestamp, request: &Request) {
        let refused = now + self.latency.register;
        if self.busy > 0 {
            self.busy -= 1;
            self.outbox.push(refused, request.error10(Error10::Busy));
            return;
        }
        let slot = request.index;
        let fate = self.pending.fate(now, self.patience, slot);
        match fate {
            Some(Fate::ReceiverBusy) => {
                self.outbox.push(refused, request.error10(Error10::Busy));
                return;
            }
            Some(Fate::Dropped) => return,
            Some(Fate::Replaces(answer)) => {
                if let Some(answer) = answer {
                    self.outbox.withdraw(answer);
                }
            }
            Some(Fate::DeviceBusy) | None => {}
        }
        match self.devices.get_mut(&slot) {
            None => {
                let error = request.error10(Error10::UnknownDevice);
                self.outbox.push(refused, error);
            }
            Some(device) if !device.online() => {
                let error = request.error10(self.family.unreachable);
                self.outbox.push(refused, error);
            }
            Some(device) => {
                // The device processes the request at the time of its answer, so the first
                // measurement of a series of one per second arrives one second after the answer.
                let answered = device.answers_at(now, &self.latency);
                if fate == Some(Fate::DeviceBusy) {
                    let answer = device.protocol.answer_busy(request);
                    self.outbox.push(answered, answer);
                    return;
                }
                let answer = device.answer(answered, request);
                let answer = answer.map(|answer| self.outbox.push(answered, answer));
                self.pending.begin(slot, answered, answer);
            }
        }
    }

    /// Whether the receiver accepts this report from its host.
    fn takes(&self, report: &[u8]) -> bool {
        let reports = self.family.reports;
        match *report {
            [SHORT, ..] => reports.short,
            [LONG, ..] => reports.long,
            [DJ, ..] => reports.dj,
            _ => false,
        }
    }

    /// Processes a DJ frame from the host. Keyboard lamps and unknown types are ignored.
    fn dj_request(&mut self, now: Timestamp, index: u8, kind: u8, bits: u8) {
        let due = now + self.latency.register;
        match (index, kind) {
            // The second parameter is a timeout in seconds; hosts send 0, which means no timeout.
            (RECEIVER, dj::SWITCH_MODE) => self.dj_slots = bits,
            (RECEIVER, dj::LIST_PAIRED) => {
                let unknown = self.family.unknown.dj_list;
                for (&slot, device) in &self.devices {
                    let entry = dj::listed(slot, &device.identity, unknown);
                    self.outbox.push(due, entry);
                }
                self.outbox.push(due, dj::end_of_list());
            }
            _ => {}
        }
    }
}

impl Firmware for Receiver {
    fn output_report(&mut self, now: Timestamp, report: &[u8]) {
        self.advance(now);
        self.sent.remember(now, report);
        if !self.takes(report) {
            return;
        }
        match report {
            &[DJ, index, kind, bits, ref rest @ ..] if rest.len() == 11 => {
                self.dj_request(now, index, kind, bits);
            }
            _ => match Request::parse(report) {
                Some(request) if request.index == RECEIVER => self.own_request(now, &request),
                Some(request) => self.forward(now, &request),
                None => {}
            },
        }
    }

    fn input_report(&mut self, now: Timestamp) -> Option<Vec<u8>> {
        self.advance(now);
        self.outbox.pop(now)
    }

    fn next_due(&self) -> Option<Timestamp> {
        let devices = self.devices.values().filter_map(Device::next_due);
        let link = self.next_link().map(|(due, _)| due);
        devices.chain(link).chain(self.outbox.next_due()).min()
    }
}

#[cfg(test)]
mod tests;
