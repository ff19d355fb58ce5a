//! Standby: keeps a node closed while the kernel driver reports on its devices.
//!
//! A program that has a receiver's node open is woken by every key press and every motion of every
//! device. So if the kernel driver reports the batteries ([`Supply`]), the node is closed once all
//! requests are answered, and the last values are kept. Each kernel report on a device means that
//! the device sent something, and triggers one poll. The report itself is not enough: the kernel
//! drops the M705's events, has no light, no charge steps and usually no voltage, and derives the
//! state of a K750 from its charge.
//!
//! A K750 is polled only if its charge changed or it came back online: each measurement makes the
//! kernel report again, so polling on every report would never end.

use std::time::Duration;

use log::debug;

use super::connection::Connection;
use super::device_state::DeviceState;
use super::{Node, Phase};
use crate::device::{BatterySource, Presence};
use crate::manager::kernel_coverage::KernelCoverage;
use crate::transport::{NodeInfo, Place, Supply, Transport};
use hidpp_proto::session::{Known, Wanted};
use hidpp_proto::units::Timestamp;
use hidpp_proto::wire::{DeviceIndex, Wpid};

/// The poll interval for a sleeping device with a battery that the kernel has not read yet: the
/// kernel may fail to read it when the device wakes, and then reports nothing.
const SELDOM: Duration = Duration::from_secs(60 * 60);

impl<'a> Node<'a> {
    /// Whether the node is closed and a request is waiting.
    pub(in crate::manager) fn wants_open(&self) -> bool {
        !self.connection.is_open() && !self.session.is_idle()
    }

    /// Resumes after standby with a new transport.
    pub(in crate::manager) fn reopen(
        &mut self,
        now: Timestamp,
        transport: Box<dyn Transport + 'a>,
    ) {
        debug!("{} reopened", self.info);
        self.connection = Connection::Open(transport);
        self.due = Some(now);
    }

    /// Whether it is the node of this place.
    pub(in crate::manager) fn leads_to(&self, place: &Place) -> bool {
        self.place.hid == place.hid
    }

    /// There was traffic: checks a little later whether the node can be closed.
    pub(super) fn put_off_standby(&mut self, now: Timestamp) {
        if self.query.quiet {
            self.standby.on_exchange(now);
        }
    }

    /// The kernel started or stopped driving a device.
    pub(in crate::manager) fn on_coverage(&mut self, now: Timestamp) {
        self.standby.on_coverage(now);
    }

    /// Closes the node if it is idle and the kernel reports on all devices, and returns the
    /// additional nodes to receive from. Polls devices on which the kernel no longer reports.
    pub(in crate::manager) fn settle(
        &mut self,
        now: Timestamp,
        coverage: &KernelCoverage,
    ) -> Vec<NodeInfo> {
        let seek = self.connection.take_seek(now);
        if !self.standby.take_check(now) && !seek {
            return Vec::new();
        }
        let devices = self.devices.iter();
        let unreported = devices.filter(|(index, DeviceState { device, .. })| {
            self.query.selects(device) && !coverage.reports(&self.place_of(**index), device)
        });
        let unreported: Vec<DeviceIndex> = unreported.map(|(index, _)| *index).collect();
        if !self.connection.is_open() {
            let sought = if seek {
                self.awaited(coverage)
            } else {
                Vec::new()
            };
            for index in unreported.into_iter().chain(sought) {
                self.ask(now, index, Known::default());
            }
            self.connection.stop_listening();
            return self.solar_nodes(coverage);
        }
        // The kernel reports on a paired device only where it drives the receiver.
        let undriven = self.receiver.is_some() && !coverage.drives(&self.place.hid);
        if undriven || !unreported.is_empty() {
            self.session.raise_flags();
            self.due = Some(now);
        } else if !self.is_done() || self.standby.has_polls() {
            // When that ends, the check is rescheduled.
        } else if self.session.holds_flags() {
            self.session.release_flags();
            self.due = Some(now);
        } else {
            debug!(
                "{} closed for standby: the kernel reports on its devices",
                self.info
            );
            let seek_due = (!self.awaited(coverage).is_empty()).then(|| now + SELDOM);
            self.connection = Connection::closed(seek_due);
            self.due = self.light_timeout();
            self.input_pacing.resume();
            return self.solar_nodes(coverage);
        }
        Vec::new()
    }

    /// The sleeping devices with a battery that the kernel has not read yet.
    fn awaited(&self, coverage: &KernelCoverage) -> Vec<DeviceIndex> {
        let devices = self
            .devices
            .iter()
            .filter(|(index, DeviceState { device, .. })| {
                self.query.selects(device) && coverage.will_report(&self.place_of(**index), device)
            });
        devices.map(|(index, _)| *index).collect()
    }

    /// Adds a node to receive from while its own is closed.
    pub(in crate::manager) fn listen(&mut self, transport: Box<dyn Transport + 'a>) {
        self.connection.listen(transport);
    }

    fn solar_nodes(&self, coverage: &KernelCoverage) -> Vec<NodeInfo> {
        let solar = self.devices.keys().filter(|index| self.is_solar(**index));
        let nodes = solar.filter_map(|index| coverage.child(&self.place_of(*index)));
        nodes.cloned().collect()
    }

    fn is_solar(&self, index: DeviceIndex) -> bool {
        let battery = self.device(index).and_then(|it| it.battery.as_ref());
        battery.is_some_and(|battery| battery.source == BatterySource::SOLAR)
    }

    fn place_of(&self, index: DeviceIndex) -> Place {
        Place {
            hid: self.place.hid.clone(),
            slot: self.receiver.as_ref().and_then(|_| index.slot()),
        }
    }

    /// The kernel reported on a device; `before` is its previous report.
    pub(in crate::manager) fn on_supply(
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
            self.standby.on_report(now, index, back);
            self.due = self.due.into_iter().chain(self.standby.polls_due()).min();
        }
    }

    /// The kernel stopped driving a device: its reports on it are void.
    pub(in crate::manager) fn on_supply_gone(&mut self, now: Timestamp, place: &Place) {
        self.standby
            .forget(place.slot.map_or(DeviceIndex::DIRECT, Into::into));
        self.on_coverage(now);
    }

    /// The kernel created a node for a paired device, or removed it (`product` is `None`).
    pub(in crate::manager) fn on_child(
        &mut self,
        now: Timestamp,
        place: &Place,
        product: Option<u16>,
    ) {
        self.on_coverage(now);
        let Some(slot) = place.slot.filter(|_| self.phase == Phase::Searched) else {
            return;
        };
        let device = self.device(slot.into());
        let known = device.and_then(|device| device.wpid);
        if product.is_none() || product.map(Wpid) != known {
            self.standby.forget(slot.into());
            self.session.check_slot(slot);
            self.due = Some(now);
        }
    }

    /// Polls the devices on which the kernel reported.
    pub(super) fn poll_pending(&mut self, now: Timestamp) {
        for (index, pending) in self.standby.take_polls(now) {
            self.put_off_standby(now);
            let Some(state) = self.devices.get_mut(&index) else {
                continue;
            };
            let reading = state.device.battery.map(|battery| battery.at);
            let is_answered = pending.is_answered_by(reading, state.poll.last());
            if state.poll.is_running()
                || is_answered
                || !self.query.wanted.contains(Wanted::BATTERY)
            {
                continue;
            }
            // Wake reports that arrive while the node is open belong to the same wake.
            state.woken = Some(now);
            if self.is_wanted(index) {
                self.probe(now, index, Wanted::BATTERY, Known::default());
            }
        }
    }
}
