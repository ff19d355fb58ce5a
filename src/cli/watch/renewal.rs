//! Requests light measurements while the watch runs: in short series, each renewed before its end,
//! like a lease.
//!
//! Every measurement costs a solar keyboard energy, and requesting a series costs one more. So a
//! series is long enough to keep requests few, and short enough that a watch that was killed does
//! not leave the keyboard measuring for long.

use std::time::Duration;

use super::model::{Entry, Key, Model};
use crate::device::Device;
use hidpp_proto::feature::solar_dashboard::LightMeasure;
use hidpp_proto::units::Timestamp;

/// The length of a series, in seconds.
const SERIES_S: u8 = 60;

/// The least number of measurements of a series.
const REPORTS: u8 = 3;

/// The running series of all devices.
#[derive(Debug)]
pub(super) struct WatchRenewal {
    /// Seconds between measurements; `None`: light is not requested.
    period_s: Option<u8>,
    asked: Vec<(Key, Timestamp)>,
}

impl WatchRenewal {
    /// Requests a measurement at this interval; `None`: none.
    pub(super) const fn every(period_s: Option<u8>) -> Self {
        let asked = Vec::new();
        Self { period_s, asked }
    }

    /// Returns what to measure when the user presses the key for it.
    pub(super) fn at_once(&mut self, now: Timestamp, device: &Entry) -> LightMeasure {
        let Some(series) = self.series() else {
            return LightMeasure::ONCE;
        };
        self.note(now, device);
        series
    }

    /// Returns the devices that need a request now, with the series. Sleeping devices are left out.
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

    /// When the next request is due.
    pub(super) fn next(&self, model: &Model) -> Option<Timestamp> {
        let awake = model.entries.iter().filter(|it| is_awake(it));
        awake.filter_map(|entry| self.renewal(entry)).min()
    }

    fn note(&mut self, now: Timestamp, entry: &Entry) {
        self.asked.retain(|(key, _)| !entry.is(key));
        self.asked.push((entry.key(), now));
    }

    /// When the series of a device is to be renewed: before its last measurements. A device that
    /// woke up since the request no longer measures.
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::cli::watch::tests::at;
    use crate::client::naming::Naming;
    use crate::device::{Change, Changed, Light, Link, Presence};
    use hidpp_proto::units::Lux;
    use hidpp_proto::wire::Slot;

    fn keyboard(presence: Presence) -> Device {
        let link = Link::Paired {
            receiver: "AF4F95EA".to_owned(),
            slot: Slot::new(1).unwrap(),
        };
        let light = Light {
            lux: Lux(12),
            trusted: true,
            at: at(0),
        };
        Device {
            presence,
            light: Some(light),
            ..Device::new("4002-392A0750".to_owned(), link)
        }
    }

    fn model(presence: Presence) -> Model {
        let mut model = Model::new(Naming::Short);
        model.on_change(at(0), Change::DeviceAdded(keyboard(presence)));
        model
    }

    /// Returns the series requested at this time, in seconds.
    fn asked(renewal: &mut WatchRenewal, model: &Model, seconds: u64) -> Option<(u8, u8)> {
        let due = renewal.due(at(seconds), model);
        due.first()
            .map(|(_, series)| (series.reports, series.period_s))
    }

    #[test]
    fn a_series_is_about_a_minute_and_renewed_before_its_last_third() {
        let model = model(Presence::Online);
        for (period, series, renewed) in [(2, 30, 40), (1, 60, 40), (30, 3, 60), (255, 3, 510)] {
            let mut renewal = WatchRenewal::every(Some(period));
            assert_eq!(asked(&mut renewal, &model, 0), Some((series, period)));
            assert_eq!(renewal.next(&model), Some(at(renewed)));
            assert_eq!(asked(&mut renewal, &model, renewed - 1), None);
            assert_eq!(asked(&mut renewal, &model, renewed), Some((series, period)));
        }
    }

    #[test]
    fn a_sleeping_device_is_not_asked_and_is_asked_once_it_wakes() {
        let mut model = model(Presence::Online);
        let mut renewal = WatchRenewal::every(Some(2));
        assert!(asked(&mut renewal, &model, 0).is_some());
        for (presence, seconds, expected) in [
            (Presence::Offline, 5, None),
            (Presence::Online, 6, Some((30, 2))),
            (Presence::Unknown, 7, None),
        ] {
            let change = Change::DeviceChanged(keyboard(presence), vec![Changed::Presence]);
            model.on_change(at(seconds), change);
            assert_eq!(
                asked(&mut renewal, &model, seconds),
                expected,
                "{presence:?}"
            );
        }
        assert_eq!(renewal.next(&model), None);
    }

    #[test]
    fn a_device_that_slept_and_woke_between_two_checks_is_asked() {
        let mut model = model(Presence::Online);
        let mut renewal = WatchRenewal::every(Some(2));
        assert!(asked(&mut renewal, &model, 0).is_some());
        for presence in [Presence::Offline, Presence::Online] {
            let change = Change::DeviceChanged(keyboard(presence), vec![Changed::Presence]);
            model.on_change(at(3), change);
        }
        assert_eq!(asked(&mut renewal, &model, 3), Some((30, 2)));
    }

    #[test]
    fn a_key_measures_once_if_no_series_is_requested() {
        let model = model(Presence::Online);
        let entry = model.entries.first().unwrap();
        let mut never = WatchRenewal::every(None);
        assert_eq!(never.due(at(0), &model), []);
        assert_eq!(never.at_once(at(0), entry), LightMeasure::ONCE);
        let mut renewal = WatchRenewal::every(Some(2));
        assert_eq!(
            renewal.at_once(at(5), entry).reports,
            30,
            "the series is renewed"
        );
        assert_eq!(renewal.next(&model), Some(at(5) + Duration::from_secs(40)));
    }
}
