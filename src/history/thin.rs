//! Thins entries: the older they are, the fewer are kept.

use std::time::Duration;

use super::entry::{Entry, Span};
use hidpp_proto::units::{Lux, Timestamp};

/// The age up to which all entries are kept.
pub(super) const WEEK: Duration = days(7);

/// The age up to which one entry per hour is kept; after that one per day.
const HOURLY: Duration = days(90);

const fn days(count: u64) -> Duration {
    Duration::from_secs(count * 24 * 60 * 60)
}

/// Thins entries sorted by time, except for those at most `whole` away from `now`.
///
/// The entry of an hour or day has its last values while the device was online, and the mean of its
/// light: the last light of a day would always be that of the night.
pub(super) fn thin(entries: &[Entry], now: Timestamp, whole: Duration) -> Vec<Entry> {
    entries
        .chunk_by(|a, b| {
            let (a, b) = (part_of(a, now, whole), part_of(b, now, whole));
            a.0 != Span::Moment && a == b
        })
        .filter_map(|part| merge(part, part_of(part.first()?, now, whole).0))
        .collect()
}

/// The hour or day into which an entry is merged, counted from 1970.
fn part_of(entry: &Entry, now: Timestamp, whole: Duration) -> (Span, u64) {
    // With a wrong clock, the time can be in the future.
    let age = now.since(entry.at).max(entry.at.since(now));
    let by_age = if age <= whole {
        Span::Moment
    } else if age <= HOURLY {
        Span::Hour
    } else {
        Span::Day
    };
    let span = by_age.max(entry.span);
    let length = match span {
        Span::Moment => 1,
        Span::Hour => 60 * 60,
        Span::Day => 24 * 60 * 60,
    };
    (span, entry.at.since_start().as_secs() / length)
}

fn merge(part: &[Entry], span: Span) -> Option<Entry> {
    let last = part.iter().rfind(|it| it.online).or(part.last())?;
    let light: Vec<u64> = part
        .iter()
        .filter_map(|it| it.light)
        .map(|lux| u64::from(lux.0))
        .collect();
    let count = u64::try_from(light.len()).unwrap_or(u64::MAX);
    // Rounded; `None` without light.
    let mean = (light.iter().sum::<u64>() + count / 2).checked_div(count);
    Some(Entry {
        span,
        light: mean.and_then(|mean| u16::try_from(mean).ok()).map(Lux),
        ..*last
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::ChargeState;
    use hidpp_proto::units::Percent;

    const NOW: Timestamp = Timestamp::from_start(days(1000));

    fn entry(age: Duration, charge: u8, light: Option<u16>) -> Entry {
        Entry {
            at: Timestamp::from_start(NOW.since_start().saturating_sub(age)),
            span: Span::Moment,
            charge: Percent::new(charge),
            voltage: None,
            light: light.map(Lux),
            state: ChargeState::Discharging,
            online: true,
        }
    }

    /// This number of days and minutes.
    fn ago(day: u64, minutes: u64) -> Duration {
        days(day) + Duration::from_secs(60 * minutes)
    }

    #[test]
    fn all_entries_of_the_last_days_are_kept() {
        let entries = [
            entry(days(7), 80, None),
            entry(ago(3, 2), 79, Some(5)),
            entry(ago(3, 1), 78, None),
            entry(days(0), 77, None),
        ];
        assert_eq!(thin(&entries, NOW, WEEK), entries);
    }

    #[test]
    fn an_hour_keeps_its_last_values_and_its_mean_light() {
        let entries = [
            entry(ago(30, 50), 80, Some(100)),
            entry(ago(30, 40), 79, None),
            entry(ago(30, 30), 78, Some(201)),
            entry(ago(29, 23 * 60), 77, None),
        ];
        let thinned = thin(&entries, NOW, WEEK);
        let hour = Entry {
            span: Span::Hour,
            light: Some(Lux(151)),
            ..entries[2]
        };
        let next = Entry {
            span: Span::Hour,
            ..entries[3]
        };
        assert_eq!(thinned, [hour, next]);
        assert_eq!(thin(&thinned, NOW, WEEK), thinned);
    }

    #[test]
    fn a_day_of_last_year_is_one_entry() {
        let entries: Vec<Entry> = (1..=24 * 6)
            .map(|tens| entry(ago(365, 10 * (24 * 6 - tens + 1)), 50, Some(300)))
            .collect();
        let thinned = thin(&entries, NOW, WEEK);
        let day = Entry {
            span: Span::Day,
            ..entries[entries.len() - 1]
        };
        assert_eq!(thinned, [day]);
        assert_eq!(thin(&thinned, NOW, WEEK), thinned);
    }

    #[test]
    fn the_values_of_an_hour_are_those_of_the_device_online() {
        let asleep = Entry {
            online: false,
            charge: None,
            ..entry(ago(30, 10), 0, None)
        };
        let awake = entry(ago(30, 20), 64, None);
        let kept = thin(&[awake, asleep], NOW, WEEK);
        let of_the_hour = |it| Entry {
            span: Span::Hour,
            ..it
        };
        assert_eq!(kept, [of_the_hour(awake)]);
        assert_eq!(thin(&[asleep], NOW, WEEK), [of_the_hour(asleep)]);
    }

    #[test]
    fn a_time_in_the_future_counts_like_one_in_the_past() {
        let ahead = Entry {
            at: NOW + days(200),
            ..entry(days(0), 50, None)
        };
        let thinned = thin(&[ahead, ahead], NOW, WEEK);
        assert_eq!(
            thinned,
            [Entry {
                span: Span::Day,
                ..ahead
            }]
        );
    }
}
