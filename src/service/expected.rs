//! The forecasts from the histories of devices, and when to renew them.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::device::{ChargeState, Device, TimeLeft};
use hidpp_proto::units::Percent;

/// A history is parsed again for the same reading after this time, if the device is noted then.
const OFTEN: Duration = Duration::from_secs(60 * 60);

/// And for another reading after this: a device whose readings change all the time costs no more.
const SELDOM: Duration = Duration::from_secs(60);

/// How many forecasts are kept; of more, the oldest is dropped.
const MOST: usize = 256;

/// Forecasts by the ids of devices. They outlive their devices: the history of a device that comes and
/// goes is not parsed each time.
#[derive(Debug, Default)]
pub(super) struct Expectations(BTreeMap<String, Expected>);

#[derive(Debug)]
struct Expected {
    left: Option<TimeLeft>,
    made: Instant,
    of: Reading,
}

/// What a forecast depends on.
type Reading = (Option<Percent>, Option<ChargeState>);

/// When to parse a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Now,
    At(Instant),
    /// When the device is noted next after [`OFTEN`].
    Later,
}

fn reading(device: &Device) -> Reading {
    let battery = device.battery;
    let charge = battery.and_then(|it| it.percent);
    (charge, battery.map(|it| it.state))
}

impl Expectations {
    /// When to parse the history of a device. A forecast from an earlier reading is dropped at once if
    /// the battery was refilled or changed its state.
    pub(super) fn look(&mut self, device: &Device, now: Instant) -> Look {
        let Some(expected) = self.0.get_mut(&device.id) else {
            return Look::Now;
        };
        let after = reading(device);
        let is_same = expected.of == after;
        let due = expected.made + if is_same { OFTEN } else { SELDOM };
        if due <= now {
            return Look::Now;
        }
        if is_same {
            return Look::Later;
        }
        let (before, state) = expected.of;
        if after.0 > before || after.1 != state {
            expected.left = None;
        }
        Look::At(due)
    }

    /// Takes what was found in the history of a device.
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

    /// The time left, when the history was looked at last.
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
    fn a_history_is_looked_at_once_an_hour_or_for_another_reading_after_a_minute() {
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        let mut expected = Expectations::default();
        assert_eq!(expected.look(&discharging(40), start), Look::Now);
        expected.take(&discharging(40), start, Some(hours(9)));
        for (percent, seconds, look) in [
            (40, 0, Look::Later),
            (40, 3599, Look::Later),
            (40, 3600, Look::Now),
            (39, 1, Look::At(after(60))),
            (39, 60, Look::Now),
        ] {
            let found = expected.look(&discharging(percent), after(seconds));
            assert_eq!(found, look, "{percent} {seconds}");
        }
        assert_eq!(expected.left("C087-1"), Some(hours(9)), "it fell by 1 %");
    }

    #[test]
    fn what_was_expected_of_an_empty_battery_is_dropped_when_it_is_full() {
        let start = Instant::now();
        let soon = start + Duration::from_secs(1);
        for device in [
            discharging(100),
            mouse("C087-1", battery(5, ChargeState::Charging)),
        ] {
            let mut expected = Expectations::default();
            expected.take(&discharging(5), start, Some(hours(2)));
            assert!(matches!(expected.look(&device, soon), Look::At(_)));
            assert_eq!(expected.left("C087-1"), None, "{device:?}");
        }
    }

    #[test]
    fn ever_new_devices_do_not_fill_the_memory() {
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
