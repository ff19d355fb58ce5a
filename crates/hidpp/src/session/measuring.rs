//! Light measurements: connects requests and reports with the series and the probes that wait for
//! them.

use super::event::{DeviceFact, Event};
use super::light::{Action, LightSeries};
use super::request::{Request, RequestError};
use super::stale::StaleReason;
use super::{Purpose, Session, probe};
use crate::feature::BatteryFeature;
use crate::feature::solar_dashboard::{self, LightMeasure};
use crate::units::Timestamp;
use crate::wire::{DeviceIndex, Error10, FeatureIndex, Report};

impl Session {
    /// Requests one light measurement from a solar keyboard, unless a series is running; the
    /// measurement is returned as an event.
    pub fn measure_light(&mut self, device: DeviceIndex) {
        if !self.runs_light_series(device) {
            self.start_light_series(device, LightMeasure::ONCE);
        }
    }

    /// Requests a series of light measurements from a solar keyboard. It replaces any series before
    /// and ends by itself; each measurement is returned as an event.
    ///
    /// Returns `false` if the index of its solar dashboard is not known: call [`Self::probe`]
    /// first.
    pub fn start_light_series(&mut self, device: DeviceIndex, requested: LightMeasure) -> bool {
        if self.solar_index(device).is_none() || requested.is_cancel() {
            return false;
        }
        let (series, action) = LightSeries::start(requested);
        self.withdraw_measuring(device);
        let replaced = self.light_series.insert(device, series);
        self.act_on_light(device, action);
        if replaced.is_some() {
            // The probe that waited for a measurement continues: the series brings it.
            self.continue_probe(device);
        }
        true
    }

    /// Cancels a series of light measurements.
    pub fn end_light_series(&mut self, device: DeviceIndex) {
        if self.light_series.remove(&device).is_some() {
            self.withdraw_measuring(device);
            self.act_on_light(device, Action::Ask(LightMeasure::CANCEL));
            // A probe that waited for the measurement continues without it.
            self.continue_probe(device);
        }
    }

    pub(super) fn solar_index(&self, device: DeviceIndex) -> Option<FeatureIndex> {
        self.known
            .get(&device)?
            .feature(BatteryFeature::SolarDashboard.id())?
    }

    /// Whether the index of a device's solar dashboard is known.
    pub fn has_light(&self, device: DeviceIndex) -> bool {
        self.solar_index(device).is_some()
    }

    /// Whether a device measures light, or a request for it is under way.
    pub fn is_measuring(&self, device: DeviceIndex) -> bool {
        self.light_series.contains_key(&device)
    }

    /// Whether a device measures light more than once.
    pub fn runs_light_series(&self, device: DeviceIndex) -> bool {
        self.light_series
            .get(&device)
            .is_some_and(LightSeries::is_repeated)
    }

    /// Withdraws a request for a series that is not answered yet.
    pub(super) fn withdraw_measuring(&mut self, device: DeviceIndex) {
        self.exchange
            .withdraw(|purpose| *purpose == Purpose::Light(device, true));
    }

    pub(super) fn act_on_light(&mut self, device: DeviceIndex, action: Action) {
        match action {
            Action::Wait => {}
            Action::Ask(series) => {
                let Some(index) = self.solar_index(device) else {
                    // The index was dropped meanwhile, and is looked up again before it is used.
                    self.finish_light(device);
                    return;
                };
                let request: Request = solar_dashboard::set_light_measure(index, series).into();
                let purpose = Purpose::Light(device, !series.is_cancel());
                self.exchange.submit(device, request, purpose);
            }
            Action::Done => self.finish_light(device),
            Action::GiveUp => {
                let mut facts = Vec::new();
                // The remembered index of the solar dashboard may be stale.
                let known = self.known.entry(device).or_default();
                let again = match self.probes.get_mut(&device) {
                    Some(probe) => {
                        probe.handle_stale(known, StaleReason::NoMeasurement, &mut facts)
                    }
                    None => false,
                };
                if !again {
                    facts.push(DeviceFact::NoLight);
                }
                self.publish(device, facts);
                self.finish_light(device);
            }
        }
    }

    /// Continues a probe, unless it waits for an answer or for its own light measurement.
    pub(super) fn continue_probe(&mut self, device: DeviceIndex) {
        let asking = self
            .exchange
            .any(|purpose| matches!(purpose, Purpose::Probe(at, _) if *at == device));
        let measuring = self.is_measuring(device) && !self.runs_light_series(device);
        let route = self.route();
        let waiting = asking || self.first_notices.contains_key(&device);
        let Some(probe) = self.probes.get_mut(&device).filter(|_| !waiting) else {
            return;
        };
        let mut facts = Vec::new();
        let known = self.known.entry(device).or_default();
        let step = probe.next_step(known, route, &mut facts);
        let complete = step.is_none() && !measuring && probe.complete();
        self.publish(device, facts);
        match step {
            Some(probe::Step::MeasureLight(_)) if self.runs_light_series(device) => {
                self.continue_probe(device);
            }
            Some(probe::Step::MeasureLight(_)) => {
                self.measure_light(device);
            }
            Some(step) => self.submit_step(device, step),
            None if complete => self.events.push_back(Event::Probed(device)),
            None => {}
        }
    }

    /// A single measurement is over; the probe that waited for it continues, or is complete.
    pub(super) fn finish_light(&mut self, device: DeviceIndex) {
        self.light_series.remove(&device);
        self.continue_probe(device);
    }

    /// Processes the outcome of starting a series.
    pub(super) fn settle_measuring(
        &mut self,
        now: Timestamp,
        device: DeviceIndex,
        outcome: Result<Report, RequestError>,
    ) {
        match outcome {
            Ok(report) => {
                if self.is_nonsense(device, &report) {
                    self.light_series.remove(&device);
                } else if let Some(series) = self.light_series.get_mut(&device) {
                    series.handle_accepted(now);
                }
            }
            Err(error) => self.lose_light(device, error),
        }
        self.continue_probe(device);
    }

    /// The link was lost: light requests that cannot be answered are withdrawn.
    pub(super) fn end_measuring(&mut self, device: DeviceIndex) {
        if self.is_measuring(device) {
            self.withdraw_measuring(device);
            self.lose_light(device, RequestError::Unreachable(Error10::ResourceError));
            self.continue_probe(device);
        }
    }

    fn lose_light(&mut self, device: DeviceIndex, error: RequestError) {
        self.light_series.remove(&device);
        let mut facts = Vec::new();
        let step = self.solar_index(device).map(probe::Step::MeasureLight);
        let known = self.known.entry(device).or_default();
        match (step, self.probes.get_mut(&device)) {
            (Some(step), Some(probe)) => probe.handle(known, step, Err(error), &mut facts),
            _ => facts.push(DeviceFact::Failed(error)),
        }
        self.publish(device, facts);
    }

    /// Whether the answer to a light request shows that the remembered index belongs to another
    /// feature. The device is then probed from the start, once.
    fn is_nonsense(&mut self, device: DeviceIndex, report: &Report) -> bool {
        let series = self.light_series.get(&device).map(LightSeries::requested);
        let Some(probe) = self.probes.get_mut(&device) else {
            return false;
        };
        if series.is_none_or(|series| solar_dashboard::is_answer(report, series)) {
            return false;
        }
        let mut facts = Vec::new();
        let known = self.known.entry(device).or_default();
        let again = probe.handle_nonsense(known, BatteryFeature::SolarDashboard, &mut facts);
        self.publish(device, facts);
        again
    }
}
