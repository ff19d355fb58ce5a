//! The light-measure lease: a series of measurements that ends by itself and is renewed only
//! while somebody wants it.
//!
//! Every report costs the keyboard charge, so nobody may leave a long series behind. Reports are
//! counted whoever asked for them.

use std::time::Duration;

use super::timing;
use crate::feature::solar_dashboard::LightMeasure;
use crate::units::Timestamp;

/// How long a lease goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// One series: what of it gets lost is asked for again, and no more.
    Once,
    /// Series after series, until it is released.
    UntilReleased,
}

/// What to do for the lease now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Nothing.
    Wait,
    /// Start this series, or cancel it.
    Ask(LightMeasure),
    /// The series is complete.
    Done,
    /// The device stays silent.
    GiveUp,
}

/// With this many reports left a held lease is renewed: one may get lost.
const RENEW_AT: u8 = 2;

#[derive(Debug)]
pub(super) struct LightLease {
    series: LightMeasure,
    hold: Hold,
    /// Reports still to come.
    left: u8,
    progress: Progress,
    /// How often the series was asked for without a report since.
    unanswered: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// The request is on its way.
    Asking,
    /// The next report is overdue at this time.
    Measuring(Timestamp),
    /// The device does not answer; the lease waits for a sign of life.
    Silent,
}

impl LightLease {
    /// A lease, and its first request.
    pub(super) const fn start(series: LightMeasure, hold: Hold) -> (Self, Action) {
        let progress = Progress::Asking;
        let lease = Self {
            series,
            hold,
            left: series.reports,
            progress,
            unanswered: 1,
        };
        (lease, Action::Ask(series))
    }

    /// The device accepted the series.
    pub(super) fn handle_accepted(&mut self, now: Timestamp) {
        self.left = self.series.reports;
        self.expect(now);
    }

    /// The device did not accept the series.
    pub(super) const fn handle_refused(&mut self) {
        self.progress = Progress::Silent;
    }

    /// A light measurement came, whoever asked for it.
    pub(super) fn handle_measurement(&mut self, now: Timestamp) -> Action {
        self.left = self.left.saturating_sub(1);
        self.unanswered = 0;
        if self.progress != Progress::Asking {
            self.expect(now);
        }
        match self.hold {
            Hold::Once if self.left == 0 => Action::Done,
            Hold::UntilReleased if self.left <= RENEW_AT => self.ask(),
            _ => Action::Wait,
        }
    }

    /// The device came back; its counter started at zero.
    pub(super) fn handle_wake(&mut self) -> Action {
        self.unanswered = 0;
        self.ask()
    }

    /// The device gave some sign of life: a silent lease goes on.
    pub(super) fn handle_life(&mut self) -> Action {
        if self.progress == Progress::Silent {
            self.handle_wake()
        } else {
            Action::Wait
        }
    }

    /// A measurement may be overdue.
    pub(super) fn handle_timeout(&mut self, now: Timestamp) -> Action {
        match self.progress {
            Progress::Measuring(overdue) if overdue <= now => {}
            _ => return Action::Wait,
        }
        if self.unanswered >= timing::ATTEMPTS {
            self.progress = Progress::Silent;
            return Action::GiveUp;
        }
        self.ask()
    }

    /// Nobody wants it any more.
    pub(super) const fn release(&self) -> Action {
        if self.left == 0 {
            Action::Done
        } else {
            Action::Ask(LightMeasure::CANCEL)
        }
    }

    /// What was asked for.
    pub(super) const fn series(&self) -> LightMeasure {
        self.series
    }

    /// Whether it measures more than once.
    pub(super) fn is_series(&self) -> bool {
        self.hold == Hold::UntilReleased || self.series.reports > 1
    }

    pub(super) const fn hold(&self) -> Hold {
        self.hold
    }

    pub(super) const fn poll_timeout(&self) -> Option<Timestamp> {
        match self.progress {
            Progress::Measuring(overdue) => Some(overdue),
            Progress::Asking | Progress::Silent => None,
        }
    }

    /// Asks for a new series, unless that is under way.
    fn ask(&mut self) -> Action {
        if self.progress == Progress::Asking {
            return Action::Wait;
        }
        self.unanswered += 1;
        match self.hold {
            Hold::Once => self.series.reports = self.left,
            Hold::UntilReleased => self.left = self.series.reports,
        }
        self.progress = Progress::Asking;
        Action::Ask(self.series)
    }

    fn expect(&mut self, now: Timestamp) {
        let period = Duration::from_secs(u64::from(self.series.period_s));
        self.progress = Progress::Measuring(now + period + timing::LIGHT_SLACK);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SERIES: LightMeasure = LightMeasure {
        reports: 5,
        period_s: 2,
    };

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_start(Duration::from_secs(seconds))
    }

    #[test]
    fn one_measurement_is_one_request() {
        let (mut lease, first) = LightLease::start(LightMeasure::ONCE, Hold::Once);
        assert_eq!(first, Action::Ask(LightMeasure::ONCE));
        lease.handle_accepted(at(0));
        assert_eq!(lease.handle_measurement(at(1)), Action::Done);
        assert_eq!(lease.release(), Action::Done);
    }

    #[test]
    fn a_held_lease_is_renewed_before_its_last_report() {
        let (mut lease, _) = LightLease::start(SERIES, Hold::UntilReleased);
        lease.handle_accepted(at(0));
        assert_eq!(lease.handle_measurement(at(2)), Action::Wait);
        assert_eq!(lease.handle_measurement(at(4)), Action::Wait);
        assert_eq!(lease.handle_measurement(at(6)), Action::Ask(SERIES));
        assert_eq!(lease.release(), Action::Ask(LightMeasure::CANCEL));
    }

    #[test]
    fn a_lost_series_is_asked_for_once_more() {
        let (mut lease, _) = LightLease::start(LightMeasure::ONCE, Hold::Once);
        lease.handle_accepted(at(0));
        assert_eq!(lease.handle_timeout(at(2)), Action::Wait);
        assert_eq!(lease.handle_timeout(at(3)), Action::Ask(LightMeasure::ONCE));
        lease.handle_accepted(at(3));
        assert_eq!(lease.handle_timeout(at(6)), Action::GiveUp);
        assert_eq!(
            lease.handle_timeout(at(60)),
            Action::Wait,
            "a sleeping device is left alone"
        );
        assert_eq!(lease.poll_timeout(), None);
    }

    #[test]
    fn a_series_with_lost_reports_does_not_grow() {
        let (mut lease, _) = LightLease::start(SERIES, Hold::Once);
        lease.handle_accepted(at(0));
        for seconds in [2, 4] {
            assert_eq!(lease.handle_measurement(at(seconds)), Action::Wait);
        }
        let rest = LightMeasure {
            reports: 3,
            ..SERIES
        };
        assert_eq!(lease.handle_timeout(at(8)), Action::Ask(rest));
        lease.handle_accepted(at(8));
        for seconds in [10, 12] {
            assert_eq!(lease.handle_measurement(at(seconds)), Action::Wait);
        }
        assert_eq!(lease.handle_measurement(at(14)), Action::Done);
    }

    #[test]
    fn one_wake_that_is_told_twice_is_one_request() {
        let (mut lease, _) = LightLease::start(SERIES, Hold::UntilReleased);
        lease.handle_accepted(at(0));
        assert_eq!(lease.handle_wake(), Action::Ask(SERIES));
        assert_eq!(lease.handle_wake(), Action::Wait);
        lease.handle_refused();
        assert_eq!(lease.handle_life(), Action::Ask(SERIES));
        assert_eq!(lease.handle_life(), Action::Wait);
    }
}
