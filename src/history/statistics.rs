//! How long a battery stays at each percent, as returned by UPower's `GetStatistics`.
//!
//! It follows UPower's daemon, 0.99.20, according to its source. A percent counts with the time
//! that the battery took to reach it from the previous one, if the state stayed the same, there was
//! no gap in the recording, and the step was at most 3 percent.

use super::entry::Entry;
use super::upower::state_code;
use crate::device::{ChargeState, named};
use hidpp_proto::units::Percent;

/// The largest step that counts, in percent.
const FARTHEST: u8 = 3;

/// The accuracy that each sample adds, in percent.
const ACCURACY: f64 = 20.0;

named! {
    /// The kind of statistics.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Flow {
        /// While the battery was charging.
        Charging => "charging",
        /// While it was discharging.
        Discharging => "discharging",
    }
}

impl Flow {
    const fn state(self) -> ChargeState {
        match self {
            Self::Charging => ChargeState::Charging,
            Self::Discharging => ChargeState::Discharging,
        }
    }
}

/// The times of one percent.
#[derive(Clone, Copy, Default)]
struct Bin {
    seconds: f64,
    samples: f64,
}

impl Bin {
    fn mean(self) -> Option<f64> {
        (self.samples > 0.0).then(|| self.seconds / self.samples)
    }
}

/// The result of `GetStatistics` for entries sorted by time: for each percent from 0 to 100 its
/// value and accuracy.
///
/// The value is the relative deviation of the time from the mean: 1 is twice the mean, -0.5 half of
/// it, 0 if unknown. Each sample adds 20 % to the accuracy, without a limit at 100.
pub fn statistics(entries: &[Entry], flow: Flow) -> [(f64, f64); 101] {
    let bins = bins(entries, flow);
    let means = bins.iter().filter_map(|bin| bin.mean());
    let (sum, count) = means.fold((0.0, 0.0), |(sum, count), mean| (sum + mean, count + 1.0));
    bins.map(|bin| {
        let value = bin.mean().filter(|_| sum > 0.0);
        let value = value.map_or(0.0, |mean| mean / (sum / count) - 1.0);
        (value, bin.samples * ACCURACY)
    })
}

fn bins(entries: &[Entry], flow: Flow) -> [Bin; 101] {
    let mut bins = [Bin::default(); 101];
    let mut watched: Option<&Entry> = None;
    let mut before: Option<&Entry> = None;
    // The entry at which the battery reached its percent.
    let mut came: Option<(&Entry, Percent)> = None;
    let mut last_percent = None;
    for entry in entries {
        if watched.is_none_or(|watched| !entry.follows(watched)) {
            before = None;
        }
        watched = Some(entry);
        let Some(percent) = entry.charge.filter(|_| entry.online) else {
            continue;
        };
        if entry.state == ChargeState::Unknown {
            continue;
        }
        let same = before.is_some_and(|it| state_code(it.state) == state_code(entry.state));
        before = Some(entry);
        if !same {
            came = None;
            continue;
        }
        if last_percent.replace(percent) == Some(percent) {
            continue;
        }
        let step = came.map(|(from, at)| (from, percent.get().abs_diff(at.get())));
        if step.is_some_and(|(_, step)| step > FARTHEST) {
            came = None;
            continue;
        }
        let bin = bins.get_mut(usize::from(percent.get()));
        if let (Some((from, _)), Some(bin)) = (step, bin)
            && entry.state == flow.state()
        {
            bin.seconds += entry.at.since(from.at).as_secs_f64();
            bin.samples += 1.0;
        }
        came = Some((entry, percent));
    }
    bins
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::history::Span;
    use ChargeState::{Charging, Discharging};
    use hidpp_proto::units::Timestamp;

    fn entry(seconds: u64, percent: u8, state: ChargeState) -> Entry {
        Entry {
            at: Timestamp::from_start(Duration::from_secs(seconds)),
            span: Span::Moment,
            charge: Percent::new(percent),
            voltage: None,
            light: None,
            state,
            online: true,
        }
    }

    /// The percents with samples.
    fn known(entries: &[Entry], flow: Flow) -> Vec<(usize, f64, f64)> {
        let bins = statistics(entries, flow).into_iter().enumerate();
        bins.filter(|(_, (_, accuracy))| *accuracy > 0.0)
            .map(|(percent, (value, accuracy))| (percent, value, accuracy))
            .collect()
    }

    #[test]
    fn a_percent_that_takes_three_times_as_long_has_a_larger_value() {
        // The first entry of a state, and the start of the first step, do not count.
        let entries = [
            entry(0, 60, Discharging),
            entry(100, 59, Discharging),
            entry(200, 58, Discharging),
            entry(500, 57, Discharging),
        ];
        let values = [(57, 0.5, 20.0), (58, -0.5, 20.0)];
        assert_eq!(known(&entries, Flow::Discharging), values);
        assert_eq!(known(&entries, Flow::Charging), []);
    }

    #[test]
    fn each_sample_adds_to_the_accuracy() {
        let mut entries = Vec::new();
        for (start, state) in [(0, Charging), (1000, Discharging), (2000, Charging)] {
            for (percent, second) in (50..54).zip([0, 100, 200, 300]) {
                entries.push(entry(start + second, percent, state));
            }
        }
        let values = [(52, 0.0, 40.0), (53, 0.0, 40.0)];
        assert_eq!(known(&entries, Flow::Charging), values);
    }

    #[test]
    fn an_unchanged_percent_counts_until_it_changes() {
        let entries = [
            entry(0, 60, Discharging),
            entry(100, 59, Discharging),
            entry(3600, 59, Discharging),
            entry(7200, 59, Discharging),
            entry(7300, 58, Discharging),
            entry(9700, 57, Discharging),
        ];
        let values = [(57, -0.5, 20.0), (58, 0.5, 20.0)];
        assert_eq!(known(&entries, Flow::Discharging), values);
    }

    #[test]
    fn a_jump_or_a_gap_is_not_a_sample() {
        let entries = [
            entry(0, 60, Discharging),
            entry(100, 59, Discharging),
            entry(200, 55, Discharging),
            entry(300, 54, Discharging),
            entry(100_000, 53, Discharging),
            entry(100_100, 52, Discharging),
        ];
        assert_eq!(known(&entries, Flow::Discharging), []);
    }

    #[test]
    fn there_is_no_division_by_0() {
        let entries: Vec<Entry> = (0..=100).map(|it| entry(5, it, Charging)).collect();
        for (value, _) in statistics(&entries, Flow::Charging) {
            assert!(value.abs() < f64::EPSILON);
        }
        assert_eq!(statistics(&[], Flow::Charging), [(0.0, 0.0); 101]);
    }

    #[test]
    fn flows_have_upowers_names() {
        assert_eq!(Flow::from_name("charging"), Some(Flow::Charging));
        assert_eq!(Flow::from_name("discharging"), Some(Flow::Discharging));
        assert_eq!(Flow::from_name("full"), None);
    }
}
