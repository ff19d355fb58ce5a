//! Who wants light measured, how often and for how long.
//!
//! A solar keyboard pays for every measurement, and has one series at a time. What several callers
//! want becomes one series that contains what each of them wants; it ends by itself, or when the
//! last of them leaves the bus.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::device::Link;
use crate::feature::solar_dashboard::LightMeasure;
use crate::units::Timestamp;

/// A series lasts so long at most: whoever wants more asks again.
const LONGEST: Duration = Duration::from_secs(30 * 60);

/// So many callers at once may have light measured.
const CALLERS_AT_MOST: usize = 64;

/// A caller asks so often at most.
const PAUSE: Duration = Duration::from_millis(500);

/// So long after a series nothing of it is to be expected.
const SLACK: Duration = Duration::from_secs(2);

/// Why a caller is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    /// It makes no sense, or is too long.
    #[error(
        "count must be 1 to 255 and period 1 to 255 seconds, together at most {} minutes; count 0 ends it",
        LONGEST.as_secs() / 60
    )]
    OutOfBounds,
    /// The same caller asked just now.
    #[error("asked too often: wait half a second")]
    TooOften,
    /// Many others have light measured.
    #[error("too many callers have light measured")]
    TooMany,
}

/// What to have the device do.
pub(super) type Wish = (Link, Option<LightMeasure>);

#[derive(Debug, Default)]
pub(super) struct Leases {
    /// By caller and device.
    wanted: BTreeMap<(String, Link), Lease>,
    /// What runs.
    running: BTreeMap<Link, Lease>,
    /// When each caller asked last.
    asked: BTreeMap<String, Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Lease {
    period: Duration,
    until: Timestamp,
}

impl Leases {
    /// A caller wants so many measurements, one each period (seconds), or, with a count of 0, no
    /// more. What to tell the device, if that makes a difference.
    pub(super) fn want(
        &mut self,
        now: Timestamp,
        caller: &str,
        device: &Link,
        count: u32,
        period: u32,
    ) -> Result<Option<Wish>, Refusal> {
        self.expire(now);
        let key = (caller.to_owned(), device.clone());
        if count == 0 {
            self.wanted.remove(&key);
            return Ok(self.adapt(now, device));
        }
        let (Ok(count), Ok(period)) = (u8::try_from(count), u8::try_from(period)) else {
            return Err(Refusal::OutOfBounds);
        };
        let period = Duration::from_secs(period.into());
        let span = period * u32::from(count);
        if span.is_zero() || span > LONGEST {
            return Err(Refusal::OutOfBounds);
        }
        if self.asked.contains_key(caller) {
            return Err(Refusal::TooOften);
        }
        if !self.wanted.contains_key(&key) && self.wanted.len() >= CALLERS_AT_MOST {
            return Err(Refusal::TooMany);
        }
        self.asked.insert(caller.to_owned(), now);
        let until = now + span;
        self.wanted.insert(key, Lease { period, until });
        Ok(self.adapt(now, device))
    }

    /// A caller is gone. What to tell the devices.
    pub(super) fn leave(&mut self, now: Timestamp, caller: &str) -> Vec<Wish> {
        let left: Vec<(String, Link)> = self
            .wanted
            .keys()
            .filter(|(of, _)| of == caller)
            .cloned()
            .collect();
        self.asked.remove(caller);
        for key in &left {
            self.wanted.remove(key);
        }
        self.expire(now);
        let wishes = left.iter().filter_map(|(_, link)| self.adapt(now, link));
        wishes.collect()
    }

    /// A device came back, and measures nothing any more. What to tell it.
    pub(super) fn renew(&mut self, now: Timestamp, device: &Link) -> Option<Wish> {
        self.running.remove(device);
        self.wanted.retain(|_, lease| now < lease.until);
        self.adapt(now, device)
    }

    /// The devices forgot what they were to do. What to tell them again.
    pub(super) fn again(&mut self, now: Timestamp) -> Vec<Wish> {
        let ran = std::mem::take(&mut self.running).into_keys();
        ran.filter_map(|device| self.renew(now, &device)).collect()
    }

    fn expire(&mut self, now: Timestamp) {
        self.wanted.retain(|_, lease| now < lease.until + SLACK);
        self.running.retain(|_, lease| now < lease.until + SLACK);
        self.asked.retain(|_, at| now.since(*at) < PAUSE);
    }

    /// Makes one series of all that is wanted of a device.
    fn adapt(&mut self, now: Timestamp, device: &Link) -> Option<Wish> {
        let wanted = self.wanted.iter().filter(|((_, of), _)| of == device);
        let wanted = wanted.map(|(_, lease)| *lease).reduce(|one, other| Lease {
            period: one.period.min(other.period),
            until: one.until.max(other.until),
        });
        let Some(mut wanted) = wanted else {
            let ran = self.running.remove(device);
            return ran.map(|_| (device.clone(), None));
        };
        let left = wanted.until.since(now);
        wanted.period = wanted.period.max(densest(left));
        let running = self.running.get(device);
        // Less than a period longer is no measurement more.
        let goes_on =
            |it: &Lease| it.period == wanted.period && it.until + it.period > wanted.until;
        if running.is_some_and(goes_on) {
            return None;
        }
        self.running.insert(device.clone(), wanted);
        let reports = (left.as_secs_f64() / wanted.period.as_secs_f64())
            .round()
            .clamp(1.0, 255.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 1 and 255"
        )]
        let series = LightMeasure {
            reports: reports as u8,
            period_s: wanted.period.as_secs() as u8,
        };
        Some((device.clone(), Some(series)))
    }
}

/// The shortest period of a series that lasts so long: it has 255 measurements at most. Whoever
/// wants more often gets less, so that whoever wants longer is not forgotten.
const fn densest(span: Duration) -> Duration {
    Duration::from_secs(span.as_secs().div_ceil(u8::MAX as u64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Slot;

    fn at(millis: u64) -> Timestamp {
        Timestamp::from_start(Duration::from_millis(millis))
    }

    fn device(slot: u8) -> Link {
        Link::Paired {
            receiver: "AF4F95EA".to_owned(),
            slot: Slot::new(slot).unwrap(),
        }
    }

    const fn series(reports: u8, period_s: u8) -> LightMeasure {
        LightMeasure { reports, period_s }
    }

    #[test]
    fn what_several_callers_want_is_one_series() {
        let mut leases = Leases::default();
        let mut want = |now, caller, count, period| {
            let wish = leases.want(at(now), caller, &device(1), count, period);
            wish.unwrap().map(|(_, series)| series)
        };
        assert_eq!(want(0, ":1.1", 60, 2), Some(Some(series(60, 2))));
        // Contained in what runs but for its period.
        assert_eq!(want(1000, ":1.2", 10, 1), Some(Some(series(119, 1))));
        assert_eq!(want(2000, ":1.3", 100, 1), None);
        assert_eq!(want(3000, ":1.2", 0, 0), None);
        assert_eq!(want(4000, ":1.3", 0, 0), Some(Some(series(58, 2))));
        assert_eq!(want(5000, ":1.1", 0, 0), Some(None));
    }

    #[test]
    fn one_more_measurement_does_not_cut_a_long_series_short() {
        let mut leases = Leases::default();
        let mut want = |now, caller, count, period| {
            let wish = leases.want(at(now), caller, &device(1), count, period);
            wish.unwrap().map(|(_, series)| series)
        };
        assert_eq!(want(0, ":1.1", 255, 7), Some(Some(series(255, 7))));
        assert_eq!(want(10_000, ":1.2", 1, 1), None, "it comes in 7 seconds");
        // 765 seconds are left.
        assert_eq!(want(1_020_000, ":1.3", 10, 1), Some(Some(series(255, 3))));
    }

    #[test]
    fn who_leaves_the_bus_wants_nothing_any_more() {
        let mut leases = Leases::default();
        for slot in [1, 2] {
            let wish = leases.want(at(1000 * u64::from(slot)), ":1.1", &device(slot), 60, 1);
            assert_eq!(wish, Ok(Some((device(slot), Some(series(60, 1))))));
        }
        let wishes = leases.leave(at(5000), ":1.1");
        assert_eq!(wishes, [(device(1), None), (device(2), None)]);
        assert_eq!(leases.leave(at(6000), ":1.1"), []);
    }

    #[test]
    fn a_device_that_comes_back_measures_what_is_left() {
        let mut leases = Leases::default();
        leases.want(at(0), ":1.1", &device(1), 60, 1).unwrap();
        let rest = (device(1), Some(series(40, 1)));
        assert_eq!(leases.renew(at(20_000), &device(1)), Some(rest));
        assert_eq!(leases.renew(at(20_000), &device(2)), None);
        assert_eq!(leases.renew(at(60_500), &device(1)), None, "it is over");
    }

    #[test]
    fn a_series_that_ended_by_itself_is_not_cancelled() {
        let mut leases = Leases::default();
        leases.want(at(0), ":1.1", &device(1), 5, 1).unwrap();
        assert_eq!(leases.leave(at(20_000), ":1.1"), []);
    }

    #[test]
    fn what_is_still_wanted_is_asked_for_again_after_the_computer_slept() {
        let mut leases = Leases::default();
        leases.want(at(0), ":1.1", &device(1), 60, 1).unwrap();
        leases.want(at(0), ":1.2", &device(2), 5, 1).unwrap();
        let again = leases.again(at(20_000));
        assert_eq!(again, [(device(1), Some(series(40, 1)))]);
    }

    #[test]
    fn nobody_has_it_measured_without_bounds() {
        let mut leases = Leases::default();
        let mut want = |now, caller: &str, count, period| {
            leases
                .want(at(now), caller, &device(1), count, period)
                .err()
        };
        for (count, period) in [(1, 0), (256, 1), (1, 256), (u32::MAX, u32::MAX), (255, 255)] {
            assert_eq!(want(0, ":1.1", count, period), Some(Refusal::OutOfBounds));
        }
        assert_eq!(want(0, ":1.1", 60, 1), None);
        assert_eq!(want(400, ":1.1", 60, 1), Some(Refusal::TooOften));
        assert_eq!(want(500, ":1.1", 60, 1), None);
        for caller in 2..=64 {
            assert_eq!(want(1000, &format!(":1.{caller}"), 60, 1), None);
        }
        assert_eq!(want(1000, ":1.65", 1, 1), Some(Refusal::TooMany));
        assert_eq!(want(70_000, ":1.65", 1, 1), None);
    }
}
