//! How long a battery lasts, or takes until it is full.

use std::time::Duration;

use super::named::named;
use super::{ChargeState, Device};
use crate::feature::DeviceKind;
use crate::units::Timestamp;

named! {
    /// What comes at the end of the time.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum TimeLeftUntil {
        /// The battery is empty.
        Empty => "empty",
        /// The battery is full.
        Full => "full",
    }
}

named! {
    /// Which time counts.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum TimeBasis {
        /// The time of the calendar, with nights and pauses: it passes by itself.
        Calendar => "calendar",
        /// The time in which the device is online and not charged: it stands still otherwise.
        Use => "use",
    }
}

named! {
    /// How sure a time is, by how far its range reaches from the best value.
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
    /// What comes at the end.
    pub until: TimeLeftUntil,
    /// Which time counts.
    pub basis: TimeBasis,
    /// The most likely time.
    pub best: Duration,
    /// The least of the range that holds nine times of ten.
    pub low: Duration,
    /// The most of it.
    pub high: Duration,
    /// From when on the times count, since 1970.
    pub at: Timestamp,
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// What times are rounded to: the largest of these that is at most a [`PARTS`]th of the time, so
/// that a figure changes seldom.
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
const PARTS: u32 = 20;

impl TimeLeft {
    /// The same, rounded: the best value to the nearest step, the range outwards.
    #[must_use]
    pub fn rounded(self) -> Self {
        let fits = |step: &&u64| **step <= self.best.as_secs() / u64::from(PARTS);
        let step = STEPS.iter().rev().find(fits).copied().unwrap_or(MINUTE);
        let steps = |count: u64| Duration::from_secs(count.saturating_mul(step));
        let (best, low) = (self.best.as_secs(), self.low.as_secs());
        Self {
            best: steps((best + step / 2) / step),
            low: steps(low / step),
            high: steps(self.high.as_secs().div_ceil(step)),
            ..self
        }
    }

    /// What is left at a later time; `None`: the time is over. Time of use stands still.
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

    /// How sure it is.
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
    /// Which time its charge is told in, if it lasts for some hours of use only: headsets, mice and
    /// game controllers are switched on, used and put away. Of keyboards, and what is not known, it
    /// is days.
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

    /// The time left at `now`, where it belongs to what the battery does: of a battery that is
    /// charged the time until it is full, of another one until it is empty. A solar keyboard starts
    /// and stops charging several times a day, so its time until it is empty stays.
    pub fn time_left(&self, now: Timestamp) -> Option<TimeLeft> {
        let state = self.battery?.state;
        let left = self.forecast?.later(now)?;
        let belongs = match left.until {
            TimeLeftUntil::Full => state == ChargeState::Charging && !self.is_solar(),
            TimeLeftUntil::Empty => self.is_solar() || !state.has_charger(),
        };
        belongs.then_some(left)
    }
}
