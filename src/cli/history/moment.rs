use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::chart::calendar::{days_before, local, midnight};
use hidpp_proto::units::Timestamp;

/// A point in time as given on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// This long ago.
    Ago(Duration),
    /// A local day.
    Day(Date),
}

/// Which end of a day is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    First,
    Last,
}

/// The longest time ago: longer than anything was recorded.
const MOST: Duration = Duration::from_secs(100 * 366 * 24 * 60 * 60);

impl Moment {
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        // The parser of days accepts times and other notations, which would be ignored.
        if let Ok(day) = text.parse::<Date>()
            && day.to_string() == text
        {
            return Ok(Self::Day(day));
        }
        let wrong = "expected how long ago (12h, 30d, 8w, 2y) or a day (2025-10-01)";
        let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let hours: u64 = match text.strip_prefix(number).unwrap_or_default() {
            "h" => 1,
            "d" => 24,
            "w" => 7 * 24,
            "y" => 365 * 24,
            _ => return Err(wrong),
        };
        let number: u64 = number.parse().map_err(|_| wrong)?;
        let seconds = number.checked_mul(hours * 60 * 60).filter(|it| *it > 0);
        let ago = seconds.map(Duration::from_secs).filter(|it| *it <= MOST);
        ago.map(Self::Ago)
            .ok_or("it must be more than 0 and less than 100 years")
    }

    /// Returns the time it stands for.
    pub(super) fn resolve(self, now: Timestamp, zone: &TimeZone, end: End) -> Timestamp {
        match (self, end) {
            (Self::Ago(ago), _) => Timestamp::from_start(now.since_start().saturating_sub(ago)),
            (Self::Day(day), End::First) => midnight(day, zone),
            (Self::Day(day), End::Last) => day.tomorrow().map_or(now, |next| midnight(next, zone)),
        }
    }
}

/// Returns the local midnight this many days before the day of a time.
pub(super) fn midnight_before(at: Timestamp, days: u32, zone: &TimeZone) -> Timestamp {
    midnight(days_before(local(at, zone).date(), days), zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_an_age_or_a_day() {
        let hours = |hours: u64| Ok(Moment::Ago(Duration::from_secs(hours * 3600)));
        assert_eq!(Moment::parse("12h"), hours(12));
        assert_eq!(Moment::parse("30d"), hours(30 * 24));
        assert_eq!(Moment::parse("8w"), hours(8 * 7 * 24));
        assert_eq!(Moment::parse("2y"), hours(2 * 365 * 24));
        let day = Date::constant(2025, 10, 1);
        assert_eq!(Moment::parse("2025-10-01"), Ok(Moment::Day(day)));
        for wrong in [
            "",
            "30",
            "d",
            "-1d",
            "0d",
            "1.5h",
            "30 days",
            "2025-13-01",
            "20251001",
            "2025-10-01T12:00",
            "2025-10-01 12:00:00",
            "2025-10-01T00:00:00+02:00[Europe/Berlin]",
            "2025-10-01[u-ca=iso8601]",
            "101y",
            "é",
        ] {
            assert!(Moment::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_last_day_is_a_part_of_the_period() {
        let day = Moment::parse("2025-10-01").unwrap();
        let at = |end| day.resolve(Timestamp::START, &TimeZone::UTC, end);
        assert_eq!(
            at(End::Last).since(at(End::First)),
            Duration::from_secs(24 * 3600)
        );
    }
}
