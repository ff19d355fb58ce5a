//! The time axis: the local times that have a mark, and its label.

use jiff::Span;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::calendar::{instant, local};
use super::time::Period;
use hidpp_proto::units::Timestamp;

/// A mark on the axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Its time.
    pub at: Timestamp,
    /// Its label.
    pub label: String,
}

/// The distance between two marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Seconds(i32),
    Minutes(i32),
    Hours(i32),
    Days(i32),
    /// Beginning on Monday.
    Weeks(i32),
    Months(i32),
    Years(i32),
}

/// The possible distances, the finest first.
const STEPS: [Step; 27] = [
    Step::Seconds(1),
    Step::Seconds(5),
    Step::Seconds(15),
    Step::Seconds(30),
    Step::Minutes(1),
    Step::Minutes(2),
    Step::Minutes(5),
    Step::Minutes(10),
    Step::Minutes(15),
    Step::Minutes(30),
    Step::Hours(1),
    Step::Hours(2),
    Step::Hours(3),
    Step::Hours(6),
    Step::Hours(12),
    Step::Days(1),
    Step::Days(2),
    Step::Weeks(1),
    Step::Weeks(2),
    Step::Months(1),
    Step::Months(2),
    Step::Months(3),
    Step::Months(6),
    Step::Years(1),
    Step::Years(5),
    Step::Years(25),
    Step::Years(100),
];

/// The maximum number of marks; more would not be readable.
const MOST: usize = 200;

/// The finest marks for a period that all `fit`; if none do, a single one, so that no axis is without
/// a label.
pub fn marks(period: Period, zone: &TimeZone, fit: impl Fn(&[Mark]) -> bool) -> Vec<Mark> {
    let all = STEPS.into_iter().map(|step| step.marks(period, zone));
    let mut all = all.filter(|marks| !marks.is_empty() && marks.len() < MOST);
    let mut coarsest = None;
    let fitting = all.find(|marks| {
        coarsest = marks.first().cloned();
        fit(marks)
    });
    fitting.unwrap_or_else(|| coarsest.into_iter().collect())
}

impl Step {
    fn marks(self, period: Period, zone: &TimeZone) -> Vec<Mark> {
        let mut marks = Vec::new();
        let since = local(period.since, zone);
        let mut next = self.before(since);
        while let Some(at) = next
            .map(|it| (it, instant(it, zone)))
            .filter(|it| it.1 < period.until)
        {
            // When daylight saving time begins, one hour of the day does not exist.
            let exists = !self.is_within_day() || local(at.1, zone) == at.0;
            // A time before 1970 is 1970 as a timestamp.
            let is_before = at.1 < period.since || at.0.date() < since.date();
            if !is_before && exists {
                marks.push(Mark {
                    at: at.1,
                    label: self.label(at.0),
                });
            }
            if marks.len() > MOST {
                break;
            }
            next = self.after(at.0).filter(|it| *it > at.0);
        }
        marks
    }

    const fn is_within_day(self) -> bool {
        matches!(self, Self::Seconds(_) | Self::Minutes(_) | Self::Hours(_))
    }

    /// The last mark at or before this time.
    fn before(self, at: DateTime) -> Option<DateTime> {
        let midnight = |date: Date| date.at(0, 0, 0, 0);
        let date = at.date();
        let place = |number: i16, every: i32| i32::from(number).rem_euclid(every);
        Some(match self {
            Self::Seconds(every) => {
                let second = i16::from(at.second());
                at.checked_sub(Span::new().try_seconds(place(second, every)).ok()?)
                    .ok()?
            }
            Self::Minutes(every) => {
                let hour = date.at(at.hour(), 0, 0, 0);
                let minute = i32::from(at.minute()) - place(i16::from(at.minute()), every);
                hour.checked_add(Span::new().try_minutes(minute).ok()?)
                    .ok()?
            }
            Self::Hours(every) => {
                let hour = i32::from(at.hour()) - place(i16::from(at.hour()), every);
                midnight(date)
                    .checked_add(Span::new().try_hours(hour).ok()?)
                    .ok()?
            }
            Self::Days(every) => {
                // Counted from the start of the year, so that marks do not move with the period.
                let day = place(date.day_of_year(), every);
                midnight(date.checked_sub(Span::new().try_days(day).ok()?).ok()?)
            }
            Self::Weeks(_) => {
                let day = i32::from(date.weekday().to_monday_zero_offset());
                midnight(date.checked_sub(Span::new().try_days(day).ok()?).ok()?)
            }
            Self::Months(every) => {
                let month = i16::from(date.month()) - 1;
                let back = Span::new().try_months(place(month, every)).ok()?;
                midnight(date.first_of_month().checked_sub(back).ok()?)
            }
            Self::Years(every) => {
                let back = Span::new().try_years(place(date.year(), every)).ok()?;
                midnight(date.first_of_year().checked_sub(back).ok()?)
            }
        })
    }

    fn after(self, at: DateTime) -> Option<DateTime> {
        let span = Span::new();
        let span = match self {
            Self::Seconds(every) => span.try_seconds(every),
            Self::Minutes(every) => span.try_minutes(every),
            Self::Hours(every) => span.try_hours(every),
            Self::Days(every) => span.try_days(every),
            Self::Weeks(every) => span.try_weeks(every),
            Self::Months(every) => span.try_months(every),
            Self::Years(every) => span.try_years(every),
        };
        at.checked_add(span.ok()?).ok()
    }

    fn label(self, at: DateTime) -> String {
        let new_year = at.date().first_of_year() == at.date();
        let is_midnight = at == at.date().at(0, 0, 0, 0);
        let format = match self {
            Self::Seconds(_) if !is_midnight => "%H:%M:%S",
            Self::Minutes(_) | Self::Hours(_) if !is_midnight => "%H:%M",
            Self::Months(_) if !new_year => "%b",
            Self::Years(_) | Self::Months(_) => "%Y",
            _ => "%-d %b",
        };
        at.strftime(format).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The labels of at most `most` marks between two dates.
    fn labels(since: &str, until: &str, most: usize) -> Vec<String> {
        labels_at(&TimeZone::UTC, since, until, most)
    }

    fn labels_at(zone: &TimeZone, since: &str, until: &str, most: usize) -> Vec<String> {
        let at = |text: &str| instant(text.parse().unwrap(), zone);
        let period = Period {
            since: at(since),
            until: at(until),
        };
        let marks = marks(period, zone, |marks| marks.len() <= most);
        marks.into_iter().map(|mark| mark.label).collect()
    }

    #[test]
    fn an_hour_skipped_by_daylight_saving_time_has_no_mark() {
        // The rule of Central Europe, without a time zone database.
        let berlin = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let spring = |most| labels_at(&berlin, "2025-03-29T23:00", "2025-03-30T06:00", most);
        assert_eq!(spring(4), ["30 Mar", "04:00"]);
        let hours = ["23:00", "30 Mar", "01:00", "03:00", "04:00", "05:00"];
        assert_eq!(spring(9), hours);
    }

    #[test]
    fn a_day_has_hours() {
        let day = labels("2025-11-23T08:00", "2025-11-24T08:00", 5);
        assert_eq!(day, ["12:00", "18:00", "24 Nov", "06:00"]);
    }

    #[test]
    fn an_hour_and_a_minute_have_marks() {
        let hour = labels("2025-11-23T08:20", "2025-11-23T09:20", 5);
        assert_eq!(hour, ["08:30", "08:45", "09:00", "09:15"]);
        let minute = labels("2025-11-23T23:59:42", "2025-11-24T00:00:22", 3);
        assert_eq!(minute, ["23:59:45", "24 Nov", "00:00:15"]);
        let moment = labels("2025-11-23T08:20:07", "2025-11-23T08:20:08", 5);
        assert_eq!(moment, ["08:20:07"]);
    }

    #[test]
    fn no_axis_is_without_a_label_however_narrow() {
        for (since, until) in [
            ("2025-11-25T00:00:01", "2025-11-25T00:00:09"),
            ("2025-11-25T08:20", "2025-11-25T09:10"),
            ("2025-11-25T00:01", "2025-11-26T00:00"),
            ("2025-11-25T00:01", "2025-11-30T00:00"),
            ("2025-11-02T00:00", "2025-11-30T00:00"),
            ("2024-11-02T00:00", "2025-11-30T00:00"),
            ("1970-01-01T00:00", "2025-11-30T00:00"),
        ] {
            for most in 0..3 {
                assert!(!labels(since, until, most).is_empty(), "{since} {most}");
            }
        }
    }

    #[test]
    fn months_have_weeks_that_begin_on_monday() {
        let months = labels("2025-10-24T00:00", "2025-12-23T10:00", 9);
        assert_eq!(months.first().unwrap(), "27 Oct");
        assert_eq!(months.len(), 9);
    }

    #[test]
    fn years_have_months_and_their_number() {
        let years = labels("2024-02-10T00:00", "2026-02-10T00:00", 9);
        let expected = ["Apr", "Jul", "Oct", "2025", "Apr", "Jul", "Oct", "2026"];
        assert_eq!(years, expected);
    }

    #[test]
    fn extreme_dates_are_handled() {
        let ages = labels("1970-01-01T00:00", "9999-12-31T23:00", 1000);
        assert_eq!(ages.len(), 80, "{ages:?}");
        assert_eq!(labels("9999-12-30T12:00", "9999-12-30T18:00", 9).len(), 6);
    }
}
