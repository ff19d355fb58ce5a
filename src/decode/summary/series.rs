//! Values over time, in bounded memory.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use crate::decode::fields::Milliseconds;

/// How many round trips are kept; then every second one is dropped, and only every second one, every
/// fourth one … is added.
const MAX_SAMPLES: usize = 2048;
/// How many states are listed.
const MAX_STATES: usize = 16;

/// What a number did.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Series {
    pub(super) readings: u64,
    pub(super) first: i64,
    pub(super) last: i64,
    pub(super) lowest: i64,
    pub(super) highest: i64,
    /// How often a reading differed from the one before.
    pub(super) changes: u64,
}

/// Adds a reading.
pub(super) fn add(series: &mut Option<Series>, value: i64) {
    let series = series.get_or_insert(Series {
        readings: 0,
        first: value,
        last: value,
        lowest: value,
        highest: value,
        changes: 0,
    });
    series.readings += 1;
    series.changes += u64::from(series.last != value);
    series.last = value;
    series.lowest = series.lowest.min(value);
    series.highest = series.highest.max(value);
}

/// A sequence of states, each once until it changes.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct States {
    /// The first states.
    pub(super) seen: Vec<String>,
    /// The last state, if it is not listed.
    pub(super) last: Option<String>,
    pub(super) changes: u64,
}

impl States {
    pub(super) fn add(&mut self, state: &Value) {
        let Value::String(state) = state else {
            return;
        };
        if self.last.as_ref().or(self.seen.last()) == Some(state) {
            return;
        }
        self.changes += u64::from(!self.seen.is_empty());
        if self.seen.len() < MAX_STATES {
            self.seen.push(state.clone());
        } else {
            self.last = Some(state.clone());
        }
    }
}

/// How long answers took.
#[derive(Clone, Debug)]
pub(super) struct RoundTrips {
    count: u64,
    least: Duration,
    most: Duration,
    samples: Vec<Duration>,
    stride: u64,
}

impl Default for RoundTrips {
    fn default() -> Self {
        Self {
            count: 0,
            least: Duration::MAX,
            most: Duration::ZERO,
            samples: Vec::new(),
            stride: 1,
        }
    }
}

/// The shortest, middle and longest round trip.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Times {
    pub(super) count: u64,
    pub(super) least: Milliseconds,
    pub(super) median: Milliseconds,
    pub(super) most: Milliseconds,
}

impl RoundTrips {
    pub(super) fn add(&mut self, took: Duration) {
        if self.count.is_multiple_of(self.stride) {
            if self.samples.len() >= MAX_SAMPLES {
                let mut is_kept = false;
                self.samples.retain(|_| {
                    is_kept = !is_kept;
                    is_kept
                });
                self.stride = self.stride.saturating_mul(2);
            }
            self.samples.push(took);
        }
        self.count += 1;
        self.least = self.least.min(took);
        self.most = self.most.max(took);
    }

    pub(super) fn times(&self) -> Option<Times> {
        let mut sorted = self.samples.clone();
        sorted.sort_unstable();
        let median = sorted.get(sorted.len() / 2)?;
        Some(Times {
            count: self.count,
            least: Milliseconds(self.least),
            median: Milliseconds(*median),
            most: Milliseconds(self.most),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_of_many_round_trips_needs_little_memory() {
        let mut trips = RoundTrips::default();
        assert!(trips.times().is_none());
        for number in 1..=100_000 {
            trips.add(Duration::from_micros(number));
        }
        assert!(trips.samples.len() <= MAX_SAMPLES);
        let times = trips.times().unwrap();
        assert_eq!(times.count, 100_000);
        assert_eq!(times.least.to_string(), "0 ms");
        assert_eq!(times.most.to_string(), "100 ms");
        let median = times.median.0.as_micros();
        assert!((49_000..51_000).contains(&median), "{median}");
    }

    #[test]
    fn a_state_is_listed_when_it_changes() {
        let mut states = States::default();
        for state in ["discharging", "discharging", "charging", "full"] {
            states.add(&state.into());
        }
        states.add(&Value::Null);
        assert_eq!(states.seen, ["discharging", "charging", "full"]);
        assert_eq!(states.changes, 2);
        for number in 0..1000 {
            states.add(&number.to_string().into());
        }
        assert_eq!(states.seen.len(), MAX_STATES);
        assert_eq!(states.last.as_deref(), Some("999"));
    }

    #[test]
    fn a_series_has_its_ends_and_extremes() {
        let mut series = None;
        for value in [57, 57, 12, 80] {
            add(&mut series, value);
        }
        let series = series.unwrap();
        assert_eq!((series.first, series.last), (57, 80));
        assert_eq!((series.lowest, series.highest), (12, 80));
        assert_eq!((series.readings, series.changes), (4, 2));
    }
}
