//! Whether a device is being asked, and whether its last reading is in doubt.

use hidpp_proto::units::Timestamp;

/// The requests to one device.
#[derive(Debug, Default)]
pub(in crate::manager::node) struct Poll {
    phase: Phase,
    /// When it was last asked, second looks at a reading aside.
    last: Option<Timestamp>,
    /// Whether all was answered once, or the device was away.
    finished: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// All was answered, or nothing was asked yet.
    #[default]
    Idle,
    /// Not all was answered.
    Running,
    /// It is asked again because its reading was odd: the next one counts.
    Rechecking,
}

/// What to do with a reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::manager::node) enum Verdict {
    /// Take it.
    Accept,
    /// Drop it, and ask the device again.
    Recheck,
}

impl Poll {
    /// A request begins; a doubt stays.
    pub(in crate::manager::node) const fn start(&mut self, now: Timestamp) {
        self.last = Some(now);
        if matches!(self.phase, Phase::Idle) {
            self.phase = Phase::Running;
        }
    }

    /// A reading came, asked for or not, that is `odd` after the one before it. Of two odd ones in a row
    /// the second is accepted.
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

    /// All was answered, or the device is away; so no reading is in doubt.
    pub(in crate::manager::node) const fn finish(&mut self) {
        self.phase = Phase::Idle;
        self.finished = true;
    }

    /// Whether it was asked for the first time; that stays so.
    pub(in crate::manager::node) const fn is_past_first(&self) -> bool {
        self.finished || !self.is_running()
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
    fn an_odd_reading_is_rechecked_once_from_every_phase() {
        let mut poll = Poll::default();
        assert_eq!(poll.on_reading(false), Verdict::Accept);
        assert!(!poll.is_running());
        assert_eq!(poll.on_reading(true), Verdict::Recheck);
        assert!(poll.is_running());
        assert_eq!(poll.on_reading(true), Verdict::Accept);
        assert!(poll.is_running(), "its end is another event");
        assert_eq!(poll.on_reading(true), Verdict::Recheck);
        poll.start(Timestamp::START);
        assert_eq!(poll.on_reading(true), Verdict::Accept, "the doubt stayed");
        assert_eq!(poll.on_reading(true), Verdict::Recheck);
        poll.finish();
        assert!(!poll.is_running());
        assert_eq!(poll.on_reading(true), Verdict::Recheck, "another doubt");
    }

    #[test]
    fn a_second_look_is_not_a_request_of_its_own() {
        let mut poll = Poll::default();
        _ = poll.on_reading(true);
        assert_eq!(poll.last(), None);
        poll.start(Timestamp::START);
        assert_eq!(poll.last(), Some(Timestamp::START));
    }
}
