use std::fmt;
use std::ops::{Add, AddAssign};
use std::time::Duration;

/// A point in time: how long after an arbitrary start.
///
/// Nothing in this crate reads a clock: the time is passed in. So the protocol runs on virtual time in
/// tests, simulations and replays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Deserialize, serde::Serialize))]
pub struct Timestamp(Duration);

impl Timestamp {
    /// The start itself.
    pub const START: Self = Self(Duration::ZERO);

    /// The point `since_start` after the start.
    pub const fn from_start(since_start: Duration) -> Self {
        Self(since_start)
    }

    /// How long after the start this is.
    pub const fn since_start(self) -> Duration {
        self.0
    }

    /// The first multiple of `step` after the start that is not before this; the time itself if
    /// there is none (overflow).
    #[must_use]
    pub fn rounded_up(self, step: Duration) -> Self {
        let steps = self.0.as_nanos().div_ceil(step.as_nanos().max(1));
        let nanos = u64::try_from(steps * step.as_nanos());
        nanos.map_or(self, |nanos| Self(Duration::from_nanos(nanos)))
    }

    /// How long after `earlier` this is, zero when it is not after it.
    pub const fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, span: Duration) -> Self {
        Self(self.0.saturating_add(span))
    }
}

impl AddAssign<Duration> for Timestamp {
    fn add_assign(&mut self, span: Duration) {
        *self = *self + span;
    }
}

impl fmt::Display for Timestamp {
    /// Seconds and microseconds: `1.002500`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}", self.0.as_secs(), self.0.subsec_micros())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_rounded_up_to_whole_steps() {
        let at = |millis| Timestamp::from_start(Duration::from_millis(millis));
        let step = Duration::from_secs(15);
        assert_eq!(at(1).rounded_up(step), at(15_000));
        assert_eq!(at(15_000).rounded_up(step), at(15_000));
        assert_eq!(
            at(1_700_000_000_001).rounded_up(step),
            at(1_700_000_010_000)
        );
        let last = Timestamp::from_start(Duration::MAX);
        assert_eq!(last.rounded_up(step), last);
    }
}
