//! Decides whether a battery gives a reason for a notification.

use super::alert::Kind;
use crate::device::{AlertLimits, Battery, BatteryLevel, ChargeState, Fault, STALE, ValueKind};
use hidpp_proto::units::{Percent, Timestamp};

/// Hysteresis: the distance in points above a limit from which on the reason has ended.
const POINTS: u8 = 5;

/// The charge in percent at or below which a battery is no longer full.
const NOT_FULL: u8 = 90;

/// The state of a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// The state is unknown.
    Unknown,
    /// The reason applies.
    Given,
    /// The reason does not apply, but the value is within the hysteresis.
    Near,
    /// The reason does not apply for now, because charging started or stopped.
    Suspended,
    /// The reason has ended.
    Gone,
}

impl Reason {
    /// The reason that a reading gives.
    pub(super) fn of(kind: Kind, battery: &Battery, limits: AlertLimits, now: Timestamp) -> Self {
        let reason = match kind {
            Kind::Low => Self::of_charge(battery, falls_below(battery, limits.charge.low, LOW)),
            Kind::Critical => Self::of_charge(
                battery,
                falls_below(battery, limits.charge.critical, CRITICAL),
            ),
            Kind::Charged => Self::of_full(battery),
            Kind::ChargingError => match battery.state.fault() {
                Some(Fault::Charging) => Self::Given,
                // Dry cells are reported as invalid while in use (an M310, Solaar issue 512).
                Some(Fault::Battery) if battery.rechargeable == Some(true) => Self::Given,
                None if battery.state == ChargeState::Unknown => Self::Unknown,
                Some(Fault::Battery) | None => Self::Gone,
            },
            // The recorded days decide about light, not a single reading.
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

/// The position of a charge relative to a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Height {
    Below,
    Near,
    Above,
}

/// Compares a charge with a limit.
///
/// A percentage decides if there is one, even if it is the step of a coarse device. It counts as
/// below the limit only if its whole margin is below. But a level that the device itself reports as
/// critical always counts as critical. Without a percentage, the level decides. The percentage has
/// precedence because some devices report new batteries as a step of 30 % with the level low
/// (Solaar issues 1408 and 1718).
fn falls_below(battery: &Battery, limit: u8, level: BatteryLevel) -> Option<Height> {
    let is_own_level = battery.value_kind != ValueKind::Steps || battery.percent.is_none();
    if is_own_level && battery.level == Some(CRITICAL) {
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
