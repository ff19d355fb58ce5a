//! Forecasts of what is known beforehand, and of anything at all.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::device::ChargeState;
use crate::history::Span;
use crate::units::{Lux, Percent};

/// So many hours after a midnight.
pub(super) fn at(hour: u32) -> Timestamp {
    Timestamp::from_start(Duration::from_secs(1_764_028_800) + Duration::from_secs(3600) * hour)
}

/// A charge that was read.
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

/// A mouse that loses as much each day, read every hour but for some of them.
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
    match forecast(entries, now).outlook {
        Ok(Outlook::Empty(days)) => days,
        other => panic!("{other:?}"),
    }
}

/// Within 3 %, and the truth is in the range.
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
    assert_close(forecast(&entries, at(30 * 24)).loss.unwrap(), 1.0);
}

#[test]
fn days_on_which_nobody_watched_count() {
    let entries = mouse(30, 90.0, 1.0, |hour| !(100..400).contains(&hour));
    assert_close(days_left(&entries, at(30 * 24)), 60.0);
    // And those since it was watched last.
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
fn just_charged_the_use_of_before_counts() {
    let mut entries = mouse(20, 30.0, 1.0, |_| true);
    entries.push(Entry {
        state: ChargeState::Charging,
        ..charge(at(20 * 24), 50)
    });
    entries.extend([charge(at(20 * 24 + 3), 100), charge(at(20 * 24 + 4), 100)]);
    assert_close(days_left(&entries, at(20 * 24 + 4)), 100.0);
}

#[test]
fn steps_are_taken_for_what_they_are() {
    // 90 above 70, 50 above 35, 20 above 12: half of the way to the next.
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
fn a_single_odd_reading_changes_nothing() {
    let plain = mouse(30, 90.0, 1.0, |_| true);
    for place in [0, 100, 350, plain.len() - 1] {
        let mut odd = plain.clone();
        odd[place].charge = Percent::new(3);
        let (odd, plain) = (days_left(&odd, at(720)), days_left(&plain, at(720)));
        assert!((odd.best - plain.best).abs() < 0.2, "{odd:?} {plain:?}");
    }
}

#[test]
fn a_charge_that_never_fell_tells_nothing() {
    let entries = mouse(30, 57.0, 0.0, |_| true);
    let forecast = forecast(&entries, at(30 * 24));
    assert_eq!(forecast.outlook, Err(Lack::TooSoon));
}

#[test]
fn in_the_sun_a_charge_holds() {
    let entries = keyboard(45, 1.0, |day| 230 + u16::try_from(day % 3).unwrap());
    let forecast = forecast(&entries, at(45 * 24));
    assert_eq!(forecast.outlook, Ok(Outlook::Holds));
}

#[test]
fn after_a_day_it_is_too_soon() {
    let entries = mouse(1, 90.0, 1.0, |_| true);
    assert_eq!(forecast(&entries, at(24)).outlook, Err(Lack::TooSoon));
    assert_eq!(forecast(&[], at(24)).outlook, Err(Lack::NoPercent));
    assert_eq!(forecast(&[], at(24)).sunlight, None);
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
        // What is measured is not there at once: the line between two measurements counts.
        percent += f64::from(lux) * 5.0 / 10_000.0 - loss / 24.0;
    }
    entries
}

#[test]
fn the_light_a_keyboard_needs_is_that_which_makes_up_for_its_loss() {
    let weather = |day: u32| 100 + u16::try_from(day * 37 % 11).unwrap() * 30;
    let entries = keyboard(45, 1.0, weather);
    let sunlight = forecast(&entries, at(45 * 24)).sunlight.unwrap();
    assert_close(sunlight.needed.unwrap(), 2000.0);
    assert!((2300.0..2700.0).contains(&sunlight.a_day.unwrap()));
}

#[test]
fn where_all_days_are_alike_there_is_no_telling_what_light_does() {
    let entries = keyboard(45, 1.0, |_| 100);
    let sunlight = forecast(&entries, at(45 * 24)).sunlight.unwrap();
    assert_eq!(sunlight.needed, Err(Lack::Unclear));
    assert!((sunlight.a_day.unwrap() - 1000.0).abs() < 1.0);
    // The days left can be told all the same.
    assert_close(days_left(&entries, at(45 * 24)), 75.0);
}

#[test]
fn ten_days_of_light_are_too_few() {
    let entries = keyboard(10, 1.0, |day| 100 + u16::try_from(day).unwrap() * 30);
    let sunlight = forecast(&entries, at(10 * 24)).sunlight.unwrap();
    assert_eq!(sunlight.needed, Err(Lack::FewDays));
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
    fn whatever_was_recorded_numbers_are_finite_and_in_order(
        entries in proptest::collection::vec(any_entry(), 0..200),
        now in prop_oneof![0..10_000_000_u64, any::<u64>()],
    ) {
        let now = Timestamp::from_start(Duration::from_secs(now));
        let forecast = forecast(&entries, now);
        if let Ok(loss) = forecast.loss {
            prop_assert!(is_sound(loss, f64::MIN), "{loss:?}");
        }
        if let Ok(Outlook::Empty(days)) = forecast.outlook {
            prop_assert!(is_sound(days, 0.0), "{days:?}");
        }
        if let Some(sunlight) = forecast.sunlight {
            prop_assert!(sunlight.a_day.is_none_or(|it| it.is_finite() && it >= 0.0));
            if let Ok(needed) = sunlight.needed {
                prop_assert!(is_sound(needed, 0.0), "{needed:?}");
            }
        }
    }
}
