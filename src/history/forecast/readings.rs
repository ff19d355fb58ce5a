//! The charges a device told, without the odd ones.

use super::seconds;
use crate::device::ChargeState;
use crate::history::Entry;
use crate::units::Timestamp;

/// A charge that was read, for as long as it was read again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Reading {
    /// When it was read first and last, in seconds since the start of the window.
    pub(super) from: u32,
    pub(super) to: u32,
    /// In percent.
    pub(super) charge: f64,
    /// Whether a charger was connected.
    pub(super) charging: bool,
    /// How many entries say so.
    count: u32,
}

/// A charge that leaps farther than this and back is odd, in percent.
const FAR: f64 = 3.0;

/// What a device told while it was online, equal charges together.
pub(super) fn readings(entries: &[&Entry], since: Timestamp) -> Vec<Reading> {
    let mut readings: Vec<Reading> = Vec::new();
    let online = entries.iter().filter(|entry| entry.online);
    for (entry, charge) in online.filter_map(|entry| Some((entry, entry.charge?))) {
        let at = seconds(entry.at, since);
        let reading = Reading {
            from: at,
            to: at,
            charge: f64::from(charge.get()),
            charging: matches!(entry.state, ChargeState::Charging | ChargeState::Full),
            count: 1,
        };
        append(&mut readings, reading);
    }
    without_odd(&readings)
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

/// Leaves out single charges that are far from those before and after, which are near each other.
/// At either end, where one side is not known, the other one counts.
fn without_odd(readings: &[Reading]) -> Vec<Reading> {
    let mut kept = Vec::new();
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
        if !odd {
            append(&mut kept, *reading);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::super::tests::{at, charge};
    use super::*;

    fn told(charges: &[u8]) -> Vec<f64> {
        let entries: Vec<Entry> = (0_u32..)
            .zip(charges)
            .map(|(hour, percent)| charge(at(hour), *percent))
            .collect();
        let entries: Vec<&Entry> = entries.iter().collect();
        let readings = readings(&entries, at(0));
        readings.iter().map(|it| it.charge).collect()
    }

    #[test]
    fn equal_charges_are_one_reading() {
        assert_eq!(told(&[57, 57, 56, 57]), [57.0, 56.0, 57.0]);
    }

    #[test]
    fn a_single_charge_far_from_its_neighbours_is_odd() {
        assert_eq!(told(&[57, 57, 3, 56, 56]), [57.0, 56.0]);
        assert_eq!(told(&[57, 57, 3]), [57.0], "at the end it is not sure yet");
        assert_eq!(told(&[90, 90, 50, 20, 20]), [90.0, 50.0, 20.0], "steps");
        assert_eq!(told(&[57, 57, 3, 3, 56, 56]).len(), 3, "told twice");
    }

    #[test]
    fn what_was_read_before_a_device_slept_is_no_reading() {
        let asleep = Entry {
            online: false,
            ..charge(at(3), 57)
        };
        assert_eq!(readings(&[&asleep], at(0)), []);
    }
}
