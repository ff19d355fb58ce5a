//! Implausible battery readings: those that must be confirmed by reading again.

use std::time::Duration;

use super::battery::{Battery, ChargeState, ValueKind};
use hidpp_proto::units::Percent;

/// A charge older than this is stale: the next reading is not compared with it.
const OUTDATED: Duration = Duration::from_secs(24 * 60 * 60);
/// A difference of this many points from one reading to the next is implausible.
const LEAP: u8 = 20;
/// A difference of this many steps is implausible.
const STEPS: u8 = 2;

/// Whether a reading differs so much from the one before that the device should be polled again.
///
/// An MX Mechanical Mini shows 15 % now and then (Solaar issue 3230), an M720 and an MX Anywhere 2
/// jump (issues 392, 2873, 273), and a battery is invalid for one reading. These count as odd: a
/// change into a fault, a fall by 20 points or two steps within a day, and a rise by as much
/// without a charger. A step that the device had announced as its next one is not odd.
///
/// The caller drops an odd reading and reads again. It accepts the next reading whatever it is: two
/// odd ones in a row are a real change, or cannot be distinguished from one.
pub fn is_odd(before: Option<&Battery>, new: &Battery) -> bool {
    let Some(before) = before.filter(|before| before.source == new.source) else {
        return false;
    };
    let fails = |battery: &Battery| battery.state.fault().is_some();
    (fails(new) && !fails(before)) || is_leap(before, new)
}

fn is_leap(before: &Battery, new: &Battery) -> bool {
    let is_steps = new.value_kind == ValueKind::Steps;
    let number = |battery: &Battery| match battery.value_kind {
        ValueKind::Steps => battery.level.map(|level| level as u8),
        ValueKind::Percent | ValueKind::Voltage => battery.percent.map(Percent::get),
    };
    let (Some(from), Some(to)) = (number(before), number(new)) else {
        return false;
    };
    let limit = if is_steps { STEPS } else { LEAP };
    let comparable =
        before.value_kind == new.value_kind && new.charge_at.since(before.charge_at) < OUTDATED;
    let announced = is_steps && new.percent.is_some() && new.percent == before.next;
    let fills = to > from && (has_power(before) || has_power(new));
    comparable && from.abs_diff(to) >= limit && !announced && !fills
}

/// Whether the battery may be charging.
fn has_power(battery: &Battery) -> bool {
    matches!(battery.state, ChargeState::Charging | ChargeState::Full)
        || battery.external_power == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hidpp_proto::feature::battery_level_status::read_level;
    use hidpp_proto::feature::battery_voltage::read_voltage;
    use hidpp_proto::feature::unified_battery::read_status;
    use hidpp_proto::units::Timestamp;
    use hidpp_proto::wire::{DeviceIndex, Report};

    fn at(hours: u64) -> Timestamp {
        Timestamp::from_start(Duration::from_secs(3600 * hours))
    }

    fn head(head: [u8; 3]) -> Report {
        Report::short(DeviceIndex(1), 6, 0x0E, head)
    }

    /// A device that reports percentages: charge and charging state.
    fn percent(charge: u8, charging: u8, hours: u64) -> Battery {
        let status = read_status(&head([charge, 4, charging]));
        Battery::from_unified(&status, None, at(hours))
    }

    /// A device that reports steps: level, next level and charging state.
    fn steps(level: u8, next: u8, charging: u8, hours: u64) -> Battery {
        let status = read_level(&head([level, next, charging]));
        Battery::from_level_status(&status, None, at(hours))
    }

    fn odd(before: Battery, new: Battery) -> bool {
        is_odd(Some(&before), &new)
    }

    #[test]
    fn the_random_15_percent_are_odd() {
        // MX Mechanical Mini (Solaar issue 3230).
        assert!(odd(percent(80, 0, 0), percent(15, 0, 1)));
        assert!(odd(percent(35, 0, 0), percent(15, 0, 1)));
        assert!(!odd(percent(34, 0, 0), percent(15, 0, 1)));
    }

    #[test]
    fn an_odd_reading_is_accepted_when_it_is_confirmed() {
        let (before, new) = (percent(80, 0, 0), percent(15, 0, 1));
        assert!(odd(before, new));
        assert!(!odd(new, percent(15, 0, 1)));
        assert!(odd(new, percent(80, 0, 1)), "and back is as odd");
    }

    #[test]
    fn the_first_reading_is_not_odd() {
        assert!(!is_odd(None, &percent(15, 0, 0)));
        assert!(!is_odd(None, &percent(15, 5, 0)));
    }

    #[test]
    fn after_a_day_any_charge_is_plausible() {
        assert!(odd(percent(80, 0, 0), percent(15, 0, 23)));
        assert!(!odd(percent(80, 0, 0), percent(15, 0, 24)));
        // The charge is compared, not the reading in which it was kept.
        let unknown = steps(0, 0, 1, 20).after(Some(&steps(90, 50, 0, 0)));
        assert!(odd(unknown, steps(5, 0, 0, 23)));
        assert!(!odd(unknown, steps(5, 0, 0, 24)));
    }

    #[test]
    fn a_charge_rises_fast_while_it_is_charged_only() {
        let (empty, full) = (percent(20, 0, 0), percent(90, 0, 3));
        assert!(odd(empty, full));
        assert!(!odd(percent(20, 1, 0), full), "it was charging");
        assert!(!odd(empty, percent(90, 1, 3)), "it is charging");
        assert!(!odd(empty, percent(100, 3, 3)), "it is full");
        assert!(odd(percent(90, 1, 0), percent(20, 1, 1)), "a fall is odd");
    }

    #[test]
    fn a_device_with_steps_may_go_to_its_announced_step() {
        // M525 and M325 (vectors 105 and 106): from 90 straight to 5.
        assert!(!odd(steps(90, 5, 0, 0), steps(5, 0, 0, 1)));
        assert!(!odd(steps(90, 50, 0, 0), steps(50, 20, 0, 1)));
        // MX Anywhere 2 (Solaar issue 273) and M720 (issue 392): not announced.
        assert!(odd(steps(90, 50, 0, 0), steps(5, 0, 0, 1)));
        assert!(odd(steps(90, 50, 0, 0), steps(20, 5, 0, 1)));
        assert!(odd(steps(5, 0, 0, 0), steps(90, 50, 0, 1)));
    }

    #[test]
    fn a_device_of_levels_only_announces_nothing() {
        let level = |level, hours| {
            let status = read_status(&head([0, level, 0]));
            Battery::from_unified(&status, None, at(hours))
        };
        assert!(odd(level(8, 0), level(2, 1)), "full, then low");
        assert!(!odd(level(8, 0), level(4, 1)), "full, then good");
    }

    #[test]
    fn one_error_is_odd_and_a_second_is_not() {
        let (good, bad) = (steps(90, 50, 0, 0), steps(90, 50, 5, 1));
        assert!(odd(good, bad));
        assert!(!odd(bad, bad));
        assert!(!odd(bad, good));
    }

    #[test]
    fn an_unknown_charge_is_not_odd() {
        assert!(!odd(steps(90, 50, 0, 0), steps(0, 0, 1, 1)));
        assert!(!odd(steps(0, 0, 1, 0), steps(5, 0, 0, 1)));
    }

    #[test]
    fn readings_of_two_kinds_are_not_compared() {
        let by_voltage = Battery::from_voltage(&read_voltage(&head([0x0D, 0x7A, 0])), None, at(1));
        assert!(!odd(percent(80, 0, 0), by_voltage), "two sources");
        let failed = steps(90, 50, 5, 1);
        assert!(!odd(percent(80, 0, 0), failed), "not of one source");
        let by_level = percent(0, 0, 1);
        assert_eq!(by_level.value_kind, ValueKind::Steps);
        assert!(!odd(percent(80, 0, 0), by_level), "percentage and level");
    }

    #[test]
    fn a_headset_that_is_unplugged_is_not_odd() {
        // Solaar issue 1615: 4308 mV on the cable, 4006 mV without.
        let on_battery =
            |bytes, hours| Battery::from_voltage(&read_voltage(&head(bytes)), None, at(hours));
        let before = on_battery([0x0E, 0xB5, 0], 0);
        let plugged = on_battery([0x10, 0xD4, 0x80], 1).after(Some(&before));
        assert!(!odd(before, plugged));
        assert!(!odd(plugged, on_battery([0x0F, 0xA6, 0], 2)));
        // The state of charging is not known (code 3), but the charger was connected.
        let unclear = on_battery([0x10, 0xD4, 0x83], 1).after(Some(&before));
        assert!(!odd(unclear, on_battery([0x0F, 0xA6, 0], 2)));
    }
}
