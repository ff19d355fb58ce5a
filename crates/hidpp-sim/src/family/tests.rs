use super::*;
use crate::Firmware;
use crate::battery::{Battery, Register, State};
use crate::device::{Device, Identity, Kind, Protocol};
use crate::hidpp10::Hidpp10;
use crate::hidpp20::{Feature, Hidpp20, Model};
use crate::receiver::Receiver;
use crate::testing::{ask, frame, frames, percent, seconds};
use hidpp_proto::units::Timestamp;

const START: Timestamp = Timestamp::START;

fn receiver(product: u16, serial: [u8; 4]) -> Receiver {
    let vendor = if product == 0x6042 { LENOVO } else { LOGITECH };
    Receiver::of(Family::of(vendor, product).unwrap(), serial)
}

fn identity(codename: &'static str, wpid: u16, kind: Kind, serial: [u8; 4]) -> Identity {
    Identity {
        codename,
        wpid,
        serial,
        kind,
        report_types: 0x1E,
        power_switch: 1,
        interval: 8,
        encrypted: kind == Kind::Keyboard,
        name_end: 0,
    }
}

fn mouse(codename: &'static str, wpid: u16, serial: [u8; 4]) -> Device {
    let features = vec![Feature::new(0x0001, Model::FeatureSet)];
    let protocol = Protocol::Features(Hidpp20::new([4, 5], features));
    Device::new(identity(codename, wpid, Kind::Mouse, serial), protocol)
}

fn ex100(codename: &'static str, id: u16, kind: Kind) -> Device {
    let battery = Battery::new(percent(50), State::Discharging);
    let registers = Hidpp10::new(Versions::NONE, Some(Register::Steps), battery, [0x10, 0, 0]);
    let identity = identity(codename, id, kind, [0; 4]);
    Device::new(identity, Protocol::Registers(registers))
}

/// Sends the first frame of each line, and asserts that the other frames are the answer.
fn check(receiver: &mut Receiver, exchanges: &[&[&str]]) {
    for exchange in exchanges {
        if let Some((request, answers)) = exchange.split_first() {
            assert_eq!(ask(receiver, START, request), frames(answers), "{request}");
        }
    }
}

#[test]
fn identity_of_receivers() {
    // Vectors 2 (C52B; a C532 here), 3 (C537), 4 (Lightspeed), and an empty serial (C534).
    for (product, serial, answer) in [
        (0xC532, [0x93, 0xE6, 0x90, 0xD5], "93 E6 90 D5 01 06 07"),
        (0xC537, [0x84, 0xE3, 0x98, 0xF3], "84 E3 98 F3 01 01 07"),
        (0xC539, [0x66, 0x0D, 0x6D, 0xDA], "66 0D 6D DA 01 01 07"),
        (0xC534, [0; 4], "00 00 00 00 01 02 07"),
        (0x6042, [1, 2, 3, 4], "01 02 03 04 01 01 07"),
        (0xC547, [1, 2, 3, 4], "01 02 03 04 01 02 07 FF"),
        // Vectors 1 and 2 and a receiver with firmware 24.11: C52Bs, each with bytes of its own.
        (0xC52B, [0xAF, 0x4F, 0x95, 0xEA], "AF 4F 95 EA 05 06 0E"),
        (0xC52B, [0x93, 0xE6, 0x90, 0xD5], "93 E6 90 D5 01 06 07"),
        (0xC52B, [0x36, 0x38, 0xEC, 0xB4], "36 38 EC B4 0E 06 08"),
    ] {
        let answers = ask(
            &mut receiver(product, serial),
            START,
            "10 FF 83 B5 03 00 00",
        );
        let expected = format!("11 FF 83 B5 03 {answer} …");
        assert_eq!(answers, frames(&[&expected]), "{product:04X}");
    }
}

#[test]
fn records_and_notices_of_a_full_unifying_receiver() {
    let keyboard = |wpid, serial| {
        let mut keyboard = mouse("", wpid, serial);
        keyboard.identity.kind = Kind::Keyboard;
        keyboard.identity.encrypted = true;
        keyboard
    };
    let mut master = mouse("MX Master 2S", 0x4069, [0; 4]).asleep();
    master.identity.encrypted = true;
    let mut mx_keys = keyboard(0x408A, [0x93, 0xB3, 0xC1, 0x36]);
    mx_keys.identity.report_types = 0x401E;
    mx_keys.identity.power_switch = 3;
    let mut unifying = receiver(0xC52B, [0; 4])
        .with(1, master)
        .with(2, mouse("M575", 0x4096, [0; 4]))
        .with(3, keyboard(0x2011, [0; 4]).asleep())
        .with(4, mouse("M705", 0x101B, [0x52, 0x07, 0x6C, 0xFC]))
        .with(6, mx_keys);
    check(
        &mut unifying,
        &[
            // Vectors 22 and 23.
            &[
                "10 FF 83 B5 35 00 00",
                "11 FF 83 B5 35 93 B3 C1 36 1E 40 00 00 03 …",
            ],
            &[
                "10 FF 83 B5 33 00 00",
                "11 FF 83 B5 33 52 07 6C FC 1E 00 00 00 01 …",
            ],
            // Vectors 40, 39 and 38, and two others.
            &["10 FF 80 00 00 09 00", "10 FF 80 00 00 00 00"],
            &[
                "10 FF 80 02 02 00 00",
                "10 01 41 04 72 69 40",
                "10 02 41 04 12 96 40",
                "10 03 41 04 71 11 20",
                "10 04 41 04 12 1B 10",
                "10 06 41 04 31 8A 40",
                "10 FF 80 02 00 00 00",
            ],
        ],
    );
    // Vector 19, in slot 3: a K520 connects.
    unifying.wake(seconds(1), 3);
    assert_eq!(
        unifying.input_report(seconds(1)),
        Some(frame("10 03 41 04 B1 11 20"))
    );
}

#[test]
fn newer_lightspeed_receivers_speak_protocol_11() {
    let mut keyboard = mouse("G915 TKL", 0x408E, [0; 4]);
    keyboard.identity.kind = Kind::Keyboard;
    check(
        &mut receiver(0xC545, [0; 4]).with(1, keyboard),
        &[
            &["10 FF 80 00 00 09 00", "10 FF 80 00 00 00 00"],
            // Vector 42.
            &[
                "10 FF 80 02 02 00 00",
                "10 01 41 11 31 8E 40",
                "10 FF 80 02 00 00 00",
            ],
        ],
    );
}

#[test]
fn versions_of_other_families() {
    // Vector 10 (C537).
    check(
        &mut receiver(0xC537, [0; 4]),
        &[
            &["10 FF 81 F1 01 00 00", "10 FF 81 F1 01 34 00"],
            &["10 FF 81 F1 04 00 00", "10 FF 8F 81 F1 03 00"],
        ],
    );
    // Vectors 5 and 11 (C53A).
    check(
        &mut receiver(0xC53A, [0; 4]),
        &[
            &[
                "10 FF 83 B5 02 00 00",
                "11 FF 83 B5 02 40 02 00 12 88 08 0F …",
            ],
            &["10 FF 81 F1 05 00 00", "10 FF 81 F1 05 44 14"],
        ],
    );
    // A C547 and a Unifying receiver with firmware 24.11 (notes of the Exo project).
    check(
        &mut receiver(0xC547, [0; 4]),
        &[
            &[
                "10 FF 83 B5 02 00 00",
                "11 FF 83 B5 02 04 02 00 09 80 17 11 00 97 AA 22 B9 …",
            ],
            &["10 FF 81 F1 05 00 00", "10 FF 81 F1 05 F9 20"],
            &["10 FF 81 F1 06 00 00", "10 FF 8F 81 F1 03 00"],
        ],
    );
    check(
        &mut receiver(0xC532, [0; 4]),
        &[
            &[
                "10 FF 83 B5 02 00 00",
                "11 FF 83 B5 02 24 11 00 36 88 08 04 01 …",
            ],
            &[
                "10 FF 83 B5 7C 00 00",
                "11 FF 83 B5 7C 00 22 05 14 A7 EB 02 72 11 …",
            ],
        ],
    );
}

#[test]
fn a_c53a_has_its_own_unknown_bytes_around_the_kind() {
    // Vector 24 (Solaar issue 1333).
    check(
        &mut receiver(0xC53A, [0; 4]).with(1, mouse("G502", 0x407F, [0; 4])),
        &[&[
            "10 FF 83 B5 20 00 00",
            "11 FF 83 B5 20 08 08 40 7F 0C 01 02 B1 …",
        ]],
    );
}

#[test]
fn newer_unifying_firmware_marks_the_entries_of_its_list() {
    // Solaar issue 411 (firmware 24.10).
    check(
        &mut receiver(0xC532, [0; 4]).with(2, mouse("", 0x4069, [0; 4])),
        &[&[
            "20 FF 81 …",
            "20 02 41 01 69 40 1E 00 00 00 04 …",
            "20 00 41 02 …",
        ]],
    );
}

#[test]
fn a_k520_fills_up_its_name_with_blanks() {
    // Solaar issue 680 and the recording of a pairing.
    let mut k520 = mouse("K520", 0x2011, [0; 4]);
    k520.identity.name_end = b' ';
    check(
        &mut receiver(0xC52B, [0; 4]).with(2, k520),
        &[&[
            "10 FF 83 B5 41 00 00",
            "11 FF 83 B5 41 04 4B 35 32 30 20 20 20 20 20 20 20 20 20 20",
        ]],
    );
}

#[test]
fn only_nano_receivers_count_the_pairings_left() {
    // Vectors 16 and 17 (C534), and its dump: two paired, 10, none or 18 left.
    for (left, answer) in [(10, "0F"), (0, "05"), (18, "17")] {
        let mut family = Family::of(LOGITECH, 0xC534).unwrap();
        family.pairings_left = Some(left);
        let mut nano = Receiver::of(family, [0; 4])
            .with(1, mouse("", 0x4022, [0; 4]))
            .with(2, mouse("", 0x4075, [0; 4]))
            .with(3, mouse("", 0x4022, [0; 4]));
        assert_eq!(
            ask(&mut nano, START, "10 FF 81 02 00 00 00"),
            frames(&[&format!("10 FF 81 02 00 02 {answer}")])
        );
    }
}

#[test]
fn some_nano_receivers_have_no_records() {
    let family = Family::of(LOGITECH, 0xC534).unwrap().without_records();
    let mut nano = Receiver::of(family, [1, 2, 3, 4]).with(1, mouse("", 0x4022, [0; 4]));
    check(
        &mut nano,
        &[
            &["10 FF 83 B5 03 00 00", "10 FF 8F 83 B5 01 00"],
            &["10 FF 83 B5 20 00 00", "10 FF 8F 83 B5 01 00"],
            &["10 FF 81 02 00 00 00", "10 FF 81 02 00 01 17"],
        ],
    );
}

#[test]
fn a_lightspeed_link_is_encrypted_also_for_a_mouse() {
    let mut lightspeed = receiver(0xC539, [0; 4]).with(1, mouse("G903", 0x4086, [0; 4]));
    check(
        &mut lightspeed,
        &[
            // Vectors 13, 27 (slot 2 does not exist), 41 (with software present as well).
            &["10 FF 80 00 00 09 00", "10 FF 80 00 00 00 00"],
            &["10 FF 81 00 00 00 00", "10 FF 81 00 00 09 00"],
            &["10 FF 83 B5 21 00 00", "10 FF 8F 83 B5 03 00"],
            &[
                "10 FF 80 02 02 00 00",
                "10 01 41 0C 32 86 40",
                "10 FF 80 02 00 00 00",
            ],
            // The shape of vector 24: 8 ms, wpid, protocol, kind.
            &[
                "10 FF 83 B5 20 00 00",
                "11 FF 83 B5 20 20 08 40 86 0C 00 02 …",
            ],
        ],
    );
}

#[test]
fn a_powerplay_pad_is_in_slot_7() {
    let serial = [0x29, 0xA2, 0x9A, 0x98];
    let pad = {
        let mut pad = mouse("Candy", 0x405F, serial);
        pad.identity.kind = Kind::Touchpad;
        pad
    };
    let mut powerplay = receiver(0xC53A, serial)
        .with(1, mouse("G502", 0x407F, [1, 2, 3, 4]))
        .with(2, mouse("G502", 0x407F, [1, 2, 3, 4]))
        .with(7, pad);
    check(
        &mut powerplay,
        &[
            &[
                "10 FF 83 B5 03 00 00",
                "11 FF 83 B5 03 29 A2 9A 98 01 01 07 …",
            ],
            &["10 FF 81 02 00 00 00", "10 FF 81 02 00 02 00"],
            // Vectors 25 and 26, the former with report types and switch.
            &["10 FF 83 B5 26 00 00", "10 FF 8F 83 B5 03 00"],
            &[
                "10 FF 83 B5 36 00 00",
                "11 FF 83 B5 36 29 A2 9A 98 1E 00 00 00 01 …",
            ],
            &["10 FF 83 B5 46 00 00", "11 FF 83 B5 46 05 43 61 6E 64 79 …"],
            &["11 07 00 1C 00 00 4F …", "11 07 00 1C 04 05 4F …"],
        ],
    );
}

#[test]
fn the_error_for_an_unreachable_device_depends_on_the_receiver() {
    // Vectors 70 (G-mouse, 09) and 71 (C547, 08); Bolt by Linux commit aba7963544d4.
    for (product, code) in [
        (0xC52B, "09"),
        (0xC537, "09"),
        (0xC539, "09"),
        (0xC547, "08"),
        (0xC548, "08"),
    ] {
        let asleep = mouse("", 0x4080, [0; 4]).asleep();
        let mut receiver = receiver(product, [0; 4]).with(1, asleep);
        assert_eq!(
            ask(&mut receiver, START, "11 01 00 18 …"),
            frames(&[&format!("10 01 8F 00 18 {code} 00")]),
            "{product:04X}"
        );
    }
}

#[test]
fn bolt_records_count_slots_from_one() {
    let serial = [0xFB, 0x19, 0x99, 0x43];
    let mut asleep = mouse("MX Master 3S", 0xB034, serial).asleep();
    asleep.identity.interval = 10;
    let mut bolt = receiver(0xC548, [0xAF, 0x4F, 0x95, 0xEA]).with(1, asleep);
    check(
        &mut bolt,
        &[
            // Vectors 34 and 35 (hardware, C548).
            &[
                "10 FF 83 B5 51 00 00",
                "11 FF 83 B5 51 42 34 B0 FB 19 99 43 01 00 02 0A 01 00 00 00",
            ],
            &[
                "10 FF 83 B5 61 01 00",
                "11 FF 83 B5 61 01 0C 4D 58 20 4D 61 73 74 65 72 20 33 53 00",
            ],
            // The error of a Bolt receiver for B5 (notes of the Exo project).
            &["10 FF 83 B5 61 02 00", "10 FF 8F 83 B5 0B 00"],
            &["10 FF 83 B5 52 00 00", "10 FF 8F 83 B5 0B 00"],
            // Recording of a C548: firmware, and the slots at offset 8. The unique id; none of the
            // legacy records.
            &[
                "10 FF 83 B5 02 00 00",
                "11 FF 83 B5 02 05 01 00 10 01 B6 10 06 …",
            ],
            &[
                "11 FF 83 FB …",
                "11 FF 83 FB 41 46 34 46 39 35 45 41 35 30 42 30 36 41 31 35",
            ],
            &["10 FF 83 B5 03 00 00", "10 FF 8F 83 B5 0B 00"],
            &["10 FF 83 B5 20 00 00", "10 FF 8F 83 B5 0B 00"],
            &["10 FF 83 B5 30 00 00", "10 FF 8F 83 B5 0B 00"],
            &["10 FF 83 B5 40 00 00", "10 FF 8F 83 B5 0B 00"],
            &["10 FF 81 F1 01 00 00", "10 FF 8F 81 F1 02 00"],
            &["10 FF 80 C0 1E 01 00", "10 FF 8F 80 C0 03 00"],
            &["10 FF 80 B2 01 53 3C", "10 FF 8F 80 B2 02 00"],
            &["10 FF 81 02 00 00 00", "10 FF 81 02 00 01 00"],
        ],
    );
    // Vector 37 (hardware): link down. Software present is not mirrored (Solaar issue 3245).
    check(
        &mut bolt,
        &[
            &["10 FF 80 00 00 09 00", "10 FF 80 00 00 00 00"],
            &[
                "10 FF 80 02 02 00 00",
                "10 01 41 10 42 34 B0",
                "10 FF 80 02 00 00 00",
            ],
        ],
    );
    // Solaar issue 2465: a device that is online, without the bit for encryption.
    bolt.wake(seconds(1), 1);
    assert_eq!(
        bolt.input_report(seconds(1)),
        Some(frame("10 01 41 10 02 34 B0"))
    );
}

#[test]
fn bolt_records_have_the_kind_and_the_interval_twice() {
    // The keyboard of the Exo project's notes.
    let mut keyboard = mouse("MX Keys M Mac", 0xB36A, [0x48, 0x05, 0x2C, 0x67]).asleep();
    keyboard.identity.kind = Kind::Keyboard;
    keyboard.identity.interval = 20;
    check(
        &mut receiver(0xC548, [0; 4]).with(1, keyboard),
        &[
            &[
                "10 FF 83 B5 51 00 00",
                "11 FF 83 B5 51 41 6A B3 48 05 2C 67 01 00 01 14 01 …",
            ],
            &["10 FF 80 00 00 01 00", "10 FF 80 00 00 00 00"],
            &[
                "10 FF 80 02 02 00 00",
                "10 01 41 10 41 6A B3",
                "10 FF 80 02 00 00 00",
            ],
        ],
    );
}

#[test]
fn long_names_are_truncated_to_the_length_of_the_record() {
    let device = || mouse("M705 (M-R0073) Marathon", 0x406D, [0; 4]);
    check(
        &mut receiver(0xC52B, [0; 4]).with(1, device()),
        &[&[
            "10 FF 83 B5 40 00 00",
            "11 FF 83 B5 40 0E 4D 37 30 35 20 28 4D 2D 52 30 30 37 33 29",
        ]],
    );
    check(
        &mut receiver(0xC548, [0; 4]).with(1, device()),
        &[&[
            "10 FF 83 B5 61 01 00",
            "11 FF 83 B5 61 01 0D 4D 37 30 35 20 28 4D 2D 52 30 30 37 33",
        ]],
    );
}

#[test]
fn bolt_devices_take_short_and_long_reports_and_bolt_has_no_dj() {
    let mut bolt = receiver(0xC548, [0; 4]).with(1, mouse("", 0xB034, [0; 4]));
    check(
        &mut bolt,
        &[
            &["11 01 00 1E 00 00 01 …", "11 01 00 1E 04 05 01 …"],
            &["10 01 00 1E 00 00 01", "11 01 00 1E 04 05 01 …"],
            &["20 FF 80 3F …"],
            &["20 FF 81 …"],
            // Index FF has no features on this receiver.
            &["11 FF 00 1E 00 00 01 …", "10 FF 8F 00 1E 01 00"],
        ],
    );
}

#[test]
fn a_27_mhz_receiver_has_short_reports_and_no_records() {
    let mut old = receiver(0xC517, [0; 4])
        .with(1, ex100("EX100m", 0x003F, Kind::Mouse))
        .with(3, ex100("EX100", 0x0065, Kind::Keyboard).asleep());
    check(
        &mut old,
        &[
            // Vectors 28 and 36 (hardware, 27 MHz); it stores only one flag.
            &["10 FF 83 B5 30 00 00", "10 FF 8F 83 B5 01 00"],
            &["10 FF 83 B5 03 00 00", "10 FF 8F 83 B5 01 00"],
            &["10 FF 81 02 00 00 00", "10 FF 81 02 00 02 00"],
            &["10 FF 81 F1 01 00 00", "10 FF 8F 81 F1 02 00"],
            &["10 FF 80 00 00 09 00", "10 FF 80 00 00 00 00"],
            &["10 FF 81 00 00 00 00", "10 FF 81 00 00 01 00"],
            &[
                "10 FF 80 02 02 00 00",
                "10 01 41 02 00 00 3F",
                "10 03 41 02 C0 00 65",
                "10 FF 80 02 00 00 00",
            ],
            // A long report does not fit into its endpoint.
            &["11 FF 81 02 …"],
            &["11 01 00 1E 00 00 01 …"],
            &["10 01 00 1E 00 00 01", "10 01 8F 00 1E 01 00"],
            &["10 01 81 07 00 00 00", "10 01 81 07 05 00 00"],
            &["10 01 81 F1 01 00 00", "10 01 8F 81 F1 02 00"],
        ],
    );
}

#[test]
fn vector_51_is_an_ex100_with_a_low_battery() {
    let mut mouse = ex100("EX100m", 0x003F, Kind::Mouse);
    if let Protocol::Registers(registers) = &mut mouse.protocol {
        registers.battery = Battery::new(percent(20), State::Discharging);
    }
    check(
        &mut receiver(0xC517, [0; 4]).with(1, mouse),
        &[&["10 01 81 07 00 00 00", "10 01 81 07 03 00 00"]],
    );
}

#[test]
fn an_unknown_receiver_is_like_a_lightspeed() {
    let unknown = Family::of(LOGITECH, 0xC5F0).unwrap();
    assert_eq!(unknown.product, 0xC5F0);
    assert_eq!(unknown.records, Records::Legacy);
    assert_eq!(unknown.radio, 0x0C);
    assert!(unknown.has_slot(1) && !unknown.has_slot(2));
    assert_eq!(Family::of(LOGITECH, 0xC542), None);
    assert_eq!(Family::of(LOGITECH, 0xC08B), None);
    assert_eq!(Family::of(LENOVO, 0xC52B), None);
}
