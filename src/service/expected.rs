//! What the history of a device lets expect, and when to look again.

use std::time::{Duration, Instant};

use crate::device::{ChargeState, Device, TimeLeft};
use crate::units::Percent;

/// A history is parsed again for the same reading after this time, if the device is noted then.
const OFTEN: Duration = Duration::from_secs(60 * 60);

/// And for another reading after this: a device whose readings change all the time costs no more.
const SELDOM: Duration = Duration::from_secs(60);

/// The expectation, of a device that was never looked at at first.
#[derive(Debug, Default)]
pub(super) struct Expected {
    left: Option<TimeLeft>,
    made: Option<(Instant, Reading)>,
}

/// What an expectation depends on.
type Reading = (Option<Percent>, Option<ChargeState>, bool);

fn reading(device: &Device) -> Reading {
    let battery = device.battery;
    let charge = battery.and_then(|it| it.percent);
    (charge, battery.map(|it| it.state), device.is_online())
}

impl Expected {
    /// The time left, when it was looked at last.
    pub(super) const fn left(&self) -> Option<TimeLeft> {
        self.left
    }

    /// Whether to look at the history again.
    pub(super) fn is_due(&self, device: &Device, now: Instant) -> bool {
        self.made.is_none_or(|(at, of)| {
            let pause = if of == reading(device) { OFTEN } else { SELDOM };
            now.saturating_duration_since(at) >= pause
        })
    }

    /// Takes what was found. Returns whether it differs from before.
    pub(super) fn take(&mut self, device: &Device, now: Instant, left: Option<TimeLeft>) -> bool {
        self.made = Some((now, reading(device)));
        let before = std::mem::replace(&mut self.left, left);
        // From when on it counts is not news.
        let same = |it: TimeLeft| {
            before.is_some_and(|before| {
                it == TimeLeft {
                    at: it.at,
                    ..before
                }
            })
        };
        left.map_or(before.is_some(), |left| !same(left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::{Link, TimeBasis, TimeLeftUntil};
    use crate::units::Timestamp;

    fn mouse(online: bool) -> Device {
        let link = Link::Direct {
            node: "/dev/hidraw0".to_owned(),
            bus: "usb".to_owned(),
            product: 0xC087,
        };
        let mut device = Device::new("C087-1".to_owned(), link);
        if online {
            device.presence = crate::device::Presence::Online;
        }
        device
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
    fn a_history_is_looked_at_once_an_hour_or_for_another_reading() {
        let start = Instant::now();
        let mut expected = Expected::default();
        assert!(expected.is_due(&mouse(true), start));
        assert!(expected.take(&mouse(true), start, Some(hours(9))));
        for (online, seconds, due) in [
            (true, 0, false),
            (true, 3599, false),
            (true, 3600, true),
            (false, 59, false),
            (false, 60, true),
        ] {
            let now = start + Duration::from_secs(seconds);
            assert_eq!(
                expected.is_due(&mouse(online), now),
                due,
                "{online} {seconds}"
            );
        }
    }

    #[test]
    fn the_same_time_counted_from_later_is_not_news() {
        let now = Instant::now();
        let mut expected = Expected::default();
        assert!(!expected.take(&mouse(true), now, None));
        assert!(expected.take(&mouse(true), now, Some(hours(9))));
        let later = TimeLeft {
            at: Timestamp::from_start(OFTEN),
            ..hours(9)
        };
        assert!(!expected.take(&mouse(true), now, Some(later)));
        assert_eq!(expected.left(), Some(later));
        assert!(expected.take(&mouse(true), now, Some(hours(8))));
        assert!(expected.take(&mouse(true), now, None));
    }
}
