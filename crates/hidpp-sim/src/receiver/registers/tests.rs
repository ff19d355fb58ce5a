use crate::receiver::Receiver;
use crate::testing::{ask, frames, percent};
use crate::{models, scenario};
use hidpp_proto::units::Timestamp;

const START: Timestamp = Timestamp::START;

/// Sends the first frame of each line, and asserts that the other frames are the answer.
fn check(receiver: &mut Receiver, exchanges: &[&[&str]]) {
    for exchange in exchanges {
        if let Some((request, answers)) = exchange.split_first() {
            assert_eq!(ask(receiver, START, request), frames(answers), "{request}");
        }
    }
}

fn k800() -> crate::device::Device {
    models::k800([0xFB, 0x84, 0x1B, 0x86], percent(100))
}

#[test]
fn versions() {
    // Vectors 6 to 9 (hardware, C52B); entity 0 and unknown ones are invalid as well.
    check(
        &mut scenario::desk(),
        &[
            &["10 FF 81 F1 01 00 00", "10 FF 81 F1 01 12 01"],
            &["10 FF 81 F1 02 00 00", "10 FF 81 F1 02 00 19"],
            &["10 FF 81 F1 03 00 00", "10 FF 8F 81 F1 03 00"],
            &["10 FF 81 F1 04 00 00", "10 FF 81 F1 04 02 14"],
            &["10 FF 81 F1 00 00 00", "10 FF 8F 81 F1 03 00"],
        ],
    );
}

#[test]
fn notification_flags_keep_what_the_firmware_supports() {
    // Vectors 12 to 14; the mask 00 09 00 was read back from a 12.01 receiver.
    check(
        &mut scenario::desk(),
        &[
            &["10 FF 81 00 00 00 00", "10 FF 81 00 00 00 00"],
            &["10 FF 80 00 00 01 00", "10 FF 80 00 00 00 00"],
            &["10 FF 81 00 00 00 00", "10 FF 81 00 00 01 00"],
            &["10 FF 80 00 FF FF FF", "10 FF 80 00 00 00 00"],
            &["10 FF 81 00 00 00 00", "10 FF 81 00 00 09 00"],
        ],
    );
}

#[test]
fn pairing_information() {
    // Vectors 1, 20, 21 (hardware, C52B with a K800 in slot 1) and 27 (an empty slot).
    check(
        &mut Receiver::new([0xAF, 0x4F, 0x95, 0xEA]).with(1, k800()),
        &[
            &[
                "10 FF 83 B5 03 00 00",
                "11 FF 83 B5 03 AF 4F 95 EA 05 06 0E …",
            ],
            &["10 FF 83 B5 40 00 00", "11 FF 83 B5 40 04 4B 38 30 30 …"],
            &[
                "10 FF 83 B5 30 00 00",
                "11 FF 83 B5 30 FB 84 1B 86 1A 40 00 00 07 …",
            ],
            // As of a K520 on a C52B with firmware 12.10 (Solaar issue 680): 20 ms, wpid, protocol,
            // kind.
            &[
                "10 FF 83 B5 20 00 00",
                "11 FF 83 B5 20 11 14 20 10 04 00 01 0D 1A …",
            ],
            &[
                "10 FF 83 B5 02 00 00",
                "11 FF 83 B5 02 12 01 00 19 88 02 04 01 …",
            ],
            &["10 FF 83 B5 7C 00 00", "10 FF 8F 83 B5 03 00"],
            &["10 FF 83 B5 21 00 00", "10 FF 8F 83 B5 03 00"],
            &["10 FF 83 B5 26 00 00", "10 FF 8F 83 B5 03 00"],
            &["10 FF 83 B5 50 00 00", "10 FF 8F 83 B5 03 00"],
        ],
    );
}

#[test]
fn the_count_and_its_announcements() {
    // Vectors 15 and 18 (hardware): one paired K800, which sleeps; the acknowledgement is last.
    check(
        &mut Receiver::new([1, 2, 3, 4]).with(1, k800().asleep()),
        &[
            &["10 FF 81 02 00 00 00", "10 FF 81 02 00 01 00"],
            // Without the wireless flag nothing is announced.
            &["10 FF 80 02 02 00 00", "10 FF 80 02 00 00 00"],
            &["10 FF 80 00 00 01 00", "10 FF 80 00 00 00 00"],
            &[
                "10 FF 80 02 02 00 00",
                "10 01 41 04 61 10 20",
                "10 FF 80 02 00 00 00",
            ],
            &["10 FF 80 02 01 00 00", "10 FF 8F 80 02 03 00"],
        ],
    );
}

#[test]
fn announcements_contain_online_and_software_present() {
    // The bits of vectors 38 (keyboard: 31), 39 (mouse: 12 if its other bits are zero) and 40
    // (link down: bit 6), for the devices of the desk.
    check(
        &mut scenario::desk(),
        &[
            &["10 FF 80 00 00 09 00", "10 FF 80 00 00 00 00"],
            &[
                "10 FF 80 02 02 00 00",
                "10 01 41 04 31 02 40",
                "10 02 41 04 12 1B 10",
                "10 03 41 04 71 10 20",
                "10 FF 80 02 00 00 00",
            ],
        ],
    );
}

#[test]
fn missing_registers_and_sub_ids_are_errors() {
    check(
        &mut scenario::desk(),
        &[
            // Vector 29 (hardware, C52B).
            &["10 FF 80 B2 00 00 00", "10 FF 8F 80 B2 03 00"],
            // Unknown registers, and known ones in the wrong form.
            &["10 FF 81 07 00 00 00", "10 FF 8F 81 07 02 00"],
            &["10 FF 80 F1 00 00 00", "10 FF 8F 80 F1 02 00"],
            &["10 FF 81 B5 03 00 00", "10 FF 8F 81 B5 02 00"],
            &["11 FF 82 B5 …", "10 FF 8F 82 B5 02 00"],
            // Not a register access: the kernel's ping, a notification, very long access.
            &["10 FF 00 10 00 00 5A", "10 FF 8F 00 10 01 00"],
            &["10 FF 41 00 00 00 00", "10 FF 8F 41 00 01 00"],
            &["10 FF 84 00 00 00 00", "10 FF 8F 84 00 01 00"],
        ],
    );
}
