//! The history as returned by UPower's `GetHistory`.
//!
//! The semantics are those of UPower's daemon, 0.99.20 and 1.91.2, according to its source and to
//! experiments, not those of its documentation. The differences are:
//!
//! - UPower begins each run with a marker, value 0 and state unknown, which clients skip. Here
//!   there is one at the start and after each gap in the recording, see [`Entry::follows`].
//! - UPower does not record the value at its start, and values only when they change. Here the
//!   first value is included, and an unchanged value at least once an hour: so the chart of a
//!   keyboard that stays at 57 % for days is not empty.
//! - UPower's averages: before 1.90.10 they were computed in the wrong order of time, and still are
//!   in later versions if the oldest point comes first; the state of the first one is lost; and a
//!   resolution of 0 causes a division by zero. Here each average is that of a part of the time, in
//!   any order, and 0 means all points.
//! - Entries with a time in the future are skipped: a clock was wrong.

use std::time::Duration;

use super::entry::Entry;
use crate::device::{ChargeState, named};
use hidpp_proto::units::Timestamp;

/// Seconds since 1970, value and state, in the signature `(udu)`.
pub type Point = (u32, f64, u32);

const UNKNOWN: u32 = 0;
const CHARGING: u32 = 1;
const DISCHARGING: u32 = 2;
const FULLY_CHARGED: u32 = 4;
const PENDING_CHARGE: u32 = 5;

named! {
    /// The quantity of a history.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Quantity {
        /// The charge in percent.
        Charge => "charge",
        /// The power in watts.
        Rate => "rate",
        /// Seconds until full.
        TimeFull => "time-full",
        /// Seconds until empty.
        TimeEmpty => "time-empty",
        /// Volts; in UPower since 1.91.1.
        Voltage => "voltage",
        /// Lux; UPower has no such history.
        Luminosity => "luminosity",
    }
}

impl Quantity {
    /// The value of an entry; `None` if unknown, or if the device was offline.
    fn value(self, entry: &Entry) -> Option<f64> {
        if !entry.online {
            return None;
        }
        match self {
            Self::Charge => entry.charge.map(|it| f64::from(it.get())),
            Self::Voltage => entry.voltage.map(|it| f64::from(it.0) / 1000.0),
            Self::Luminosity => entry.light.map(|it| f64::from(it.0)),
            // HID++ devices do not report it.
            Self::Rate | Self::TimeFull | Self::TimeEmpty => None,
        }
    }
}

/// UPower's number for a state. Charging errors map to pending charge, as in the kernel driver.
pub const fn state_code(state: ChargeState) -> u32 {
    match state {
        ChargeState::Unknown => UNKNOWN,
        ChargeState::Charging => CHARGING,
        ChargeState::Discharging => DISCHARGING,
        ChargeState::Full => FULLY_CHARGED,
        ChargeState::NotCharging
        | ChargeState::ChargingError
        | ChargeState::InvalidBattery
        | ChargeState::ThermalError
        | ChargeState::BatteryError => PENDING_CHARGE,
    }
}

/// The result of `GetHistory`; `None`: "device has no history".
///
/// With a `timespan` of 0 it has all points, the oldest first. Otherwise it has those younger than
/// 95 % of `timespan` seconds, the newest first, without the very first marker; an empty result is
/// not an error. If there are at least `resolution` points, they are averaged over as many parts of
/// the time, separately for different states.
pub fn series(
    entries: &[Entry],
    kind: Quantity,
    timespan: u32,
    resolution: u32,
    now: Timestamp,
) -> Option<Vec<Point>> {
    let mut points = points(entries, kind, now)?;
    if timespan > 0 {
        let window = Duration::from_secs(u64::from(timespan) * 95 / 100);
        points = points
            .into_iter()
            .skip(1)
            .rev()
            .filter(|point| now.since(time_of(point)) < window)
            .collect();
    }
    Some(average(points, resolution))
}

/// All points and markers, the oldest first; `None`: there is no value.
fn points(entries: &[Entry], kind: Quantity, now: Timestamp) -> Option<Vec<Point>> {
    let mut points = Vec::new();
    let mut found = false;
    let mut before: Option<&Entry> = None;
    for entry in entries.iter().filter(|entry| entry.at <= now) {
        let at = u32::try_from(entry.at.since_start().as_secs()).unwrap_or(u32::MAX);
        if before.is_none_or(|before| !entry.follows(before)) {
            points.push((at, 0.0, UNKNOWN));
        }
        before = Some(entry);
        let state = state_code(entry.state);
        // As in UPower, entries with an unknown state are skipped.
        if let Some(value) = kind.value(entry).filter(|_| state != UNKNOWN) {
            points.push((at, value, state));
            found = true;
        }
    }
    found.then_some(points)
}

const fn time_of(point: &Point) -> Timestamp {
    Timestamp::from_start(Duration::from_secs(point.0 as u64))
}

fn average(points: Vec<Point>, resolution: u32) -> Vec<Point> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return points;
    };
    let fits = usize::try_from(resolution).is_ok_and(|most| points.len() < most);
    if resolution == 0 || fits {
        return points;
    }
    let start = first.0;
    let length = u64::from(start.abs_diff(last.0)).max(1);
    // A time on the border of two parts belongs to the earlier one, as in UPower.
    let part = |point: &Point| {
        let passed = u64::from(point.0.abs_diff(start)) * u64::from(resolution);
        (passed.div_ceil(length).max(1), point.2)
    };
    points
        .chunk_by(|a, b| part(a) == part(b))
        .filter_map(mean)
        .collect()
}

fn mean(points: &[Point]) -> Option<Point> {
    let count = u32::try_from(points.len()).ok()?;
    let times: u64 = points.iter().map(|point| u64::from(point.0)).sum();
    let time = times.checked_div(u64::from(count))?;
    let value = points.iter().map(|point| point.1).sum::<f64>() / f64::from(count);
    Some((u32::try_from(time).ok()?, value, points.first()?.2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Span;
    use ChargeState::{Charging, Discharging, Unknown};
    use hidpp_proto::units::{Lux, Millivolts, Percent};

    const NOW: u32 = 1_000_000;

    fn at(seconds: u32) -> Timestamp {
        Timestamp::from_start(Duration::from_secs(u64::from(seconds)))
    }

    fn charge(seconds: u32, percent: u8, state: ChargeState) -> Entry {
        Entry {
            at: at(seconds),
            span: Span::Moment,
            charge: Percent::new(percent),
            voltage: None,
            light: None,
            state,
            online: true,
        }
    }

    fn charges(entries: &[Entry], timespan: u32, resolution: u32) -> Option<Vec<Point>> {
        series(entries, Quantity::Charge, timespan, resolution, at(NOW))
    }

    fn hour_of_use() -> Vec<Entry> {
        (0u8..6)
            .map(|it| charge(NOW - 3600 + 600 * u32::from(it), 60 - it, Discharging))
            .collect()
    }

    #[test]
    fn a_timespan_of_0_is_everything_with_its_marker_the_oldest_first() {
        let entries = [charge(1000, 90, Discharging), charge(2000, 89, Discharging)];
        let points = [(1000, 0.0, 0), (1000, 90.0, 2), (2000, 89.0, 2)];
        assert_eq!(charges(&entries, 0, 100), Some(points.to_vec()));
    }

    #[test]
    fn a_timespan_is_the_newest_first_and_95_percent_of_it() {
        let points = charges(&hour_of_use(), 3600, 100).unwrap();
        let times: Vec<u32> = points.iter().map(|point| NOW - point.0).collect();
        assert_eq!(times, [600, 1200, 1800, 2400, 3000]);
    }

    #[test]
    fn the_first_marker_is_not_within_a_timespan_but_later_ones_are() {
        let day = 24 * 60 * 60;
        let entries = [
            charge(NOW - day, 90, Discharging),
            charge(NOW - 60, 80, Discharging),
        ];
        let points = [
            (NOW - 60, 80.0, 2),
            (NOW - 60, 0.0, 0),
            (NOW - day, 90.0, 2),
        ];
        assert_eq!(charges(&entries, u32::MAX, 100), Some(points.to_vec()));
    }

    #[test]
    fn a_timespan_without_points_is_empty_and_not_an_error() {
        assert_eq!(charges(&hour_of_use(), 60, 100), Some(Vec::new()));
        assert_eq!(charges(&hour_of_use(), 1, 1), Some(Vec::new()));
    }

    #[test]
    fn a_quantity_that_was_never_reported_has_no_history() {
        let entries = hour_of_use();
        for kind in ["rate", "time-full", "time-empty", "voltage", "luminosity"] {
            let kind = Quantity::from_name(kind).unwrap();
            assert_eq!(series(&entries, kind, 0, 10, at(NOW)), None, "{kind:?}");
        }
        assert_eq!(charges(&[], 0, 10), None);
        assert_eq!(Quantity::from_name("temperature"), None);
    }

    #[test]
    fn voltages_are_in_volts_and_light_in_lux() {
        let entry = Entry {
            voltage: Some(Millivolts(3850)),
            light: Some(Lux(312)),
            ..charge(1000, 57, Charging)
        };
        let value = |kind| series(&[entry], Quantity::from_name(kind)?, 0, 10, at(NOW))?.pop();
        assert_eq!(value("charge"), Some((1000, 57.0, 1)));
        assert_eq!(value("voltage"), Some((1000, 3.85, 1)));
        assert_eq!(value("luminosity"), Some((1000, 312.0, 1)));
    }

    #[test]
    fn entries_asleep_or_with_an_unknown_state_are_skipped_without_a_gap() {
        let asleep = Entry {
            online: false,
            ..charge(4000, 57, Discharging)
        };
        let entries = [
            charge(1000, 57, Discharging),
            asleep,
            charge(8000, 57, Unknown),
            charge(12_000, 56, Discharging),
        ];
        let points = [(1000, 0.0, 0), (1000, 57.0, 2), (12_000, 56.0, 2)];
        assert_eq!(charges(&entries, 0, 100), Some(points.to_vec()));
    }

    #[test]
    fn as_many_points_as_the_resolution_are_averaged_over_parts_of_the_time() {
        let halves = [(NOW - 1200, 56.0, 2), (NOW - 2700, 58.5, 2)];
        assert_eq!(charges(&hour_of_use(), 3600, 2), Some(halves.to_vec()));
        let backward = [
            (NOW - 3600, 0.0, 0),
            (NOW - 3000, 59.0, 2),
            (NOW - 1200, 56.0, 2),
        ];
        assert_eq!(charges(&hour_of_use(), 0, 2), Some(backward.to_vec()));
        // Fewer points are not averaged.
        assert_eq!(charges(&hour_of_use(), 3600, 6).unwrap().len(), 5);
        assert_eq!(charges(&hour_of_use(), 3600, 1).unwrap().len(), 1);
    }

    #[test]
    fn different_states_are_not_averaged() {
        let entries = [
            charge(NOW - 50, 50, Discharging),
            charge(NOW - 40, 52, Discharging),
            charge(NOW - 30, 60, Charging),
            charge(NOW - 20, 62, Charging),
        ];
        let points = [(NOW - 25, 61.0, 1), (NOW - 45, 51.0, 2)];
        assert_eq!(charges(&entries, 600, 1), Some(points.to_vec()));
    }

    #[test]
    fn extreme_numbers_are_handled() {
        let mut entries = hour_of_use();
        entries.push(charge(u32::MAX, 1, Charging));
        let ahead = Timestamp::from_start(Duration::from_secs(u64::MAX));
        entries.push(Entry {
            at: ahead,
            ..entries[0]
        });
        for now in [at(0), at(NOW), ahead] {
            for timespan in [0, 1, u32::MAX] {
                for resolution in [0, 1, u32::MAX] {
                    let points = series(&entries, Quantity::Charge, timespan, resolution, now);
                    assert!(points.is_none_or(|it| it.len() <= 2 * entries.len()));
                }
            }
        }
        assert_eq!(charges(&hour_of_use(), 0, 0).unwrap().len(), 7);
    }

    #[test]
    fn a_time_in_the_future_is_skipped() {
        let entries = [
            charge(NOW - 10, 57, Discharging),
            charge(NOW + 10, 58, Discharging),
        ];
        assert_eq!(charges(&entries, 60, 10), Some(vec![(NOW - 10, 57.0, 2)]));
    }
}
