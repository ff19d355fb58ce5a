//! A device without a receiver: on a USB cable, on Bluetooth, or a headset behind its own dongle.
//!
//! Such a device has its own hidraw node. It answers with index `FF`, and many devices also with
//! `00`. A corded device accepts short and long reports and never sleeps. A Bluetooth device has
//! only long reports and does not answer while it sleeps. A headset's dongle always answers, but
//! reports the battery only while the headset is on. The dongle answers requests to root, 0001,
//! 0003 and 0005 itself, forwards all others to the headset, and loses some of the requests.
//!
//! Sources: Solaar `base.py` (which index a device answers with), OpenLogi issue 28 (a Bluetooth
//! device ignores short reports), Solaar's dump of an Illuminated Keyboard C318, recordings of a
//! G933 (its dongle's times; 2 of its 103 requests were never answered).

use std::time::Duration;

use super::Firmware;
use super::battery::{Battery, State};
use super::device::Protocol;
use super::frame::{Error10, LONG, RECEIVER, Request, SHORT};
use super::history::{History, Sent};
use super::outbox::Outbox;
use hidpp_proto::units::{Percent, Timestamp};
use hidpp_proto::wire::descriptor::Capabilities;

/// Device index 00.
const ZERO: u8 = 0x00;

/// How a device is connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// A USB cable, or a headset's dongle.
    Usb,
    /// Bluetooth Low Energy.
    Bluetooth,
}

/// The device indices that a device accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Indices {
    /// `FF` and `00`; it answers with the index of the request.
    Both,
    /// `FF` and `00`, but it answers with `00` always.
    AnswersZero,
    /// Only `00`. A request with any other index gets error 08, unknown device.
    OnlyZero,
}

/// A device with a node of its own.
#[derive(Clone, Debug)]
pub struct DirectDevice {
    /// USB vendor id, or Bluetooth's.
    pub vendor: u16,
    /// USB product id, or Bluetooth's.
    pub product: u16,
    /// How it is connected.
    pub link: Link,
    /// The device indices that it accepts.
    pub indices: Indices,
    /// The reports it takes and sends.
    pub reports: Capabilities,
    /// How long an answer takes.
    pub latency: Duration,
    /// How long an answer takes if the dongle forwards the request to its headset.
    pub headset_latency: Duration,
    /// The protocol that it speaks.
    pub protocol: Protocol,
    awake: bool,
    plugged: bool,
    /// How many of the next requests are lost.
    lost: u32,
    outbox: Outbox,
    sent: History,
}

impl DirectDevice {
    /// A Logitech device that is plugged in: it takes short and long reports for `FF` and `00`. As
    /// in recordings it answers in 2 ms (1.6 to 3.6 ms), a headset's dongle in 5 ms (2.6 to 6 ms)
    /// and in 58 ms (40 to 78 ms) if it forwards the request to the headset.
    pub fn usb(product: u16, protocol: Protocol) -> Self {
        let latency = Duration::from_millis(if is_dongle(&protocol) { 5 } else { 2 });
        Self {
            vendor: 0x046D,
            product,
            link: Link::Usb,
            indices: Indices::Both,
            reports: Capabilities::NONE.with_short().with_long(),
            latency,
            headset_latency: Duration::from_millis(58),
            protocol,
            awake: true,
            plugged: true,
            lost: 0,
            outbox: Outbox::default(),
            sent: History::default(),
        }
    }

    /// A Logitech device that is connected by Bluetooth: it takes only long reports, and answers
    /// in 30 ms.
    pub fn bluetooth(product: u16, protocol: Protocol) -> Self {
        let usb = Self::usb(product, protocol);
        Self {
            link: Link::Bluetooth,
            reports: Capabilities::NONE.with_long(),
            latency: Duration::from_millis(30),
            ..usb
        }
    }

    /// The same device with these indices.
    #[must_use]
    pub fn with_indices(mut self, indices: Indices) -> Self {
        self.indices = indices;
        self
    }

    /// The same device, asleep. A headset is switched off instead.
    #[must_use]
    pub fn asleep(mut self) -> Self {
        self.sleep(Timestamp::START);
        self.outbox.clear();
        self
    }

    /// The name that the device reports in HID++ and on its bus.
    pub fn name(&self) -> Option<&str> {
        match &self.protocol {
            Protocol::Features(features) => features.name(),
            Protocol::Registers(_) => None,
        }
    }

    /// The reports that the host sent, oldest first; only the last few thousand are kept.
    pub fn requests(&self) -> impl ExactSizeIterator<Item = &Sent> {
        self.sent.iter()
    }

    /// Clears the list of reports that the host sent.
    pub fn forget_requests(&mut self) {
        self.sent.clear();
    }

    /// Its battery.
    pub fn battery(&self) -> Battery {
        self.protocol.battery()
    }

    /// Makes the device lose the next requests. The dongle of a G933 loses some.
    pub fn lose_requests(&mut self, requests: u32) {
        self.lost = requests;
    }

    /// A Bluetooth device falls asleep or goes out of range; a headset is switched off. Returns
    /// `false` for a corded device, which does neither.
    pub fn sleep(&mut self, now: Timestamp) -> bool {
        if self.switch_headset(now, false) {
            return true;
        }
        if self.link == Link::Usb {
            return false;
        }
        self.advance(now);
        self.awake = false;
        true
    }

    /// The device is reachable again; `false` for a corded device, which always is.
    pub fn wake(&mut self, now: Timestamp) -> bool {
        if self.switch_headset(now, true) {
            return true;
        }
        if self.link == Link::Usb {
            return false;
        }
        if !self.awake {
            self.awake = true;
            self.connect(now);
        }
        true
    }

    /// The cable or the dongle is unplugged, or the Bluetooth pairing removed: all reports in
    /// transit are lost.
    pub fn unplug(&mut self, now: Timestamp) {
        self.advance(now);
        self.outbox.clear();
        self.plugged = false;
    }

    /// It is plugged in again.
    pub fn plug(&mut self, now: Timestamp) {
        if !self.plugged {
            self.plugged = true;
            self.connect(now);
        }
    }

    /// Sets the battery's charge; `false` without a battery.
    pub fn set_charge(&mut self, now: Timestamp, charge: Percent) -> bool {
        self.advance(now);
        let events = self.protocol.set_charge(now, self.index(), charge);
        self.send_events(now, events)
    }

    /// Sets the charging state; `false` without a battery.
    pub fn set_charging(&mut self, now: Timestamp, state: State) -> bool {
        self.advance(now);
        let events = self.protocol.set_charging(self.index(), state);
        self.send_events(now, events)
    }

    /// The device index in its unsolicited reports.
    fn index(&self) -> u8 {
        match self.indices {
            Indices::Both => RECEIVER,
            Indices::AnswersZero | Indices::OnlyZero => ZERO,
        }
    }

    fn switch_headset(&mut self, now: Timestamp, on: bool) -> bool {
        let index = self.index();
        let Protocol::Features(features) = &mut self.protocol else {
            return false;
        };
        let events = features.set_headset(index, on);
        self.send_events(now, events)
    }

    fn connect(&mut self, now: Timestamp) {
        let events = self.protocol.connected(now, self.index(), false);
        self.send_events(now, Some(events));
    }

    /// Sends unsolicited reports, if it is reachable; returns whether there were any to send.
    fn send_events(&mut self, now: Timestamp, events: Option<Vec<Vec<u8>>>) -> bool {
        let Some(events) = events else { return false };
        if self.awake && self.plugged {
            for report in events {
                self.send(now, report);
            }
        }
        true
    }

    /// Without short reports, a short frame is sent as a long report.
    fn send(&mut self, due: Timestamp, mut report: Vec<u8>) {
        if !self.reports.short && report.first() == Some(&SHORT) {
            report.resize(20, 0);
            if let Some(id) = report.first_mut() {
                *id = LONG;
            }
        }
        self.outbox.push(due, report);
    }

    fn advance(&mut self, now: Timestamp) {
        if !self.awake || !self.plugged {
            return;
        }
        let index = self.index();
        while let Some(due) = self.protocol.next_due().filter(|due| *due <= now) {
            if let Some(event) = self.protocol.next_event(index) {
                self.send(due, event);
            }
        }
    }

    fn takes(&self, report: &[u8]) -> bool {
        let known = match report.first() {
            Some(&SHORT) => self.reports.short,
            Some(&LONG) => self.reports.long,
            _ => false,
        };
        known && self.awake && self.plugged
    }

    /// How long the answer to a request takes.
    fn answer_time(&self, request: &Request) -> Duration {
        match &self.protocol {
            Protocol::Features(features) if features.asks_headset(request.sub) => {
                self.headset_latency
            }
            _ => self.latency,
        }
    }

    fn answer(&mut self, now: Timestamp, mut request: Request) -> Vec<u8> {
        match (self.indices, request.index) {
            (Indices::Both, RECEIVER | ZERO) | (Indices::OnlyZero, ZERO) => {}
            (Indices::AnswersZero, RECEIVER | ZERO) => request.index = ZERO,
            _ => return request.error10(Error10::UnknownDevice),
        }
        self.protocol.answer(now, &request)
    }
}

impl Firmware for DirectDevice {
    fn output_report(&mut self, now: Timestamp, report: &[u8]) {
        self.advance(now);
        self.sent.remember(now, report);
        if !self.takes(report) {
            return;
        }
        if self.lost > 0 {
            self.lost -= 1;
            return;
        }
        if let Some(request) = Request::parse(report) {
            let answered = now + self.answer_time(&request);
            let answer = self.answer(answered, request);
            self.send(answered, answer);
        }
    }

    fn input_report(&mut self, now: Timestamp) -> Option<Vec<u8>> {
        self.advance(now);
        self.outbox.pop(now)
    }

    fn next_due(&self) -> Option<Timestamp> {
        let there = self.awake && self.plugged;
        let event = self.protocol.next_due().filter(|_| there);
        event.into_iter().chain(self.outbox.next_due()).min()
    }
}

fn is_dongle(protocol: &Protocol) -> bool {
    matches!(protocol, Protocol::Features(features) if features.is_dongle())
}

#[cfg(test)]
mod tests;
