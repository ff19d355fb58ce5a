//! When a solar keyboard is told to measure light: in the series that is wanted, or because the
//! light last measured is old.

use std::time::Duration;

use super::device_state::DeviceState;
use super::light_pacing::Measuring;
use super::{Node, Phase};
use crate::device::{Device, Link};
use crate::feature::solar_dashboard::LightMeasure;
use crate::session::Hold;
use crate::units::Timestamp;
use crate::wire::DeviceIndex;

/// A keyboard is told a wanted series at most so often, then the latest: however many want light,
/// it has its peace.
const PACE: Duration = Duration::from_secs(1);

impl Node<'_> {
    /// Makes the device at a link measure light in this series, or no longer; `false`: it is not here,
    /// or cannot measure light now.
    pub(in crate::manager) fn measure_light(
        &mut self,
        now: Timestamp,
        link: &Link,
        series: Option<LightMeasure>,
    ) -> bool {
        let index = self.find(link).filter(|index| {
            let online = self.device(*index).is_some_and(Device::is_online);
            online && self.session.has_light(*index)
        });
        let Some(state) = index.and_then(|index| self.devices.get_mut(&index)) else {
            return false;
        };
        state.measuring.next = Some(series.unwrap_or(LightMeasure::CANCEL));
        self.due = Some(now);
        true
    }

    /// When a keyboard is to be told something.
    pub(super) fn light_timeout(&self) -> Option<Timestamp> {
        let due = self.devices.iter();
        let due = due.filter_map(|(index, state)| self.next_series(*index, state));
        due.map(|(due, _)| due).min()
    }

    /// Tells keyboards what is due.
    pub(super) fn measure_due(&mut self, now: Timestamp) {
        for state in self.devices.values_mut() {
            // What was wanted of one that fell asleep is not made up for.
            let online = state.device.is_online();
            state.measuring.next.take_if(|_| !online);
        }
        let due: Vec<(DeviceIndex, LightMeasure)> = self
            .devices
            .iter()
            .filter_map(|(index, state)| {
                let (due, series) = self.next_series(*index, state)?;
                (due <= now).then_some((*index, series))
            })
            .collect();
        for (index, series) in due {
            let Some(state) = self.devices.get_mut(&index) else {
                continue;
            };
            state.measuring.next = None;
            if !series.is_cancel() {
                state.measuring.told = Some(now);
                self.session.lease_light(index, series, Hold::Once);
            } else if self.session.runs_series(index) {
                state.measuring.told = Some(now);
                self.session.release_light(index);
            }
        }
    }

    /// A series that was wanted and not told yet is void.
    pub(super) fn forget_series(&mut self, index: DeviceIndex) {
        if let Some(state) = self.devices.get_mut(&index) {
            state.measuring.next = None;
        }
    }

    /// What a device is to be told next, and when. One that sleeps is told nothing.
    fn next_series(
        &self,
        index: DeviceIndex,
        state: &DeviceState,
    ) -> Option<(Timestamp, LightMeasure)> {
        let device = &state.device;
        if self.phase == Phase::Closing || !device.is_online() || !self.session.has_light(index) {
            return None;
        }
        let Measuring { next, told } = state.measuring;
        if let Some(series) = next {
            return Some((told.map_or(Timestamp::START, |told| told + PACE), series));
        }
        let every = self.query.light_every?;
        if self.session.is_measuring(index) || !self.query.selects(device) {
            return None;
        }
        // Who is asked for the battery measures by that.
        let measured = device.light.map(|light| light.at);
        let last = [measured, told, state.poll.last()]
            .into_iter()
            .flatten()
            .max();
        let due = last.map_or(Timestamp::START, |last| last + every);
        Some((due, LightMeasure::ONCE))
    }
}
