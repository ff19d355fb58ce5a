//! The charges that a device reported, without outliers.

use super::axis::Timed;

/// A charge, with the time during which it was read repeatedly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Reading {
    /// The time of the first and the last such reading, in seconds on the axis.
    pub(super) from: u32,
    pub(super) to: u32,
    /// In percent.
    pub(super) charge: f64,
    /// Whether a charger was connected.
    pub(super) charging: bool,
    /// Whether there is a gap in the recording before it.
    pub(super) after_gap: bool,
    /// The number of entries.
    count: u32,
}

/// The difference in percent, to both neighbours, from which on a charge is an outlier.
const FAR: f64 = 3.0;

/// The charges of a device while online, with equal consecutive ones merged.
pub(super) struct Readings {
    /// All without outliers.
    pub(super) all: Vec<Reading>,
    /// Whether the last one was dropped as an outlier; it may come from new cells.
    pub(super) end_odd: bool,
}

/// The charges of a device while online.
pub(super) fn readings<'a>(entries: impl Iterator<Item = Timed<'a>>) -> Readings {
    let read = read(entries);
    let all = without_odd(&read);
    let ends = read.last().zip(all.last());
    let end_odd = ends.is_some_and(|(last, kept)| last.far_from(kept, FAR));
    Readings { all, end_odd }
}

/// The charges as they were read.
fn read<'a>(entries: impl Iterator<Item = Timed<'a>>) -> Vec<Reading> {
    let mut readings: Vec<Reading> = Vec::new();
    let mut after_gap = false;
    for timed in entries {
        after_gap |= timed.after_gap;
        let Some(charge) = timed.entry.charge.filter(|_| timed.entry.online) else {
            continue;
        };
        let reading = Reading {
            from: timed.at,
            to: timed.at,
            charge: f64::from(charge.get()),
            charging: timed.entry.state.has_charger(),
            after_gap: std::mem::take(&mut after_gap),
            count: 1,
        };
        append(&mut readings, reading);
    }
    readings
}

fn append(readings: &mut Vec<Reading>, reading: Reading) {
    match readings.last_mut() {
        Some(last) if last.same(&reading) => {
            last.to = reading.to;
            last.count = last.count.saturating_add(reading.count);
        }
        _ => readings.push(reading),
    }
}

impl Reading {
    fn same(&self, other: &Self) -> bool {
        self.charging == other.charging && !self.far_from(other, 0.5)
    }

    fn far_from(&self, other: &Self, far: f64) -> bool {
        (self.charge - other.charge).abs() > far
    }
}

/// Drops single charges that differ from those before and after, if these are close to each other.
/// At either end, only the one neighbour counts.
fn without_odd(readings: &[Reading]) -> Vec<Reading> {
    let mut kept = Vec::new();
    let mut after_gap = false;
    for (place, reading) in readings.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|place| readings.get(place));
        let after = readings.get(place + 1);
        let is_far = |other: &Reading| reading.far_from(other, FAR);
        let odd = reading.count == 1
            && match (before, after) {
                (Some(before), Some(after)) => {
                    is_far(before) && is_far(after) && !before.far_from(after, FAR)
                }
                (Some(other), None) | (None, Some(other)) => is_far(other),
                (None, None) => false,
            };
        after_gap |= reading.after_gap;
        if !odd {
            let after_gap = std::mem::take(&mut after_gap);
            append(
                &mut kept,
                Reading {
                    after_gap,
                    ..*reading
                },
            );
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::super::axis::by_calendar;
    use super::super::tests::{at, charge};
    use super::*;
    use crate::history::Entry;

    fn evaluated(charges: &[u8]) -> Vec<f64> {
        let entries: Vec<Entry> = (0_u32..)
            .zip(charges)
            .map(|(hour, percent)| charge(at(hour), *percent))
            .collect();
        let entries: Vec<&Entry> = entries.iter().collect();
        let readings = readings(by_calendar(&entries, at(0))).all;
        readings.iter().map(|it| it.charge).collect()
    }

    #[test]
    fn equal_charges_are_one_reading() {
        assert_eq!(evaluated(&[57, 57, 56, 57]), [57.0, 56.0, 57.0]);
    }

    #[test]
    fn a_single_charge_far_from_its_neighbours_is_an_outlier() {
        assert_eq!(evaluated(&[57, 57, 3, 56, 56]), [57.0, 56.0]);
        assert_eq!(evaluated(&[57, 57, 3]), [57.0], "not confirmed yet");
        let steps = [90.0, 50.0, 20.0];
        assert_eq!(evaluated(&[90, 90, 50, 20, 20]), steps, "steps");
        assert_eq!(evaluated(&[57, 57, 3, 3, 56, 56]).len(), 3, "read twice");
    }

    #[test]
    fn the_last_charge_of_an_offline_device_is_not_a_reading() {
        let asleep = Entry {
            online: false,
            ..charge(at(3), 57)
        };
        assert_eq!(readings(by_calendar(&[&asleep], at(0))).all, []);
    }
}
