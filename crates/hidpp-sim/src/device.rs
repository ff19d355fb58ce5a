//! A paired device: its identity, whether and how soon it can be reached, and its protocol.

use super::battery::{Battery, State};
use super::frame::{Error10, Error20, GET_LONG, GET_SHORT, Request, SET_LONG, SET_SHORT};
use super::hidpp10::Hidpp10;
use super::hidpp20::{Hidpp20, event_frame};
use super::latency::Latency;
use super::solar::Solar;
use hidpp_proto::units::{Percent, Timestamp};

/// The kind of a device, in the numbers of notice 41 and register B5/2n.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Unknown to the receiver.
    Unknown = 0,
    /// A keyboard.
    Keyboard = 1,
    /// A mouse.
    Mouse = 2,
    /// A numeric pad.
    Numpad = 3,
    /// A touchpad.
    Touchpad = 9,
    /// A headset.
    Headset = 13,
}

/// The data that a receiver stores about a device when it is paired.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The short name in register B5/4n, such as `K750`; 14 bytes at most.
    pub codename: &'static str,
    /// The wireless product id, such as 4002.
    pub wpid: u16,
    /// The serial number in register B5/3n; on a Bolt receiver the unit id in B5/5n.
    pub serial: [u8; 4],
    /// Keyboard or mouse.
    pub kind: Kind,
    /// The DJ report types that the device can send: bit 1 keyboard, 2 mouse, 3 consumer, 4 system,
    /// 14 LEDs.
    pub report_types: u32,
    /// Where the power switch is: 1 base, 3 edge of top right corner, 7 top right corner.
    pub power_switch: u8,
    /// The interval between the reports of the device, in milliseconds.
    pub interval: u8,
    /// Whether the radio link is encrypted. The links of keyboards are.
    pub encrypted: bool,
    /// The byte that follows the name in the receiver's record: zero, or a blank (K520).
    pub name_end: u8,
}

/// The protocol that a device speaks, with the state behind it.
#[derive(Clone, Debug)]
pub enum Protocol {
    /// HID++ 1.0: registers.
    Registers(Hidpp10),
    /// HID++ 2.0 and later: features.
    Features(Hidpp20),
}

impl Protocol {
    /// Answers a request.
    pub(super) fn answer(&mut self, now: Timestamp, request: &Request) -> Vec<u8> {
        match self {
            Self::Registers(registers) => registers.answer(now, request),
            // HID++ 2.0 devices have no registers at all.
            Self::Features(_) if is_register_access(request) => {
                request.error10(Error10::InvalidSubId)
            }
            Self::Features(features) => features.answer(now, request),
        }
    }

    /// Answers a request with "busy". A register access to a HID++ 2.0 device gets the error
    /// "invalid sub-id" even then.
    pub(super) fn answer_busy(&self, request: &Request) -> Vec<u8> {
        match self {
            Self::Registers(_) => request.error10(Error10::Busy),
            Self::Features(_) if is_register_access(request) => {
                request.error10(Error10::InvalidSubId)
            }
            Self::Features(_) => request.error20(Error20::Busy),
        }
    }

    /// The solar dashboard, if there is one.
    pub fn solar(&self) -> Option<&Solar> {
        match self {
            Self::Features(features) => features.solar(),
            Self::Registers(_) => None,
        }
    }

    /// The current battery; that of a solar keyboard is in [`Self::solar`].
    pub fn battery(&self) -> Battery {
        match self {
            Self::Registers(registers) => registers.battery,
            Self::Features(features) => features.battery(),
        }
    }

    /// Sets the charge; returns the device's unsolicited frames, sent from `index`, or `None` if
    /// it has no battery.
    pub(super) fn set_charge(
        &mut self,
        now: Timestamp,
        index: u8,
        charge: Percent,
    ) -> Option<Vec<Vec<u8>>> {
        if let Self::Features(features) = self
            && let Some((_, solar)) = features.solar_mut()
        {
            solar.set_charge(now, charge);
            return Some(Vec::new());
        }
        let battery = self.battery();
        self.set_battery(index, battery.with(charge, battery.state))
    }

    /// Sets the charging state; returns the same as [`Self::set_charge`].
    pub(super) fn set_charging(&mut self, index: u8, state: State) -> Option<Vec<Vec<u8>>> {
        let battery = self.battery();
        self.set_battery(index, battery.with(battery.charge, state))
    }

    fn set_battery(&mut self, index: u8, battery: Battery) -> Option<Vec<Vec<u8>>> {
        match self {
            Self::Registers(registers) => {
                let _register = registers.battery_register?;
                Some(registers.set_battery(index, battery).into_iter().collect())
            }
            Self::Features(features) => features
                .has_battery()
                .then(|| features.set_battery(index, battery)),
        }
    }

    /// Processes a connection of the device; returns its unsolicited frames, sent from `index`.
    pub(super) fn connected(
        &mut self,
        now: Timestamp,
        index: u8,
        switched_on: bool,
    ) -> Vec<Vec<u8>> {
        match self {
            Self::Registers(registers) => {
                registers.reconnected(switched_on);
                Vec::new()
            }
            Self::Features(features) => features.reconnected(now, index, switched_on),
        }
    }

    /// When the device sends its next unsolicited report.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        match self {
            Self::Features(features) => features.next_due(),
            Self::Registers(registers) => registers.next_due(),
        }
    }

    /// The unsolicited report that is due at [`Self::next_due`].
    pub(super) fn next_event(&mut self, index: u8) -> Option<Vec<u8>> {
        match self {
            Self::Features(features) => features.next_event(index),
            Self::Registers(registers) => registers.next_event(index),
        }
    }
}

fn is_register_access(request: &Request) -> bool {
    matches!(request.sub, SET_SHORT | GET_SHORT | SET_LONG | GET_LONG)
}

/// A device in a slot of the receiver.
#[derive(Clone, Debug)]
pub struct Device {
    /// Its identity.
    pub identity: Identity,
    /// The protocol that it speaks.
    pub protocol: Protocol,
    online: bool,
    silent: bool,
    busy: u32,
    usage: Usage,
}

/// How soon a connected device receives a message from its receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Usage {
    /// The device is in use and receives messages at once.
    InUse,
    /// The device is idle: it polls its receiver for messages at long intervals, and at shorter
    /// ones for a while after each message.
    Idle {
        /// When the device answered the last message.
        took: Timestamp,
        /// Until when the device polls at short intervals.
        until: Timestamp,
    },
}

impl Usage {
    const IDLE: Self = Self::Idle {
        took: Timestamp::START,
        until: Timestamp::START,
    };
}

impl Device {
    /// A device that is switched on and connected.
    pub fn new(identity: Identity, protocol: Protocol) -> Self {
        Self {
            identity,
            protocol,
            online: true,
            silent: false,
            busy: 0,
            usage: Usage::InUse,
        }
    }

    /// The same device, asleep: paired, but unreachable.
    #[must_use]
    pub fn asleep(mut self) -> Self {
        self.online = false;
        self
    }

    /// The same device, connected but not in use for a while.
    #[must_use]
    pub fn idle(mut self) -> Self {
        self.rest();
        self
    }

    /// The same device, with its battery in this state; unchanged if it has no battery.
    #[must_use]
    pub fn with_state(mut self, state: State) -> Self {
        let _unsent = self.protocol.set_charging(0, state);
        self
    }

    /// Whether the receiver can reach the device.
    pub fn online(&self) -> bool {
        self.online
    }

    /// The solar dashboard, if the device has one.
    pub fn solar(&self) -> Option<&Solar> {
        self.protocol.solar()
    }

    /// The solar dashboard and its feature index, for actions of the user and the environment.
    pub(super) fn solar_mut(&mut self) -> Option<(u8, &mut Solar)> {
        match &mut self.protocol {
            Protocol::Features(features) => features.solar_mut(),
            Protocol::Registers(_) => None,
        }
    }

    /// Presses the light key; returns its event, or `None` if the device has no light key.
    pub(super) fn press_light_key(&mut self, now: Timestamp, slot: u8) -> Option<Vec<u8>> {
        let (index, solar) = self.solar_mut()?;
        Some(event_frame(slot, index, solar.press_light_key(now)))
    }

    /// Makes the device answer its next requests with "busy".
    pub(super) fn answer_busy(&mut self, requests: u32) {
        self.busy = requests;
    }

    /// Sets whether the device drops requests without an answer.
    pub(super) fn set_silent(&mut self, silent: bool) {
        self.silent = silent;
    }

    /// Makes the device idle.
    pub(super) fn rest(&mut self) {
        self.usage = Usage::IDLE;
    }

    /// Marks the device as in use.
    pub(super) fn set_in_use(&mut self) {
        self.usage = Usage::InUse;
    }

    /// When the device answers a message that its receiver accepts at `now`. While the device is
    /// idle, the receiver holds the first message until the device polls.
    pub(super) fn answers_at(&mut self, now: Timestamp, latency: &Latency) -> Timestamp {
        let Usage::Idle { took, until } = self.usage else {
            return now + latency.radio;
        };
        let answered = if now < until {
            now.max(took) + latency.idle
        } else {
            now + latency.first
        };
        self.usage = Usage::Idle {
            took: answered,
            until: answered + latency.listening,
        };
        answered
    }

    /// Answers a request that reached the device, unless the device is silent.
    pub(super) fn answer(&mut self, now: Timestamp, request: &Request) -> Option<Vec<u8>> {
        if self.silent {
            return None;
        }
        let busy = self.busy > 0;
        self.busy = self.busy.saturating_sub(1);
        Some(if busy {
            self.protocol.answer_busy(request)
        } else {
            self.protocol.answer(now, request)
        })
    }

    /// The radio link is lost.
    pub(super) fn disconnect(&mut self) {
        self.online = false;
    }

    /// The radio link is restored; returns the device's unsolicited frames.
    pub(super) fn connect(&mut self, now: Timestamp, slot: u8, switched_on: bool) -> Vec<Vec<u8>> {
        self.online = true;
        self.set_in_use();
        self.protocol.connected(now, slot, switched_on)
    }

    /// When the device sends its next unsolicited report.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.protocol.next_due().filter(|_| self.online)
    }

    /// The unsolicited report that is due at [`Self::next_due`].
    pub(super) fn next_event(&mut self, slot: u8) -> Option<Vec<u8>> {
        self.protocol.next_event(slot)
    }
}
