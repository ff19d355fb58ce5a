//! The events on the desk, and the lines that the monitor must print.

use hidpp_proto::units::{Lux, Percent, Timestamp};
use hidpp_sim::battery::State;
use hidpp_sim::receiver::Receiver;

use super::stories::{G903, K750, K800, M705, MX_MASTER, PRO_X};

/// An event.
pub(super) struct DeskEvent {
    pub(super) what: &'static str,
    /// The slot of the device.
    pub(super) slot: u8,
    /// Performs it; `false` if that was impossible.
    pub(super) act: fn(&mut Receiver, Timestamp) -> bool,
    /// The lines that the monitor prints because of it, no more and no fewer.
    pub(super) lines: &'static [&'static str],
}

/// The events in sequence.
pub(super) const EVENTS: [DeskEvent; 10] = [
    DeskEvent {
        what: "the M705's battery falls to 40 %",
        slot: M705,
        act: |desk, now| desk.set_charge(now, M705, percent(40)),
        lines: &["40 %, discharging"],
    },
    DeskEvent {
        what: "the G903's battery falls to 50 %",
        slot: G903,
        act: |desk, now| desk.set_charge(now, G903, percent(50)),
        lines: &["50 %, 3811 mV, discharging"],
    },
    DeskEvent {
        what: "the PRO X is taken off its charger",
        slot: PRO_X,
        act: |desk, now| desk.set_charging(now, PRO_X, State::Discharging),
        lines: &["71 %, good, discharging"],
    },
    DeskEvent {
        what: "the sun shines on the K750, and its light key is pressed",
        slot: K750,
        act: |desk, now| desk.set_sun(now, K750, Lux(400)) && desk.press_light_key(now, K750),
        lines: &["light-key", "57 %, 2540 mV, charging, 400 lux"],
    },
    DeskEvent {
        what: "the MX Master falls asleep",
        slot: MX_MASTER,
        act: |desk, now| desk.sleep(now, MX_MASTER),
        lines: &["offline"],
    },
    DeskEvent {
        what: "the K800 is full",
        slot: K800,
        act: |desk, now| desk.set_charging(now, K800, State::Charged),
        lines: &["full, full"],
    },
    DeskEvent {
        what: "the MX Master's battery falls meanwhile",
        slot: MX_MASTER,
        act: |desk, now| desk.set_charge(now, MX_MASTER, percent(20)),
        lines: &[],
    },
    DeskEvent {
        what: "the MX Master wakes",
        slot: MX_MASTER,
        act: |desk, now| desk.wake(now, MX_MASTER),
        lines: &["online", "20 %, low, discharging"],
    },
    DeskEvent {
        what: "the K750 is switched off",
        slot: K750,
        act: |desk, now| desk.switch_off(now, K750),
        lines: &["offline"],
    },
    DeskEvent {
        what: "the K750 is switched on",
        slot: K750,
        act: |desk, now| desk.switch_on(now, K750),
        lines: &["online"],
    },
];

fn percent(number: u8) -> Percent {
    Percent::new(number).expect("at most 100")
}
