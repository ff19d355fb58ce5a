use std::time::Duration;

use hidpp_proto::units::Timestamp;

/// From one time to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The first moment.
    pub since: Timestamp,
    /// The last.
    pub until: Timestamp,
}

impl Period {
    /// How long it is; never nothing.
    pub fn length(self) -> Duration {
        self.until.since(self.since).max(Duration::from_secs(1))
    }

    /// Where in it a time is, 0 at its start and 1 at its end; what is outside is at the nearer.
    pub fn place(self, at: Timestamp) -> f32 {
        at.since(self.since)
            .div_duration_f32(self.length())
            .min(1.0)
    }
}
