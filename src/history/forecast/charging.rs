//! The time until a battery is full, estimated from earlier charges.
//!
//! Charging gets slower the fuller the battery is, so a single rate is not sufficient: the estimate
//! uses the time that the battery spent at each percent.

use super::estimate::{Estimate, both, mean, spread};
use super::{recent, seconds};
use crate::device::ChargeState;
use crate::history::Entry;
use hidpp_proto::units::Timestamp;

/// The maximum number of percents without data from earlier charges; the slowest known one is
/// assumed for them.
const UNSEEN: usize = 10;

/// A larger rise in percent is not used as a rate: the device did not report its charge while
/// charging.
const LEAP: u8 = 25;

/// The usual relative difference between the times of two charges.
const USUAL: f64 = 0.15;

/// A time at which the battery reached a charge, in seconds and percent.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Reached {
    at: u32,
    percent: u8,
}

/// One charging session.
#[derive(Clone, Debug, Default, PartialEq)]
struct Session {
    reached: Vec<Reached>,
    is_over: bool,
}

/// The seconds until the battery is full; `None`: it is not being charged, or too little is known
/// about the speed.
pub(super) fn until_full(entries: &[Entry], now: Timestamp) -> Option<Estimate> {
    let (recent, since) = recent(entries, now);
    let sessions = sessions(&recent, since);
    let current = sessions.last().filter(|session| !session.is_over)?;
    let from = current.reached.last()?;
    let passed = f64::from(seconds(now, since).saturating_sub(from.at));
    let place = usize::from(from.percent);
    let dwells: Vec<Dwell> = sessions.iter().map(Session::dwell).collect();
    let needed = needed(&dwells);
    let all = needed.get(place..)?;
    let seen: Vec<f64> = all.iter().copied().flatten().collect();
    let unseen = all.len() - seen.len();
    if unseen > UNSEEN {
        return None;
    }
    let slowest = seen.iter().copied().fold(0.0, f64::max);
    let sum = |of: &[f64]| of.iter().sum::<f64>();
    let guessed = slowest * u32::try_from(unseen).map_or(0.0, f64::from);
    let best = sum(&seen) + guessed;
    // The time of each charge relative to the mean, for the percents that it has.
    let ratios: Vec<f64> = dwells
        .iter()
        .filter_map(|dwell| {
            let both = dwell.iter().zip(&needed).skip(place);
            let both = both.filter_map(|(own, mean)| own.zip(*mean));
            let (own, mean) = both.fold((0.0, 0.0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
            (mean > best / 2.0).then(|| own / mean)
        })
        .collect();
    let charges = u32::try_from(ratios.len()).map_or(0.0, f64::from);
    let spread = spread(&ratios, charges, USUAL);
    let error = best * both(spread.of_one, spread.of_mean) + guessed / 2.0;
    let mut estimate = Estimate::around(best, error);
    estimate.best -= passed;
    estimate.low = (estimate.low - passed).max(0.0);
    estimate.high = estimate.high.map(|high| (high - passed).max(0.0));
    (estimate.best > 0.0).then_some(estimate)
}

/// The seconds that a battery spent at each percent from 0 to 99.
type Dwell = [Option<f64>; 100];

/// The same, averaged over several charges.
fn needed(dwells: &[Dwell]) -> Dwell {
    std::array::from_fn(|percent| {
        let known = dwells.iter().filter_map(|dwell| *dwell.get(percent)?);
        mean(&known.collect::<Vec<f64>>())
    })
}

impl Session {
    fn dwell(&self) -> Dwell {
        let mut dwell = [None; 100];
        for (from, to) in self.reached.iter().zip(self.reached.iter().skip(1)) {
            let rise = to.percent - from.percent;
            if rise > LEAP {
                continue;
            }
            let each = f64::from(to.at - from.at) / f64::from(rise);
            let passed = usize::from(from.percent)..usize::from(to.percent);
            for place in dwell.get_mut(passed).into_iter().flatten() {
                *place = Some(each);
            }
        }
        dwell
    }

    /// Adds a reading; ignored unless the charge rose.
    fn read(&mut self, reached: Reached) {
        let last = self.reached.last();
        if last.is_none_or(|last| reached.percent > last.percent && reached.at > last.at) {
            self.reached.push(reached);
        }
    }
}

/// The charging sessions. A session ends if the device goes offline, or at a gap in the recording.
fn sessions(entries: &[&Entry], since: Timestamp) -> Vec<Session> {
    let mut sessions: Vec<Session> = Vec::new();
    let mut before: Option<&Entry> = None;
    for entry in entries {
        let follows = before.is_none_or(|before| entry.follows(before));
        before = Some(entry);
        let open = sessions.last_mut().filter(|session| !session.is_over);
        let is_charged = matches!(entry.state, ChargeState::Charging | ChargeState::Full);
        let session = match open {
            Some(open) if !is_charged || !follows || !entry.online => {
                open.is_over = true;
                None
            }
            open => open,
        };
        if !is_charged {
            continue;
        }
        let reached = entry.charge.filter(|_| entry.online).map(|charge| Reached {
            at: seconds(entry.at, since),
            percent: charge.get(),
        });
        match (session, entry.state, reached) {
            (Some(session), state, reached) => {
                if let Some(reached) = reached {
                    session.read(reached);
                }
                session.is_over = state == ChargeState::Full;
            }
            (None, ChargeState::Charging, Some(reached)) => sessions.push(Session {
                reached: vec![reached],
                is_over: false,
            }),
            (None, ..) => {}
        }
    }
    sessions
}
