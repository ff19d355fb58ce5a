//! Whether a battery gives reason to tell something.

use super::alert::Kind;
use super::settings::Limits;
use crate::device::{Battery, BatteryLevel, ChargeState, Fault, STALE, ValueKind};
use hidpp_proto::units::{Percent, Timestamp};

/// So many points above a limit it is left behind for certain.
const POINTS: u8 = 5;

/// A battery that lost so many points is no longer full.
const NOT_FULL: u8 = 90;

/// Whether there is a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// It cannot be said.
    Unknown,
    /// There is.
    Given,
    /// There is not, but nearly.
    Near,
    /// It does not count for now: the device is being charged, or no longer.
    Suspended,
    /// It has gone.
    Gone,
}

impl Reason {
    /// The reason that a reading gives.
    pub(super) fn of(kind: Kind, battery: &Battery, limits: Limits, now: Timestamp) -> Self {
        let reason = match kind {
            Kind::Low => Self::of_charge(battery, falls_below(battery, limits.low, LOW)),
            Kind::Critical => {
                Self::of_charge(battery, falls_below(battery, limits.critical, CRITICAL))
            }
            Kind::Charged => Self::of_full(battery),
            Kind::ChargingError => match battery.state.fault() {
                Some(Fault::Charging) => Self::Given,
                // Dry cells are reported as invalid as long as they are in use (an M310, Solaar
                // issue 512).
                Some(Fault::Battery) if battery.rechargeable == Some(true) => Self::Given,
                None if battery.state == ChargeState::Unknown => Self::Unknown,
                Some(Fault::Battery) | None => Self::Gone,
            },
            // The days tell.
            Kind::Light => Self::Unknown,
        };
        let read = match kind {
            Kind::Low | Kind::Critical => battery.charge_at,
            _ => battery.at,
        };
        if reason == Self::Given && now.since(read) > STALE {
            return Self::Unknown;
        }
        reason
    }

    fn of_charge(battery: &Battery, is_below: Option<Height>) -> Self {
        let is_charged = matches!(battery.state, ChargeState::Charging | ChargeState::Full);
        match is_below {
            None => Self::Unknown,
            Some(Height::Above) => Self::Gone,
            Some(_) if is_charged => Self::Suspended,
            Some(Height::Below) => Self::Given,
            Some(Height::Near) => Self::Near,
        }
    }

    fn of_full(battery: &Battery) -> Self {
        match (battery.state, battery.percent.map(Percent::get)) {
            (ChargeState::Full, _) => Self::Given,
            (ChargeState::Charging, _) => Self::Near,
            (ChargeState::Unknown, _) => Self::Unknown,
            (_, Some(0..=NOT_FULL) | None) => Self::Gone,
            _ => Self::Suspended,
        }
    }
}

/// The levels that are low, and those that are critical.
const LOW: BatteryLevel = BatteryLevel::Low;
const CRITICAL: BatteryLevel = BatteryLevel::Critical;

/// Where a charge is, beside a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Height {
    Below,
    Near,
    Above,
}

/// A percentage counts where there is one, also one that is a step, and below is one that is there
/// with its whole margin; but what a device itself calls critical is it. A word alone counts by itself. New batteries are a step of 30 % to some devices
/// (Solaar issues 1408 and 1718), whose word for it is low.
fn falls_below(battery: &Battery, limit: u8, level: BatteryLevel) -> Option<Height> {
    let own_word = battery.value_kind != ValueKind::Steps || battery.percent.is_none();
    if own_word && battery.level == Some(CRITICAL) {
        return Some(Height::Below);
    }
    let range = battery.lowest().zip(battery.highest());
    match (range, battery.level) {
        (Some((_, highest)), _) if highest.get() <= limit => Some(Height::Below),
        (Some((lowest, _)), _) if lowest.get() < limit + POINTS => Some(Height::Near),
        (None, Some(step)) if step <= level => Some(Height::Below),
        (None, None) => None,
        _ => Some(Height::Above),
    }
}
