//! Whether a device is being polled, and whether its last reading is being re-checked.

use hidpp_proto::units::Timestamp;

/// The state of polling one device.
#[derive(Debug, Default)]
pub(in crate::manager::node) struct Poll {
    phase: Phase,
    /// When the last poll started, not counting re-checks of a reading.
    last: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// All requests are answered, or none was sent yet.
    #[default]
    Idle,
    /// Requests are pending.
    Running,
    /// The battery is read again because a reading was implausible; the next one is accepted.
    Rechecking,
}

/// What to do with a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::manager::node) enum Verdict {
    /// Accept it.
    Accept,
    /// Drop it, and read the battery again.
    Recheck,
}

impl Poll {
    /// A poll starts. A re-check in progress stays.
    pub(in crate::manager::node) const fn start(&mut self, now: Timestamp) {
        self.last = Some(now);
        if matches!(self.phase, Phase::Idle) {
            self.phase = Phase::Running;
        }
    }

    /// A reading arrived, requested or unsolicited; `odd` if it is implausible after the one
    /// before. The second of two implausible readings in a row is accepted.
    pub(in crate::manager::node) const fn on_reading(&mut self, odd: bool) -> Verdict {
        match self.phase {
            Phase::Idle | Phase::Running if odd => {
                self.phase = Phase::Rechecking;
                Verdict::Recheck
            }
            Phase::Rechecking => {
                self.phase = Phase::Running;
                Verdict::Accept
            }
            Phase::Idle | Phase::Running => Verdict::Accept,
        }
    }

    /// All requests are answered, or the device is offline; this ends a re-check.
    pub(in crate::manager::node) const fn finish(&mut self) {
        self.phase = Phase::Idle;
    }

    pub(in crate::manager::node) const fn is_running(&self) -> bool {
        !matches!(self.phase, Phase::Idle)
    }

    pub(in crate::manager::node) const fn last(&self) -> Option<Timestamp> {
        self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_implausible_reading_is_rechecked_once_from_every_phase() {
        let mut poll = Poll::default();
        assert_eq!(poll.on_reading(false), Verdict::Accept);
        assert!(!poll.is_running());
        assert_eq!(poll.on_reading(true), Verdict::Recheck);
        assert!(poll.is_running());
        assert_eq!(poll.on_reading(true), Verdict::Accept);
        assert!(poll.is_running(), "the end of the poll is another event");
        assert_eq!(poll.on_reading(true), Verdict::Recheck);
        poll.start(Timestamp::START);
        assert_eq!(poll.on_reading(true), Verdict::Accept, "still re-checking");
        assert_eq!(poll.on_reading(true), Verdict::Recheck);
        poll.finish();
        assert!(!poll.is_running());
        assert_eq!(poll.on_reading(true), Verdict::Recheck, "a new re-check");
    }

    #[test]
    fn a_recheck_does_not_count_as_a_poll() {
        let mut poll = Poll::default();
        _ = poll.on_reading(true);
        assert_eq!(poll.last(), None);
        poll.start(Timestamp::START);
        assert_eq!(poll.last(), Some(Timestamp::START));
    }
}
