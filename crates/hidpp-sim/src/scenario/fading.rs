//! A desk with batteries that run down over ten days, for tests of alerts; the scenario repeats.

use std::time::Duration;

use super::{Act, K750, K800, M705, Staged, desk};
use crate::battery::State;
use crate::catalogue;
use crate::receiver::Receiver;
use hidpp_proto::units::{Lux, Percent, Timestamp};

/// The slot of a mouse with a charger, which reports steps: 100, 50, 20, 5 %.
const MX_MASTER: u8 = 4;

const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;

/// After this time the scenario repeats.
const ROUND: Duration = Duration::from_secs(10 * DAY);

const ACTS: [Act<Receiver>; 26] = [
    // The solar keyboard stands in the dark.
    (0, |desk, now| charge(desk, now, K750, 34)),
    (0, |desk, now| desk.set_sun(now, K750, Lux(12))),
    (0, |desk, now| desk.wake(now, K800)),
    (0, |desk, now| charge(desk, now, M705, 25)),
    // An implausible reading, as from MX Mechanical Minis (Solaar issue 3230).
    (5 * HOUR, |desk, now| charge(desk, now, M705, 15)),
    (5 * HOUR + 60, |desk, now| charge(desk, now, M705, 24)),
    (9 * HOUR, |desk, now| charge(desk, now, M705, 20)),
    // A rise by one point is not a change of batteries, and the fall after it causes no new
    // notification.
    (10 * HOUR, |desk, now| charge(desk, now, M705, 21)),
    (11 * HOUR, |desk, now| charge(desk, now, M705, 20)),
    (30 * HOUR, |desk, now| charge(desk, now, M705, 15)),
    // At night the other mouse becomes low, and then a keyboard almost empty.
    (46 * HOUR, |desk, now| charge(desk, now, MX_MASTER, 20)),
    (47 * HOUR, |desk, now| charge(desk, now, K800, 25)),
    (50 * HOUR, |desk, now| charge(desk, now, M705, 9)),
    (58 * HOUR, |desk, now| {
        charging(desk, now, MX_MASTER, State::Charging)
    }),
    (60 * HOUR, |desk, now| charge(desk, now, MX_MASTER, 100)),
    (60 * HOUR, |desk, now| {
        charging(desk, now, MX_MASTER, State::Charged)
    }),
    (62 * HOUR, |desk, now| {
        charging(desk, now, MX_MASTER, State::Discharging)
    }),
    (63 * HOUR, |desk, now| charge(desk, now, M705, 100)),
    (64 * HOUR, |desk, now| charge(desk, now, K800, 8)),
    (66 * HOUR, |desk, now| desk.press_light_key(now, K750)),
    (80 * HOUR, |desk, now| charge(desk, now, K800, 90)),
    (7 * DAY, |desk, now| desk.set_sun(now, K750, Lux(480))),
    (7 * DAY + HOUR, |desk, now| desk.press_light_key(now, K750)),
    (7 * DAY + 10 * HOUR, |desk, now| {
        desk.set_sun(now, K750, Lux(12))
    }),
    (8 * DAY, |desk, now| charge(desk, now, MX_MASTER, 50)),
    (9 * DAY, |desk, now| {
        charging(desk, now, MX_MASTER, State::Failed)
    }),
];

/// The [`desk`] with another mouse. One mouse becomes low, almost empty, and gets new batteries; a
/// keyboard does the same in steps; the other mouse is charged, and later charging fails; and the
/// solar keyboard loses its charge in the dark, until a day of sun.
pub fn fading() -> Staged<Receiver> {
    let mut desk = desk();
    let mouse = catalogue::find("MX Master 3");
    if let Some(mouse) = mouse.and_then(|mouse| mouse.paired([0xB3, 0x40, 0x08, 0x20])) {
        desk.put(MX_MASTER, mouse);
    }
    Staged::repeating(desk, ROUND, &ACTS)
}

fn charge(desk: &mut Receiver, now: Timestamp, slot: u8, percent: u8) -> bool {
    Percent::new(percent).is_some_and(|charge| desk.set_charge(now, slot, charge))
}

fn charging(desk: &mut Receiver, now: Timestamp, slot: u8, state: State) -> bool {
    desk.set_charging(now, slot, state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_act_applies_to_a_device() {
        let mut desk = fading().firmware().clone();
        for (second, act) in ACTS {
            let now = Timestamp::from_start(Duration::from_secs(second));
            assert!(act(&mut desk, now), "{second}");
        }
    }

    #[test]
    fn acts_are_sorted_by_time() {
        assert!(ACTS.is_sorted_by_key(|(second, _)| *second));
    }
}
