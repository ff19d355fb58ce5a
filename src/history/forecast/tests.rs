//! Forecasts with known results, and property tests with arbitrary entries.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::device::{Battery, ChargeState, DeviceKind, TimeLeft, TimeLeftUntil, samples};
use crate::history::Span;
use hidpp_proto::units::{Lux, Percent};

/// A device of unknown kind.
fn device() -> Device {
    samples::mouse("C087-1", battery(ChargeState::Discharging))
}

/// This number of hours after a midnight.
pub(super) fn at(hour: u32) -> Timestamp {
    Timestamp::from_start(Duration::from_secs(1_764_028_800) + Duration::from_secs(3600) * hour)
}

/// An entry with a charge.
pub(super) fn charge(at: Timestamp, percent: u8) -> Entry {
    Entry {
        at,
        span: Span::Moment,
        charge: Percent::new(percent),
        voltage: None,
        light: None,
        state: ChargeState::Discharging,
        online: true,
    }
}

/// A mouse that loses the same charge each day, read in the selected hours.
fn mouse(days: u32, from: f64, loss: f64, is_read: impl Fn(u32) -> bool) -> Vec<Entry> {
    (0..days * 24)
        .filter(|hour| is_read(*hour))
        .map(|hour| charge(at(hour), rounded(from - loss * f64::from(hour) / 24.0)))
        .collect()
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is between 0 and 100"
)]
fn rounded(percent: f64) -> u8 {
    percent.clamp(0.0, 100.0).round() as u8
}

fn days_left(entries: &[Entry], now: Timestamp) -> Estimate {
    match forecast(entries, &device(), now).outlook {
        Ok(Outlook::Empty(days)) => days,
        other => panic!("{other:?}"),
    }
}

/// Asserts that the estimate is within 3 % of the truth, and that its range contains it.
fn assert_close(estimate: Estimate, truth: f64) {
    assert!(
        (estimate.best / truth - 1.0).abs() < 0.03,
        "{estimate:?} {truth}"
    );
    assert!(estimate.low <= truth, "{estimate:?} {truth}");
    assert!(
        estimate.high.is_none_or(|it| truth <= it),
        "{estimate:?} {truth}"
    );
}

#[test]
fn a_mouse_that_loses_one_percent_a_day_lasts_as_many_days_as_it_has_percent() {
    let entries = mouse(30, 90.0, 1.0, |_| true);
    assert_close(days_left(&entries, at(30 * 24)), 60.0);
    assert_close(
        forecast(&entries, &device(), at(30 * 24)).loss.unwrap(),
        1.0,
    );
}

#[test]
fn days_without_recording_count() {
    let entries = mouse(30, 90.0, 1.0, |hour| !(100..400).contains(&hour));
    assert_close(days_left(&entries, at(30 * 24)), 60.0);
    // So do the days since the last recording.
    assert_close(days_left(&entries, at(40 * 24)), 50.0);
}

#[test]
fn a_recharge_begins_a_new_phase() {
    let mut entries = mouse(12, 15.0, 1.0, |_| true);
    entries.extend(mouse(12, 100.0, 1.0, |_| true).into_iter().map(|it| Entry {
        at: it.at + Duration::from_secs(12 * 24 * 3600),
        ..it
    }));
    assert_close(days_left(&entries, at(24 * 24)), 88.0);
}

#[test]
fn just_after_a_charge_the_earlier_use_counts() {
    let mut entries = mouse(20, 30.0, 1.0, |_| true);
    entries.push(Entry {
        state: ChargeState::Charging,
        ..charge(at(20 * 24), 50)
    });
    entries.extend([charge(at(20 * 24 + 3), 100), charge(at(20 * 24 + 4), 100)]);
    assert_close(days_left(&entries, at(20 * 24 + 4)), 100.0);
}

#[test]
fn charge_steps_are_handled() {
    // The device reports 90 above 70 %, 50 above 35 %, 20 below: halfway to the next step.
    let step = |percent: f64| match percent {
        70.0.. => 90,
        35.0..70.0 => 50,
        _ => 20,
    };
    let entries: Vec<Entry> = (0..55 * 24)
        .map(|hour| charge(at(hour), step(80.0 - f64::from(hour) / 24.0)))
        .collect();
    assert_close(days_left(&entries, at(55 * 24)), 25.0);
}

#[test]
fn a_single_outlier_changes_nothing() {
    let plain = mouse(30, 90.0, 1.0, |_| true);
    for place in [0, 100, 350, plain.len() - 1] {
        let mut odd = plain.clone();
        odd[place].charge = Percent::new(3);
        let (odd, plain) = (days_left(&odd, at(720)), days_left(&plain, at(720)));
        assert!((odd.best - plain.best).abs() < 0.2, "{odd:?} {plain:?}");
    }
}

#[test]
fn a_charge_that_never_fell_gives_no_forecast() {
    let entries = mouse(30, 57.0, 0.0, |_| true);
    let forecast = forecast(&entries, &device(), at(30 * 24));
    assert_eq!(forecast.outlook, Err(Lack::TooSoon));
}

#[test]
fn in_the_sun_a_charge_does_not_decrease() {
    let entries = keyboard(45, 1.0, |day| 230 + u16::try_from(day % 3).unwrap());
    let forecast = forecast(&entries, &device(), at(45 * 24));
    assert_eq!(forecast.outlook, Ok(Outlook::Holds));
}

#[test]
fn after_a_day_it_is_too_soon() {
    let entries = mouse(1, 90.0, 1.0, |_| true);
    assert_eq!(
        forecast(&entries, &device(), at(24)).outlook,
        Err(Lack::TooSoon)
    );
    assert_eq!(
        forecast(&[], &device(), at(24)).outlook,
        Err(Lack::NoPercent)
    );
    assert_eq!(forecast(&[], &device(), at(24)).sunlight, None);
}

/// A keyboard that gains 5 % for 10 000 lux hours and loses `loss` a day: `light` lux in the ten
/// hours of each day.
fn keyboard(days: u32, loss: f64, light: impl Fn(u32) -> u16) -> Vec<Entry> {
    let mut percent = 60.0;
    let mut entries = Vec::new();
    for hour in 0..days * 24 {
        let lux = if (8..18).contains(&(hour % 24)) {
            light(hour / 24)
        } else {
            0
        };
        entries.push(Entry {
            light: Some(Lux(lux)),
            ..charge(at(hour), rounded(percent))
        });
        // The gain follows the measurement: light is interpolated between two measurements.
        percent += f64::from(lux) * 5.0 / 10_000.0 - loss / 24.0;
    }
    entries
}

#[test]
fn the_needed_light_compensates_the_loss_of_a_keyboard() {
    let weather = |day: u32| 100 + u16::try_from(day * 37 % 11).unwrap() * 30;
    let entries = keyboard(45, 1.0, weather);
    let sunlight = forecast(&entries, &device(), at(45 * 24)).sunlight.unwrap();
    assert_close(sunlight.needed.unwrap(), 2000.0);
    assert!((2300.0..2700.0).contains(&sunlight.a_day.unwrap()));
}

#[test]
fn on_similar_days_the_effect_of_light_is_unknown() {
    let entries = keyboard(45, 1.0, |_| 100);
    let sunlight = forecast(&entries, &device(), at(45 * 24)).sunlight.unwrap();
    assert_eq!(sunlight.needed, Err(Lack::Unclear));
    assert!((sunlight.a_day.unwrap() - 1000.0).abs() < 1.0);
    // The days left are known nevertheless.
    assert_close(days_left(&entries, at(45 * 24)), 75.0);
}

#[test]
fn ten_days_of_light_are_too_few() {
    let entries = keyboard(10, 1.0, |day| 100 + u16::try_from(day).unwrap() * 30);
    let sunlight = forecast(&entries, &device(), at(10 * 24)).sunlight.unwrap();
    assert_eq!(sunlight.needed, Err(Lack::FewDays));
}

/// A headset that is on for two hours each day, and loses 5 % per hour of use: 20 hours when full.
fn headset(days: u32, from: f64, is_watched: impl Fn(u32) -> bool) -> Vec<Entry> {
    used(days, from, 20.0, is_watched)
}

/// A device that is on for two hours each day, and lasts `full` hours of use. It is recorded every
/// twelve minutes.
fn used(days: u32, from: f64, full: f64, is_watched: impl Fn(u32) -> bool) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut percent = from;
    for minute in (0..days * 24 * 60).step_by(12) {
        let (hour, time) = (minute / 60, minute % (24 * 60));
        let on = (19 * 60..21 * 60).contains(&time);
        let is_end = time == 21 * 60;
        if (on || is_end) && is_watched(hour) {
            entries.push(Entry {
                at: at(hour) + Duration::from_secs(60) * (minute % 60),
                online: on,
                ..charge(at(0), rounded(percent))
            });
        }
        percent -= if on { 20.0 / full } else { 0.0 };
    }
    entries
}

fn used_for_hours() -> Device {
    Device {
        kind: Some(DeviceKind::Headset),
        ..device()
    }
}

fn battery(state: ChargeState) -> Battery {
    samples::battery(50, state)
}

fn hours(left: TimeLeft) -> [u64; 3] {
    [left.low, left.best, left.high].map(|it| (it.as_secs() + 1800) / 3600)
}

#[test]
fn the_time_of_a_headset_is_in_hours_of_use_and_of_a_keyboard_in_days() {
    let entries = headset(7, 90.0, |_| true);
    let now = at(7 * 24);
    let left = time_left(&entries, &used_for_hours(), now).unwrap();
    assert_eq!(
        (left.until, left.basis),
        (TimeLeftUntil::Empty, TimeBasis::Use)
    );
    let [low, best, high] = hours(left);
    assert!(low <= 4 && best == 4 && 4 <= high, "{left:?}");
    // The same a day later without use.
    let later = time_left(
        &entries,
        &used_for_hours(),
        now + Duration::from_secs(86_400),
    );
    assert_eq!(later.map(|it| it.best), Some(left.best));
    let keyboard = Device {
        kind: Some(DeviceKind::Keyboard),
        ..used_for_hours()
    };
    assert!(forecast(&entries, &used_for_hours(), now).of_use.is_some());
    assert_eq!(forecast(&entries, &keyboard, now).of_use, None);
}

#[test]
fn the_time_of_a_mouse_that_lasts_for_months_is_in_days() {
    let mouse = Device {
        kind: Some(DeviceKind::Mouse),
        ..used_for_hours()
    };
    let entries = self::mouse(30, 90.0, 1.0, |_| true);
    let left = time_left(&entries, &mouse, at(30 * 24)).unwrap();
    assert_eq!(left.basis, TimeBasis::Calendar);
    assert!(
        (59..=61).contains(&(left.best.as_secs() / 86_400)),
        "{left:?}"
    );
}

#[test]
fn a_use_near_the_limit_does_not_change_the_basis() {
    let mut mouse = Device {
        kind: Some(DeviceKind::Mouse),
        ..used_for_hours()
    };
    // The hours of use of a full battery.
    for (full, basis) in [
        (220.0, TimeBasis::Calendar),
        (185.0, TimeBasis::Use),
        (220.0, TimeBasis::Use),
        (270.0, TimeBasis::Calendar),
        (220.0, TimeBasis::Calendar),
    ] {
        let entries = used(50, 90.0, full, |_| true);
        let left = time_left(&entries, &mouse, at(50 * 24)).unwrap();
        assert_eq!(left.basis, basis, "{full}");
        mouse.forecast = Some(left);
    }
}

#[test]
fn a_gap_in_the_recording_is_not_use() {
    // Two evenings were not recorded, in which 20 % were used.
    let entries = headset(8, 100.0, |hour| !(48..96).contains(&hour));
    let left = time_left(&entries, &used_for_hours(), at(8 * 24)).unwrap();
    assert_eq!(hours(left)[1], 4, "{left:?}");
}

#[test]
fn an_inaccurate_time_is_not_shown() {
    // An hour of use.
    let entries = headset(1, 90.0, |hour| hour < 20);
    assert_eq!(time_left(&entries, &used_for_hours(), at(20)), None);
    // An unknown product: half of the scale.
    let mut unknown = used_for_hours();
    unknown.battery = Some(Battery {
        margin: Some(PercentPoints(45)),
        ..battery(ChargeState::Discharging)
    });
    let entries = headset(7, 90.0, |_| true);
    assert_eq!(time_left(&entries, &unknown, at(7 * 24)), None);
    // The last reading may be an outlier, or come from new cells.
    let mut entries = mouse(30, 90.0, 1.0, |_| true);
    entries.push(charge(at(30 * 24), 100));
    let now = at(30 * 24 + 1);
    assert_eq!(time_left(&entries, &used_for_hours(), now), None);
    entries.push(charge(now, 100));
    assert!(time_left(&entries, &used_for_hours(), now).is_some());
}

/// A charging session from 20 % on, reported every ten minutes: two hours up to 80 %, then one
/// hour.
fn charged(from: Timestamp, minutes: std::ops::RangeInclusive<u32>) -> Vec<Entry> {
    let percent = |minute: u32| match minute {
        0..120 => 20 + minute / 2,
        _ => 80 + (minute - 120) / 3,
    };
    let state = |minute| match minute {
        180.. => ChargeState::Full,
        _ => ChargeState::Charging,
    };
    let entries = minutes.step_by(10).map(|minute| Entry {
        state: state(minute),
        ..charge(
            from + Duration::from_secs(60) * minute,
            u8::try_from(percent(minute)).unwrap(),
        )
    });
    entries.collect()
}

#[test]
fn the_time_until_full_is_that_of_the_previous_charge() {
    let mut device = used_for_hours();
    device.battery = Some(battery(ChargeState::Charging));
    let mut entries = charged(at(0), 0..=180);
    entries.push(charge(at(10), 60));
    let minutes = |it: TimeLeft| (it.best.as_secs() + 30) / 60;
    for (minute, expected) in [(30, 150), (120, 60), (150, 30)] {
        let mut entries = entries.clone();
        entries.extend(charged(at(24), 0..=minute));
        let now = at(24) + Duration::from_secs(60) * minute;
        let left = time_left(&entries, &device, now).unwrap();
        assert_eq!(left.until, TimeLeftUntil::Full);
        assert!(minutes(left).abs_diff(expected) <= 5, "{minute}: {left:?}");
        // Some minutes later, without a reading.
        let left = time_left(&entries, &device, now + Duration::from_secs(300)).unwrap();
        assert!(
            minutes(left).abs_diff(expected - 5) <= 5,
            "{minute}: {left:?}"
        );
    }
}

#[test]
fn without_a_charging_rate_there_is_no_time_until_full() {
    let mut device = used_for_hours();
    device.battery = Some(battery(ChargeState::Charging));
    // The first charge.
    let first = charged(at(0), 0..=90);
    assert_eq!(
        time_left(&first, &device, at(0) + Duration::from_secs(5400)),
        None
    );
    // The charge is not reported while charging: the previous one is kept.
    let mut kept = charged(at(0), 0..=180);
    kept.extend(charged(at(24), 0..=60));
    for entry in &mut kept {
        if entry.state == ChargeState::Charging {
            entry.charge = Percent::new(20);
        }
    }
    assert_eq!(time_left(&kept, &device, at(25)), None);
    // The same, recognised by the times of the reading itself.
    let mut entries = charged(at(0), 0..=180);
    entries.extend(charged(at(24), 0..=60));
    assert!(time_left(&entries, &device, at(25)).is_some());
    device.battery = Some(Battery {
        at: Timestamp::from_start(Duration::from_secs(60)),
        ..battery(ChargeState::Charging)
    });
    assert_eq!(time_left(&entries, &device, at(25)), None);
}

#[test]
fn an_offline_device_is_not_charging() {
    let mut device = used_for_hours();
    device.battery = Some(battery(ChargeState::Charging));
    let mut entries = charged(at(0), 0..=180);
    entries.extend(charged(at(24), 0..=60));
    // Its last state is kept.
    entries.push(Entry {
        online: false,
        state: ChargeState::Charging,
        ..charge(at(25) + Duration::from_secs(60), 50)
    });
    let now = at(25) + Duration::from_secs(120);
    assert_eq!(time_left(&entries, &device, now), None);
}

#[test]
fn the_same_history_has_the_same_range_a_second_later() {
    // One percent per day (occasionally two), at the same time of day, so that weeks end exactly at
    // a reading.
    let percent = |day: u32| 90 - day - day / 9;
    let days = (0..40).map(|day| charge(at(24 * day), u8::try_from(percent(day)).unwrap()));
    let entries: Vec<Entry> = days.collect();
    let loss = |second| {
        let now = at(40 * 24) + Duration::from_secs(1) * second;
        forecast(&entries, &device(), now).loss.unwrap()
    };
    let first = loss(0);
    for second in 1..60 {
        let later = loss(second);
        assert!(
            (later.low - first.low).abs() < 1e-6,
            "{second}: {later:?} {first:?}"
        );
    }
}

fn any_entry() -> impl Strategy<Value = Entry> {
    let seconds = prop_oneof![0..10_000_000_u64, any::<u64>()];
    let span = prop_oneof![Just(Span::Moment), Just(Span::Hour), Just(Span::Day)];
    let state = prop_oneof![
        Just(ChargeState::Discharging),
        Just(ChargeState::Charging),
        Just(ChargeState::Unknown)
    ];
    let percent = proptest::option::of(0..=100_u8);
    let lux = proptest::option::of(any::<u16>());
    (seconds, span, state, percent, lux, any::<bool>()).prop_map(
        |(seconds, span, state, percent, lux, online)| Entry {
            at: Timestamp::from_start(Duration::from_secs(seconds)),
            span,
            charge: percent.and_then(Percent::new),
            voltage: None,
            light: lux.map(Lux),
            state,
            online,
        },
    )
}

fn is_sound(estimate: Estimate, least: f64) -> bool {
    let most = estimate.high.unwrap_or(estimate.best);
    [estimate.low, estimate.best, most]
        .iter()
        .all(|it| it.is_finite())
        && estimate.low <= estimate.best
        && estimate.best <= most
        && estimate.low >= least
}

proptest! {
    #[test]
    fn for_any_history_numbers_are_finite_and_in_order(
        entries in proptest::collection::vec(any_entry(), 0..200),
        now in prop_oneof![0..10_000_000_u64, any::<u64>()],
    ) {
        let now = Timestamp::from_start(Duration::from_secs(now));
        let forecast = forecast(&entries, &device(), now);
        if let Ok(loss) = forecast.loss {
            prop_assert!(is_sound(loss, f64::MIN), "{loss:?}");
        }
        if let Ok(Outlook::Empty(days)) = forecast.outlook {
            prop_assert!(is_sound(days, 0.0), "{days:?}");
        }
        for state in [ChargeState::Discharging, ChargeState::Charging] {
            let mut device = used_for_hours();
            device.battery = Some(battery(state));
            if let Some(left) = time_left(&entries, &device, now) {
                prop_assert!(left.low <= left.best && left.best <= left.high, "{left:?}");
                prop_assert!(left.best > Duration::ZERO, "{left:?}");
            }
        }
        if let Some(sunlight) = forecast.sunlight {
            prop_assert!(sunlight.a_day.is_none_or(|it| it.is_finite() && it >= 0.0));
            if let Ok(needed) = sunlight.needed {
                prop_assert!(is_sound(needed, 0.0), "{needed:?}");
            }
        }
    }
}
