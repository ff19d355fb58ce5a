//! A paired device: who it is, whether it can be reached, and which protocol it speaks.

use super::frame::{Error10, Error20, GET_LONG, GET_SHORT, Request, SET_LONG, SET_SHORT};
use super::hidpp10::Hidpp10;
use super::hidpp20::{Hidpp20, event_frame};
use super::solar::Solar;
use crate::units::Timestamp;

/// The kind of a device, in the numbers of notice 41 and register B5/2n.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A keyboard.
    Keyboard = 1,
    /// A mouse.
    Mouse = 2,
}

/// What the receiver knows about a device since they were paired.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The short name in register B5/4n, such as `K750`; 14 bytes at most.
    pub codename: &'static str,
    /// The wireless product id, such as 4002.
    pub wpid: u16,
    /// The serial number in register B5/3n.
    pub serial: [u8; 4],
    /// Keyboard or mouse.
    pub kind: Kind,
    /// The DJ report types it can send: bit 1 keyboard, 2 mouse, 3 consumer, 4 system, 14 LEDs.
    pub report_types: u32,
    /// Where the power switch is: 1 base, 3 edge of top right corner, 7 top right corner.
    pub power_switch: u8,
    /// How often it reports, in milliseconds.
    pub interval: u8,
    /// Whether its radio link is encrypted; keyboards' are.
    pub encrypted: bool,
}

/// The protocol a device speaks, with all that it knows.
#[derive(Clone, Debug)]
pub enum Protocol {
    /// HID++ 1.0: registers.
    Registers(Hidpp10),
    /// HID++ 2.0 and later: features.
    Features(Hidpp20),
}

/// A device in a slot of the receiver.
#[derive(Clone, Debug)]
pub struct Device {
    /// Who it is.
    pub identity: Identity,
    /// What it speaks.
    pub protocol: Protocol,
    online: bool,
    busy: u32,
}

impl Device {
    /// A device that is switched on and connected.
    pub fn new(identity: Identity, protocol: Protocol) -> Self {
        Self {
            identity,
            protocol,
            online: true,
            busy: 0,
        }
    }

    /// The same device, asleep: paired, but not to be reached.
    #[must_use]
    pub fn asleep(mut self) -> Self {
        self.online = false;
        self
    }

    /// Whether the receiver can reach it.
    pub fn online(&self) -> bool {
        self.online
    }

    /// Its solar dashboard, if it has one.
    pub fn solar(&self) -> Option<&Solar> {
        match &self.protocol {
            Protocol::Features(features) => features.solar(),
            Protocol::Registers(_) => None,
        }
    }

    /// Its solar dashboard and that feature's index, for the world to act on.
    pub(super) fn solar_mut(&mut self) -> Option<(u8, &mut Solar)> {
        match &mut self.protocol {
            Protocol::Features(features) => features.solar_mut(),
            Protocol::Registers(_) => None,
        }
    }

    /// The light key is pressed; `None` without one.
    pub(super) fn press_light_key(&mut self, now: Timestamp, slot: u8) -> Option<Vec<u8>> {
        let (index, solar) = self.solar_mut()?;
        Some(event_frame(slot, index, solar.press_light_key(now)))
    }

    /// Makes it answer its next requests with "busy".
    pub(super) fn answer_busy(&mut self, requests: u32) {
        self.busy = requests;
    }

    /// Answers a request that has reached it.
    pub(super) fn answer(&mut self, now: Timestamp, request: &Request) -> Vec<u8> {
        let busy = self.busy > 0;
        self.busy = self.busy.saturating_sub(1);
        match &mut self.protocol {
            Protocol::Registers(_) if busy => request.error10(Error10::Busy),
            Protocol::Registers(registers) => registers.answer(request),
            // HID++ 2.0 devices have no registers at all; they say so even when busy.
            Protocol::Features(_)
                if matches!(request.sub, SET_SHORT | GET_SHORT | SET_LONG | GET_LONG) =>
            {
                request.error10(Error10::InvalidSubId)
            }
            Protocol::Features(_) if busy => request.error20(Error20::Busy),
            Protocol::Features(features) => features.answer(now, request),
        }
    }

    /// The radio link is gone.
    pub(super) fn disconnect(&mut self) {
        self.online = false;
    }

    /// The radio link is back; returns what the device says by itself.
    pub(super) fn connect(&mut self, now: Timestamp, slot: u8, switched_on: bool) -> Vec<Vec<u8>> {
        self.online = true;
        match &mut self.protocol {
            Protocol::Registers(registers) => {
                if switched_on {
                    registers.power_up();
                }
                Vec::new()
            }
            Protocol::Features(features) => features.reconnected(now, slot, switched_on),
        }
    }

    /// When it next sends something by itself.
    pub(super) fn next_due(&self) -> Option<Timestamp> {
        match &self.protocol {
            Protocol::Features(features) if self.online => features.next_due(),
            _ => None,
        }
    }

    /// What it sends then.
    pub(super) fn next_event(&mut self, slot: u8) -> Option<Vec<u8>> {
        match &mut self.protocol {
            Protocol::Features(features) => features.next_event(slot),
            Protocol::Registers(_) => None,
        }
    }
}
