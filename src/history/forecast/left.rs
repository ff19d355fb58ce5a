//! The time left, if it is accurate enough to be shown.

use std::time::Duration;

use super::estimate::Estimate;
use super::{Outlook, charging, of_charge};
use crate::device::{ChargeState, Device, TimeBasis, TimeLeft, TimeLeftUntil};
use crate::history::Entry;
use hidpp_proto::units::Timestamp;

/// A time is shown only if its lower limit is at least one in this many parts of it,
const PARTS: f64 = 4.0;

/// and its upper limit at most this multiple of it.
const TIMES: f64 = 2.5;

/// Seconds in a day.
const DAY: f64 = 24.0 * 60.0 * 60.0;

/// How long the battery of a device lasts, or takes until it is full while charging, according to
/// its history. `None`: unknown, or too inaccurate to be shown.
pub fn time_left(entries: &[Entry], device: &Device, now: Timestamp) -> Option<TimeLeft> {
    let battery = device.battery?;
    if battery.state == ChargeState::Charging && !device.is_solar() {
        // Many devices do not report their charge while charging: then the last one is kept.
        let is_reported = battery.charge_at == battery.at;
        let until_full = || charging::until_full(entries, now);
        let left = is_reported.then(until_full).flatten()?;
        return shown(TimeLeftUntil::Full, TimeBasis::Calendar, left, now);
    }
    let (forecast, _) = of_charge(entries, device, now);
    if forecast.is_doubtful {
        return None;
    }
    let (basis, left) = match (forecast.of_use, forecast.outlook) {
        (Some(left), _) => (TimeBasis::Use, left),
        (None, Ok(Outlook::Empty(left))) => (TimeBasis::Calendar, left),
        (None, Ok(Outlook::Holds) | Err(_)) => return None,
    };
    let in_seconds = Estimate {
        best: left.best * DAY,
        low: left.low * DAY,
        high: left.high.map(|high| high * DAY),
    };
    shown(TimeLeftUntil::Empty, basis, in_seconds, now)
}

/// Converts a time in seconds, if it is accurate enough to be shown.
fn shown(
    until: TimeLeftUntil,
    basis: TimeBasis,
    left: Estimate,
    now: Timestamp,
) -> Option<TimeLeft> {
    let most = left.high.filter(|_| left.best > 0.0)?;
    let is_worth = PARTS * left.low >= left.best && most <= TIMES * left.best;
    let left = TimeLeft {
        until,
        basis,
        best: seconds(left.best),
        low: seconds(left.low),
        high: seconds(most),
        at: now,
    };
    is_worth.then_some(left)
}

/// Converts seconds to a duration, which is at least zero.
fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(Duration::MAX)
}
