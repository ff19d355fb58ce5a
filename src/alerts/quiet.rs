use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use jiff::tz::TimeZone;

use hidpp_proto::units::Timestamp;

const MINUTES_OF_A_DAY: u16 = 24 * 60;

/// The hours of each day without notifications; they may span midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuietHours {
    from: TimeOfDay,
    to: TimeOfDay,
}

/// Minutes since midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct TimeOfDay(u16);

impl QuietHours {
    /// The end of the quiet hours that contain `now`; `None` if `now` is outside. If the clock is
    /// changed before that end, the result has to be computed again.
    pub fn end(self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let seconds = i64::try_from(now.since_start().as_secs()).ok()?;
        let time = zone.to_datetime(jiff::Timestamp::from_second(seconds).ok()?);
        let of = |number: i8| u16::try_from(number).unwrap_or_default();
        let minute = TimeOfDay(of(time.hour()) * 60 + of(time.minute()));
        let inside = if self.from < self.to {
            self.from <= minute && minute < self.to
        } else {
            self.from <= minute || minute < self.to
        };
        let left = (self.to.0 + MINUTES_OF_A_DAY - minute.0) % MINUTES_OF_A_DAY;
        let left = Duration::from_secs(u64::from(left) * 60);
        let since_minute = Duration::from_secs(of(time.second()).into());
        inside.then(|| now + left.saturating_sub(since_minute))
    }
}

impl FromStr for QuietHours {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let hours = text.split_once('-').and_then(|(from, to)| {
            let (from, to) = (TimeOfDay::read(from)?, TimeOfDay::read(to)?);
            Some(Self { from, to })
        });
        match hours {
            Some(hours) if hours.from == hours.to => Err("quiet hours must not be empty"),
            Some(hours) => Ok(hours),
            None => Err("quiet hours are written as \"22:00-07:00\", or \"\" for none"),
        }
    }
}

impl TimeOfDay {
    fn read(text: &str) -> Option<Self> {
        let (hour, minute) = text.trim().split_once(':')?;
        let number = |text: &str, below: u16| {
            let is_number = text.bytes().all(|it| it.is_ascii_digit());
            let number: u16 = text.parse().ok()?;
            (is_number && number < below).then_some(number)
        };
        Some(Self(number(hour, 24)? * 60 + number(minute, 60)?))
    }
}

impl fmt::Display for QuietHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.from, self.to)
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::Offset;

    use super::*;

    fn at(hour: u64, minute: u64, second: u64) -> Timestamp {
        Timestamp::from_start(Duration::from_secs(hour * 3600 + minute * 60 + second))
    }

    fn end(hours: &str, now: Timestamp) -> Option<Timestamp> {
        let hours: QuietHours = hours.parse().unwrap();
        hours.end(now, &TimeZone::UTC)
    }

    #[test]
    fn quiet_hours_can_span_midnight() {
        let night = "22:00-07:00";
        assert_eq!(end(night, at(21, 59, 59)), None);
        assert_eq!(end(night, at(22, 0, 0)), Some(at(31, 0, 0)));
        assert_eq!(end(night, at(23, 30, 5)), Some(at(31, 0, 0)));
        assert_eq!(end(night, at(24, 0, 0)), Some(at(31, 0, 0)));
        assert_eq!(end(night, at(30, 59, 59)), Some(at(31, 0, 0)));
        assert_eq!(end(night, at(31, 0, 0)), None);
        assert_eq!(end(night, at(31, 0, 59)), None);
    }

    #[test]
    fn quiet_hours_can_be_within_a_day() {
        assert_eq!(end("13:00-14:30", at(12, 59, 0)), None);
        assert_eq!(end("13:00-14:30", at(13, 0, 0)), Some(at(14, 30, 0)));
        assert_eq!(end("13:00-14:30", at(14, 30, 0)), None);
    }

    #[test]
    fn quiet_hours_are_in_the_time_zone() {
        let india = TimeZone::fixed(Offset::from_seconds(19_800).unwrap());
        let hours: QuietHours = "22:00-07:00".parse().unwrap();
        assert_eq!(hours.end(at(16, 29, 0), &india), None);
        assert_eq!(hours.end(at(16, 30, 0), &india), Some(at(25, 30, 0)));
    }

    #[test]
    fn quiet_hours_round_trip() {
        for text in ["22:00-07:00", "00:00-23:59"] {
            let hours: QuietHours = text.parse().unwrap();
            assert_eq!(hours.to_string(), text);
        }
        assert_eq!(
            "7:5 - 8:00".parse::<QuietHours>().unwrap().to_string(),
            "07:05-08:00"
        );
        for wrong in [
            "",
            "22",
            "22:00",
            "22:00-",
            "24:00-07:00",
            "22:60-07:00",
            "+2:00-3:00",
        ] {
            assert!(wrong.parse::<QuietHours>().is_err(), "{wrong}");
        }
        assert!(
            "07:00-07:00".parse::<QuietHours>().is_err(),
            "ambiguous: no time, or the whole day"
        );
    }
}
