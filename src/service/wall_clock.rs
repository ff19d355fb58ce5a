use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hidpp_proto::units::Timestamp;

/// Converts timestamps of the hardware thread to wall-clock time.
///
/// The hardware thread starts with the time of day and then follows the boot clock, without jumps.
/// When the time of day is set (by the network, on a computer without a real-time clock), the
/// offset is updated, so that earlier readings are converted to the new time, too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct WallClock {
    ahead: Duration,
    behind: Duration,
}

/// The current time of day.
pub(super) fn today() -> Timestamp {
    let today = SystemTime::now().duration_since(UNIX_EPOCH);
    Timestamp::from_start(today.unwrap_or_default())
}

/// The smallest difference that counts as a step of the time of day.
const STEP: Duration = Duration::from_secs(2);

impl WallClock {
    /// Updates the offset between the two clocks.
    pub(super) fn update(&mut self, now: Timestamp) {
        self.compare(now, today().since_start());
    }

    fn compare(&mut self, now: Timestamp, today: Duration) {
        let converted = self.unix(now);
        if converted.abs_diff(today) > STEP {
            let now = now.since_start();
            self.ahead = today.saturating_sub(now);
            self.behind = now.saturating_sub(today);
        }
    }

    /// The time since 1970 of a timestamp.
    pub(super) fn unix(self, at: Timestamp) -> Duration {
        at.since_start()
            .saturating_add(self.ahead)
            .saturating_sub(self.behind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_step_of_the_time_of_day_moves_earlier_times_too() {
        let at = Timestamp::from_start;
        let mut wall_clock = WallClock::default();
        wall_clock.compare(at(seconds(100)), seconds(101));
        assert_eq!(wall_clock.unix(at(seconds(90))), seconds(90));
        // From 1970 to today, and a day back.
        wall_clock.compare(at(seconds(200)), seconds(1_800_000_200));
        assert_eq!(wall_clock.unix(at(seconds(90))), seconds(1_800_000_090));
        wall_clock.compare(at(seconds(300)), seconds(1_799_913_900));
        assert_eq!(wall_clock.unix(at(seconds(300))), seconds(1_799_913_900));
    }
}
