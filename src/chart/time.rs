use std::time::Duration;

use hidpp_proto::units::Timestamp;

/// A period of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its start.
    pub since: Timestamp,
    /// Its end.
    pub until: Timestamp,
}

impl Period {
    /// Its length, at least one second.
    pub fn length(self) -> Duration {
        self.until.since(self.since).max(Duration::from_secs(1))
    }

    /// The position of a time in it, 0 at its start and 1 at its end; times outside are clamped.
    pub fn place(self, at: Timestamp) -> f32 {
        at.since(self.since)
            .div_duration_f32(self.length())
            .min(1.0)
    }
}
