//! Conversions between timestamps and local dates and times.

use std::time::Duration;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp as Instant};

use hidpp_proto::units::Timestamp;

/// The local date and time; out of range, the nearest representable one.
pub fn local(at: Timestamp, zone: &TimeZone) -> DateTime {
    let seconds = i64::try_from(at.since_start().as_secs()).unwrap_or(i64::MAX);
    let instant = Instant::from_second(seconds).unwrap_or(Instant::MAX);
    zone.to_datetime(instant)
}

/// The timestamp of a local date and time; before 1970 it is 0, and near the end of the calendar's
/// range it is that end.
pub fn instant(local: DateTime, zone: &TimeZone) -> Timestamp {
    let instant = zone.to_ambiguous_zoned(local).compatible();
    let instant = instant.map(|it| it.timestamp());
    let beyond = || {
        if local.year() > 0 {
            Instant::MAX
        } else {
            Instant::MIN
        }
    };
    let seconds = instant.unwrap_or_else(|_| beyond()).as_second();
    Timestamp::from_start(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

/// The start of a local day.
pub fn midnight(day: Date, zone: &TimeZone) -> Timestamp {
    instant(day.at(0, 0, 0, 0), zone)
}

/// The day this number of days before another; out of range, the first representable day.
pub fn days_before(day: Date, days: u32) -> Date {
    let span = Span::new().try_days(i64::from(days));
    span.and_then(|span| day.checked_sub(span))
        .unwrap_or(Date::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_local_midnight() {
        let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let day = Date::constant(2025, 10, 26);
        let start = midnight(day, &zone);
        assert_eq!(start.since_start().as_secs(), 1_761_429_600);
        let next = midnight(day.tomorrow().unwrap(), &zone);
        assert_eq!(
            next.since(start),
            Duration::from_secs(25 * 3600),
            "daylight saving time ends"
        );
        assert_eq!(local(start, &zone), day.at(0, 0, 0, 0));
        assert_eq!(days_before(day, 26), Date::constant(2025, 9, 30));
    }

    #[test]
    fn times_out_of_range_are_clamped() {
        let far = Timestamp::from_start(Duration::from_secs(u64::MAX));
        let last = local(far, &TimeZone::UTC);
        assert_eq!(last.year(), 9999);
        assert_eq!(
            instant(Date::MIN.at(0, 0, 0, 0), &TimeZone::UTC),
            Timestamp::START
        );
        assert_eq!(days_before(Date::MIN, u32::MAX), Date::MIN);
    }
}
