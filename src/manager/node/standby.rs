//! Keeping a node closed while the kernel tells what happens there.
//!
//! Whoever has a receiver's node open is woken by every key and every motion of every device. So
//! where the kernel's driver follows the batteries ([`Supply`]), a node is closed once all is asked,
//! and what is known stays. Each word of the kernel about a device is a sign that it said something,
//! and then the device is asked itself, once: the kernel forgets the M705's events, knows no light,
//! no steps and mostly no voltage, and guesses the state of a K750 from its charge.
//!
//! A K750 is asked only where its charge is another or it came back: each measurement makes the
//! kernel speak, and would be followed by the next.

use std::time::Duration;

use log::debug;

use super::connection::Connection;
use super::device_state::DeviceState;
use super::{Node, Phase};
use crate::device::{BatterySource, Presence};
use crate::manager::kernel_coverage::KernelCoverage;
use crate::session::{Known, Wanted};
use crate::transport::{NodeInfo, Place, Supply, Transport};
use crate::units::Timestamp;
use crate::wire::{DeviceIndex, Wpid};

/// So long after the last word a node stays open: one often follows another.
const LINGER: Duration = Duration::from_secs(1);

/// So long after a word of the kernel its device is asked: there are several when one wakes.
const SETTLING: Duration = Duration::from_millis(500);

/// What the device said itself so shortly before is what the kernel speaks of.
const FRESH: Duration = Duration::from_secs(1);

/// So long after the kernel gave a device up it may drive it again, or turn out to be unpaired.
const GRACE: Duration = Duration::from_secs(3);

/// So seldom a device is looked for that sleeps and whose battery the kernel does not know yet: it
/// may fail to read it when the device wakes, and then says nothing.
const SELDOM: Duration = Duration::from_secs(60 * 60);

/// A device of which the kernel spoke.
#[derive(Clone, Copy, Debug)]
pub(super) struct PendingPoll {
    heard: Timestamp,
    /// It was lost before: what it said by itself since does not do.
    back: bool,
}

impl PendingPoll {
    /// When to ask the device.
    fn due(self) -> Timestamp {
        self.heard + SETTLING
    }
}

impl<'a> Node<'a> {
    /// Whether it is closed and has something to send.
    pub(in crate::manager) fn wants_open(&self) -> bool {
        !self.connection.is_open() && !self.session.is_idle()
    }

    /// Goes on where it was closed.
    pub(in crate::manager) fn reopen(
        &mut self,
        now: Timestamp,
        transport: Box<dyn Transport + 'a>,
    ) {
        debug!("{} is open again", self.info);
        self.connection = Connection::Open(transport);
        self.due = Some(now);
    }

    /// Whether it leads there.
    pub(in crate::manager) fn leads_to(&self, place: &Place) -> bool {
        self.place.hid == place.hid
    }

    /// There was an exchange: see a little later whether it is over.
    pub(super) fn put_off_standby(&mut self, now: Timestamp) {
        self.standby_due = self.query.quiet.then(|| now + LINGER);
    }

    /// The kernel drives a device now, or no longer.
    pub(in crate::manager) fn note_coverage(&mut self, now: Timestamp) {
        self.standby_due = Some(now + GRACE);
    }

    /// Closes the node, if nothing is going on and the kernel tells of all devices; then what else
    /// to listen to is returned. Asks those of which it no longer tells.
    pub(in crate::manager) fn settle(
        &mut self,
        now: Timestamp,
        coverage: &KernelCoverage,
    ) -> Vec<NodeInfo> {
        let is_due = |due: &mut Timestamp| *due <= now;
        let seek = !self.connection.is_open() && self.seek_due.take_if(is_due).is_some();
        if self.standby_due.take_if(is_due).is_none() && !seek {
            return Vec::new();
        }
        let devices = self.devices.iter();
        let untold = devices.filter(|(index, DeviceState { device, .. })| {
            self.query.selects(device) && !coverage.tells_of(&self.place_of(**index), device)
        });
        let untold: Vec<DeviceIndex> = untold.map(|(index, _)| *index).collect();
        if !self.connection.is_open() {
            let sought = if seek {
                self.awaited(coverage)
            } else {
                Vec::new()
            };
            for index in untold.into_iter().chain(sought) {
                self.ask(now, index, Known::default());
            }
            // The nodes beside may be others than before.
            self.connection = Connection::Closed(Vec::new());
            return self.solar_nodes(coverage);
        }
        // Of a device that is paired with a receiver the kernel tells only where it drives that.
        let undriven = self.receiver.is_some() && !coverage.drives(&self.place.hid);
        if undriven || !untold.is_empty() {
            self.session.raise_flags();
            self.due = Some(now);
        } else if !self.is_done() || !self.pending_polls.is_empty() {
            // Its end puts the rest off once more.
        } else if self.session.holds_flags() {
            self.session.release_flags();
            self.due = Some(now);
        } else {
            debug!("{} is closed: the kernel tells of its devices", self.info);
            self.connection = Connection::Closed(Vec::new());
            self.due = self.light_timeout();
            self.input_pacing.resume();
            self.seek_due = (!self.awaited(coverage).is_empty()).then(|| now + SELDOM);
            return self.solar_nodes(coverage);
        }
        Vec::new()
    }

    /// Those that sleep and whose battery the kernel has yet to find.
    fn awaited(&self, coverage: &KernelCoverage) -> Vec<DeviceIndex> {
        let devices = self
            .devices
            .iter()
            .filter(|(index, DeviceState { device, .. })| {
                self.query.selects(device)
                    && coverage.is_to_tell_of(&self.place_of(**index), device)
            });
        devices.map(|(index, _)| *index).collect()
    }

    /// Listens to this beside the closed node.
    pub(in crate::manager) fn listen(&mut self, transport: Box<dyn Transport + 'a>) {
        if let Connection::Closed(beside) = &mut self.connection {
            beside.push(transport);
        }
    }

    fn solar_nodes(&self, coverage: &KernelCoverage) -> Vec<NodeInfo> {
        let solar = self.devices.keys().filter(|index| self.is_solar(**index));
        let nodes = solar.filter_map(|index| coverage.child(&self.place_of(*index)));
        nodes.cloned().collect()
    }

    fn is_solar(&self, index: DeviceIndex) -> bool {
        let battery = self.device(index).and_then(|it| it.battery.as_ref());
        battery.is_some_and(|battery| battery.source == BatterySource::SolarDashboard)
    }

    fn place_of(&self, index: DeviceIndex) -> Place {
        Place {
            hid: self.place.hid.clone(),
            slot: self.receiver.as_ref().and_then(|_| index.slot()),
        }
    }

    /// The kernel heard something of a device; `before` is what it said the last time.
    pub(in crate::manager) fn note_supply(
        &mut self,
        now: Timestamp,
        supply: &Supply,
        before: Option<&Supply>,
    ) {
        if before.is_none() {
            self.put_off_standby(now);
        }
        let index = supply.place.slot.map_or(DeviceIndex::DIRECT, Into::into);
        let Some(device) = self.device(index) else {
            return;
        };
        if supply.lost && !self.connection.is_open() && device.presence != Presence::Offline {
            self.change(index, |device| device.presence = Presence::Offline);
            return;
        }
        let back = device.presence == Presence::Offline;
        let same_charge = before.is_none_or(|before| before.charge == supply.charge);
        if back || !self.is_solar(index) || !same_charge {
            self.pending_polls
                .entry(index)
                .or_insert(PendingPoll { heard: now, back });
            self.due = self.due.into_iter().chain(self.pending_polls_due()).min();
        }
    }

    /// The kernel gave a device up: what it said of it counts no more.
    pub(in crate::manager) fn note_supply_gone(&mut self, now: Timestamp, place: &Place) {
        self.pending_polls
            .remove(&place.slot.map_or(DeviceIndex::DIRECT, Into::into));
        self.note_coverage(now);
    }

    /// The kernel made a node for a paired device, or removed it (`product` is `None`).
    pub(in crate::manager) fn note_child(
        &mut self,
        now: Timestamp,
        place: &Place,
        product: Option<u16>,
    ) {
        self.note_coverage(now);
        let Some(slot) = place.slot.filter(|_| self.phase == Phase::Searched) else {
            return;
        };
        let device = self.device(slot.into());
        let known = device.and_then(|device| device.wpid);
        if product.is_none() || product.map(Wpid) != known {
            self.pending_polls.remove(&slot.into());
            self.session.check_slot(slot);
            self.due = Some(now);
        }
    }

    /// Asks the devices of which the kernel spoke.
    pub(super) fn poll_pending(&mut self, now: Timestamp) {
        let due = self
            .pending_polls
            .iter()
            .filter(|(_, pending)| pending.due() <= now);
        let due: Vec<(DeviceIndex, PendingPoll)> =
            due.map(|(index, pending)| (*index, *pending)).collect();
        for (index, pending) in due {
            self.pending_polls.remove(&index);
            self.put_off_standby(now);
            let Some(state) = self.devices.get_mut(&index) else {
                continue;
            };
            let battery = state.device.battery.as_ref();
            let told = battery.map(|battery| battery.at).filter(|_| !pending.back);
            let fresh = told
                .max(state.poll.last())
                .is_some_and(|at| at + FRESH >= pending.heard);
            if state.poll.is_running() || fresh || !self.query.wanted.battery {
                continue;
            }
            // What it says of its wake while the node is open is the same.
            state.woken = Some(now);
            if self.is_wanted(index) {
                self.probe(now, index, Wanted::BATTERY, Known::default());
            }
        }
    }

    /// When [`Self::poll_pending`] has something to do.
    pub(super) fn pending_polls_due(&self) -> Option<Timestamp> {
        self.pending_polls
            .values()
            .map(|pending| pending.due())
            .min()
    }
}
