//! A series of light measurements, which the device ends by itself. Only lost reports are requested
//! again.
//!
//! Each report costs the keyboard charge, so no long series must be left running. Reports are
//! counted regardless of which program requested them.

use std::time::Duration;

use super::timing;
use crate::feature::solar_dashboard::LightMeasure;
use crate::units::Timestamp;

/// What to do for a series now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Nothing.
    Wait,
    /// Start this series, or cancel it.
    Ask(LightMeasure),
    /// The series is complete.
    Done,
    /// The device did not answer, and the retries are used up.
    GiveUp,
}

#[derive(Debug)]
pub(super) struct LightSeries {
    /// The series that was last requested.
    requested: LightMeasure,
    /// How many reports are still to come.
    left: u8,
    progress: Progress,
    /// How many requests were sent since the last report.
    unanswered: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// The request is under way.
    Asking,
    /// The deadline for the next report.
    Measuring(Timestamp),
}

impl LightSeries {
    /// A series, and its first request.
    pub(super) const fn start(requested: LightMeasure) -> (Self, Action) {
        let series = Self {
            requested,
            left: requested.reports,
            progress: Progress::Asking,
            unanswered: 1,
        };
        (series, Action::Ask(requested))
    }

    /// The device accepted the series.
    pub(super) fn handle_accepted(&mut self, now: Timestamp) {
        self.left = self.requested.reports;
        self.expect(now);
    }

    /// Processes a light measurement, regardless of which program requested it.
    pub(super) fn handle_measurement(&mut self, now: Timestamp) -> Action {
        self.left = self.left.saturating_sub(1);
        self.unanswered = 0;
        if self.progress != Progress::Asking {
            self.expect(now);
        }
        if self.left == 0 {
            Action::Done
        } else {
            Action::Wait
        }
    }

    /// The computer was suspended, so the request may be lost.
    pub(super) fn handle_resume(&mut self) -> Action {
        self.unanswered = 0;
        self.ask()
    }

    /// Retries or ends the series if a measurement is overdue.
    pub(super) fn handle_timeout(&mut self, now: Timestamp) -> Action {
        match self.progress {
            Progress::Measuring(overdue) if overdue <= now => {}
            _ => return Action::Wait,
        }
        if self.unanswered >= timing::ATTEMPTS {
            Action::GiveUp
        } else {
            self.ask()
        }
    }

    /// The requested series.
    pub(super) const fn requested(&self) -> LightMeasure {
        self.requested
    }

    /// Whether it measures more than once.
    pub(super) const fn is_repeated(&self) -> bool {
        self.requested.reports > 1
    }

    pub(super) const fn poll_timeout(&self) -> Option<Timestamp> {
        match self.progress {
            Progress::Measuring(overdue) => Some(overdue),
            Progress::Asking => None,
        }
    }

    /// Requests a new series, unless a request is under way.
    fn ask(&mut self) -> Action {
        if self.progress == Progress::Asking {
            return Action::Wait;
        }
        self.unanswered += 1;
        self.requested.reports = self.left;
        self.progress = Progress::Asking;
        Action::Ask(self.requested)
    }

    fn expect(&mut self, now: Timestamp) {
        let period = Duration::from_secs(u64::from(self.requested.period_s));
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
        let (mut series, first) = LightSeries::start(LightMeasure::ONCE);
        assert_eq!(first, Action::Ask(LightMeasure::ONCE));
        series.handle_accepted(at(0));
        assert_eq!(series.handle_measurement(at(1)), Action::Done);
    }

    #[test]
    fn a_lost_series_is_requested_once_more() {
        let (mut series, _) = LightSeries::start(LightMeasure::ONCE);
        series.handle_accepted(at(0));
        assert_eq!(series.handle_timeout(at(2)), Action::Wait);
        assert_eq!(
            series.handle_timeout(at(3)),
            Action::Ask(LightMeasure::ONCE)
        );
        series.handle_accepted(at(3));
        assert_eq!(series.handle_timeout(at(6)), Action::GiveUp);
    }

    #[test]
    fn a_series_with_lost_reports_does_not_grow() {
        let (mut series, _) = LightSeries::start(SERIES);
        series.handle_accepted(at(0));
        for seconds in [2, 4] {
            assert_eq!(series.handle_measurement(at(seconds)), Action::Wait);
        }
        let rest = LightMeasure {
            reports: 3,
            ..SERIES
        };
        assert_eq!(series.handle_timeout(at(8)), Action::Ask(rest));
        series.handle_accepted(at(8));
        for seconds in [10, 12] {
            assert_eq!(series.handle_measurement(at(seconds)), Action::Wait);
        }
        assert_eq!(series.handle_measurement(at(14)), Action::Done);
    }

    #[test]
    fn one_resume_that_is_reported_twice_is_one_request() {
        let (mut series, _) = LightSeries::start(SERIES);
        series.handle_accepted(at(0));
        assert_eq!(series.handle_resume(), Action::Ask(SERIES));
        assert_eq!(series.handle_resume(), Action::Wait);
    }
}
