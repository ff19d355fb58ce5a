//! When a solar keyboard is told to measure light: in the series that is wanted, or because the
//! light last measured is old.

use std::time::Duration;

use super::{Node, Phase};
use crate::device::{Device, Link};
use crate::feature::solar_dashboard::LightMeasure;
use crate::session::Hold;
use crate::units::Timestamp;
use crate::wire::DeviceIndex;

/// A keyboard is told a wanted series at most so often, then the latest: however many want light,
/// it has its peace.
const PACE: Duration = Duration::from_secs(1);

/// What a solar keyboard was told and is to be told.
#[derive(Debug, Default)]
pub(super) struct Measuring {
    /// The series that is wanted next; one that cancels: none any more.
    next: Option<LightMeasure>,
    /// When it was told last.
    told: Option<Timestamp>,
}

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
            let online = self.devices.get(index).is_some_and(Device::is_online);
            online && self.session.has_light(*index)
        });
        let Some(dealings) = index.and_then(|index| self.dealings.get_mut(&index)) else {
            return false;
        };
        dealings.measuring.next = Some(series.unwrap_or(LightMeasure::CANCEL));
        self.due = Some(now);
        true
    }

    /// When a keyboard is to be told something.
    pub(super) fn light_timeout(&self) -> Option<Timestamp> {
        let due = self.devices.iter();
        let due = due.filter_map(|(index, device)| self.next_series(*index, device));
        due.map(|(due, _)| due).min()
    }

    /// Tells keyboards what is due.
    pub(super) fn measure_due(&mut self, now: Timestamp) {
        for (index, dealings) in &mut self.dealings {
            let device = self.devices.get(index);
            // What was wanted of one that fell asleep is not made up for.
            dealings
                .measuring
                .next
                .take_if(|_| !device.is_some_and(Device::is_online));
        }
        let due: Vec<(DeviceIndex, LightMeasure)> = self
            .devices
            .iter()
            .filter_map(|(index, device)| {
                let (due, series) = self.next_series(*index, device)?;
                (due <= now).then_some((*index, series))
            })
            .collect();
        for (index, series) in due {
            let Some(dealings) = self.dealings.get_mut(&index) else {
                continue;
            };
            dealings.measuring.next = None;
            if !series.is_cancel() {
                dealings.measuring.told = Some(now);
                self.session.lease_light(index, series, Hold::Once);
            } else if self.session.runs_series(index) {
                dealings.measuring.told = Some(now);
                self.session.release_light(index);
            }
        }
    }

    /// A series that was wanted and not told yet is void.
    pub(super) fn forget_series(&mut self, index: DeviceIndex) {
        if let Some(dealings) = self.dealings.get_mut(&index) {
            dealings.measuring.next = None;
        }
    }

    /// What a device is to be told next, and when. One that sleeps is told nothing.
    fn next_series(
        &self,
        index: DeviceIndex,
        device: &Device,
    ) -> Option<(Timestamp, LightMeasure)> {
        let dealings = self.dealings.get(&index)?;
        if self.phase == Phase::Closing || !device.is_online() || !self.session.has_light(index) {
            return None;
        }
        let Measuring { next, told } = dealings.measuring;
        if let Some(series) = next {
            return Some((told.map_or(Timestamp::START, |told| told + PACE), series));
        }
        let every = self.query.light_every?;
        if self.session.is_measuring(index) || !self.query.selects(device) {
            return None;
        }
        // Who is asked for the battery measures by that.
        let measured = device.light.map(|light| light.at);
        let last = [measured, told, dealings.asked].into_iter().flatten().max();
        let due = last.map_or(Timestamp::START, |last| last + every);
        Some((due, LightMeasure::ONCE))
    }
}
