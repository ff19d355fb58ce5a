//! When to have light measured while somebody watches: in short series, each renewed before its end.
//!
//! A solar keyboard pays for every measurement, a request for a series costs it one more. So a
//! series is long enough for the requests to be few, and short enough that a watch that was killed
//! does not leave it measuring for long.

use std::time::Duration;

use super::model::{Entry, Key, Model};
use crate::device::Device;
use crate::feature::solar_dashboard::LightMeasure;
use crate::units::Timestamp;

/// A series lasts about so long.
const SERIES_S: u8 = 60;

/// And has so many measurements at least.
const REPORTS: u8 = 3;

/// What was asked of whom.
#[derive(Debug)]
pub(super) struct Lease {
    /// Seconds from one measurement to the next; `None`: light is not asked for.
    period_s: Option<u8>,
    asked: Vec<(Key, Timestamp)>,
}

impl Lease {
    /// A measurement each so many seconds; `None`: only as they come.
    pub(super) const fn every(period_s: Option<u8>) -> Self {
        let asked = Vec::new();
        Self { period_s, asked }
    }

    /// What is to be measured once somebody presses a key for it.
    pub(super) fn at_once(&mut self, now: Timestamp, device: &Entry) -> LightMeasure {
        let Some(series) = self.series() else {
            return LightMeasure::ONCE;
        };
        self.note(now, device);
        series
    }

    /// Who is to be asked now, and for what. Sleepers are not.
    pub(super) fn due<'a>(
        &mut self,
        now: Timestamp,
        model: &'a Model,
    ) -> Vec<(&'a Device, LightMeasure)> {
        let Some(series) = self.series() else {
            return Vec::new();
        };
        let awake = |key: &Key| model.entries.iter().any(|it| it.is(key) && is_awake(it));
        self.asked.retain(|(key, _)| awake(key));
        let mut due = Vec::new();
        for entry in model.entries.iter().filter(|it| is_awake(it)) {
            if self.renewal(entry).is_none_or(|renewal| renewal <= now) {
                self.note(now, entry);
                due.push((&entry.device, series));
            }
        }
        due
    }

    /// When somebody is to be asked again.
    pub(super) fn next(&self, model: &Model) -> Option<Timestamp> {
        let awake = model.entries.iter().filter(|it| is_awake(it));
        awake.filter_map(|entry| self.renewal(entry)).min()
    }

    fn note(&mut self, now: Timestamp, entry: &Entry) {
        self.asked.retain(|(key, _)| !entry.is(key));
        self.asked.push((entry.key(), now));
    }

    /// When the series of a device is to be renewed: before its last measurements. One that woke
    /// since it was asked measures nothing any more.
    fn renewal(&self, entry: &Entry) -> Option<Timestamp> {
        let series = self.series()?;
        let (_, asked) = self.asked.iter().find(|(key, _)| entry.is(key))?;
        if entry.back.is_some_and(|back| back > *asked) {
            return Some(*asked);
        }
        let reports = u32::from(series.reports - series.reports / REPORTS);
        Some(*asked + Duration::from_secs(series.period_s.into()) * reports)
    }

    fn series(&self) -> Option<LightMeasure> {
        let period_s = self.period_s?;
        let reports = SERIES_S.checked_div(period_s)?.max(REPORTS);
        Some(LightMeasure { reports, period_s })
    }
}

fn is_awake(entry: &Entry) -> bool {
    entry.device.is_online() && !entry.is_old() && entry.measures_light()
}
