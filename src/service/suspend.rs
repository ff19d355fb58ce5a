//! Detects suspend by comparing two clocks, of which one stops during suspend. Needs no logind.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// The shortest suspend that is recorded, with two entries in each history.
const SHORTEST: Duration = Duration::from_secs(10 * 60);

/// Detects suspends.
#[derive(Debug)]
pub(super) struct SuspendDetector {
    /// The time in suspend since boot, at the last call.
    slept: Duration,
}

impl SuspendDetector {
    pub(super) fn new() -> Self {
        Self {
            slept: slept_since_boot(),
        }
    }

    /// The time in suspend since the last call; `None`: none, or shorter than [`SHORTEST`].
    pub(super) fn look(&mut self) -> Option<Duration> {
        self.compare(slept_since_boot())
    }

    fn compare(&mut self, slept: Duration) -> Option<Duration> {
        let before = std::mem::replace(&mut self.slept, slept);
        let slept = slept.saturating_sub(before);
        (slept >= SHORTEST).then_some(slept)
    }
}

/// `CLOCK_BOOTTIME` counts suspend, `CLOCK_MONOTONIC` does not.
fn slept_since_boot() -> Duration {
    let time = |clock| Duration::try_from(clock_gettime(clock)).unwrap_or_default();
    // In this order, so that the time between the two calls does not count as suspend.
    let boot = time(ClockId::Boottime);
    boot.saturating_sub(time(ClockId::Monotonic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_suspend_is_detected_once() {
        let seconds = Duration::from_secs;
        let mut detector = SuspendDetector { slept: seconds(50) };
        assert_eq!(detector.compare(seconds(50)), None);
        assert_eq!(detector.compare(seconds(1000)), Some(seconds(950)));
        assert_eq!(detector.compare(seconds(1000)), None);
        assert_eq!(detector.compare(seconds(1599)), None, "for a moment");
        assert_eq!(detector.compare(seconds(2200)), Some(seconds(601)));
        assert_eq!(SuspendDetector::new().look(), None);
    }
}
