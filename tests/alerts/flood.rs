//! Rate limits: whatever devices report, notifications stay rare.

use std::collections::BTreeMap;
use std::time::Duration;

use hidpp_proto::feature::BatteryFeature;
use hidpp_proto::units::{Lux, Percent, Timestamp};
use hidpp_proto::wire::Slot;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use solar_status::alerts::{Alerts, Kind, Memory, Order, Settings, Urgency};
use solar_status::device::{
    Battery, BatteryLevel, BatterySource, ChargeState, Device, Light, Link, ValueKind,
};

const HOUR: Duration = Duration::from_secs(3600);

/// A reading of one of three devices, and the time since the previous one.
#[derive(Clone, Debug)]
struct Reading {
    device: u8,
    after: Duration,
    battery: Battery,
    lux: Option<u16>,
    is_gone: bool,
}

fn reading() -> impl Strategy<Value = Reading> {
    const LEVELS: [BatteryLevel; 4] = [
        BatteryLevel::Critical,
        BatteryLevel::Low,
        BatteryLevel::Good,
        BatteryLevel::Full,
    ];
    let level = proptest::option::of(proptest::sample::select(&LEVELS[..]));
    let state = proptest::sample::select(
        &[
            ChargeState::Discharging,
            ChargeState::Discharging,
            ChargeState::Charging,
            ChargeState::Full,
            ChargeState::NotCharging,
            ChargeState::ChargingError,
            ChargeState::Unknown,
        ][..],
    );
    let source = proptest::sample::select(
        &[
            BatterySource::Feature(BatteryFeature::Unified),
            BatterySource::SOLAR,
        ][..],
    );
    let kind = proptest::sample::select(&[ValueKind::Percent, ValueKind::Steps][..]);
    let percent = proptest::option::of(0_u8..=100);
    let battery = (
        percent,
        level,
        state,
        source,
        kind,
        proptest::bool::weighted(0.9),
    );
    let battery =
        battery.prop_map(
            |(percent, level, state, source, value_kind, trusted)| Battery {
                percent: percent.and_then(Percent::new),
                level,
                trusted,
                ..Battery::state_only(source, value_kind, state, Timestamp::START)
            },
        );
    let gone = proptest::bool::weighted(0.05);
    let lux = proptest::option::of(0_u16..1000);
    (0_u8..3, 0_u64..20_000, battery, lux, gone).prop_map(
        |(device, after, battery, lux, is_gone)| Reading {
            device,
            after: Duration::from_secs(after),
            battery,
            lux,
            is_gone,
        },
    )
}

/// When each notification was shown.
#[derive(Default)]
struct Seen {
    bubbles: Vec<Timestamp>,
    shown: BTreeMap<(String, Kind), Vec<Timestamp>>,
}

impl Seen {
    fn see(&mut self, now: Timestamp, orders: Vec<Order>) {
        for order in orders {
            let alerts = match order {
                Order::Show(_, alert) => vec![*alert],
                Order::Sum(alerts) => alerts,
                Order::Withdraw(_) | Order::ReadAgain(_) => continue,
            };
            self.bubbles.push(now);
            for alert in alerts {
                let key = (alert.device.id.clone(), alert.kind);
                self.shown.entry(key).or_default().push(now);
            }
        }
    }
}

/// The notifications for these readings.
fn seen(settings: Settings, readings: &[Reading]) -> Seen {
    let mut alerts = Alerts::new(settings, TimeZone::UTC, Memory::default());
    let mut seen = Seen::default();
    let mut now = Timestamp::from_start(HOUR);
    for reading in readings {
        let until = now + reading.after;
        while let Some(due) = alerts.due(now).filter(|due| *due <= until) {
            assert!(due > now, "the timer would fire without end");
            now = due;
            seen.see(now, alerts.advance(now));
        }
        now = until;
        let link = Link::Paired {
            receiver: "AF4F95EA".to_owned(),
            slot: Slot::new(reading.device + 1).unwrap(),
        };
        let device = Device {
            battery: Some(Battery {
                at: now,
                charge_at: now,
                ..reading.battery
            }),
            light: reading.lux.map(|lux| Light {
                lux: Lux(lux),
                trusted: true,
                at: now,
            }),
            ..Device::new(format!("4002-{}", reading.device), link)
        };
        let orders = if reading.is_gone {
            alerts.remove(&device, now)
        } else {
            alerts.take(&device, now)
        };
        seen.see(now, orders);
    }
    seen
}

fn closest(times: &[Timestamp]) -> Option<Duration> {
    times.windows(2).map(|it| it[1].since(it[0])).min()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn the_same_alert_of_a_device_is_shown_at_most_four_times_a_day(
        readings in prop::collection::vec(reading(), 1..300)
    ) {
        let seen = seen(Settings::default(), &readings);
        for ((device, kind), times) in &seen.shown {
            let least = if *kind == Kind::Light { 7 * 24 * HOUR } else { 6 * HOUR };
            prop_assert!(closest(times).is_none_or(|it| it >= least), "{device} {kind:?}");
        }
        for four_and_one in seen.bubbles.windows(5) {
            prop_assert!(four_and_one[4].since(four_and_one[0]) >= HOUR / 6);
        }
    }

    #[test]
    fn an_alert_of_a_device_that_is_never_charged_is_shown_at_most_once_a_day(
        readings in prop::collection::vec(reading(), 1..300)
    ) {
        let discharging = |mut it: Reading| {
            it.battery.state = ChargeState::Discharging;
            it
        };
        let readings: Vec<Reading> = readings.into_iter().map(discharging).collect();
        let seen = seen(Settings::default(), &readings);
        for ((device, kind), times) in &seen.shown {
            prop_assert!(closest(times).is_none_or(|it| it >= 24 * HOUR), "{device} {kind:?}");
        }
    }

    #[test]
    fn only_critical_alerts_are_shown_in_quiet_hours(
        readings in prop::collection::vec(reading(), 1..300)
    ) {
        let settings = Settings {
            quiet_hours: Some("22:00-07:00".parse().unwrap()),
            ..Settings::default()
        };
        let seen = seen(settings, &readings);
        for ((_, kind), times) in &seen.shown {
            if kind.urgency() == Urgency::Critical {
                continue;
            }
            for at in times {
                let hour = at.since_start().as_secs() / 3600 % 24;
                prop_assert!((7..22).contains(&hour), "{kind:?} at {hour}");
            }
        }
    }

    #[test]
    fn a_charge_that_varies_within_five_points_raises_one_alert(
        charges in prop::collection::vec((16_u8..25, 0_u64..400_000), 1..200)
    ) {
        let reading = |(charge, after)| Reading {
            device: 0,
            after: Duration::from_secs(after),
            battery: Battery {
                percent: Percent::new(charge),
                ..Battery::state_only(
                    BatterySource::Feature(BatteryFeature::Unified),
                    ValueKind::Percent,
                    ChargeState::Discharging,
                    Timestamp::START,
                )
            },
            lux: None,
            is_gone: false,
        };
        let readings: Vec<Reading> = charges.into_iter().map(reading).collect();
        let seen = seen(Settings::default(), &readings);
        prop_assert!(seen.bubbles.len() <= 1, "{:?}", seen.bubbles);
    }
}
