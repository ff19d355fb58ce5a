//! Actions of the user and the environment on the receiver and its devices.
//!
//! Each action happens at the time passed to it. An action on a slot returns whether it had an
//! effect: `false` for an empty slot, or a device without the part concerned.
//!
//! The frames of a pairing come in the order recorded from a receiver C52B: the lock opens, the
//! program that opened it gets its answer, the device is announced without a link, the lock closes;
//! the link comes when the device is moved, and its notice 4B only after a ping of the host.

use std::time::Duration;

use super::registers::unpaired;
use super::{KEY_STROKE, Receiver};
use crate::battery;
use crate::device::{Device, Protocol};
use crate::dj;
use crate::family::Records;
use crate::frame::{RECEIVER, SET_SHORT, padded, short};
use hidpp_proto::units::{Lux, Percent, Timestamp};

/// From the pairing of a device to its link: some 100 ms (ltunify).
const FIRST_LINK: Duration = Duration::from_millis(100);

/// Register B2, which opens and closes the pairing lock.
const PAIRING_LOCK: u8 = 0xB2;

/// Consumer usage 01F0, which the light key of a K750 sends with its event.
const LIGHT_KEY_USAGE: u16 = 0x01F0;

impl Receiver {
    /// The device falls asleep or goes out of range.
    pub fn sleep(&mut self, now: Timestamp, slot: u8) -> bool {
        self.advance(now);
        let Some(device) = self.devices.get_mut(&slot) else {
            return false;
        };
        if device.online() {
            device.disconnect();
            self.announce_link(now, slot, false);
        }
        true
    }

    /// The user touches a sleeping device and it reconnects.
    pub fn wake(&mut self, now: Timestamp, slot: u8) -> bool {
        self.connect(now, slot, false)
    }

    /// The device's power switch is pushed to off.
    pub fn switch_off(&mut self, now: Timestamp, slot: u8) -> bool {
        self.sleep(now, slot)
    }

    /// The device's power switch is pushed to on: its volatile state is lost.
    pub fn switch_on(&mut self, now: Timestamp, slot: u8) -> bool {
        self.connect(now, slot, true)
    }

    /// The receiver is unplugged and plugged in again. Its flags, its DJ mode and all reports in
    /// transit are lost; the devices that were connected reconnect.
    pub fn power_cycle(&mut self, now: Timestamp) {
        self.advance(now);
        self.outbox.clear();
        self.pending.clear();
        self.flags = [0; 3];
        self.dj_slots = 0;
        let online: Vec<u8> = self
            .devices
            .iter()
            .filter(|(_, device)| device.online())
            .map(|(&slot, _)| slot)
            .collect();
        for slot in online {
            if let Some(device) = self.devices.get_mut(&slot) {
                device.disconnect();
            }
            self.connect(now, slot, false);
        }
    }

    /// Another program pairs a new device with a slot, replacing the old device. The new device
    /// connects some 100 ms later.
    pub fn pair(&mut self, now: Timestamp, slot: u8, device: Device) -> bool {
        self.advance(now);
        if !self.family.has_slot(slot) {
            return false;
        }
        let online = device.online();
        let mut device = device.asleep();
        if let Some((_, solar)) = device.solar_mut() {
            // The battery of the new device starts to charge or discharge only now.
            let charge = solar.charge();
            solar.set_charge(now, charge);
        }
        let paired = dj::paired(slot, &device.identity);
        self.devices.insert(slot, device);
        let has_lock = self.family.records == Records::Legacy;
        if has_lock {
            self.announce_lock(now, true);
            let answer = short(RECEIVER, SET_SHORT, PAIRING_LOCK, [0; 3]);
            self.outbox.push(now, answer);
        }
        self.announce_connection(now, slot, false);
        if self.dj_slots != 0 {
            self.outbox.push(now, paired);
        }
        if has_lock {
            self.announce_lock(now, false);
        }
        if online {
            self.linking.insert(slot, now + FIRST_LINK);
        }
        true
    }

    /// Notice 4A, the pairing lock, if the host has enabled notices.
    fn announce_lock(&mut self, now: Timestamp, open: bool) {
        if self.wants_notices() {
            let notice = short(RECEIVER, 0x4A, u8::from(open), [0; 3]);
            self.outbox.push(now, notice);
        }
    }

    /// The device in a slot is unpaired, by its user or by another program.
    pub fn unpair(&mut self, now: Timestamp, slot: u8) -> bool {
        self.advance(now);
        self.linking.remove(&slot);
        if self.devices.remove(&slot).is_none() {
            return false;
        }
        if self.wants_notices() {
            self.outbox.push(now, unpaired(slot));
        }
        if self.dj_slots != 0 {
            self.outbox.push(now, dj::unpaired(slot));
        }
        true
    }

    /// The light on a solar keyboard changes.
    pub fn set_sun(&mut self, now: Timestamp, slot: u8, sun: Lux) -> bool {
        self.advance(now);
        match self.devices.get_mut(&slot).and_then(Device::solar_mut) {
            Some((_, solar)) => {
                solar.set_sun(now, sun);
                true
            }
            None => false,
        }
    }

    /// Changes how fast a solar keyboard's battery charges and discharges.
    pub fn set_rates(&mut self, now: Timestamp, slot: u8, rates: crate::rates::Rates) -> bool {
        self.advance(now);
        match self.devices.get_mut(&slot).and_then(Device::solar_mut) {
            Some((_, solar)) => {
                solar.set_rates(now, rates);
                true
            }
            None => false,
        }
    }

    /// Sets the battery's charge. A connected device reports it if the reported value changes: a
    /// HID++ 1.0 device only if the host has enabled notices, a solar keyboard with its next
    /// broadcast.
    pub fn set_charge(&mut self, now: Timestamp, slot: u8, charge: Percent) -> bool {
        self.advance(now);
        self.act_on_battery(now, slot, |protocol| protocol.set_charge(now, slot, charge))
    }

    /// Sets the charging state: charger connected, battery full, or charger removed. Reported like
    /// [`Self::set_charge`]. A solar keyboard has no charger.
    pub fn set_charging(&mut self, now: Timestamp, slot: u8, state: battery::State) -> bool {
        self.advance(now);
        self.act_on_battery(now, slot, |protocol| protocol.set_charging(slot, state))
    }

    /// The user presses the light key of a solar keyboard (and wakes it, if it sleeps).
    pub fn press_light_key(&mut self, now: Timestamp, slot: u8) -> bool {
        if self.device(slot).and_then(Device::solar).is_none() {
            return false;
        }
        self.wake(now, slot);
        let due = now + self.latency.radio;
        if self.sends_dj(slot) {
            self.outbox.push(due, dj::consumer(slot, LIGHT_KEY_USAGE));
        }
        let event = self
            .devices
            .get_mut(&slot)
            .and_then(|device| device.press_light_key(due, slot));
        if let Some(event) = event {
            self.outbox.push(due, event);
        }
        if self.sends_dj(slot) {
            self.outbox.push(due + KEY_STROKE, dj::consumer(slot, 0));
        }
        true
    }

    /// Sets the keys held down on a keyboard: modifiers (bit 0 left control, bit 1 left shift) and
    /// up to six usages; `0, &[]` releases all. The device wakes if it sleeps.
    /// Without DJ mode the keys go to another USB interface, which is not modelled.
    pub fn hold_keys(&mut self, now: Timestamp, slot: u8, modifiers: u8, usages: &[u8]) -> bool {
        if !self.wake(now, slot) {
            return false;
        }
        if self.sends_dj(slot) {
            let report = dj::keyboard(slot, modifiers, padded(usages));
            self.outbox.push(now, report);
        }
        true
    }

    /// Types keys one after the other, each pressed and released (usages: `04` is A).
    pub fn type_keys(&mut self, now: Timestamp, slot: u8, usages: &[u8]) -> bool {
        if !self.wake(now, slot) {
            return false;
        }
        if !self.sends_dj(slot) {
            return true;
        }
        let mut at = now;
        for &usage in usages {
            let press = dj::keyboard(slot, 0, padded(&[usage]));
            self.outbox.push(at, press);
            let release = dj::keyboard(slot, 0, [0; 6]);
            self.outbox.push(at + KEY_STROKE, release);
            at = at + KEY_STROKE + KEY_STROKE;
        }
        true
    }

    /// Moves a mouse by `x` counts to the right and `y` counts towards its user. A sleeping mouse
    /// wakes.
    pub fn move_mouse(&mut self, now: Timestamp, slot: u8, x: i8, y: i8) -> bool {
        if !self.wake(now, slot) {
            return false;
        }
        if self.sends_dj(slot) {
            self.outbox.push(now, dj::motion(slot, x, y));
        }
        true
    }

    /// Changes the battery of the device in a slot and sends what the device reports about it.
    fn act_on_battery(
        &mut self,
        now: Timestamp,
        slot: u8,
        act: impl FnOnce(&mut Protocol) -> Option<Vec<Vec<u8>>>,
    ) -> bool {
        let Some(device) = self.devices.get_mut(&slot) else {
            return false;
        };
        let Some(frames) = act(&mut device.protocol) else {
            return false;
        };
        if device.online() {
            for report in frames {
                self.outbox.push(now, report);
            }
        }
        true
    }
}

#[cfg(test)]
mod tests;
