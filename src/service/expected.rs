//! The forecasts from the histories of devices, and when to recompute them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::device::{ChargeState, Device, TimeLeft};
use hidpp_proto::units::Percent;

/// The age at which a forecast for an unchanged reading is recomputed from the history, when the
/// device is recorded next.
const OFTEN: Duration = Duration::from_secs(60 * 60);

/// The same for a changed reading. This limits the cost for a device with constantly changing
/// readings.
const SELDOM: Duration = Duration::from_secs(60);

/// The number of forecasts stored; beyond it the oldest is dropped.
const MOST: usize = 256;

/// Forecasts by device id. They outlive their devices, so that the history of a device that often
/// connects and disconnects is not parsed each time.
#[derive(Debug, Default)]
pub(super) struct Expectations(BTreeMap<String, Expected>);

#[derive(Debug)]
struct Expected {
    left: Option<TimeLeft>,
    made: Instant,
    of: Reading,
}

/// The values that a forecast depends on.
type Reading = (Option<Percent>, Option<ChargeState>);

/// When to parse a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    Now,
    At(Instant),
    /// When the device is recorded next after [`OFTEN`].
    Later,
}

fn reading(device: &Device) -> Reading {
    let battery = device.battery;
    let charge = battery.and_then(|it| it.percent);
    (charge, battery.map(|it| it.state))
}

impl Expectations {
    /// When to parse the history of a device. The forecast from an earlier reading is dropped at
    /// once if the charge increased or the state changed.
    pub(super) fn due(&mut self, device: &Device, now: Instant) -> Due {
        let Some(expected) = self.0.get_mut(&device.id) else {
            return Due::Now;
        };
        let after = reading(device);
        let is_same = expected.of == after;
        let due = expected.made + if is_same { OFTEN } else { SELDOM };
        if due <= now {
            return Due::Now;
        }
        if is_same {
            return Due::Later;
        }
        let (before, state) = expected.of;
        if after.0 > before || after.1 != state {
            expected.left = None;
        }
        Due::At(due)
    }

    /// Stores the forecast computed from the history of a device.
    pub(super) fn take(&mut self, device: &Device, now: Instant, left: Option<TimeLeft>) {
        let expected = Expected {
            left,
            made: now,
            of: reading(device),
        };
        self.0.insert(device.id.clone(), expected);
        if self.0.len() > MOST {
            let oldest = self.0.iter().min_by_key(|(_, it)| it.made);
            if let Some(oldest) = oldest.map(|(id, _)| id.clone()) {
                self.0.remove(&oldest);
            }
        }
    }

    /// The time left according to the last forecast.
    pub(super) fn left(&self, id: &str) -> Option<TimeLeft> {
        self.0.get(id)?.left
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::samples::{battery, mouse};
    use crate::device::{TimeBasis, TimeLeftUntil};
    use hidpp_proto::units::Timestamp;

    fn discharging(percent: u8) -> Device {
        mouse("C087-1", battery(percent, ChargeState::Discharging))
    }

    fn hours(hours: u64) -> TimeLeft {
        let hours = Duration::from_secs(hours * 3600);
        TimeLeft {
            until: TimeLeftUntil::Empty,
            basis: TimeBasis::Use,
            best: hours,
            low: hours / 2,
            high: hours * 2,
            at: Timestamp::START,
        }
    }

    #[test]
    fn a_history_is_parsed_hourly_or_for_a_changed_reading_after_a_minute() {
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        let mut expected = Expectations::default();
        assert_eq!(expected.due(&discharging(40), start), Due::Now);
        expected.take(&discharging(40), start, Some(hours(9)));
        for (percent, seconds, look) in [
            (40, 0, Due::Later),
            (40, 3599, Due::Later),
            (40, 3600, Due::Now),
            (39, 1, Due::At(after(60))),
            (39, 60, Due::Now),
        ] {
            let found = expected.due(&discharging(percent), after(seconds));
            assert_eq!(found, look, "{percent} {seconds}");
        }
        assert_eq!(expected.left("C087-1"), Some(hours(9)), "it fell by 1 %");
    }

    #[test]
    fn the_forecast_of_an_empty_battery_is_dropped_when_it_is_charged() {
        let start = Instant::now();
        let soon = start + Duration::from_secs(1);
        for device in [
            discharging(100),
            mouse("C087-1", battery(5, ChargeState::Charging)),
        ] {
            let mut expected = Expectations::default();
            expected.take(&discharging(5), start, Some(hours(2)));
            assert!(matches!(expected.due(&device, soon), Due::At(_)));
            assert_eq!(expected.left("C087-1"), None, "{device:?}");
        }
    }

    #[test]
    fn forecasts_of_many_devices_need_bounded_memory() {
        let start = Instant::now();
        let mut expected = Expectations::default();
        for number in 0..1000 {
            let battery = battery(5, ChargeState::Discharging);
            let device = mouse(&format!("C087-{number}"), battery);
            let now = start + Duration::from_millis(number);
            expected.take(&device, now, Some(hours(2)));
        }
        assert_eq!(expected.0.len(), MOST);
        assert!(expected.left("C087-999").is_some());
    }
}
