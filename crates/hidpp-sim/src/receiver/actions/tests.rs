use super::*;
use crate::Firmware;
use crate::battery::State;
use crate::battery_features::BatteryView;
use crate::hidpp20::{Feature, Model};
use crate::models;
use crate::scenario::{self, K750, K800, M705};
use crate::testing::{after, arrived, ask, frame, frames, percent, seconds};

const START: Timestamp = Timestamp::START;

/// A desk with the kernel as its host: DJ mode, wireless notices, "software present".
fn desk() -> Receiver {
    let mut desk = scenario::desk();
    let _none = ask(&mut desk, START, "20 FF 80 3F …");
    let _ack = ask(&mut desk, START, "10 FF 80 00 00 09 00");
    desk
}

#[test]
fn a_mouse_moves_in_twelve_bits_each_way() {
    let mut desk = desk();
    assert!(desk.move_mouse(seconds(1), M705, 5, -2));
    assert!(desk.move_mouse(seconds(1), M705, -128, 127));
    assert_eq!(
        arrived(&mut desk, after(seconds(1), 2)),
        frames(&["20 02 02 00 00 05 E0 FF …", "20 02 02 00 00 80 FF 07 …"])
    );
    assert!(!desk.move_mouse(seconds(1), 6, 1, 1), "the slot is empty");
}

#[test]
fn a_keyboard_falls_asleep_and_comes_back() {
    let mut desk = desk();
    assert!(desk.sleep(seconds(1), K750));
    assert_eq!(
        arrived(&mut desk, after(seconds(1), 2)),
        frames(&["10 01 41 04 71 02 40", "20 01 42 01 …"])
    );
    // Vector 74: the receiver answers for the device, without a radio round trip.
    desk.output_report(seconds(2), &frame("10 01 00 1B 00 00 B4"));
    assert_eq!(
        arrived(&mut desk, after(seconds(2), 3)),
        frames(&["10 01 8F 00 1B 09 00"])
    );
    // While it sleeps, even its broadcasts are not sent.
    assert_eq!(desk.next_due(), None);

    // Vectors 43 (with software present), 48, 129; then the broadcast at reconnection.
    assert!(desk.wake(seconds(200), K750));
    assert_eq!(
        arrived(&mut desk, after(seconds(200), 2)),
        frames(&["10 01 41 04 B1 02 40", "20 01 42 …"])
    );
    assert_eq!(
        arrived(&mut desk, after(seconds(200), 14)),
        frames(&[
            "11 01 05 00 01 01 00 …",
            "11 01 09 00 39 00 00 06 1D 47 4F 4F 44 …"
        ])
    );
    assert_eq!(desk.next_due(), Some(after(seconds(290), 12)));
}

#[test]
fn sleep_ends_a_light_measurement() {
    let mut desk = desk();
    let _reply = ask(&mut desk, START, "10 01 09 0E 78 01 00");
    assert_eq!(arrived(&mut desk, after(seconds(2), 12)).len(), 2);
    desk.sleep(after(seconds(2), 500), K750);
    desk.wake(after(seconds(2), 600), K750);
    let _notices = arrived(&mut desk, seconds(3));
    assert_eq!(desk.next_due(), Some(after(seconds(92), 612)));
}

#[test]
fn a_k800_forgets_its_flags_when_it_is_switched_off() {
    let mut desk = desk();
    desk.wake(START, K800);
    let _notices = arrived(&mut desk, START);
    let _ack = ask(&mut desk, START, "10 03 80 00 10 00 00");
    desk.switch_off(seconds(1), K800);
    desk.switch_on(seconds(2), K800);
    // Vectors 43 and 44 (hardware, K800); the flags are zero again.
    assert_eq!(
        arrived(&mut desk, after(seconds(2), 8)),
        frames(&[
            "10 03 41 04 71 10 20",
            "20 03 42 01 …",
            "10 03 41 04 B1 10 20",
            "20 03 42 …",
        ])
    );
    assert_eq!(
        arrived(&mut desk, after(seconds(2), 20)),
        frames(&["10 03 4B 01 00 00 00"])
    );
    assert_eq!(
        ask(&mut desk, seconds(3), "10 03 81 00 00 00 00"),
        frames(&["10 03 81 00 00 00 00"])
    );
}

#[test]
fn the_receiver_sends_no_notices_without_flags() {
    let mut desk = scenario::desk();
    desk.sleep(START, M705);
    desk.switch_on(START, M705);
    desk.hold_keys(START, K750, 0, &[0x04]);
    desk.unpair(START, M705);
    assert_eq!(arrived(&mut desk, seconds(1)), frames(&[]));
}

#[test]
fn battery_notices_must_be_enabled() {
    let mut desk = desk();
    desk.set_charge(START, M705, percent(64));
    assert_eq!(arrived(&mut desk, START), frames(&[]));
    let _ack = ask(&mut desk, START, "10 02 80 00 10 00 00");
    desk.set_charge(seconds(1), M705, percent(40));
    // Setting the same charge again changes nothing.
    desk.set_charge(seconds(1), M705, percent(40));
    assert_eq!(
        arrived(&mut desk, seconds(1)),
        frames(&["10 02 0D 28 47 34 00"])
    );
    assert_eq!(
        ask(&mut desk, seconds(1), "10 02 81 0D 00 00 00"),
        frames(&["10 02 81 0D 28 47 34"])
    );

    // Vectors 56 and 57 (hardware, K800): critical; full with the charger connected.
    desk.wake(seconds(2), K800);
    let _notices = arrived(&mut desk, seconds(2));
    let _ack = ask(&mut desk, seconds(2), "10 03 80 00 10 00 00");
    desk.set_charge(seconds(3), K800, percent(4));
    desk.set_charge(seconds(3), K800, percent(5));
    desk.set_charge(seconds(4), K800, percent(100));
    desk.set_charging(seconds(5), K800, State::Charged);
    assert_eq!(
        arrived(&mut desk, seconds(5)),
        frames(&[
            "10 03 07 01 00 00 00",
            "10 03 07 07 00 00 00",
            "10 03 07 07 26 00 00"
        ])
    );
}

#[test]
fn a_hidpp20_device_reports_its_battery_unsolicited() {
    let mut desk = scenario::desk();
    let g502 = models::mouse("G502", 0x407F, Feature::battery(BatteryView::Voltage));
    desk.pair(START, 4, g502);
    assert!(desk.set_charge(seconds(1), 4, percent(50)));
    assert!(desk.set_charging(seconds(2), 4, State::Charging));
    assert_eq!(
        arrived(&mut desk, seconds(2)),
        frames(&[
            "10 FF 80 B2 00 00 00",
            "11 04 04 00 01 01 01 …",
            "11 04 05 00 0E E3 00 …",
            "11 04 05 00 0E E3 80 …"
        ])
    );

    // While it sleeps it sends nothing, but its battery still changes.
    desk.sleep(seconds(3), 4);
    assert!(desk.set_charge(seconds(3), 4, percent(90)));
    assert_eq!(arrived(&mut desk, seconds(3)), frames(&[]));
    let battery = desk.device(4).map(|device| device.protocol.battery());
    assert_eq!(battery.map(|it| it.charge), Some(percent(90)));
}

#[test]
fn actions_on_missing_parts_have_no_effect() {
    let mut desk = scenario::desk();
    let nameless = models::mouse("G502", 0xC08B, Feature::new(0x8100, Model::Listed));
    desk.pair(START, 4, nameless);
    assert!(!desk.set_charge(START, 4, percent(50)));
    assert!(!desk.set_charging(START, 4, State::Charging));
    assert!(!desk.set_charge(START, 5, percent(50)));
    // The sun is a solar keyboard's only charger.
    assert!(!desk.set_charging(START, K750, State::Charging));
    assert!(desk.set_charge(START, K750, percent(50)));
    let solar = desk.device(K750).and_then(Device::solar);
    assert_eq!(solar.map(crate::solar::Solar::charge), Some(percent(50)));
}

#[test]
fn the_light_key_sends_an_event_without_light_and_a_consumer_key() {
    let mut desk = desk();
    assert!(desk.press_light_key(START, K750));
    assert!(!desk.press_light_key(START, M705));
    assert_eq!(
        arrived(&mut desk, after(START, 50)),
        frames(&[
            "20 01 03 F0 01 …",
            "11 01 09 20 39 00 00 06 1D 47 4F 4F 44 …",
            "20 01 03 00 00 …",
        ])
    );
    // Only now may the host set the lamp: green.
    assert_eq!(
        ask(&mut desk, after(START, 100), "10 01 09 1E 03 00 00"),
        frames(&["11 01 09 1E …"])
    );
    assert_eq!(
        ask(&mut desk, after(START, 300), "10 01 09 1E 01 00 00"),
        frames(&["11 01 FF 09 1E 05 …"])
    );
}

#[test]
fn a_light_change_shows_in_the_next_measurement() {
    let mut desk = desk();
    assert!(desk.set_sun(START, K750, Lux(538)));
    assert!(!desk.set_sun(START, M705, Lux(538)));
    let _reply = ask(&mut desk, START, "10 01 09 0E 01 01 00");
    assert_eq!(
        arrived(&mut desk, seconds(2)),
        frames(&["11 01 09 10 39 02 1A 06 1D 47 4F 4F 44 …"])
    );
}

#[test]
fn typing_goes_out_as_dj_keyboard_reports() {
    let mut desk = desk();
    // Type, modifiers, six usages: the driver forwards eight bytes as report 01.
    desk.type_keys(START, K750, &[0x04, 0x05]);
    assert_eq!(
        arrived(&mut desk, seconds(1)),
        frames(&[
            "20 01 01 00 04 …",
            "20 01 01 …",
            "20 01 01 00 05 …",
            "20 01 01 …"
        ])
    );
    desk.hold_keys(seconds(2), K750, 0x02, &[0x04, 0x05, 6, 7, 8, 9, 10]);
    desk.hold_keys(seconds(2), K750, 0, &[]);
    assert_eq!(
        arrived(&mut desk, after(seconds(2), 2)),
        frames(&["20 01 01 02 04 05 06 07 08 09 …", "20 01 01 …"])
    );
}

#[test]
fn unpairing_and_pairing() {
    let mut desk = desk();
    // Vector 33 (hardware, C52B), without the request.
    assert!(desk.unpair(START, K750));
    assert!(!desk.unpair(START, K750));
    assert_eq!(
        arrived(&mut desk, after(START, 10)),
        frames(&["10 01 40 02 00 00 00", "20 01 40 …"])
    );
    assert_eq!(
        ask(&mut desk, START, "10 01 00 1E 00 00 01"),
        frames(&["10 01 8F 00 1E 08 00"])
    );
    assert!(desk.pair(START, 1, models::m705([1, 2, 3, 4], percent(100))));
    assert!(!desk.pair(START, 7, models::m705([1, 2, 3, 4], percent(100))));
    // The order of a recording of a C52B: the lock and the answer to the program that opened it,
    // the device without a link, the lock again; then the answers to the host's requests.
    assert_eq!(
        ask(&mut desk, START, "10 FF 81 02 00 00 00"),
        frames(&[
            "10 FF 4A 01 00 00 00",
            "10 FF 80 B2 00 00 00",
            "10 01 41 04 52 1B 10",
            "20 01 41 00 1B 10 1E 00 …",
            "10 FF 4A 00 00 00 00",
            "10 FF 81 02 00 03 00",
        ])
    );
    // The device moves; its 4B comes between a ping and the answer to it.
    assert_eq!(desk.next_due(), Some(after(START, 100)));
    assert_eq!(
        arrived(&mut desk, after(START, 103)),
        frames(&["10 01 41 04 92 1B 10", "20 01 42 …"])
    );
    assert_eq!(
        ask(&mut desk, after(START, 104), "10 01 00 1E 00 00 01"),
        frames(&["10 01 4B 01 00 00 00", "10 01 8F 00 1E 01 00"])
    );
}

#[test]
fn a_device_that_is_moved_early_connects_at_once() {
    let mut desk = desk();
    let mouse = models::m705([1, 2, 3, 4], percent(100));
    assert!(desk.pair(START, 4, mouse));
    let _announced = arrived(&mut desk, after(START, 20));
    desk.move_mouse(after(START, 50), 4, 1, 1);
    assert_eq!(
        arrived(&mut desk, after(START, 60)),
        frames(&[
            "10 04 41 04 92 1B 10",
            "20 04 42 …",
            "20 04 02 00 00 01 10 …"
        ])
    );
    assert_eq!(desk.next_due(), Some(seconds(90)));
}

#[test]
fn a_replugged_receiver_has_lost_its_flags() {
    let mut desk = desk();
    desk.output_report(seconds(1), &frame("10 FF 81 02 00 00 00"));
    desk.power_cycle(seconds(1));
    assert_eq!(
        arrived(&mut desk, seconds(2)),
        frames(&[
            "11 01 05 00 01 01 00 …",
            "11 01 09 00 39 00 00 06 1D 47 4F 4F 44 …"
        ])
    );
    assert_eq!(desk.flags(), [0; 3]);
    desk.sleep(seconds(3), M705);
    assert_eq!(arrived(&mut desk, seconds(3)), frames(&[]));
}
