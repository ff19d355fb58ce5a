//! Ready-made desks: receivers with devices in a known state.

mod crowd;
mod days;
mod fading;
mod full;
mod headsets;
pub mod lives;
mod months;
mod staged;

pub use crowd::{EACH_BATTERY, crowd};
pub use days::days;
pub use fading::fading;
pub use full::full;
pub use headsets::headsets;
pub use months::{AWAY, keyboard_use, months};
pub use staged::{Act, Staged};

use super::models;
use super::receiver::Receiver;
use hidpp_proto::units::{Lux, Percent};

/// The slot of the K750 on the [`desk`].
pub const K750: u8 = 1;
/// The slot of the M705 on the [`desk`].
pub const M705: u8 = 2;
/// The slot of the K800 on the [`desk`].
pub const K800: u8 = 3;

/// The charges on the [`desk`]; the solar keyboard's is from the capture of 2012.
const K750_CHARGE: Option<Percent> = Percent::new(57);
const M705_CHARGE: Option<Percent> = Percent::new(65);
const K800_CHARGE: Option<Percent> = Percent::new(90);

/// The default: a solar keyboard K750 at 57 % in 12 lux, as in the capture of 2012, a mouse M705
/// at 65 %, and a keyboard K800 that is paired but asleep.
pub fn desk() -> Receiver {
    let charge = |known: Option<Percent>| known.unwrap_or(Percent::FULL);
    let k750 = models::k750([0x39, 0x2A, 0x07, 0x50], charge(K750_CHARGE), Lux(12));
    let m705 = models::m705([0x1C, 0x5E, 0x07, 0x05], charge(M705_CHARGE));
    let k800 = models::k800([0xFB, 0x84, 0x1B, 0x86], charge(K800_CHARGE));
    Receiver::new([0xAF, 0x4F, 0x95, 0xEA])
        .with(K750, k750)
        .with(M705, m705)
        .with(K800, k800.asleep())
}

/// The events on the [`desk`] each minute, for demonstrations: the light changes, the user presses
/// the light key and uses the mouse, and the sleeping keyboard wakes for a while.
const DAY: [Act<Receiver>; 7] = [
    (4, |desk, now| desk.wake(now, K800)),
    (10, |desk, now| desk.set_sun(now, K750, Lux(320))),
    (10, |desk, now| desk.press_light_key(now, K750)),
    (25, |desk, now| {
        let charge = desk
            .device(M705)
            .map(|mouse| mouse.protocol.battery().charge);
        let less = charge.and_then(|charge| Percent::new(charge.get().checked_sub(1)?));
        less.is_some_and(|less| desk.set_charge(now, M705, less))
    }),
    (35, |desk, now| desk.set_sun(now, K750, Lux(12))),
    (35, |desk, now| desk.press_light_key(now, K750)),
    (40, |desk, now| desk.sleep(now, K800)),
];

/// The [`desk`] with events every minute.
pub fn day_at_the_desk() -> Staged<Receiver> {
    Staged::new(desk(), &DAY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Firmware;
    use crate::testing::{after, arrived, ask, frame, frames, seconds};
    use hidpp_proto::units::Timestamp;

    const START: Timestamp = Timestamp::START;

    #[test]
    fn the_exchange_of_2012_is_reproduced_byte_for_byte() {
        // The solar application on Windows asks for 120 measures, one a second (software id 3);
        // in the published listing the answer's slot is 2, here it is that of the request.
        let mut desk = desk();
        let reply = ask(&mut desk, START, "10 01 09 03 78 01 00");
        assert_eq!(reply, frames(&["11 01 09 03 78 01 …"]));

        let light = frame("11 01 09 10 39 00 0C 06 1D 47 4F 4F 44 00 00 00 00 00 00 00");
        let broadcast = frame("11 01 09 00 39 00 00 06 1D 47 4F 4F 44 …");
        let mut measures = 0;
        for second in 1..=130 {
            // The measurements come one second after the reply, which took 12 ms, and then one per
            // second.
            let due = after(seconds(second), 12);
            assert_eq!(desk.input_report(after(seconds(second), 11)), None);
            let expected = match second {
                ..=120 => vec![light.clone()],
                _ => vec![],
            };
            measures += expected.len();
            assert_eq!(arrived(&mut desk, due), expected, "second {second}");
            // The broadcast after 90 seconds comes between two measurements.
            if second == 89 {
                assert_eq!(arrived(&mut desk, seconds(90)), vec![broadcast.clone()]);
            }
        }
        assert_eq!(measures, 120);
        assert_eq!(desk.next_due(), Some(seconds(180)));
    }

    #[test]
    fn the_solar_keyboard_sends_a_broadcast_every_90_seconds() {
        let mut desk = desk();
        assert_eq!(desk.next_due(), Some(seconds(90)));
        assert_eq!(arrived(&mut desk, after(START, 89_999)), frames(&[]));
        for time in [90, 180, 270] {
            assert_eq!(
                arrived(&mut desk, seconds(time)),
                frames(&["11 01 09 00 39 00 00 06 1D 47 4F 4F 44 …"])
            );
        }
    }

    #[test]
    fn answers_to_a_ping() {
        let mut desk = desk();
        // HID++ 2.0, HID++ 1.0 (vector 63), asleep (vector 74), empty, and the receiver itself
        // (vector 72).
        for (request, answer) in [
            ("10 01 00 1B 00 00 B4", "11 01 00 1B 02 00 B4 …"),
            ("10 02 00 12 28 3F 94", "10 02 8F 00 12 01 00"),
            ("10 03 00 1B 00 00 B4", "10 03 8F 00 1B 09 00"),
            ("10 04 00 18 00 00 00", "10 04 8F 00 18 08 00"),
            ("11 FF 00 18 …", "10 FF 8F 00 18 01 00"),
        ] {
            assert_eq!(ask(&mut desk, START, request), frames(&[answer]));
        }
    }

    #[test]
    fn the_k750_answers_like_its_dump() {
        let mut desk = desk();
        for (request, answer) in [
            ("10 01 01 0E 00 00 00", "11 01 01 0E 0A …"),
            ("10 01 00 0E 43 01 00", "11 01 00 0E 09 …"),
            ("10 01 00 0E 10 00 00", "11 01 00 0E …"),
            ("10 01 00 0E 1D F3 00", "11 01 00 0E 06 40 …"),
            ("10 01 02 0E 00 00 00", "11 01 02 0E 02 …"),
            (
                "10 01 02 1E 00 00 00",
                "11 01 02 1E 00 52 51 4B 33 00 00 15 00 40 02 …",
            ),
            (
                "10 01 02 1E 01 00 00",
                "11 01 02 1E 01 44 46 55 00 02 00 03 00 40 02 …",
            ),
            ("10 01 02 2E 00 00 00", "11 01 FF 02 2E 07 …"),
            ("10 01 03 0E 00 00 00", "11 01 03 0E 1C …"),
            ("10 01 03 1E 18 00 00", "11 01 03 1E 4B 37 35 30 …"),
            ("10 01 03 2E 00 00 00", "11 01 03 2E 00 …"),
            ("10 01 09 2E 00 00 00", "11 01 FF 09 2E 07 …"),
            // The lamp without the light key: not allowed.
            ("10 01 09 1E 01 00 00", "11 01 FF 09 1E 05 …"),
            // Vector 64: a HID++ 2.0 device has no registers.
            ("10 01 81 FE 00 00 00", "10 01 8F 81 FE 01 00"),
            ("10 01 81 07 00 00 00", "10 01 8F 81 07 01 00"),
        ] {
            assert_eq!(ask(&mut desk, START, request), frames(&[answer]));
        }
    }
}
