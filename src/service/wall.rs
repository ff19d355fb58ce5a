use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hidpp_proto::units::Timestamp;

/// Turns times of the hardware thread into those since 1970.
///
/// That thread counts from what the time of day was when it began, and does not leap. When
/// somebody sets the time of day (the network does, after the start of a computer without a clock
/// of its own), what was read before is told with the new time too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wall {
    ahead: Duration,
    behind: Duration,
}

/// The time since 1970, as the computer has it now.
pub(super) fn today() -> Timestamp {
    let today = SystemTime::now().duration_since(UNIX_EPOCH);
    Timestamp::from_start(today.unwrap_or_default())
}

/// Less is no step.
const STEP: Duration = Duration::from_secs(2);

impl Wall {
    /// Looks how far the times are apart.
    pub(super) fn look(&mut self, now: Timestamp) {
        self.compare(now, today().since_start());
    }

    fn compare(&mut self, now: Timestamp, today: Duration) {
        let told = self.unix(now);
        if told.abs_diff(today) > STEP {
            let now = now.since_start();
            self.ahead = today.saturating_sub(now);
            self.behind = now.saturating_sub(today);
        }
    }

    /// A time since 1970.
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
    fn a_step_of_the_clock_moves_what_was_before_too() {
        let at = Timestamp::from_start;
        let mut wall = Wall::default();
        wall.compare(at(seconds(100)), seconds(101));
        assert_eq!(wall.unix(at(seconds(90))), seconds(90));
        // From 1970 to today, and a day back.
        wall.compare(at(seconds(200)), seconds(1_800_000_200));
        assert_eq!(wall.unix(at(seconds(90))), seconds(1_800_000_090));
        wall.compare(at(seconds(300)), seconds(1_799_913_900));
        assert_eq!(wall.unix(at(seconds(300))), seconds(1_799_913_900));
    }
}
