//! Light and charge of a solar keyboard for each hour.

use std::ops::Range;

use super::readings::Reading;
use super::seconds;
use crate::history::{Entry, Span};
use hidpp_proto::units::Timestamp;

const HOUR: u32 = 60 * 60;

/// The maximum time between two measurements, in seconds; the values in a longer gap are unknown.
const BRIDGED: u32 = 12 * HOUR;

/// The maximum time between two measurements of a device that was awake in between.
const AWAKE: u32 = 2 * HOUR;

/// The fraction of an hour that must be known for the hour to count.
const WHOLE: f64 = 0.99;

/// An hour.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Hour {
    /// The mean light in lux.
    pub(super) light: Option<f64>,
    /// The charge in percent at the middle of the hour.
    pub(super) charge: Option<f64>,
}

/// The measured light of an hour.
#[derive(Clone, Copy, Default)]
struct Measured {
    lux_hours: f64,
    /// The measured fraction of the hour.
    hours: f64,
}

/// The hours since the start of the window.
pub(super) fn hours(entries: &[&Entry], readings: &[Reading], since: Timestamp) -> Vec<Hour> {
    let at = |entry: &Entry| seconds(entry.at, since);
    let last = entries.last().map_or(0, |entry| at(entry));
    let count = usize::try_from(last.div_ceil(HOUR)).unwrap_or_default();
    let mut measured = vec![Measured::default(); count];
    // The mean of a day does not determine its hours.
    let lights = entries.iter().filter(|entry| entry.span != Span::Day);
    let lights: Vec<(u32, f64)> = lights
        .filter_map(|entry| Some((at(entry), f64::from(entry.light?.0))))
        .collect();
    for (from, to) in lights.iter().zip(lights.iter().skip(1)) {
        spread(*from, *to, &mut measured);
    }
    let known = |it: &Measured| (it.hours >= WHOLE).then(|| it.lux_hours / it.hours);
    let mut hours: Vec<Hour> = measured
        .iter()
        .map(|it| Hour {
            light: known(it),
            charge: None,
        })
        .collect();
    for (place, reading) in readings.iter().enumerate() {
        let next = readings.get(place + 1).map(|next| next.from);
        let next = next.filter(|next| next - reading.to <= BRIDGED);
        // The charge of an hour is that at its middle.
        let middles = (reading.from + HOUR / 2)..(next.unwrap_or(reading.to) + HOUR / 2);
        let of_it = places(&middles);
        for hour in hours.get_mut(of_it).into_iter().flatten() {
            hour.charge = Some(reading.charge);
        }
    }
    hours
}

/// The hours that begin within a time.
fn places(within: &Range<u32>) -> Range<usize> {
    let place = |at: u32| usize::try_from(at / HOUR).unwrap_or_default();
    place(within.start)..place(within.end)
}

/// Adds the light between two measurements to its hours.
fn spread(from: (u32, f64), to: (u32, f64), measured: &mut [Measured]) {
    let length = to.0.saturating_sub(from.0);
    if length == 0 || length > BRIDGED {
        return;
    }
    // The light at half of `twice` seconds: the middle of two whole seconds can be a half second.
    let light = |twice: u32| {
        if length > AWAKE {
            from.1.min(to.1)
        } else {
            let passed = f64::from(twice - 2 * from.0) / f64::from(2 * length);
            from.1 + (to.1 - from.1) * passed
        }
    };
    for hour in from.0 / HOUR..to.0.div_ceil(HOUR) {
        let start = from.0.max(hour * HOUR);
        let end = to.0.min((hour + 1) * HOUR);
        let part = f64::from(end - start) / f64::from(HOUR);
        let place = usize::try_from(hour).ok();
        if let Some(hour) = place.and_then(|place| measured.get_mut(place)) {
            hour.lux_hours += light(start + end) * part;
            hour.hours += part;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::axis::by_calendar;
    use super::super::tests::{at, charge};
    use super::*;
    use crate::history::forecast::readings::readings;
    use hidpp_proto::units::Lux;

    fn lit(hour: u32, lux: u16) -> Entry {
        Entry {
            light: Some(Lux(lux)),
            ..charge(at(hour), 57)
        }
    }

    fn hours_of(entries: &[Entry]) -> Vec<Hour> {
        let entries: Vec<&Entry> = entries.iter().collect();
        let readings = readings(by_calendar(&entries, at(0))).all;
        hours(&entries, &readings, at(0))
    }

    fn lights(entries: &[Entry]) -> Vec<Option<f64>> {
        let hours = hours_of(entries);
        hours.iter().map(|hour| hour.light).collect()
    }

    #[test]
    fn between_two_measurements_light_is_a_straight_line() {
        let entries = [lit(0, 100), lit(2, 300)];
        assert_eq!(lights(&entries), [Some(150.0), Some(250.0)]);
    }

    #[test]
    fn during_sleep_light_is_the_lesser_of_both_measurements() {
        let entries = [lit(0, 90), lit(3, 6)];
        assert_eq!(lights(&entries), [Some(6.0); 3]);
    }

    #[test]
    fn light_is_unknown_in_a_gap_of_more_than_half_a_day() {
        let entries = [lit(0, 90), lit(13, 90), lit(14, 90)];
        let expected: Vec<_> = (0..14).map(|hour| (hour == 13).then_some(90.0)).collect();
        assert_eq!(lights(&entries), expected);
    }

    #[test]
    fn a_charge_applies_until_the_next_reading() {
        let entries = [
            charge(at(1), 57),
            charge(at(3), 56),
            charge(at(4), 56),
            charge(at(30), 55),
        ];
        let charges: Vec<_> = hours_of(&entries).iter().map(|hour| hour.charge).collect();
        let first = [None, Some(57.0), Some(57.0), Some(56.0), None];
        assert_eq!(charges.first_chunk(), Some(&first));
        assert!(charges.iter().skip(5).all(Option::is_none));
    }
}
