//! Headsets that speak Centurion: behind their dongle, or on a cable.
//!
//! A dongle has features of its own, one of which is the bridge to the headset. It acknowledges
//! every message for the headset, also while that is off; the answer comes as an event of the bridge,
//! which every program receives, and may come before the acknowledgement. When the headset is
//! switched on or off, the dongle reports that by itself. On its cable the headset has a node of its
//! own, without a bridge.
//!
//! Reports that are not exactly as the known programs send them get no answer: another report id,
//! address or length, or bytes after the payload.
//!
//! Sources: Solaar pull requests 3150 (PRO X 2) and 3181 (G522), frames from logs of users in the
//! tests of `LGSTrayEx`, `HeadsetControl` (frames of a PRO X 2; pull request 538). No capture shows the
//! answers of features 0100 and 0101, whose layout is from Solaar's `centurion.py`, nor the times,
//! which are those of a G933.

mod features;
#[cfg(test)]
mod tests;

use std::time::Duration;

use super::Firmware;
use super::history::{History, Sent};
use super::outbox::Outbox;
use features::{Answer, Features};
use hidpp_proto::units::{Percent, Timestamp};
use hidpp_proto::wire::ReportId;
use hidpp_proto::wire::descriptor::Capabilities;

/// The length of a report.
const LENGTH: usize = 64;
/// The device address of every G522 seen (`LGSTrayEx`).
const ADDRESS: u8 = 0x23;
/// The bridge's function and event with a message of the headset.
const MESSAGE: u8 = 1;
/// A dongle answers by itself, as that of a G933 in recordings.
const DONGLE: Duration = Duration::from_millis(5);
/// The same for what the headset answers.
const HEADSET: Duration = Duration::from_millis(58);
/// Over a cable, as other devices.
const CABLE: Duration = Duration::from_millis(2);

/// The charging state: byte 2 of a battery reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charging {
    /// On battery.
    Discharging = 0,
    /// Being charged.
    Charging = 1,
    /// Being charged through its cable.
    OnUsb = 2,
    /// Charged.
    Full = 3,
}

/// A headset.
#[derive(Clone, Debug)]
pub struct Headset {
    /// Its name.
    pub name: &'static str,
    /// Its serial number.
    pub serial: String,
    /// Byte 0 of a battery reading.
    pub percent: u8,
    /// Byte 1 of a battery reading, whose meaning is not known.
    pub second: u8,
    /// Byte 2 of a battery reading.
    pub state: u8,
    features: Features,
}

/// What a node is.
#[derive(Clone, Debug)]
enum Link {
    /// The dongle of a headset.
    Dongle { features: Features, on: bool },
    /// A cable.
    Cable,
}

/// A node: that of a dongle, or of a headset on its cable.
#[derive(Clone, Debug)]
pub struct CenturionNode {
    /// USB vendor id.
    pub vendor: u16,
    /// USB product id.
    pub product: u16,
    /// The headset.
    pub headset: Headset,
    /// Whether an answer of the headset comes before the acknowledgement (Solaar has seen both).
    pub answers_first: bool,
    link: Link,
    address: Option<u8>,
    plugged: bool,
    /// How many of the next requests get no answer from the headset.
    lost: u32,
    outbox: Outbox,
    sent: History,
}

impl CenturionNode {
    /// The dongle of a PRO X 2 LIGHTSPEED, 046D:0AF7: report 51, battery at index 4 of the headset.
    pub fn pro_x_2(serial: &str) -> Self {
        let headset = Headset::new(
            "PRO X 2 LIGHTSPEED",
            serial,
            &[0x0001, 0x0100, 0x0101, 0x0104],
        );
        let features = Features::new(&[0x0001, 0x0100, 0x0003, 0x010A, 0x0309]);
        Self::new(0x0AF7, None, Link::dongle(features), headset)
    }

    /// The dongle of a G522 LIGHTSPEED, 046D:0B18: report 50, battery at index 5 of the headset.
    pub fn g522_dongle(serial: &str) -> Self {
        let features = Features::new(&[0x0001, 0x0100, 0x0003, 0x010A, 0x0309]);
        Self::new(
            0x0B18,
            Some(ADDRESS),
            Link::dongle(features),
            Self::g522(serial),
        )
    }

    /// A G522 LIGHTSPEED on its cable, 046D:0B19.
    pub fn g522_cable(serial: &str) -> Self {
        let mut node = Self::new(0x0B19, Some(ADDRESS), Link::Cable, Self::g522(serial));
        node.headset.state = Charging::OnUsb as u8;
        node
    }

    fn g522(serial: &str) -> Headset {
        let features = [
            0x0001, 0x0007, 0x0100, 0x0101, 0x0104, 0x0108, 0x0604, 0x0636,
        ];
        Headset::new("G522 LIGHTSPEED", serial, &features)
    }

    fn new(product: u16, address: Option<u8>, link: Link, headset: Headset) -> Self {
        Self {
            vendor: 0x046D,
            product,
            headset,
            answers_first: false,
            link,
            address,
            plugged: true,
            lost: 0,
            outbox: Outbox::default(),
            sent: History::default(),
        }
    }

    /// The same node with this device address; without effect on one with report 51.
    #[must_use]
    pub fn with_address(mut self, address: u8) -> Self {
        self.address = self.address.map(|_| address);
        self
    }

    /// The same node with its headset switched off. On a cable it is always on.
    #[must_use]
    pub fn switched_off(mut self) -> Self {
        self.switch(Timestamp::START, false);
        self.outbox.clear();
        self
    }

    /// The reports in its descriptor.
    pub fn reports(&self) -> Capabilities {
        Capabilities::NONE.with_centurion(self.report_id())
    }

    /// The reports that the host sent, oldest first; only the last few thousand are kept.
    pub fn requests(&self) -> impl ExactSizeIterator<Item = &Sent> {
        self.sent.iter()
    }

    /// Clears the list of reports that the host sent.
    pub fn forget_requests(&mut self) {
        self.sent.clear();
    }

    /// Whether the headset can answer.
    pub const fn is_on(&self) -> bool {
        match self.link {
            Link::Dongle { on, .. } => on,
            Link::Cable => true,
        }
    }

    /// Makes the headset lose the next requests. Its dongle acknowledges them.
    pub fn lose_requests(&mut self, requests: u32) {
        self.lost = requests;
    }

    /// The headset is switched on or off; `false` on a cable, where it always is on.
    pub fn switch(&mut self, now: Timestamp, to: bool) -> bool {
        let Link::Dongle { features, on } = &mut self.link else {
            return false;
        };
        let bridge = features.index(features::BRIDGE);
        if std::mem::replace(on, to) != to {
            self.send(now, vec![bridge, 0, 0, u8::from(to)]);
        }
        true
    }

    /// Sets the charge, without an event: whether a headset sends one is not known.
    pub fn set_charge(&mut self, charge: Percent) {
        (self.headset.percent, self.headset.second) = (charge.get(), charge.get());
    }

    /// Sets the charging state. The headset reports it by an event, as a G522 whose cable was
    /// plugged in.
    pub fn set_charging(&mut self, now: Timestamp, state: Charging) {
        self.headset.state = state as u8;
        self.send_battery(now);
    }

    /// The headset reports its battery by an event.
    pub fn send_battery(&mut self, now: Timestamp) {
        let event = self.headset.battery(0);
        if self.is_on() {
            self.send_from_headset(now, event);
        }
    }

    /// The node sends the answer to a request of another program to the headset's battery.
    pub fn answer_other_program(&mut self, now: Timestamp, software: u8) {
        let answer = self.headset.battery(software);
        if let Link::Dongle { features, .. } = &self.link {
            let bridge = features.index(features::BRIDGE);
            self.send(now, vec![bridge, (MESSAGE << 4) | software]);
        }
        if self.is_on() {
            self.send_from_headset(now, answer);
        }
    }

    /// It is unplugged: all reports in transit are lost.
    pub fn unplug(&mut self) {
        self.outbox.clear();
        self.plugged = false;
    }

    /// It is plugged in again.
    pub fn plug(&mut self) {
        self.plugged = true;
    }

    fn report_id(&self) -> ReportId {
        match self.address {
            Some(_) => ReportId::CenturionAddressed,
            None => ReportId::Centurion,
        }
    }

    /// Sends a message in one frame.
    fn send(&mut self, due: Timestamp, message: Vec<u8>) {
        if !self.plugged {
            return;
        }
        let mut report = vec![self.report_id().byte()];
        report.extend(self.address);
        report.push(u8::try_from(message.len() + 1).unwrap_or(u8::MAX));
        report.push(0);
        report.extend(message);
        report.resize(LENGTH, 0);
        self.outbox.push(due, report);
    }

    /// Sends a message of the headset, through the dongle if there is one.
    fn send_from_headset(&mut self, due: Timestamp, message: Vec<u8>) {
        let message = match &self.link {
            Link::Cable => message,
            Link::Dongle { features, .. } => {
                let length = u8::try_from(message.len() + 1).unwrap_or(u8::MAX);
                let bridge = features.index(features::BRIDGE);
                [vec![bridge, MESSAGE << 4, 0, length, 0], message].concat()
            }
        };
        self.send(due, message);
    }

    /// The message in a report of the host; `None`: the node does not accept it.
    fn accepted(&self, report: &[u8]) -> Option<Vec<u8>> {
        let rest = match (self.address, report) {
            (None, [0x51, rest @ ..]) => rest,
            (Some(own), [0x50, address, rest @ ..]) if *address == own => rest,
            _ => return None,
        };
        let [length, counted @ ..] = rest else {
            return None;
        };
        let (counted, padding) = counted.split_at_checked((*length).into())?;
        let [0x00, message @ ..] = counted else {
            return None;
        };
        let is_exact = report.len() == LENGTH && padding.iter().all(|byte| *byte == 0);
        // A message of software id 0 would be an event.
        let is_request = matches!(message, [_, address, ..] if address & 0x0F != 0);
        (is_exact && is_request && self.plugged).then(|| message.to_vec())
    }

    /// Answers a request to the headset.
    fn ask_headset(&mut self, due: Timestamp, message: &[u8]) {
        if self.lost > 0 {
            self.lost -= 1;
            return;
        }
        if let Some(answer) = self.headset.answer(message) {
            self.send_from_headset(due, answer);
        }
    }

    fn ask_dongle(&mut self, now: Timestamp, message: &[u8]) {
        let Link::Dongle { features, on } = &self.link else {
            return;
        };
        let on = *on;
        let answer = features.answer(message);
        match answer {
            Answer::Message(answer) => self.send(now + DONGLE, answer),
            Answer::Of(features::BRIDGE, 0, _) => {
                let header = message.iter().copied().take(2);
                let info = [0x03, 0xE8, 0x00, u8::from(on), 0x01];
                self.send(now + DONGLE, header.chain(info).collect());
            }
            Answer::Of(features::BRIDGE, MESSAGE, params) => {
                // The length covers everything from the byte 00 on.
                let [0, length, 0x00, inner @ ..] = params.as_slice() else {
                    self.send(now + DONGLE, features::error(message, features::INVALID));
                    return;
                };
                if usize::from(*length) != inner.len() + 1 {
                    self.send(now + DONGLE, features::error(message, features::INVALID));
                    return;
                }
                let acknowledged = if self.answers_first {
                    now + HEADSET + DONGLE
                } else {
                    now + DONGLE
                };
                let inner = inner.to_vec();
                self.send(acknowledged, message.iter().copied().take(2).collect());
                if on {
                    self.ask_headset(now + HEADSET, &inner);
                }
            }
            Answer::Of(..) => {
                self.send(
                    now + DONGLE,
                    features::error(message, features::NO_FUNCTION),
                );
            }
        }
    }
}

impl Link {
    fn dongle(features: Features) -> Self {
        Self::Dongle { features, on: true }
    }
}

impl Headset {
    fn new(name: &'static str, serial: &str, features: &[u16]) -> Self {
        Self {
            name,
            serial: serial.to_owned(),
            percent: 78,
            // As in a frame of a G522 (LGSTrayEx).
            second: 80,
            state: Charging::Discharging as u8,
            features: Features::new(features),
        }
    }

    fn battery(&self, software: u8) -> Vec<u8> {
        let index = self.features.index(features::BATTERY);
        vec![index, software, self.percent, self.second, self.state]
    }

    /// The answer to a request; `None`: there is none.
    fn answer(&self, message: &[u8]) -> Option<Vec<u8>> {
        let [_, address, ..] = *message else {
            return None;
        };
        let header = message.iter().copied().take(2);
        let text = |text: &str| {
            let length = u8::try_from(text.len()).unwrap_or(u8::MAX);
            let text = text.as_bytes().iter().copied();
            header.clone().chain([length]).chain(text).collect()
        };
        Some(match self.features.answer(message) {
            Answer::Message(answer) => answer,
            Answer::Of(features::BATTERY, 0, _) => self.battery(address & 0x0F),
            Answer::Of(features::IDENTITY, 2, _) => text(&self.serial),
            Answer::Of(features::NAME, 0, _) => text(self.name),
            Answer::Of(..) => features::error(message, features::NO_FUNCTION),
        })
    }
}

impl Firmware for CenturionNode {
    fn output_report(&mut self, now: Timestamp, report: &[u8]) {
        self.sent.remember(now, report);
        let Some(message) = self.accepted(report) else {
            return;
        };
        match self.link {
            Link::Dongle { .. } => self.ask_dongle(now, &message),
            Link::Cable => self.ask_headset(now + CABLE, &message),
        }
    }

    fn input_report(&mut self, now: Timestamp) -> Option<Vec<u8>> {
        self.outbox.pop(now)
    }

    fn next_due(&self) -> Option<Timestamp> {
        self.outbox.next_due()
    }
}
