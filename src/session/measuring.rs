//! Light measurements: requests and reports on one side, leases and the probes that wait for them
//! on the other.

use super::event::DeviceFact;
use super::light::{Action, Hold, LightLease};
use super::request::{Request, RequestError};
use super::{Purpose, Session, probe};
use crate::feature::solar_dashboard::{self, LightMeasure};
use crate::units::Timestamp;
use crate::wire::{FeatureId, FeatureIndex, Report, Slot};

impl Session {
    /// Makes the solar keyboard in a slot measure light; the measurements come as events. A
    /// single series changes nothing while a lease is held: it measures anyway. A held lease is
    /// renewed two reports before the end of each series, so long series cost fewer requests.
    ///
    /// `false`: it is not known where its solar dashboard stands; probe it first.
    pub fn lease_light(&mut self, slot: Slot, series: LightMeasure, hold: Hold) -> bool {
        if self.solar_index(slot).is_none() || series.is_cancel() {
            return false;
        }
        if hold == Hold::Once && self.is_held(slot) {
            return true;
        }
        let (lease, action) = LightLease::start(series, hold);
        self.withdraw_measuring(slot);
        let replaced = self.leases.insert(slot, lease);
        self.act_on_light(slot, action);
        if replaced.is_some_and(|lease| lease.hold() == Hold::Once) {
            // The probe that waited for it goes on: measurements come anyway.
            self.continue_probe(slot);
        }
        true
    }

    /// Ends a series of light measurements.
    pub fn release_light(&mut self, slot: Slot) {
        if let Some(lease) = self.leases.remove(&slot) {
            self.withdraw_measuring(slot);
            self.act_on_light(slot, lease.release());
            // A probe that waited for its measurement goes on without.
            self.continue_probe(slot);
        }
    }

    pub(super) fn solar_index(&self, slot: Slot) -> Option<FeatureIndex> {
        self.known.get(&slot)?.feature(FeatureId::SOLAR_DASHBOARD)?
    }

    pub(super) fn is_held(&self, slot: Slot) -> bool {
        self.leases
            .get(&slot)
            .is_some_and(|lease| lease.hold() == Hold::UntilReleased)
    }

    /// Takes back a request for a series that is not answered yet.
    pub(super) fn withdraw_measuring(&mut self, slot: Slot) {
        self.exchange
            .withdraw(|purpose| *purpose == Purpose::Light(slot, true));
    }

    pub(super) fn act_on_light(&mut self, slot: Slot, action: Action) {
        match action {
            Action::Wait => {}
            Action::Ask(series) => {
                let Some(index) = self.solar_index(slot) else {
                    return;
                };
                let request: Request = solar_dashboard::set_light_measure(index, series).into();
                let purpose = Purpose::Light(slot, !series.is_cancel());
                self.exchange.submit(slot.into(), request, purpose);
            }
            Action::Done => self.end_lease(slot),
            Action::GiveUp => {
                self.publish(slot, vec![DeviceFact::NoLight]);
                if !self.is_held(slot) {
                    self.end_lease(slot);
                }
            }
        }
    }

    /// A single measurement is over; the probe that wanted it goes on, or is complete.
    fn end_lease(&mut self, slot: Slot) {
        self.leases.remove(&slot);
        self.continue_probe(slot);
    }

    /// Takes the outcome of starting a series.
    pub(super) fn settle_measuring(
        &mut self,
        now: Timestamp,
        slot: Slot,
        outcome: Result<Report, RequestError>,
    ) {
        match outcome {
            Ok(_) => {
                if let Some(lease) = self.leases.get_mut(&slot) {
                    lease.handle_accepted(now);
                }
            }
            // A held lease goes on when the device is back.
            Err(error) if self.is_held(slot) && error.is_absence() => {
                if let Some(lease) = self.leases.get_mut(&slot) {
                    lease.handle_refused();
                }
                self.publish(slot, vec![DeviceFact::Absent(error)]);
            }
            Err(error) => {
                self.leases.remove(&slot);
                let mut facts = Vec::new();
                let step = self.solar_index(slot).map(probe::Step::MeasureLight);
                match (step, self.probes.get_mut(&slot)) {
                    (Some(step), Some(probe)) => probe.handle(step, Err(error), &mut facts),
                    _ => facts.push(DeviceFact::Failed(error)),
                }
                self.publish(slot, facts);
            }
        }
        self.continue_probe(slot);
    }
}
