//! The time until a battery is empty or full.

use std::time::Duration;

use super::named::named;
use super::{ChargeState, Device};
use hidpp_proto::feature::DeviceKind;
use hidpp_proto::units::Timestamp;

named! {
    /// The end of the time.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum TimeLeftUntil {
        /// The battery is empty.
        Empty => "empty",
        /// The battery is full.
        Full => "full",
    }
}

named! {
    /// Which clock the time is measured by.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum TimeBasis {
        /// Calendar time, which includes nights and pauses.
        Calendar => "calendar",
        /// Only time in which the device is online and not charged.
        Use => "use",
    }
}

named! {
    /// The confidence of a time, by the distance of its range from the best value.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Confidence {
        /// Farther.
        Fair => "fair",
        /// A quarter of the best value at most.
        Good => "good",
    }
}

/// How long a battery lasts, or takes until it is full: a forecast from the history of the device,
/// see [`crate::history::forecast`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeLeft {
    /// The end of the time.
    pub until: TimeLeftUntil,
    /// Which clock the time is measured by.
    pub basis: TimeBasis,
    /// The most likely time.
    pub best: Duration,
    /// The lower end of the range that is intended to contain the time in nine of ten cases.
    pub low: Duration,
    /// The upper end of it.
    pub high: Duration,
    /// The start of the times, since 1970.
    pub at: Timestamp,
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// The steps to which times are rounded: the largest that is at most a [`PARTS`]th of the time, so
/// that a figure changes rarely.
const STEPS: [u64; 10] = [
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    7 * DAY,
];

/// See [`STEPS`].
const PARTS: u64 = 20;

/// The step to which a time of this length is rounded.
pub fn rounding_step(time: Duration) -> Duration {
    let most = time.as_secs() / PARTS;
    let fits = |step: &&u64| **step <= most;
    Duration::from_secs(STEPS.iter().rev().find(fits).copied().unwrap_or(MINUTE))
}

impl TimeLeft {
    /// The step to which it is rounded.
    pub fn step(&self) -> Duration {
        rounding_step(self.best)
    }

    /// This time rounded: the best value to the nearest step, the range outwards.
    #[must_use]
    pub fn rounded(self) -> Self {
        let step = self.step().as_secs();
        let steps = |count: u64| Duration::from_secs(count.saturating_mul(step));
        let (best, low) = (self.best.as_secs(), self.low.as_secs());
        Self {
            best: steps((best + step / 2) / step),
            low: steps(low / step),
            high: steps(self.high.as_secs().div_ceil(step)),
            ..self
        }
    }

    /// What is left at a later time; `None`: the time is over. Time of use does not pass.
    pub fn later(self, now: Timestamp) -> Option<Self> {
        let passed = match self.basis {
            TimeBasis::Calendar => now.since(self.at),
            TimeBasis::Use => Duration::ZERO,
        };
        let best = self.best.checked_sub(passed)?;
        (best > Duration::ZERO).then(|| Self {
            best,
            low: self.low.saturating_sub(passed),
            high: self.high.saturating_sub(passed),
            at: self.at.max(now),
            ..self
        })
    }

    /// Its confidence.
    pub fn confidence(&self) -> Confidence {
        let quarter = self.best / 4;
        if self.low + quarter >= self.best && self.high <= self.best + quarter {
            Confidence::Good
        } else {
            Confidence::Fair
        }
    }
}

impl Device {
    /// Which clock applies if its charge lasts for some hours of use only. Headsets, mice and game
    /// controllers are switched on, used and put away; for keyboards and unknown kinds it is the
    /// calendar.
    pub const fn time_basis(&self) -> TimeBasis {
        match self.kind {
            Some(
                DeviceKind::Headset
                | DeviceKind::Mouse
                | DeviceKind::Trackball
                | DeviceKind::Gamepad
                | DeviceKind::Joystick
                | DeviceKind::Wheel
                | DeviceKind::Controller
                | DeviceKind::Speaker
                | DeviceKind::Microphone,
            ) => TimeBasis::Use,
            _ => TimeBasis::Calendar,
        }
    }

    /// The time left at `now`, if it fits the state of the battery: while it is charged the time
    /// until it is full, if the device is online, and otherwise the time until it is empty. A solar
    /// keyboard starts and stops charging several times a day, so its time until it is empty stays.
    pub fn time_left(&self, now: Timestamp) -> Option<TimeLeft> {
        let state = self.battery?.state;
        let left = self.forecast?.later(now)?;
        let belongs = match left.until {
            TimeLeftUntil::Full => {
                self.is_online() && state == ChargeState::Charging && !self.is_solar()
            }
            TimeLeftUntil::Empty => self.is_solar() || !state.has_charger(),
        };
        belongs.then_some(left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::samples::{battery, mouse};
    use crate::device::{Light, Presence};
    use hidpp_proto::units::Lux;

    const NOON: Timestamp = Timestamp::from_start(Duration::from_secs(1_764_028_800));

    fn hours(basis: TimeBasis, best: u64, low: u64, high: u64) -> TimeLeft {
        let hours = |hours: u64| Duration::from_secs(hours * HOUR);
        TimeLeft {
            until: TimeLeftUntil::Empty,
            basis,
            best: hours(best),
            low: hours(low),
            high: hours(high),
            at: NOON,
        }
    }

    fn after(hours: u64) -> Timestamp {
        NOON + Duration::from_secs(hours * HOUR)
    }

    #[test]
    fn calendar_time_passes_and_time_of_use_does_not() {
        let calendar = hours(TimeBasis::Calendar, 100, 60, 200);
        let later = calendar.later(after(70)).unwrap();
        assert_eq!(
            later,
            TimeLeft {
                at: after(70),
                ..hours(TimeBasis::Calendar, 30, 0, 130)
            }
        );
        assert_eq!(calendar.later(after(100)), None);
        // A clock that was set back.
        assert_eq!(calendar.later(Timestamp::START), Some(calendar));
        let of_use = hours(TimeBasis::Use, 12, 9, 16);
        let later = of_use.later(after(1000)).unwrap();
        assert_eq!((later.best, later.high), (of_use.best, of_use.high));
    }

    #[test]
    fn a_time_is_rounded_to_a_twentieth_at_most_and_its_range_outwards() {
        let seconds = |best, low, high| TimeLeft {
            best: Duration::from_secs(best),
            low: Duration::from_secs(low),
            high: Duration::from_secs(high),
            ..hours(TimeBasis::Use, 0, 0, 0)
        };
        for (exact, rounded) in [
            // 40.3 days, to days.
            (
                seconds(3_481_920, 2_600_000, 4_800_000),
                seconds(3_456_000, 2_592_000, 4_838_400),
            ),
            // 12 h 8 min, to half an hour.
            (
                seconds(43_680, 32_000, 57_000),
                seconds(43_200, 30_600, 57_600),
            ),
            // 50 s: to minutes.
            (seconds(50, 10, 70), seconds(60, 0, 120)),
        ] {
            assert_eq!(exact.rounded(), rounded);
            assert_eq!(rounded.rounded(), rounded, "twice");
        }
    }

    #[test]
    fn a_narrow_range_is_good() {
        let confidence = |low, high| hours(TimeBasis::Use, 100, low, high).confidence();
        assert_eq!(confidence(75, 125), Confidence::Good);
        assert_eq!(confidence(74, 125), Confidence::Fair);
        assert_eq!(confidence(75, 126), Confidence::Fair);
    }

    #[test]
    fn the_time_fits_the_state_of_the_battery() {
        let mut device = mouse("C087-1", battery(60, ChargeState::Discharging));
        device.presence = Presence::Online;
        let shows = |device: &Device, state, until| {
            let device = Device {
                battery: Some(battery(60, state)),
                forecast: Some(TimeLeft {
                    until,
                    ..hours(TimeBasis::Calendar, 12, 9, 16)
                }),
                ..device.clone()
            };
            device.time_left(NOON).is_some()
        };
        let all = [
            (ChargeState::Discharging, true, false),
            (ChargeState::Unknown, true, false),
            (ChargeState::InvalidBattery, true, false),
            (ChargeState::Charging, false, true),
            (ChargeState::Full, false, false),
            (ChargeState::NotCharging, false, false),
            (ChargeState::ChargingError, false, false),
        ];
        for (state, empty, full) in all {
            assert_eq!(
                shows(&device, state, TimeLeftUntil::Empty),
                empty,
                "{state:?}"
            );
            assert_eq!(
                shows(&device, state, TimeLeftUntil::Full),
                full,
                "{state:?}"
            );
        }
        let away = Device {
            presence: Presence::Offline,
            ..device.clone()
        };
        assert!(!shows(&away, ChargeState::Charging, TimeLeftUntil::Full));
        assert!(shows(&away, ChargeState::Discharging, TimeLeftUntil::Empty));
        device.light = Some(Light {
            lux: Lux(300),
            trusted: true,
            at: NOON,
        });
        assert!(shows(&device, ChargeState::Charging, TimeLeftUntil::Empty));
        assert!(!shows(&device, ChargeState::Charging, TimeLeftUntil::Full));
        assert_eq!(device.time_left(NOON), None, "without a history");
    }
}
