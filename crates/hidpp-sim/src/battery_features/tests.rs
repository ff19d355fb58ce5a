use super::*;
use crate::testing::percent;
use hidpp_proto::units::{Millivolts, Percent};

fn battery(charge: u8, state: State) -> Battery {
    Battery::new(percent(charge), state)
}

fn at(millivolts: u16, state: State) -> Battery {
    Battery::new(Percent::FULL, state).measuring(Millivolts(millivolts))
}

fn steps(levels: &[u8]) -> Levels {
    Levels::Steps(levels.to_vec())
}

#[test]
fn levels_of_1000_come_in_steps() {
    let dry = LevelStatus::dry(steps(&[90, 50, 20, 5]));
    let shown = |charge| dry.call(battery(charge, State::Discharging), 0);
    // Vectors 107 and 110 (hardware, MX Master): 90 %, next 50 %.
    assert_eq!(shown(100), Ok(padded(&[0x5A, 0x32, 0x00])));
    assert_eq!(shown(90), Ok(padded(&[0x5A, 0x32, 0x00])));
    assert_eq!(shown(89), Ok(padded(&[50, 20, 0])));
    assert_eq!(shown(5), Ok(padded(&[5, 0, 0])));
    assert_eq!(shown(0), Ok(padded(&[5, 0, 0])));

    // Vectors 105 and 106 (hardware, M525 and M325): 90 %, next 5 %.
    let two = LevelStatus::dry(steps(&[90, 5]));
    let shown = two.status(battery(95, State::Discharging));
    assert_eq!(shown, padded(&[0x5A, 0x05, 0x00]));
}

#[test]
fn a_real_percentage_of_1000_counts_down_by_one() {
    let fine = LevelStatus::dry(Levels::Percent);
    assert_eq!(
        fine.status(battery(80, State::Discharging)),
        padded(&[80, 79, 0])
    );
    assert_eq!(
        fine.status(battery(0, State::Discharging)),
        padded(&[0, 0, 0])
    );
    assert_eq!(
        fine.call(battery(80, State::Discharging), 1),
        Ok(padded(&[100, 0x02, 0, 0, 5]))
    );
}

#[test]
fn the_level_of_an_mx_master_is_unknown_while_it_charges() {
    let master = LevelStatus::rechargeable(steps(&[90, 50, 20, 5]));
    let shown = |state| master.status(battery(80, state));
    // Vector 108 (hardware, MX Master): level unknown, charge complete.
    assert_eq!(shown(State::Charged), padded(&[0x00, 0x00, 0x03]));
    assert_eq!(shown(State::Charging), padded(&[0, 0, 1]));
    assert_eq!(shown(State::Discharging), padded(&[50, 20, 0]));
}

#[test]
fn states_of_1000_are_its_numbers() {
    let dry = LevelStatus::dry(Levels::Percent);
    let states = [
        State::Discharging,
        State::Charging,
        State::AlmostFull,
        State::Charged,
        State::ChargingSlowly,
        State::Invalid,
        State::TooHot,
        State::Failed,
    ];
    for (number, state) in (0..).zip(states) {
        assert_eq!(
            dry.status(battery(50, state)),
            padded(&[50, 49, number]),
            "{state:?}"
        );
    }
}

#[test]
fn the_capability_of_a_g305() {
    // Vector 111 (hardware, G305): four levels, not rechargeable, life A0FA, critical at 15 %.
    let g305 = LevelStatus {
        life: 0xA0FA,
        critical: 15,
        ..LevelStatus::dry(steps(&[90, 50, 30, 15]))
    };
    assert_eq!(
        g305.call(battery(50, State::Discharging), 1),
        Ok(padded(&[0x04, 0x00, 0xA0, 0xFA, 0x0F]))
    );
    assert_eq!(
        g305.call(battery(50, State::Discharging), 2),
        Err(Error20::InvalidFunction)
    );
}

#[test]
fn voltages_of_1001() {
    // Vectors 112 and 113 (hardware, a G-mouse on its cable and without), 115 (G915), 124.
    let shown = |battery| voltage(battery, 0);
    assert_eq!(
        shown(at(3881, State::Charging)),
        Ok(padded(&[0x0F, 0x29, 0x80]))
    );
    assert_eq!(
        shown(at(3722, State::Discharging)),
        Ok(padded(&[0x0E, 0x8A, 0x00]))
    );
    assert_eq!(
        shown(at(3765, State::Discharging)),
        Ok(padded(&[0x0E, 0xB5, 0x00]))
    );
    assert_eq!(
        shown(at(4090, State::Charging)),
        Ok(padded(&[0x0F, 0xFA, 0x80]))
    );
    assert_eq!(
        voltage(at(4090, State::Charging), 2),
        Err(Error20::InvalidFunction)
    );
}

#[test]
fn flags_of_1001() {
    let flags = |charge, state| {
        let [_, _, flags, ..] = voltage_status(battery(charge, state));
        flags
    };
    assert_eq!(flags(100, State::Charged), 0x81);
    assert_eq!(flags(50, State::TooHot), 0x82);
    // linux-input, September 2019: the hardware reports an error.
    assert_eq!(flags(50, State::Failed), 0x87);
    assert_eq!(flags(50, State::ChargingSlowly), 0x90);
    assert_eq!(flags(10, State::Discharging), 0x20);
    assert_eq!(flags(11, State::Discharging), 0x00);
}

#[test]
fn charge_step_state_and_power_of_1004() {
    let unified = UnifiedBattery {
        percent: true,
        rechargeable: true,
    };
    // Vector 118 (hardware, Superlight 2): 97 %, full, discharging, no external power.
    assert_eq!(
        unified.call(battery(97, State::Discharging), 1),
        Ok(padded(&[0x61, 0x08, 0x00, 0x00]))
    );
    assert_eq!(
        unified.call(battery(97, State::Discharging), 0),
        Ok(padded(&[0x0F, 0x03]))
    );
    assert_eq!(
        unified.status(battery(10, State::Charging)),
        padded(&[10, 1, 1, 1])
    );
    assert_eq!(
        unified.call(battery(97, State::Discharging), 2),
        Err(Error20::InvalidFunction)
    );
}

#[test]
fn a_1004_without_percent_shows_only_the_step() {
    let coarse = UnifiedBattery {
        percent: false,
        rechargeable: false,
    };
    let shown = |charge| coarse.status(battery(charge, State::Discharging));
    for (charge, step) in [(10, 1), (30, 2), (80, 4), (81, 8)] {
        assert_eq!(shown(charge), padded(&[0, step, 0, 0]), "{charge}");
    }
    assert_eq!(
        coarse.call(battery(50, State::Discharging), 0),
        Ok(padded(&[0x0F, 0x00]))
    );
}

#[test]
fn a_headset_is_measured_while_it_is_connected() {
    let there = AdcMeasurement { connected: true };
    // Vector 123: 4096 mV, valid, charging.
    assert_eq!(
        there.call(at(4096, State::Charging), 0),
        Ok(padded(&[0x10, 0x00, 0x03]))
    );
    assert_eq!(
        there.call(at(4096, State::Discharging), 1),
        Err(Error20::InvalidFunction)
    );
    let gone = AdcMeasurement { connected: false };
    assert_eq!(
        gone.call(at(4096, State::Charging), 0),
        Err(Error20::NotAllowed)
    );
    assert_eq!(gone.status(at(4096, State::Charging)), [0; 16]);
}
