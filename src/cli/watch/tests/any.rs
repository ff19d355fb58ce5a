//! Any reports of devices and any typed keys.

use proptest::prelude::*;

use super::{at, named};
use crate::cli::watch::key::Input;
use crate::device::{
    Battery, BatteryLevel, BatterySource, ChargeState, Device, Light, Presence, ValueKind,
};
use crate::text::tests::HOSTILE;
use hidpp_proto::feature::BatteryFeature;
use hidpp_proto::units::{Lux, Millivolts, Percent, PercentPoints};

fn any_battery() -> impl Strategy<Value = Battery> {
    let level = prop_oneof![
        Just(BatteryLevel::Critical),
        Just(BatteryLevel::Low),
        Just(BatteryLevel::Good),
        Just(BatteryLevel::Full)
    ];
    let state = prop_oneof![
        Just(ChargeState::Discharging),
        Just(ChargeState::ChargingError),
        Just(ChargeState::InvalidBattery),
        Just(ChargeState::NotCharging),
        Just(ChargeState::Unknown)
    ];
    let kind = prop_oneof![
        Just(ValueKind::Percent),
        Just(ValueKind::Steps),
        Just(ValueKind::Voltage)
    ];
    let source = prop_oneof![
        Just(BatterySource::SOLAR),
        Just(BatterySource::Feature(BatteryFeature::Unified))
    ];
    let charge = (
        proptest::option::of(0..=100_u8),
        proptest::option::of(level),
        proptest::option::of(any::<u16>()),
        proptest::option::of(any::<u8>()),
    );
    let times = (0..2_000_000_u64, 0..2_000_000_u64);
    (charge, state, kind, source, any::<bool>(), times).prop_map(
        |(
            (percent, level, voltage, margin),
            state,
            value_kind,
            source,
            trusted,
            (read, charged),
        )| {
            Battery {
                percent: percent.and_then(Percent::new),
                margin: margin.map(PercentPoints),
                level,
                next: None,
                value_kind,
                state,
                external_power: None,
                voltage: voltage.map(Millivolts),
                rechargeable: None,
                source,
                trusted,
                at: at(read),
                charge_at: at(charged),
            }
        },
    )
}

pub(super) fn any_device() -> impl Strategy<Value = Device> {
    let light =
        (any::<u16>(), any::<bool>(), 0..2_000_000_u64).prop_map(|(lux, trusted, time)| Light {
            lux: Lux(lux),
            trusted,
            at: at(time),
        });
    let presence = prop_oneof![
        Just(Presence::Online),
        Just(Presence::Offline),
        Just(Presence::Unknown)
    ];
    let facts = (
        proptest::option::of(any_battery()),
        proptest::option::of(light),
        presence,
        proptest::option::of(0..2_000_000_u64),
    );
    let name = prop_oneof![
        any::<String>(),
        proptest::sample::select(HOSTILE).prop_map(str::to_owned)
    ];
    (name, 1..=15_u8, facts).prop_map(|(name, slot, (battery, light, presence, seen))| Device {
        battery,
        light,
        presence,
        seen: seen.map(at),
        ..named(&name, slot)
    })
}

pub(super) fn any_input() -> impl Strategy<Value = Input> {
    prop_oneof![
        Just(Input::Up),
        Just(Input::Down),
        Just(Input::PageUp),
        Just(Input::PageDown),
        Just(Input::First),
        Just(Input::Last),
        Just(Input::Back),
        Just(Input::Other),
        Just(Input::Details),
        Just(Input::Sort),
        Just(Input::Help)
    ]
}
