//! The values of the recent past, as columns of a chart.

use std::collections::VecDeque;
use std::time::Duration;

use hidpp_proto::units::Timestamp;

/// How many points are kept at most: one per second for a quarter of an hour.
const POINTS: usize = 900;

/// The values and when they changed: each point holds until the next.
#[derive(Clone, Debug)]
pub(super) struct Track {
    span: Duration,
    /// `None`: unknown from then on.
    points: VecDeque<(Timestamp, Option<u16>)>,
}

impl Track {
    /// Keeps values of this period.
    pub(super) const fn of(span: Duration) -> Self {
        let points = VecDeque::new();
        Self { span, points }
    }

    /// Returns whether no value is known.
    pub(super) fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// Adds the value from this time on. A value older than the last one is ignored.
    pub(super) fn note(&mut self, at: Timestamp, value: Option<u16>) {
        match self.points.back_mut() {
            Some((last, _)) if *last > at => return,
            // An unchanged value needs no point.
            Some((_, before)) if *before == value => return,
            Some((last, before)) if *last == at => {
                *before = value;
                return;
            }
            None if value.is_none() => return,
            _ => self.points.push_back((at, value)),
        }
        // One point before the span stays, since its value holds into it.
        while self.points.len() > POINTS
            || self
                .points
                .get(1)
                .is_some_and(|(next, _)| at.since(*next) >= self.span)
        {
            self.points.pop_front();
        }
    }

    /// Returns the greatest value in each of `count` parts of the span, the newest last. Parts end
    /// at round times, so that the chart moves by whole columns.
    pub(super) fn columns(&self, now: Timestamp, count: u16) -> Vec<Option<u16>> {
        let Some(part) = self.part(count) else {
            return Vec::new();
        };
        // The end of the part that contains this time.
        let end = (now + Duration::from_nanos(1))
            .rounded_up(part)
            .since_start();
        let column = |back: u32| {
            let until = end.saturating_sub(part * back);
            let from = Timestamp::from_start(until.saturating_sub(part));
            let until = Timestamp::from_start(until);
            let held = self.points.iter().rfind(|(at, _)| *at <= from);
            let within = self.points.iter();
            let within = within.filter(|(at, _)| *at > from && *at < until);
            held.into_iter().chain(within).filter_map(|it| it.1).max()
        };
        (0..u32::from(count)).rev().map(column).collect()
    }

    /// When the columns change next; `None`: not without another value.
    pub(super) fn moves(&self, now: Timestamp, count: u16) -> Option<Timestamp> {
        let next = (now + Duration::from_nanos(1)).rounded_up(self.part(count)?);
        (self.columns(now, count) != self.columns(next, count)).then_some(next)
    }

    /// How much the value rose within this period; negative if it fell.
    pub(super) fn rise(&self, now: Timestamp, within: Duration) -> Option<i32> {
        let known = |value: Option<u16>| value.map(i32::from);
        let (_, last) = self.points.back()?;
        let recent = |at: &Timestamp| now.since(*at) <= within;
        let mut points = self.points.iter();
        let first = points.find(|(at, value)| recent(at) && value.is_some());
        // The value at the start of the period counts, if it changed since.
        let start = Timestamp::from_start(now.since_start().saturating_sub(within));
        let held = self.points.iter().rfind(|(at, _)| *at <= start);
        let first = held.filter(|it| it.1.is_some()).or(first)?;
        Some(known(*last)? - known(first.1)?)
    }

    fn part(&self, count: u16) -> Option<Duration> {
        let part = self.span.checked_div(count.into())?;
        (!part.is_zero()).then_some(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_start(Duration::from_secs(seconds))
    }

    fn track(points: &[(u64, Option<u16>)]) -> Track {
        let mut track = Track::of(MINUTE);
        for (seconds, value) in points {
            track.note(at(*seconds), *value);
        }
        track
    }

    #[test]
    fn a_value_holds_until_the_next_and_gaps_stay_empty() {
        let track = track(&[(1025, Some(12)), (1035, Some(320)), (1041, None)]);
        let columns = track.columns(at(1055), 6);
        let shown = [None, None, Some(12), Some(320), Some(320), None];
        assert_eq!(columns, shown);
    }

    #[test]
    fn a_flash_is_seen_whatever_the_width() {
        let track = track(&[(1000, Some(5)), (1031, Some(500)), (1032, Some(5))]);
        for count in [1, 2, 6, 60] {
            assert!(track.columns(at(1050), count).contains(&Some(500)));
        }
    }

    #[test]
    fn the_chart_moves_by_whole_columns() {
        let track = track(&[(1000, Some(5)), (1001, Some(7))]);
        assert_eq!(track.columns(at(1001), 6), track.columns(at(1009), 6));
        assert_eq!(track.moves(at(1001), 6), Some(at(1010)));
        assert_ne!(track.columns(at(1001), 6), track.columns(at(1010), 6));
    }

    #[test]
    fn a_chart_that_looks_the_same_does_not_move() {
        let track = track(&[(1000, Some(5)), (1001, None)]);
        assert_eq!(track.moves(at(1002), 6), Some(at(1010)));
        assert_eq!(track.moves(at(1200), 6), None);
        assert_eq!(track.columns(at(1200), 3), [None; 3]);
        let steady = self::track(&[(1000, Some(5))]);
        assert_eq!(steady.moves(at(1200), 6), None, "the value is steady");
        assert_eq!(Track::of(MINUTE).moves(at(1), 6), None);
    }

    #[test]
    fn the_number_of_points_is_limited() {
        let mut track = Track::of(MINUTE);
        for second in 0..10_000_u16 {
            track.note(at(second.into()), Some(second));
        }
        assert!(track.points.len() <= 62, "{}", track.points.len());
        for flicker in 0..10_000_u16 {
            track.note(at(20_000), Some(flicker));
        }
        assert!(track.points.len() <= 62);
    }

    #[test]
    fn the_rise_counts_from_the_start_of_the_period() {
        let track = track(&[(100, Some(2500)), (130, Some(2520)), (150, Some(2540))]);
        assert_eq!(track.rise(at(150), MINUTE), Some(40));
        assert_eq!(track.rise(at(195), MINUTE), Some(20));
        assert_eq!(track.rise(at(300), MINUTE), Some(0), "the value is steady");
        assert_eq!(Track::of(MINUTE).rise(at(1), MINUTE), None);
    }

    #[test]
    fn zero_columns_give_an_empty_chart() {
        assert_eq!(track(&[(1, Some(1))]).columns(at(2), 0), []);
    }
}
